"""A journal file comes into being whole: made under another name, and renamed once it is durable.

So a file that bears a journal's name always has its tables and its origin on disk, whatever failed while it was
made. What the making of one left behind when it was cut short held no event, and the next making removes it.
"""

from contextlib import closing
from pathlib import Path

import apsw

from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, transaction
from hooklog.journal.files import finish_file, remove_file, unfinished_path
from hooklog.journal.sqlite_file import Origin

__all__ = ["begin_file", "make_file"]


def make_file(path: Path, origin: Origin, *, synchronous: str = "FULL", vfs: str | None = None) -> None:
    """Make a journal file without events, durably. Blocks for the syncs; may be repeated after it failed.

    Args:
        path: where it shall lie; nothing of that name is there.
        origin: whose it is and where its numbers start.
        synchronous: see `open_database`; for tests.
        vfs: see `open_database`; for tests.

    Raises:
        HooklogError, apsw.Error, OSError: the disk failed; no file of that name is there, or it is whole.
    """
    unfinished = unfinished_path(path)
    remove_file(unfinished)
    with closing(open_database(unfinished, synchronous=synchronous, vfs=vfs)) as connection:
        migrate(connection, "journal")
        begin_file(connection, origin)
        # A close would swallow that this failed, and leave a WAL behind that the new name does not have.
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    finish_file(path)


def begin_file(connection: apsw.Connection, origin: Origin) -> None:
    """Note whose file it is; before that it counts as unfinished."""
    with transaction(connection):
        connection.execute("INSERT INTO origin VALUES (1, ?, ?)", (origin.log_id, origin.starts_after))
