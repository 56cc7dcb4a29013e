"""The journal in SQLite: one row per commit group, synced by its commit (design.md, durability rules 1 and 2)."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import apsw
import msgspec
import structlog

from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, row_of, storage_errors, transaction
from hooklog.errors import JournalForeign, JournalGap, JournalUnavailable
from hooklog.event import Event
from hooklog.journal.base import READ_BYTES_MAX, Positioned
from hooklog.journal.files import (
    file_number,
    file_path,
    files_in_order,
    has_failed,
    mark_failed,
    remove_file,
)

__all__ = ["SqliteJournalReader", "SqliteJournalWriter"]

_TRIM_GROUPS_MAX = 200
_CHECKPOINT_PAGES = 4_000  # 16 MiB of WAL: a checkpoint syncs the database file once for many groups.

_NO_END = 1 << 62
_LOST_TAIL = """
SELECT seq FROM sqlite_sequence
WHERE name = 'journal' AND seq > ? AND NOT EXISTS (SELECT 1 FROM journal WHERE last > ?)
"""

_encode = msgspec.msgpack.Encoder().encode
_decode_events = msgspec.msgpack.Decoder(list[Event]).decode
_decode_orgs = msgspec.msgpack.Decoder(dict[int, int], strict=False).decode

diagnostics = structlog.get_logger()


def _origin(connection: apsw.Connection) -> tuple[bytes, int] | None:
    if connection.pragma("user_version") == 0:
        return None
    for log_id, starts_after in connection.execute("SELECT log_id, starts_after FROM origin"):
        return log_id, starts_after
    return None


def _last(connection: apsw.Connection, starts_after: int) -> int:
    for (sequence,) in connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'journal'"):
        return max(int(sequence), starts_after)
    return starts_after


class SqliteJournalWriter:
    """See JournalWriter. Belongs to the edge; one thread at a time."""

    def __init__(
        self, folder: Path, *, log_id: bytes, position: int, synchronous: str = "FULL", vfs: str | None = None
    ) -> None:
        """Open the newest journal file, or make the next one where there is none or its sync has failed.

        Args:
            folder: the data folder.
            log_id: the id of the event log in the same folder.
            position: what the event log has committed; new numbers are above it.
            synchronous: see `open_database`; for tests.
            vfs: see `open_database`; for tests.

        Raises:
            JournalForeign: the file belongs to another event log.
            JournalUnavailable: the file cannot be opened or made.
        """
        self._folder = folder
        try:
            with storage_errors("journal"):
                self._open(log_id, position, synchronous, vfs)
        except JournalForeign:
            raise
        except Exception as error:
            raise JournalUnavailable(
                f"the journal cannot be opened: {error}", "run `hooklog check`"
            ) from error

    def _open(self, log_id: bytes, position: int, synchronous: str, vfs: str | None) -> None:
        files = files_in_order(self._folder)
        self._path = files[-1] if files else file_path(self._folder, 1)
        starts_after = position
        if files and has_failed(self._path):
            with open_database(self._path, read_only=True, vfs=vfs) as failed:
                origin = _origin(failed)
                if origin is not None:
                    _check_origin(self._path, origin[0], log_id)
                    starts_after = max(position, _last(failed, origin[1]))
            self._path = file_path(self._folder, file_number(self._path) + 1)
        self._connection = open_database(
            self._path, synchronous=synchronous, vfs=vfs, checkpoint_pages=_CHECKPOINT_PAGES
        )
        migrate(self._connection, "journal")
        origin = _origin(self._connection)
        if origin is None:
            with transaction(self._connection):
                self._connection.execute("INSERT INTO origin VALUES (1, ?, ?)", (log_id, starts_after))
            origin = log_id, starts_after
        _check_origin(self._path, origin[0], log_id)
        self.last = max(_last(self._connection, origin[1]), position)

    def append(self, events: Sequence[Event]) -> int:
        """See JournalWriter."""
        assert events, "an empty group has no position"
        last = self.last + len(events)
        orgs = Counter(event.org_id for event in events)
        try:
            # A single statement is its own transaction: its return is the commit's.
            self._connection.execute(
                "INSERT INTO journal (last, count, orgs, events) VALUES (?, ?, ?, ?)",
                (last, len(events), _encode(orgs), _encode(events)),
            )
        except apsw.Error as error:
            mark_failed(self._path)
            raise JournalUnavailable(
                f"{self._path} could not be synced: {error}", "check the disk: space, permissions, health"
            ) from error
        self.last = last
        return last

    def trim(self, to: int) -> int:
        """See JournalWriter. Whole files go once a later one exists and all they held is settled."""
        for path in files_in_order(self._folder)[:-1]:
            following = file_path(self._folder, file_number(path) + 1)
            if following == self._path and to >= self._starts_after():
                remove_file(path)
        try:
            self._connection.execute(
                "DELETE FROM journal WHERE last IN (SELECT last FROM journal WHERE last <= ? ORDER BY last LIMIT ?)",
                (to, _TRIM_GROUPS_MAX),
            )
        except apsw.Error as error:
            mark_failed(self._path)
            raise JournalUnavailable(
                f"{self._path} could not be trimmed: {error}", "check the disk"
            ) from error
        return self._connection.changes()

    def _starts_after(self) -> int:
        origin = _origin(self._connection)
        assert origin is not None
        return origin[1]

    def backlog_by_org(self, after: int) -> dict[int, int]:
        """See JournalWriter."""
        total: Counter[int] = Counter()
        for (orgs,) in self._connection.execute("SELECT orgs FROM journal WHERE last > ?", (after,)):
            total.update(_decode_orgs(orgs))
        return dict(total)

    def close(self) -> None:
        """See JournalWriter."""
        self._connection.close()


def _check_origin(path: Path, found: bytes, expected: bytes) -> None:
    if found != expected:
        raise JournalForeign(
            f"{path} belongs to event log {found.hex()}, this folder's is {expected.hex()}",
            "put the journal back into the folder it came from; both travel together in `hooklog backup`",
        )


class SqliteJournalReader:
    """See JournalReader. Reads the files in order, each up to where the next one begins."""

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
        self._open: dict[Path, tuple[apsw.Connection, int]] = {}

    def read(self, after: int, limit: int, bytes_max: int = READ_BYTES_MAX) -> list[Positioned]:
        """See JournalReader."""
        files = files_in_order(self._folder)
        self._forget_all_but(files)
        found: list[Positioned] = []
        for index, path in enumerate(files):
            opened = self._opened(path)
            if opened is None:
                continue
            connection, starts_after = opened
            if index > 0 and has_failed(files[index - 1]) and starts_after > after:
                # The tail of a file whose sync failed was never acknowledged; it may be gone.
                after = starts_after
            following = self._opened(files[index + 1]) if index + 1 < len(files) else None
            until = following[1] if following is not None else _NO_END
            with storage_errors("journal"):
                found += self._read_file(connection, after, until, limit, bytes_max)
            if found:
                break
        return found

    def _read_file(
        self, connection: apsw.Connection, after: int, until: int, limit: int, bytes_max: int
    ) -> list[Positioned]:
        found: list[Positioned] = []
        size = 0
        rows = connection.execute(
            "SELECT last, count, events FROM journal WHERE last > ? AND last <= ? ORDER BY last",
            (after, until),
        )
        for last, count, blob in rows:
            first = last - count + 1
            if first > after + 1:
                self._gap(connection, after + 1, first - 1)
            events = _decode_events(blob)
            assert len(events) == count, f"group {last}: {len(events)} events, {count} announced"
            found += [Positioned(first + n, event) for n, event in enumerate(events) if first + n > after]
            after = last
            size += len(blob)
            if len(found) >= limit or size >= bytes_max:
                break
        rows.close()  # An unfinished statement would keep its snapshot and hold back the checkpoint.
        if not found and until == _NO_END:
            # In one statement, thus in one snapshot: given out, not here, and after the position.
            for (given,) in connection.execute(_LOST_TAIL, (after, after)):
                self._gap(connection, after + 1, given)
        return found[:limit]

    def find(self, request_id: bytes, after: int) -> Event | None:
        """See JournalReader: a binary search over the positions of each file."""
        with storage_errors("journal"):
            for path in files_in_order(self._folder):
                opened = self._opened(path)
                found = None if opened is None else _search(opened[0], request_id, after)
                if found is not None:
                    return found
        return None

    def _gap(self, connection: apsw.Connection, first: int, last: int) -> None:
        if not self._accept_gap:
            raise JournalGap(
                f"{connection.filename}: positions {first} to {last} are missing; acknowledged events may be lost",
                "restore the journal, or start with --accept-gap to go on without them",
            )
        diagnostics.error("journal_gap_accepted", first=first, last=last)

    def _opened(self, path: Path) -> tuple[apsw.Connection, int] | None:
        """The file's connection and where it starts; None while its writer has not finished making it."""
        if path not in self._open:
            connection = open_database(path, read_only=True, vfs=self._vfs)
            origin = _origin(connection)
            if origin is None:
                connection.close()
                return None
            _check_origin(path, origin[0], self._log_id)
            self._open[path] = connection, origin[1]
        return self._open[path]

    def _forget_all_but(self, files: list[Path]) -> None:
        for path in set(self._open) - set(files):
            self._open.pop(path)[0].close()

    def close(self) -> None:
        """See JournalReader."""
        self._forget_all_but([])


def _search(connection: apsw.Connection, request_id: bytes, after: int) -> Event | None:
    low = after + 1
    high = row_of(connection, "SELECT coalesce(max(last), 0) FROM journal")[0]
    while low <= high:
        middle = (low + high) // 2
        find = "SELECT last, count, events FROM journal WHERE last >= ? ORDER BY last LIMIT 1"
        row = connection.execute(find, (middle,)).fetchone()
        if row is None:
            return None
        last, count, blob = row
        events = _decode_events(blob)
        if request_id < events[0].id:
            high = last - count
        elif request_id > events[-1].id:
            low = last + 1
        else:
            offset = next((n for n, event in enumerate(events) if event.id == request_id), None)
            is_after = offset is not None and last - count + 1 + offset > after
            return events[offset] if offset is not None and is_after else None
    return None
