"""The worker in the past: the real one, but the time it sees is that of the events it reads.

So a month of entries can be made in minutes, with the response times and stage times of a worker that keeps up. What
it sees is the acceptance of the last event it read and `LATER_MS`; only the making of folders uses it.

Usage: python -m bench.past FOLDER
"""

import sys
import time
from pathlib import Path

from hooklog.config import read_settings
from hooklog.event import instant_of
from hooklog.journal.base import READ_BYTES_MAX, Positioned
from hooklog.journal.sqlite import SqliteJournalReader
from hooklog.roles.worker import run_worker
from hooklog.telemetry import configure_diagnostics

LATER_MS = 2


class PastClock:
    """Real time, moved back to what was read last."""

    def __init__(self) -> None:
        self._real_ns = time.time_ns
        self._behind_ns = 0

    def set(self, instant_ms: int) -> None:
        """It is a little later than this now."""
        self._behind_ns = self._real_ns() - (instant_ms + LATER_MS) * 1_000_000

    def time_ns(self) -> int:
        """In place of `time.time_ns`."""
        return self._real_ns() - self._behind_ns


def main() -> None:
    """Settle what is in the journal, until SIGTERM."""
    clock = PastClock()
    real_read = SqliteJournalReader.read

    def read(
        self: SqliteJournalReader, after: int, limit: int, bytes_max: int = READ_BYTES_MAX
    ) -> list[Positioned]:
        found = real_read(self, after, limit, bytes_max)
        if found:
            clock.set(instant_of(found[-1].event.id))
        return found

    SqliteJournalReader.read = read  # type: ignore[method-assign]
    time.time_ns = clock.time_ns
    configure_diagnostics("warning")
    sys.exit(run_worker(Path(sys.argv[1]), read_settings(None)))


if __name__ == "__main__":
    main()
