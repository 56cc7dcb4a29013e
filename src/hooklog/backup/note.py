"""What a backup says of itself, in `backup.json`: when it was made, of which log, and every file with its digest."""

import hashlib
import os
from pathlib import Path, PurePosixPath

import msgspec

from hooklog.errors import BackupError
from hooklog.files import BACKUP_NOTE

__all__ = ["BackupNote", "CopiedFile", "described", "read_note", "write_note"]

_FORM = 1


class CopiedFile(msgspec.Struct, frozen=True, rename="camel"):
    """One file of a backup, by its path in it; `sha256` in hex."""

    name: str
    bytes: int
    sha256: str


class BackupNote(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A backup. Everything acknowledged before `began_ms` is in it; `position` and `sequence` are where its log stands.

    `is_checked`: whether the copy was looked at as `hooklog check` does. `form` tells later versions how to read it.
    """

    form: int = _FORM
    version: str
    began_ms: int
    ended_ms: int
    log_id: str
    position: int
    sequence: int
    is_checked: bool = True
    files: tuple[CopiedFile, ...]

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(file.bytes for file in self.files)


def described(folder: Path, path: Path) -> CopiedFile:
    """What a note says of a file in a backup. Reads it; nobody may have it open as a database in this process."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return CopiedFile(path.relative_to(folder).as_posix(), file.tell(), digest.hexdigest())


def write_note(folder: Path, note: BackupNote) -> None:
    """Write and sync the note of a backup; its name becomes durable with the folder."""
    descriptor = os.open(folder / BACKUP_NOTE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(note), indent=1) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_note(folder: Path) -> BackupNote:
    """The note of a backup.

    Raises:
        BackupError: the folder is none, or a newer version made it.
    """
    try:
        note = msgspec.json.decode((folder / BACKUP_NOTE).read_bytes(), type=BackupNote)
    except OSError as error:
        raise BackupError(
            f"{folder} is no backup: {BACKUP_NOTE} cannot be read ({error.strerror})",
            "name a folder that `hooklog backup` made",
        ) from error
    except msgspec.MsgspecError as error:
        raise BackupError(f"{folder / BACKUP_NOTE} cannot be read: {error}", "take another backup") from error
    if note.form != _FORM:
        raise BackupError(
            f"{folder} has form {note.form}, this version of hooklog knows {_FORM}",
            "use the hooklog that made it",
        )
    for file in note.files:
        if PurePosixPath(file.name).is_absolute() or ".." in PurePosixPath(file.name).parts:
            raise BackupError(
                f"{folder / BACKUP_NOTE} names {file.name!r}, which lies elsewhere", "do not trust it"
            )
    return note
