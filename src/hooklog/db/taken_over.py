"""What a killed program left in a WAL is made durable before anybody builds on it.

A killed program may leave frames that it wrote and never synced, and others whose sync failed. Both read as
committed, from the memory of the operating system, and of the latter a later sync writes nothing: Linux takes
them for clean. A checkpoint that goes by them changes the database file, and a loss of power during it then
leaves a file half changed with no WAL to mend it by. So the bytes are written once more, which makes every one
of them a change that the next sync has to write.
"""

from contextlib import suppress
from pathlib import Path

import apsw

__all__ = ["write_wal_anew"]

# SQLite's unix VFS takes less than 128 KiB in one call.
_PIECE_BYTES = 64 * 1024


def write_wal_anew(connection: apsw.Connection, vfs: str | None) -> None:
    """Write the WAL's bytes over themselves and sync them. Blocks for the sync; does nothing without a WAL.

    Whatever of it survives a loss of power half way is what was there before. May be repeated, also while others
    use the file: it holds the writer's lock. Where another holds that for longer than the busy timeout it is left
    out, since whoever writes has opened the file by this too.

    Args:
        connection: one that can write and is in no transaction.
        vfs: the name of the VFS that it was opened by; None for the operating system's.

    Raises:
        apsw.Error: the disk failed.
    """
    path = Path(connection.filename_wal)
    # Looked at beforehand, so that a clean start neither locks nor syncs anything.
    if not path.exists() or path.stat().st_size == 0:
        return
    with suppress(apsw.BusyError):
        connection.execute("BEGIN IMMEDIATE")
        try:
            _write_anew(path, vfs)
        finally:
            connection.execute("ROLLBACK")


def _write_anew(path: Path, vfs: str | None) -> None:
    # The WAL has no locks of its own, so opening it beside SQLite drops none.
    file = apsw.VFSFile(vfs or "", str(path), [apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_READWRITE, 0])
    try:
        size = file.xFileSize()
        for offset in range(0, size, _PIECE_BYTES):
            file.xWrite(file.xRead(min(_PIECE_BYTES, size - offset), offset), offset)
        file.xSync(apsw.SQLITE_SYNC_FULL)
    finally:
        file.xClose()
