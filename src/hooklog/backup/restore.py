"""A data folder made of a backup. What was accepted behind the backup is lost; nothing may be taken for it.

Numbers that were given out behind the backup, and that somebody outside may remember, do not come again: the
feed's (`Last-Event-ID`) and those of customers. Request ids do not either, they are of their time.
"""

from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from hooklog.backup.beside import made_beside, refuse_taken
from hooklog.backup.note import BackupNote, CopiedFile, read_note
from hooklog.backup.plain_copy import copy_plain
from hooklog.backup.take import Watcher
from hooklog.db.sqlite import open_database, storage_errors
from hooklog.directory.sqlite import FILE_NAME as DIRECTORY_FILE
from hooklog.directory.sqlite_user_ids import leave_out_user_ids
from hooklog.errors import BackupError, FolderError
from hooklog.eventlog.sqlite_file import FILE_NAME as EVENTS_FILE
from hooklog.eventlog.sqlite_restored import leap
from hooklog.files import sync_file
from hooklog.server import prepare

__all__ = ["Restored", "restore"]

# A commit is synced, and takes a tenth of a millisecond at the very least.
_COMMITS_PER_MS: Final = 10
# For clocks that differ by a day, of the machine that was lost and this one.
_COMMITS_MORE: Final = 1_000_000_000
# Imports make more in a second, but not for long. Not more than that: some systems keep ids in 32 bits.
_CUSTOMERS_PER_MS: Final = 1
_CUSTOMERS_MORE: Final = 10_000_000


class Restored(msgspec.Struct, frozen=True, rename="camel"):
    """What was restored: the backup, how old it is, and the first number of the feed that is new."""

    folder: str
    backup: BackupNote
    age_ms: int
    first_sequence: int


def restore(backup: Path, folder: Path, now_ms: int, watcher: Watcher) -> Restored:
    """Make a data folder of a backup; it is there, whole and synced, when this returns, or it is not there.

    Args:
        backup: a folder that `take_backup` made; it is only read.
        folder: does not exist yet, or is empty.
        now_ms: epoch milliseconds.
        watcher: is told how far it is.

    Raises:
        BackupError: the backup is none, or a file of it is missing or not as it was.
        FolderError: `folder` cannot be made.
        FolderTooNew: a newer version made the backup.
    """
    note = read_note(backup)
    if folder.resolve().is_relative_to(backup.resolve()):
        raise FolderError(f"{folder} lies in the backup", "name a folder elsewhere")
    refuse_taken(folder)
    age_ms = now_ms - note.began_ms
    with made_beside(folder, watcher.remarks) as made:
        watcher.begins("copying and comparing", note.bytes)
        for file in note.files:
            _copy(backup, made, file, watcher)
        watcher.begins("making it ready")
        prepare(made)
        first = _go_on_behind(made, max(0, age_ms), now_ms)
    return Restored(str(folder), note, age_ms, first)


def _copy(backup: Path, made: Path, file: CopiedFile, watcher: Watcher) -> None:
    hint = "this backup is damaged; restore another one"
    try:
        copied = copy_plain(backup / file.name, made / file.name, file.name, watcher.moved)
    except FileNotFoundError as error:
        raise BackupError(f"{backup / file.name} is missing", hint) from error
    if copied != file:
        raise BackupError(f"{backup / file.name} is not as it was when the backup was taken", hint)


def _go_on_behind(folder: Path, age_ms: int, now_ms: int) -> int:
    """Leave out the numbers that may have been given out behind the backup: more than there can have been."""
    with storage_errors("event log"), closing(open_database(folder / EVENTS_FILE)) as log:
        first = leap(log, age_ms * _COMMITS_PER_MS + _COMMITS_MORE, now_ms)
    with storage_errors("directory"), closing(open_database(folder / DIRECTORY_FILE)) as directory:
        leave_out_user_ids(directory, age_ms * _CUSTOMERS_PER_MS + _CUSTOMERS_MORE)
    for path in folder.glob("*.db"):
        sync_file(path)
    return first
