"""The same with the worker running: as fast as answers come, and at fixed rates."""

from bench.drive import Figures, drive
from bench.durable_answers import CONNECTIONS
from bench.place import Place
from bench.row import Measured, alone
from bench.served import push_options, served, settled, wait_settled, webhook_url


def measure(place: Place) -> Measured:
    """Each run begins with nothing left to work on."""
    measured = Measured()
    scale = place.scale
    with (
        place.fresh() as folder,
        served(folder) as program,
        push_options(place) as options,
        settled(folder) as log,
    ):

        def run(rate: float) -> Figures:
            wait_settled(program)
            before = log.position()
            found = drive(
                webhook_url(program),
                *options,
                *("--connections", CONNECTIONS, "--rate", rate),
                seconds=scale.seconds,
                warm_up=scale.warm_up,
            )
            found["entries_per_second"] = (log.position() - before) / (scale.seconds + scale.warm_up)
            return found

        for _ in range(scale.runs):
            fast = run(0)
            figures = {
                "answers_per_second": fast["answers_per_second"],
                "p99_ms": fast["ms"]["p99"],
                "entries_per_second": round(fast["entries_per_second"]),
            }
            for rate in scale.rates:
                figures[f"p99_ms_at_{rate}"] = run(rate)["ms"]["p99"]
            measured.runs.append(figures)
        wait_settled(program)
    return measured


if __name__ == "__main__":
    alone(measure, __doc__)
