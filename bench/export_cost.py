"""What the analytical export costs beside the worker: microseconds an event, and the time without the lock.

A folder is filled with settled events as the pipeline makes them, so many a commit; then the export follows them to the
end in this process, as it does in the worker's. First alone: all of its CPU. Then beside a thread that counts without
end, as the worker does when it has much to do: what that one loses is how long the export keeps it from the
interpreter's lock. Then beside one that wakes up every millisecond: how late that is.

* `burst`: commits of a thousand events
* `unique`: the same, half of them with a unique key
* `trickle`: commits of three events

Usage: python -m bench.export_cost [--events 200000] [--records-max 50000] [--only NAME] [--results FILE]
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.eventlog import BEGIN_MS, Clock, batches
from bench.row import tell
from bench.setting import fill
from hooklog.catalog.sqlite import SqliteCatalog
from hooklog.consumers.ei_export import FOLDER_NAME, EiExport
from hooklog.consumers.ei_store import EiStore
from hooklog.eventlog.base import Batch
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.roles.memory import settle_memory

KINDS = {"burst": 1_000, "unique": 1_000, "trickle": 3}
TRICKLE_SHARE = 0.05
NAP_SECONDS = 0.001
COUNTED_AT_ONCE = 1_000
ALONE_SECONDS = 1.0


class Counting:
    """A thread that counts as fast as it may; what it loses beside others."""

    def __init__(self) -> None:
        self.counted = 0
        self._stop = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop:
            for _ in range(COUNTED_AT_ONCE):
                pass
            self.counted += COUNTED_AT_ONCE

    def end(self) -> None:
        """Count no more."""
        self._stop = True
        self._thread.join()


class Napping:
    """A thread that wakes up every millisecond; how late it was, in milliseconds."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self._stop = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop:
            began = time.perf_counter()
            time.sleep(NAP_SECONDS)
            self.late_ms.append((time.perf_counter() - began - NAP_SECONDS) * 1e3)

    def end(self) -> dict[str, float]:
        """The figures."""
        self._stop = True
        self._thread.join()
        late = sorted(self.late_ms)
        return {
            name: round(late[int(share * (len(late) - 1))], 2)
            for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
        }


def write_events(folder: Path, options: argparse.Namespace) -> None:
    """Settle all events."""
    fill(folder, 1)
    clock = Clock(10)
    log = SqliteEventLogWriter(folder, clock_ms=lambda: BEGIN_MS + int(clock.asked))
    log.take_over()
    for settled in batches(options, clock):
        log.commit(Batch(log.position, log.position + len(settled), tuple(settled)))
    log.end()


def export_all(folder: Path, records_max: int, after: int = 0) -> tuple[float, float]:
    """Follow the feed to its end; seconds of CPU of this thread and its helpers, and of the clock."""
    with closing(SqliteEventLogReader(folder)) as log, closing(EiStore(folder, log.identity())) as store:
        store.advance(after)
        export = EiExport(folder, store, log, SqliteCatalog(folder), records_max)
        cpu, wall = time.process_time(), time.perf_counter()
        while export.step():
            pass
        return time.process_time() - cpu, time.perf_counter() - wall


def forget_files(folder: Path) -> dict[str, int]:
    """Remove what was written; how much it was."""
    files = list((folder / FOLDER_NAME).rglob("*.parquet"))
    size = sum(path.stat().st_size for path in files)
    for path in files:
        path.unlink()
    return {"files": len(files), "bytes": size}


def measure(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """The figures of one kind."""
    write_events(folder, options)
    events = options.events

    def run() -> tuple[float, float]:
        return export_all(folder, options.records_max)

    run()  # Loads the library, warms the cache.
    forget_files(folder)
    alone = [run_and_forget(folder, run) for _ in range(options.rounds)]
    cpu, wall = min(cpu for cpu, _ in alone), min(wall for _, wall in alone)
    run()
    written = forget_files(folder)
    return {
        "cpu_us_per_event": round(cpu / events * 1e6, 2),
        "wall_us_per_event": round(wall / events * 1e6, 2),
        "bytes_per_event": round(written["bytes"] / events, 1),
        "files": written["files"],
        **beside(folder, run, events),
    }


def run_and_forget(folder: Path, run: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    """One run, and its files removed."""
    found = run()
    forget_files(folder)
    return found


def beside(folder: Path, run: Callable[[], tuple[float, float]], events: int) -> dict[str, object]:
    """What another thread of the process loses."""
    counting = Counting()
    time.sleep(ALONE_SECONDS)
    per_second = counting.counted / ALONE_SECONDS
    before, began = counting.counted, time.perf_counter()
    run_and_forget(folder, run)
    took = time.perf_counter() - began
    lost = took - (counting.counted - before) / per_second
    counting.end()
    napping = Napping()
    run_and_forget(folder, run)
    return {
        "lock_us_per_event": round(lost / events * 1e6, 2),
        "beside_wall_us_per_event": round(took / events * 1e6, 2),
        "late_ms": napping.end(),
    }


def main() -> None:
    """Measure every kind and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--records-max", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    # As the worker has it.
    sys.setswitchinterval(0.0005)
    settle_memory()
    figures: dict[str, object] = {"events": options.events, "records_max": options.records_max}
    for name in [options.only] if options.only else list(KINDS):
        share = TRICKLE_SHARE if name == "trickle" else 1.0
        own = argparse.Namespace(
            events=int(options.events * share),
            batch=KINDS[name],
            unique=name == "unique",
            records_max=options.records_max,
            rounds=options.rounds,
        )
        with tempfile.TemporaryDirectory() as folder:
            figures[name] = measure(Path(folder), own)
    tell(figures, options.results)


if __name__ == "__main__":
    main()
