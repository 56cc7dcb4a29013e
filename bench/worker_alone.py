"""The worker alone: making the large folder is the warm-up, then parts of it are measured with retention on.

The rate of each million while the folder grows is kept too; there the events are made beside the worker, on the
other core. The measured parts lie in the journal before the worker starts. The analytical export is off but for the
`exported` parts, which have it as it is by default: a file whenever some ten thousands of events have settled.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.making import DAY_MS, RETAINED_DAYS, export_nothing, make_large, part
from bench.place import Place
from bench.row import Measured, alone
from bench.served import settled
from bench.setting import ORG
from bench.usage import wait_idle, written_bytes
from hooklog.eventlog.query import Query
from hooklog.testing.program import wait_until

POLL_SECONDS = 0.01
POINTS = 10
NOT_EXPORTING = {"HOOKLOG_EI__IS_ENABLED": "false"}
PART_SECONDS_MAX = 300.0


def measure(place: Place) -> Measured:
    """Make the folder anew, then measure each kind of part."""
    scale = place.scale
    measured = Measured()
    measured.detail["growth"] = _grow(place)
    folder = place.path("large")
    measured.detail["oldest_days"] = [round(oldest_days(folder), 3)]
    first = 2 * scale.entries
    count = scale.warm_up_events + scale.part_events
    for _ in range(scale.runs):
        figures: dict[str, float] = {}
        for kind in ("plain", "unique", "exported"):
            until = part(folder, first, count, scale.customers, is_unique=kind == "unique")
            first += count
            found = settle_part(folder, until, scale.part_events, is_exported=kind == "exported")
            figures |= {f"{kind}_{name}": value for name, value in found.items()}
        measured.runs.append(figures)
        measured.detail["oldest_days"].append(round(oldest_days(folder), 3))
    export_nothing(folder)  # What is left of that would disturb whoever asks this folder next.
    if measured.detail["oldest_days"][-1] < RETAINED_DAYS:
        measured.notes.append("retention ran out of work before the end")
    return measured


def oldest_days(folder: Path) -> float:
    """How long ago the oldest entry was accepted: retention has work while that is beyond its line."""
    with settled(folder) as log:
        oldest = log.page(Query(org_ids=(ORG,), limit=1, is_ascending=True))[0]
    return (time.time() * 1000 - oldest.start_ms) / DAY_MS


def _grow(place: Place) -> list[dict[str, float]]:
    """Make the folder; events a second of each tenth."""
    growth = Growth(max(1, place.scale.entries // POINTS))
    make_large(place, growth.seen)
    return growth.points


class Growth:
    """The rates of equal steps; what is between two workers does not count."""

    def __init__(self, step: int) -> None:
        self.points: list[dict[str, float]] = []
        self._step = step
        self._since: tuple[int, float] | None = None

    def seen(self, settled: int) -> None:
        """So many are settled; 0 where a worker starts."""
        now = time.monotonic()
        if not settled:
            self._since = None
        elif self._since is None:
            self._since = (settled, now)
        elif settled - self._since[0] >= self._step:
            first, begun = self._since
            rate = round((settled - first) / (now - begun))
            self.points.append({"entries": settled, "per_second": rate})
            self._since = (settled, now)


def settle_part(folder: Path, until: int, counted: int, *, is_exported: bool) -> dict[str, float]:
    """Start the worker and time the last `counted` events before a position; its followers may end what they are at."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "hooklog", "worker", "--data", str(folder)],
        env={**os.environ, "HOOKLOG_DIAGNOSTICS": "warning", **({} if is_exported else NOT_EXPORTING)},
    )
    with settled(folder) as log:

        def is_past(position: int) -> bool:
            assert worker.poll() is None, "the worker has ended"
            return log.position() >= position

        try:
            wait_until("the warm-up is over", lambda: is_past(until - counted), PART_SECONDS_MAX)
            begun, first, written = time.monotonic(), log.position(), written_bytes([worker.pid])
            while not is_past(until):
                assert time.monotonic() - begun < PART_SECONDS_MAX
                time.sleep(POLL_SECONDS)
            took = time.monotonic() - begun
            written = written_bytes([worker.pid]) - written
            rest = 0.0 if is_exported else wait_idle([worker.pid])
        finally:
            worker.terminate()
            worker.wait(30)
    return {
        "per_second": round((until - first) / took),
        "written_bytes_per_event": round(written / (until - first)),
        "followers_seconds": round(rest, 1),
    }


if __name__ == "__main__":
    alone(measure, __doc__)
