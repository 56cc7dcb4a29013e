"""What can go wrong with the world. Bad data is never here: it is an outcome with a log entry.

    HooklogError
    ├── SettingsError             a setting is unknown, malformed or contradicts another
    ├── FolderError               the data folder cannot be used
    │   ├── FolderNotWritable
    │   ├── FolderInUse           another process holds it
    │   └── FolderTooNew          written by a newer version
    ├── PortTaken                 an address cannot be listened on
    ├── LoadError                 a file for `load` says something impossible
    ├── BackupError               a backup could not be made, or what is to be restored is none
    ├── JournalError
    │   ├── JournalUnavailable    an append could not be made durable; the push was not accepted
    │   │   └── JournalBusy       it takes no more for now
    │   ├── JournalGap            numbers are missing after the position
    │   └── JournalForeign        the journal belongs to another event log
    ├── Fenced                    another worker took over: exit before committing anything
    ├── StorageUnavailable        a database answered with an I/O error or stayed locked
    │   └── StorageDamaged        a file is no database, malformed, or lacks its tables
    ├── Stopping                  what was asked for cannot be brought to its end: this process is stopping
    └── RemoteError               the server that a command talks to refused or cannot be reached

Each carries `code` (a stable word, documented and tested), `retryable` and, where an operator can act, a `hint`.
"""

from typing import ClassVar

__all__ = [
    "BackupError",
    "Fenced",
    "FolderError",
    "FolderInUse",
    "FolderNotWritable",
    "FolderTooNew",
    "HooklogError",
    "JournalBusy",
    "JournalError",
    "JournalForeign",
    "JournalGap",
    "JournalUnavailable",
    "LoadError",
    "PortTaken",
    "RemoteError",
    "SettingsError",
    "Stopping",
    "StorageDamaged",
    "StorageUnavailable",
]


class HooklogError(Exception):
    """The world failed. `str()` is the message; `hint` says what an operator can do about it ("" if nothing)."""

    code: ClassVar[str] = "HOOKLOG_ERROR"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, hint: str = "") -> None:
        """Args: `message`: names the thing, the value and what would be right; `hint`: the operator's next step."""
        super().__init__(message)
        self.hint = hint


class SettingsError(HooklogError):
    """A setting is unknown, malformed or contradicts another."""

    code = "SETTINGS_INVALID"


class FolderError(HooklogError):
    """The data folder cannot be used."""

    code = "FOLDER_UNUSABLE"


class FolderNotWritable(FolderError):
    """The data folder is missing and cannot be made, or cannot be written."""

    code = "FOLDER_NOT_WRITABLE"


class FolderInUse(FolderError):
    """Another process holds the folder (or the role in it)."""

    code = "FOLDER_IN_USE"


class FolderTooNew(FolderError):
    """The folder was written by a newer version of Hooklog."""

    code = "FOLDER_TOO_NEW"


class PortTaken(HooklogError):
    """The address to listen on is taken or not ours."""

    code = "PORT_TAKEN"


class LoadError(HooklogError):
    """A file for `load` cannot be read or says something impossible."""

    code = "LOAD_INVALID"


class BackupError(HooklogError):
    """A backup could not be made whole, or what is to be restored is not a whole backup."""

    code = "BACKUP_FAILED"


class JournalError(HooklogError):
    """Something is wrong with the journal."""

    code = "JOURNAL_ERROR"


class JournalUnavailable(JournalError):
    """An append could not be made durable; the push was not accepted and may be sent again."""

    code = "JOURNAL_UNAVAILABLE"
    retryable = True


class JournalBusy(JournalUnavailable):
    """The journal takes no more for now: its bounds are reached, or it is being closed."""

    code = "JOURNAL_BUSY"


class JournalGap(JournalError):
    """Numbers are missing after the position: acknowledged events may be lost."""

    code = "JOURNAL_GAP"


class JournalForeign(JournalError):
    """The journal was written for another event log."""

    code = "JOURNAL_FOREIGN"


class Fenced(HooklogError):
    """Another worker has taken over the event log. The only right answer is to exit without a commit."""

    code = "FENCED"


class StorageUnavailable(HooklogError):
    """A database answered with an I/O error or stayed locked for longer than the busy timeout."""

    code = "STORAGE_UNAVAILABLE"
    retryable = True


class StorageDamaged(StorageUnavailable):
    """A database file is none, is malformed, or lacks a table that it has had since it was made.

    It is tried again as any failure of storage is, so that intake goes on while an operator puts a sound copy in
    place; nothing is settled by what a damaged file says.
    """

    code = "STORAGE_DAMAGED"


class RemoteError(HooklogError):
    """The server that a command talks to refused the call or cannot be reached."""

    code = "REMOTE_ERROR"


class Stopping(HooklogError):
    """What was asked for cannot be brought to its end: this process is stopping."""

    code = "STOPPING"
    retryable = True
