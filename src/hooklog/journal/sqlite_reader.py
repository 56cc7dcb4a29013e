"""The journal's reading side in SQLite: its files in order, each up to where the next one begins."""

from itertools import pairwise
from pathlib import Path

import apsw
import msgspec
import structlog

from hooklog.db.migrate import refuse_newer
from hooklog.db.sqlite import open_database, row_of, storage_errors
from hooklog.errors import JournalGap
from hooklog.event import Event
from hooklog.journal.base import READ_BYTES_MAX, Positioned
from hooklog.journal.files import files_in_order
from hooklog.journal.sqlite_file import decode_events, is_made, origin_of

__all__ = ["SqliteJournalReader"]

_NO_END = 1 << 62
_LOST_TAIL = """
SELECT seq FROM sqlite_sequence
WHERE name = 'journal' AND seq > ? AND NOT EXISTS (SELECT 1 FROM journal WHERE last > ?)
"""

diagnostics = structlog.get_logger()


class _File(msgspec.Struct, frozen=True):
    """An open file; its numbers are above `starts_after`."""

    connection: apsw.Connection
    starts_after: int


class _Stretch(msgspec.Struct, frozen=True):
    """The numbers that a file is asked for: above `starts_after`, up to `until`, where the next file begins."""

    connection: apsw.Connection
    starts_after: int
    until: int


class SqliteJournalReader:
    """See JournalReader."""

    def __init__(
        self, folder: Path, *, log_id: bytes, accept_gap: bool = False, vfs: str | None = None
    ) -> None:
        """Args:
        folder: the data folder.
        log_id: the id of the event log in the same folder.
        accept_gap: go on behind missing numbers, with a diagnostic that names them.
        vfs: see `open_database`; for tests.
        """
        self._folder = folder
        self._log_id = log_id
        self._accept_gap = accept_gap
        self._vfs = vfs
        self._open: dict[Path, _File] = {}

    def read(self, after: int, limit: int, bytes_max: int = READ_BYTES_MAX) -> list[Positioned]:
        """See JournalReader.

        Raises:
            FolderTooNew: a file was written by a newer version.
        """
        with storage_errors("journal"):
            for index, stretch in enumerate(self._stretches()):
                if index > 0:
                    # A file has a successor only when its sync failed. Its tail was never acknowledged and may
                    # be gone.
                    after = max(after, stretch.starts_after)
                found = self._read_file(stretch, after, limit, bytes_max)
                if found:
                    return found
        return []

    def find(self, request_id: bytes, after: int) -> Event | None:
        """See JournalReader: a binary search over the positions of each file."""
        with storage_errors("journal"):
            for stretch in self._stretches():
                found = _search(stretch, request_id, after)
                if found is not None:
                    return found
        return None

    def _read_file(self, stretch: _Stretch, after: int, limit: int, bytes_max: int) -> list[Positioned]:
        found: list[Positioned] = []
        size = 0
        rows = stretch.connection.execute(
            "SELECT last, count, events FROM journal WHERE last > ? AND last <= ? ORDER BY last",
            (after, stretch.until),
        )
        for last, count, blob in rows:
            first = last - count + 1
            if first > after + 1:
                self._gap(stretch.connection, after + 1, first - 1)
            events = decode_events(blob)
            assert len(events) == count, f"group {last}: {len(events)} events, {count} announced"
            found += [Positioned(first + n, event) for n, event in enumerate(events) if first + n > after]
            after = last
            size += len(blob)
            if len(found) >= limit or size >= bytes_max:
                break
        rows.close()  # An unfinished statement would keep its snapshot and hold back the checkpoint.
        if not found and stretch.until == _NO_END:
            # In one statement, thus in one snapshot: given out, not here, and after the position.
            for (given,) in stretch.connection.execute(_LOST_TAIL, (after, after)):
                self._gap(stretch.connection, after + 1, given)
        return found[:limit]

    def _gap(self, connection: apsw.Connection, first: int, last: int) -> None:
        if not self._accept_gap:
            raise JournalGap(
                f"{connection.filename}: positions {first} to {last} are missing; acknowledged events may be lost",
                "restore the journal, or start with --accept-gap to go on without them",
            )
        diagnostics.error("journal_gap_accepted", first=first, last=last)

    def _stretches(self) -> list[_Stretch]:
        paths = files_in_order(self._folder)
        self._forget_all_but(paths)
        files = [file for path in paths if (file := self._opened(path)) is not None]
        ends = [following.starts_after for _, following in pairwise(files)] + [_NO_END]
        return [
            _Stretch(file.connection, file.starts_after, until)
            for file, until in zip(files, ends[: len(files)], strict=True)
        ]

    def _opened(self, path: Path) -> _File | None:
        """The file with its connection; None while its making is unfinished."""
        if path not in self._open:
            connection = open_database(path, read_only=True, vfs=self._vfs)
            try:
                if is_made(connection):
                    refuse_newer(connection, "journal")
                origin = origin_of(connection, self._log_id)
            except BaseException:
                connection.close()
                raise
            if origin is None:
                connection.close()
                return None
            self._open[path] = _File(connection, origin.starts_after)
        return self._open[path]

    def _forget_all_but(self, files: list[Path]) -> None:
        for path in set(self._open) - set(files):
            self._open.pop(path).connection.close()

    def close(self) -> None:
        """See JournalReader."""
        self._forget_all_but([])


def _search(stretch: _Stretch, request_id: bytes, after: int) -> Event | None:
    low = after + 1
    highest = "SELECT coalesce(max(last), 0) FROM journal WHERE last <= ?"
    high = row_of(stretch.connection, highest, (stretch.until,))[0]
    while low <= high:
        middle = (low + high) // 2
        find = "SELECT last, count, events FROM journal WHERE last >= ? ORDER BY last LIMIT 1"
        row = stretch.connection.execute(find, (middle,)).fetchone()
        if row is None:
            return None
        last, count, blob = row
        events = decode_events(blob)
        if request_id < events[0].id:
            # Where groups were trimmed the one found lies above the middle: the range must shrink all the same.
            high = min(middle - 1, last - count)
        elif request_id > events[-1].id:
            low = last + 1
        else:
            offset = next((n for n, event in enumerate(events) if event.id == request_id), None)
            is_after = offset is not None and last - count + 1 + offset > after
            return events[offset] if offset is not None and is_after else None
    return None
