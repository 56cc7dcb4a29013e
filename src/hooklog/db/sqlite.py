"""Opening SQLite files and running transactions on them (design.md, durability rule 1).

Every file is WAL with `synchronous=FULL`: a commit that returned survives the loss of power. Files are made
0600. Nobody opens a database file by any other way: closing such a handle would drop SQLite's POSIX locks.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, cast

import apsw

from hooklog.db.taken_over import write_wal_anew
from hooklog.errors import FolderNotWritable, StorageDamaged, StorageUnavailable
from hooklog.files import sync_folder

__all__ = [
    "SQLITE_VERSION_MIN",
    "ReaderPool",
    "insert_rows",
    "make_durable",
    "open_database",
    "row_of",
    "snapshot",
    "sqlite_version",
    "storage_errors",
    "transaction",
]

# 3.51.3 mends a WAL-reset race that could corrupt a database shared by several connections.
SQLITE_VERSION_MIN = (3, 51, 3)
BUSY_TIMEOUT_MS = 5_000
_ROWS_AT_ONCE = 50
_PRIVATE_FILE = 0o600
_DAMAGED_HINT = "stop, run `hooklog check`, and `hooklog restore` the last backup into a new folder"
_UNAVAILABLE = (
    apsw.BusyError,
    apsw.LockedError,
    apsw.ProtocolError,
    apsw.IOError,
    apsw.FullError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.NoMemError,
)


def open_database(
    path: Path,
    *,
    read_only: bool = False,
    synchronous: str = "FULL",
    vfs: str | None = None,
    checkpoint_pages: int | None = None,
) -> apsw.Connection:
    """Open (and, unless `read_only`, make) a database file.

    Args:
        path: the file.
        read_only: refuse writes on this connection, checkpoints included.
        synchronous: FULL in the product; the power-loss canary passes NORMAL to prove that its alarm rings.
        vfs: the name of a registered VFS; None for the operating system's.
        checkpoint_pages: let the WAL grow to this many pages of 4 KiB before a commit checkpoints it.

    Raises:
        FolderNotWritable: the file cannot be opened or made.
        StorageUnavailable: it is there but SQLite cannot read it; StorageDamaged where it is no sound database.
    """
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    try:
        if not read_only and vfs is None and not path.exists():
            # Made empty with the right mode first: SQLite gives the WAL and the index the mode of the database.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, _PRIVATE_FILE))
        connection = apsw.Connection(str(path), flags=flags, vfs=vfs)
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        if read_only:
            connection.pragma("query_only", True)
            # The last connection to close would checkpoint, even a read-only one: it syncs the WAL before it fails.
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        else:
            connection.pragma("journal_mode", "wal")
            connection.pragma("synchronous", synchronous)
            if checkpoint_pages is not None:
                connection.wal_autocheckpoint(checkpoint_pages)
            write_wal_anew(connection, vfs)
            # What a killed program left goes into the file at once, and a new WAL begins behind it.
            with suppress(apsw.BusyError):  # Somebody else is at it.
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            # SQLite makes the WAL's name durable with its first sync, but swallows a failure of that.
            sync_folder(path.parent)
        connection.pragma("foreign_keys", True)
        connection.pragma("trusted_schema", False)
        connection.pragma("temp_store", "memory")
    except (apsw.CantOpenError, PermissionError, FileNotFoundError, NotADirectoryError) as error:
        raise FolderNotWritable(
            f"{path} cannot be opened: {error}", "check that the folder exists and belongs to this user"
        ) from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise StorageDamaged(f"{path} cannot be used: {error}", _DAMAGED_HINT) from error
    except (apsw.Error, OSError) as error:
        raise StorageUnavailable(f"{path} cannot be used: {error}", "run `hooklog check`") from error
    return connection


def make_durable(path: Path, vfs: str | None = None) -> None:
    """Sync what a killed program may have written to a file without syncing it. Blocks for the sync.

    Whoever only reads a file, and lets go of something elsewhere because of what is in it, calls this first.
    May be repeated, also while others use the file. Raises what `open_database` does.
    """
    open_database(path, vfs=vfs).close()


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite in use, e.g. (3, 51, 3)."""
    return tuple(int(part) for part in apsw.sqlite_lib_version().split("."))


@contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Turn SQLite's errors about the world into ours; mistakes in our own SQL pass through.

    Raises:
        StorageDamaged: the file is no database, malformed, or lacks a table, column or index.
        StorageUnavailable: an I/O error, a full disk, or a lock that stayed.
    """
    try:
        yield
    except _UNAVAILABLE as error:
        raise StorageUnavailable(f"{what}: {error}", "check the disk: space, permissions, health") from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise StorageDamaged(f"{what}: {error}", _DAMAGED_HINT) from error
    except apsw.SQLError as error:
        # Migrations make every table, so one that is missing went by another way than ours.
        if not str(error).startswith("no such "):
            raise
        raise StorageDamaged(f"{what}: {error}", _DAMAGED_HINT) from error


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE ... COMMIT; rolled back when the body raises or the commit fails."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(connection: apsw.Connection) -> Iterator[None]:
    """All reads of the body see one state of the file. Keep it short: no checkpoint passes it. May be nested."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")


def row_of(connection: apsw.Connection, statement: str, values: Sequence[Any] = ()) -> tuple[Any, ...]:
    """The first row of a statement that always has one."""
    row = connection.execute(statement, values).fetchone()
    assert row is not None, f"no row: {statement}"
    return cast("tuple[Any, ...]", row)


def insert_rows(connection: apsw.Connection, into: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert many rows, in half the time that `executemany` takes. Inside a transaction.

    Args:
        connection: a writer's.
        into: how the statement begins, e.g. "INSERT INTO entry".
        rows: of one length.
    """
    if not rows:
        return
    row = f"({','.join('?' * len(rows[0]))})"
    whole = len(rows) // _ROWS_AT_ONCE * _ROWS_AT_ONCE
    many = f"{into} VALUES {','.join([row] * _ROWS_AT_ONCE)}"
    for first in range(0, whole, _ROWS_AT_ONCE):
        connection.execute(many, tuple(chain.from_iterable(rows[first : first + _ROWS_AT_ONCE])))
    connection.executemany(f"{into} VALUES {row}", rows[whole:])


class ReaderPool:
    """One read-only connection a thread, opened when first asked for."""

    def __init__(self, path: Path, vfs: str | None = None, *, cache_kib: int) -> None:
        """Args: `path`: a database file that exists; `vfs`: see `open_database`; `cache_kib`: the most that a
        connection remembers of the file.
        """
        self._cache_kib = cache_kib
        self._path = path
        self._vfs = vfs
        self._local = threading.local()
        self._all: list[apsw.Connection] = []
        self._lock = threading.Lock()

    def connection(self) -> apsw.Connection:
        """The calling thread's connection. Hold no transaction on it for longer than a second."""
        found: apsw.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = open_database(self._path, read_only=True, vfs=self._vfs)
            found.pragma("cache_size", -self._cache_kib)
            self._local.connection = found
            with self._lock:
                self._all.append(found)
        return found

    def close(self) -> None:
        """Close every connection; call it when no thread reads any more."""
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
            self._local = threading.local()
