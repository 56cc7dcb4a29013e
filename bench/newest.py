"""`GET /v2/events/logs`, the newest 10, over HTTP: rate and latency at a million entries and at ten."""

from bench.asking import LOGS, ask
from bench.drive import cpu_us
from bench.making import make_large
from bench.place import Place
from bench.row import Measured, alone
from bench.served import served, wait_done

CONNECTIONS = 16
SIZES = {"small": "1m", "large": "10m"}


def measure(place: Place) -> Measured:
    """Both folders in turn, the worker idle."""
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
    for run in runs:
        run["ratio"] = round(run["p50_ms_10m"] / run["p50_ms_1m"], 3)
    return Measured(runs=runs)


if __name__ == "__main__":
    alone(measure, __doc__)
