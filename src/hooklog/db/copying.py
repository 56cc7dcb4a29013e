"""Copying a database file beside those who write it: page by page, all out of one snapshot (decision 0020).

Writers go on meanwhile. But no checkpoint passes the snapshot, so the source's WAL grows with what they write; the
copy ends with an error before that fills the disk.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import apsw
import msgspec

from hooklog.db.sqlite import open_database, row_of, storage_errors
from hooklog.errors import BackupError

__all__ = ["COMPANIONS", "CopyLimits", "copy_database", "remove_companions"]

COMPANIONS: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file, by what is added to its name."""

# 4 MiB, synced each time: where all goes to the disk at once, pushes wait up to a second for their own syncs.
_PAGES_AT_ONCE = 1_024
_PRIVATE_FILE = 0o600


class CopyLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How far a WAL may grow while a file is copied: less far where little is left free on its disk.

    At half as much free space as `free_bytes_min` the server would begin to refuse pushes.
    """

    wal_bytes_max: int = 8 * 1024**3
    tight_wal_bytes_max: int = 64 * 1024**2
    free_bytes_min: int = 512 * 1024**2


def copy_database(
    source: Path, target: Path, told: Callable[[int], None], limits: CopyLimits | None = None
) -> None:
    """Make a copy of a database file as it is at one instant after the call, synced. Blocks.

    Nobody who writes the source waits for this. It may be killed at any time: the source is only read.

    Args:
        source: the file; it may be in use, by a process that is alive or was killed.
        target: where nothing lies yet.
        told: how many more bytes have been copied.
        limits: see CopyLimits.

    Raises:
        BackupError: the source's WAL grew beyond the limits.
        StorageUnavailable, StorageDamaged, FolderNotWritable: see `open_database`.
    """
    limits = limits or CopyLimits()
    # Closed behind the connection to it, whose locks that would drop.
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE_FILE)) as file:
        with (
            closing(open_database(source, read_only=True)) as origin,
            storage_errors(f"copying {source.name}"),
            closing(apsw.Connection(str(target))) as copy,
        ):
            # Nobody reads it before it is whole.
            copy.pragma("journal_mode", "off")
            copy.pragma("synchronous", "off")
            with _held(origin):
                page_bytes = int(row_of(origin, "PRAGMA page_size")[0])
                for pages in _steps(origin, copy):
                    os.fdatasync(file.fileno())
                    told(pages * page_bytes)
                    _keep_to(limits, source)
        os.fsync(file.fileno())


@contextmanager
def _held(connection: apsw.Connection) -> Iterator[None]:
    """One snapshot for all steps: a copy that takes a new one with each begins anew whenever somebody commits."""
    connection.execute("BEGIN")
    try:
        row_of(connection, "SELECT count(*) FROM sqlite_schema")
        yield
    finally:
        connection.execute("ROLLBACK")


def _steps(origin: apsw.Connection, copy: apsw.Connection) -> Iterator[int]:
    """Copies; after each step, how many pages it had."""
    with copy.backup("main", origin, "main") as steps:
        left: int | None = None
        while not steps.done:
            steps.step(_PAGES_AT_ONCE)
            yield (steps.page_count if left is None else left) - steps.remaining
            left = steps.remaining


def _keep_to(limits: CopyLimits, source: Path) -> None:
    wal = source.with_name(f"{source.name}-wal")
    try:
        wal_bytes = wal.stat().st_size
    except FileNotFoundError:
        return
    room = os.statvfs(source.parent)
    is_tight = room.f_bavail * room.f_frsize < limits.free_bytes_min
    if wal_bytes > (limits.tight_wal_bytes_max if is_tight else limits.wal_bytes_max):
        raise BackupError(
            f"{wal.name} has grown to {wal_bytes / 1024**2:,.0f} MiB while {source.name} was being copied",
            "nothing was lost; make room on its disk, or back up to a faster disk or when less is written",
        )


def remove_companions(path: Path) -> None:
    """Remove what SQLite left beside a file that nobody has open and whose WAL is empty."""
    for suffix in COMPANIONS:
        beside = path.with_name(path.name + suffix)
        assert suffix == "-shm" or not beside.exists() or beside.stat().st_size == 0, beside
        beside.unlink(missing_ok=True)
