"""The data folder: made private and durable, locked by role, refused clearly when it cannot be used."""

import fcntl
import os
import time
from pathlib import Path
from typing import Final

from hooklog.errors import FolderError, FolderInUse, FolderNotWritable

__all__ = ["BACKUP_NOTE", "RoleLock", "prepare_folder", "sync_file", "sync_folder"]

BACKUP_NOTE: Final = "backup.json"
"""In a folder that is a backup: nobody works on that, since what it has lost is told by restoring it only."""

_LOCK_POLL_SECONDS = 0.05


def sync_folder(folder: Path) -> None:
    """Make names that were added to or removed from a folder durable. Blocks for the sync."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def sync_file(path: Path) -> None:
    """Make what others have written into a file durable. Blocks for the sync."""
    _sync(path, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def prepare_folder(folder: Path) -> None:
    """Make the data folder (0700) with its parents if missing, durably; check that it can be written.

    Raises:
        FolderNotWritable: it cannot be made, is not a folder, or refuses a file.
        FolderError: it is a backup.
    """
    if (folder / BACKUP_NOTE).exists():
        raise FolderError(
            f"{folder} is a backup, which stays as it is",
            f"`hooklog restore {folder} --data DIR` and use DIR",
        )
    hint = "choose another folder with --data, or give this user the right to write there"
    try:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in missing:
            sync_folder(path.parent)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        raise FolderNotWritable(
            f"the data folder {folder} cannot be written: {error.strerror}", hint
        ) from error


class RoleLock:
    """An exclusive lock on `<role>.lock` in the data folder, held until the process ends (or `release`).

    It is flock on a file that is nothing else, so it never meets SQLite's own POSIX locks.
    """

    def __init__(self, folder: Path, role: str, wait_seconds_max: float = 5.0) -> None:
        """Take the lock, waiting a while for a predecessor that is just ending.

        Raises:
            FolderInUse: somebody else holds it; the message names the process.
            FolderNotWritable: its file cannot be opened, such as one that another user has made.
        """
        path = folder / f"{role}.lock"
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FolderNotWritable(
                f"the lock {path} cannot be opened: {error.strerror}",
                "check that the folder and all that is in it belong to this user",
            ) from error
        deadline = time.monotonic() + wait_seconds_max
        while not self._try():
            if time.monotonic() >= deadline:
                holder = os.pread(self._descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
                os.close(self._descriptor)
                raise FolderInUse(
                    f"another hooklog {role} (process {holder}) holds the data folder {folder}",
                    "stop that process, or choose another folder with --data",
                )
            time.sleep(_LOCK_POLL_SECONDS)
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode("ascii"), 0)

    def _try(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Let the next one in."""
        os.close(self._descriptor)
