"""The file of the event log, `events.db`: its name, and how it is made."""

import secrets
from pathlib import Path

import apsw

from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, storage_errors, transaction

__all__ = ["FILE_NAME", "open_log"]

FILE_NAME = "events.db"
_CHECKPOINT_PAGES = 8_000  # 32 MiB of WAL


def open_log(folder: Path, *, synchronous: str = "FULL", vfs: str | None = None) -> apsw.Connection:
    """Open the event log for writing; a new one is made, with an id of its own, and an old one brought up to date.

    Args:
        folder: the data folder.
        synchronous: see `open_database`.
        vfs: see `open_database`.

    Raises:
        FolderTooNew: the file was written by a newer version.
        FolderNotWritable, StorageUnavailable, StorageDamaged: see `open_database`.
    """
    connection = open_database(
        folder / FILE_NAME, synchronous=synchronous, vfs=vfs, checkpoint_pages=_CHECKPOINT_PAGES
    )
    with storage_errors("event log"):
        migrate(connection, "eventlog")
        with transaction(connection):
            connection.execute(
                "INSERT OR IGNORE INTO state VALUES (1, ?, 0, 0, 0, NULL, 0, 0, 0)",
                (secrets.token_bytes(16),),
            )
    return connection
