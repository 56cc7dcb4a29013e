"""`GET /v2/events/logs`, the newest 10, over HTTP: rate and latency at a million entries and at ten.

The edge keeps what it read last as long as nothing is committed; so the larger log is also asked while pushes make the
newest entries others all the time.
"""

from bench.asking import LOGS, ask
from bench.drive import Driver, cpu_us
from bench.making import make_large
from bench.place import Place
from bench.row import Measured, alone
from bench.served import push_options, served, wait_done, wait_settled, webhook_url
from hooklog.testing.program import Program

CONNECTIONS = 16
SIZES = {"small": "1m", "large": "10m"}
PUSHES_PER_SECOND = 100


def measure(place: Place) -> Measured:
    """Both folders in turn, the worker idle; then the larger one beside pushes."""
    place.large(make_large)
    runs: list[dict[str, float]] = [{} for _ in range(place.scale.runs)]
    for name, size in SIZES.items():
        with served(place.path(name)) as program:
            wait_done(program)
            for run in runs:
                found = ask(program, place, [LOGS], CONNECTIONS)
                run |= {
                    f"per_second_{size}": found["answers_per_second"],
                    f"p50_ms_{size}": found["ms"]["p50"],
                    f"p99_ms_{size}": found["ms"]["p99"],
                    f"edge_cpu_us_{size}": cpu_us(found, program.role_pid("edge")),
                }
                if name == "large":
                    run.update(_beside_pushes(program, place))
    for run in runs:
        run["ratio"] = round(run["p50_ms_10m"] / run["p50_ms_1m"], 3)
    return Measured(runs=runs)


def _beside_pushes(program: Program, place: Place) -> dict[str, float]:
    with push_options(place) as options:
        times = ("--warm-up", place.scale.warm_up, "--seconds", place.scale.seconds)
        load = Driver(webhook_url(program), *options, "--connections", 4, "--rate", PUSHES_PER_SECOND, *times)
        found = ask(program, place, [LOGS], CONNECTIONS)
        load.figures()
    wait_settled(program)
    return {
        "per_second_changing": found["answers_per_second"],
        "p99_ms_changing": found["ms"]["p99"],
    }


if __name__ == "__main__":
    alone(measure, __doc__)
