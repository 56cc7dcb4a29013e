"""The journal in SQLite: one row per commit group, synced by its commit (design.md, durability rules 1 and 2).

Here is the writing side; the reading side, in sqlite_reader.py, can be imported from here too.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing, suppress
from operator import attrgetter
from pathlib import Path

import apsw
import msgspec

from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, storage_errors
from hooklog.errors import FolderError, FolderNotWritable, JournalError, JournalUnavailable
from hooklog.event import Event
from hooklog.journal.files import (
    file_number,
    file_path,
    files_in_order,
    has_failed,
    mark_failed,
    remove_file,
)
from hooklog.journal.sqlite_file import Origin, last_number, origin_of
from hooklog.journal.sqlite_making import begin_file, make_file
from hooklog.journal.sqlite_reader import SqliteJournalReader

__all__ = ["SqliteJournalReader", "SqliteJournalWriter"]

_TRIM_GROUPS_MAX = 200
_CHECKPOINT_PAGES = 4_000  # 16 MiB of WAL: a checkpoint syncs the database file once for many groups.

_org_of = attrgetter("org_id")
_encode = msgspec.msgpack.Encoder().encode
_decode_orgs = msgspec.msgpack.Decoder(dict[int, int], strict=False).decode


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
            JournalForeign: a file belongs to another event log.
            FolderTooNew: the file was written by a newer version.
            FolderNotWritable: the folder is missing, or the file cannot be opened or made.
            JournalUnavailable: SQLite cannot use the file.
        """
        self._folder = folder
        self._log_id = log_id
        self._vfs = vfs
        self._has_failed = False
        try:
            with storage_errors("journal"):
                self._open(position, synchronous)
        except (JournalError, FolderError):
            raise
        except (PermissionError, FileNotFoundError, NotADirectoryError) as error:
            raise FolderNotWritable(
                f"the journal's folder {folder} cannot be used: {error.strerror}",
                "check that the folder exists and belongs to this user",
            ) from error
        except Exception as error:
            raise JournalUnavailable(
                f"the journal cannot be opened: {error}", "run `hooklog check`"
            ) from error

    def _open(self, position: int, synchronous: str) -> None:
        files = files_in_order(self._folder)
        newest = files[-1] if files else file_path(self._folder, 1)
        self._path = file_path(self._folder, file_number(newest) + 1) if has_failed(newest) else newest
        # All the files before it count: one that failed may have been trimmed empty.
        given_out = [self._last_of(path) for path in files if path != self._path]
        begins = Origin(self._log_id, max([position, *given_out]))
        if self._path not in files:
            make_file(self._path, begins, synchronous=synchronous, vfs=self._vfs)
        self._connection = open_database(self._path, synchronous=synchronous, vfs=self._vfs)
        self._connection.set_wal_hook(_checkpoint)
        migrate(self._connection, "journal")
        origin = origin_of(self._connection, self._log_id)
        if origin is None:  # Made in place by an earlier version, which was cut short.
            origin = begins
            begin_file(self._connection, origin)
        self._starts_after = origin.starts_after
        self.last = max(last_number(self._connection, origin), position)

    def _last_of(self, path: Path) -> int:
        with closing(open_database(path, read_only=True, vfs=self._vfs)) as older:
            origin = origin_of(older, self._log_id)
            return 0 if origin is None else last_number(older, origin)

    def append(self, events: Sequence[Event]) -> int:
        """See JournalWriter."""
        assert events, "an empty group has no position"
        last = self.last + len(events)
        orgs = Counter(map(_org_of, events))
        # A single statement is its own transaction: its return is the commit's.
        self._write(
            "INSERT INTO journal (last, count, orgs, events) VALUES (?, ?, ?, ?)",
            (last, len(events), _encode(orgs), _encode(events)),
        )
        self.last = last
        return last

    def trim(self, to: int) -> int:
        """See JournalWriter. Older files go whole, once all they held is settled."""
        if to >= self._starts_after:
            for path in files_in_order(self._folder)[:-1]:
                remove_file(path)
        self._write(
            "DELETE FROM journal WHERE last IN (SELECT last FROM journal WHERE last <= ? ORDER BY last LIMIT ?)",
            (to, _TRIM_GROUPS_MAX),
        )
        return self._connection.changes()

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        if self._has_failed:
            raise JournalUnavailable(f"{self._path} has failed before; it is not synced again")
        try:
            self._connection.execute(statement, values)
        except apsw.Error as error:
            self._has_failed = True
            # Closing would checkpoint, thus sync what must never be synced again.
            self._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            mark_failed(self._path)
            raise JournalUnavailable(
                f"{self._path} could not be synced: {error}", "check the disk: space, permissions, health"
            ) from error

    def backlog_by_org(self, after: int) -> dict[int, int]:
        """See JournalWriter. Older files count as well, each up to where this one begins."""
        total: Counter[int] = Counter()
        for path in files_in_order(self._folder)[:-1]:
            with closing(open_database(path, read_only=True, vfs=self._vfs)) as older:
                if origin_of(older, self._log_id) is not None:
                    total += _count_by_org(older, after, self._starts_after)
        return dict(total + _count_by_org(self._connection, after, self.last))

    def close(self) -> None:
        """See JournalWriter."""
        self._connection.close()


def _count_by_org(connection: apsw.Connection, after: int, until: int) -> Counter[int]:
    total: Counter[int] = Counter()
    find = "SELECT orgs FROM journal WHERE last > ? AND last <= ?"
    for (orgs,) in connection.execute(find, (after, until)):
        total.update(_decode_orgs(orgs))
    return total


def _checkpoint(connection: apsw.Connection, name: str, pages: int) -> int:
    """After a commit: move a long WAL into the file. An error here fails the append that brought it.

    SQLite's own automatic checkpoint swallows its errors, so a sick disk would be synced again and again.
    """
    if pages >= _CHECKPOINT_PAGES:
        with suppress(apsw.BusyError):  # Somebody else is at it.
            connection.wal_checkpoint(name, apsw.SQLITE_CHECKPOINT_PASSIVE)
    return apsw.SQLITE_OK
