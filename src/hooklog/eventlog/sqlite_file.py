"""The file of the event log, `events.db`: its name, and how it is made."""

import secrets
from pathlib import Path

import apsw

from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, storage_errors, transaction

__all__ = ["CHECKPOINT_PAGES", "FILE_NAME", "open_log"]

FILE_NAME = "events.db"
CHECKPOINT_PAGES = 2_000
"""8 MiB of WAL: while four times as much goes to the disk at once, the journal's syncs wait up to 170 ms."""

# What a commit of claims changes, a page each, and the inner pages of a large file.
_CACHE_KIB = 32 * 1024


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
        folder / FILE_NAME, synchronous=synchronous, vfs=vfs, checkpoint_pages=CHECKPOINT_PAGES
    )
    connection.pragma("cache_size", -_CACHE_KIB)
    with storage_errors("event log"):
        migrate(connection, "eventlog")
        with transaction(connection):
            connection.execute(
                "INSERT OR IGNORE INTO state VALUES (1, ?, 0, 0, 0, NULL, 0, 0, 0)",
                (secrets.token_bytes(16),),
            )
    return connection
