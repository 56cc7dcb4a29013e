"""Counts by status over HTTP, ten million entries, one at a time: over the last 24 hours and over all."""

import time

from bench.asking import LOGS, ask, why_not_answered
from bench.making import make_large
from bench.place import Place
from bench.row import Measured, alone
from bench.served import served, wait_done

DAY_MS = 24 * 3600 * 1000


def measure(place: Place) -> Measured:
    """No figures as long as the API does not count."""
    folder = place.large(make_large)
    day_ago = time.time_ns() // 1_000_000 - DAY_MS
    kinds = {
        "day": f"{LOGS}/counts?by=status,time&bucket=hour&from_date={day_ago}",
        "all": f"{LOGS}/counts?by=status",
    }
    measured = Measured(runs=[{} for _ in range(place.scale.runs)])
    with served(folder) as program:
        wait_done(program)
        for kind, target in kinds.items():
            why = why_not_answered(program, target)
            if why:
                return Measured(missing=f"the API does not count yet ({why})")
            for run in measured.runs:
                found = ask(program, place, [target], 1)
                run |= {f"{kind}_p50_ms": found["ms"]["p50"], f"{kind}_p99_ms": found["ms"]["p99"]}
    return measured


if __name__ == "__main__":
    alone(measure, __doc__)
