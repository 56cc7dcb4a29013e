"""A folder comes into being whole: made under another name beside its own, synced, and renamed.

What a process that was killed left under such a name is removed by the next one that makes a folder in the same place.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from hooklog.errors import BackupError, FolderError, FolderInUse
from hooklog.files import RoleLock, sync_folder

__all__ = ["LOCK_NAME", "UNFINISHED", "made_beside", "refuse_taken"]

UNFINISHED: Final = ".hooklog-unfinished"
"""How the name of a folder ends that is being made; nothing else of ours, or of anybody's, is called so."""

_ROLE: Final = "making"
LOCK_NAME: Final = f"{_ROLE}.lock"
"""In a folder that is being made; a file, since some network file systems lock no folders."""


def refuse_taken(folder: Path) -> None:
    """Raise FolderError unless a folder of this name can be made: nothing may be in it yet."""
    hint = "name a folder that does not exist yet, or an empty one"
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise FolderError(f"{folder} is no folder", hint)
    if os.path.ismount(folder):
        raise FolderError(
            f"{folder} is where a disk is mounted: a folder cannot take its place",
            f"name one in it, {folder}/data",
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise FolderError(f"{folder} is not empty", hint)


@contextmanager
def made_beside(folder: Path, told: Callable[[str], None]) -> Iterator[Path]:
    """The folder that becomes `folder` when the body has ended, or goes when the body raises.

    Whoever fills it syncs its files; the folders are synced here. From now on this process makes private files only.

    Args:
        folder: see `refuse_taken`; its parents are made if missing.
        told: what was removed that a killed process had left.

    Raises:
        FolderInUse: another process is making the same folder.
        FolderError: there is something of that name, or it cannot be made.
        BackupError: the body raised an OSError: a disk failed or is full.
    """
    os.umask(0o077)
    refuse_taken(folder)
    unfinished = folder.parent / f".{folder.name}{UNFINISHED}"
    try:
        _make_parents(folder.parent)
        _remove_left(folder.parent, told)
        lock = _make_locked(unfinished)
    except OSError as error:
        raise FolderError(
            f"{error.filename or unfinished} cannot be made: {error.strerror}",
            "check who owns the folder above it",
        ) from error
    try:
        yield unfinished
        for path, _, _ in os.walk(unfinished, topdown=False):
            sync_folder(Path(path))
        _rename(unfinished, folder)
    except BaseException as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        if not isinstance(error, OSError):
            raise
        raise BackupError(
            f"{error.filename or unfinished}: {error.strerror}", "check both disks: space, rights, health"
        ) from error
    finally:
        lock.release()


def _make_parents(parent: Path) -> None:
    missing = [path for path in (parent, *parent.parents) if not path.exists()]
    parent.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)


def _make_locked(path: Path) -> RoleLock:
    """Make a folder that says by a lock in it that somebody is alive who fills it."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError as error:
        raise FolderInUse(f"another process makes {path}", "wait until that has ended") from error
    return RoleLock(path, _ROLE, wait_seconds_max=0.0)


def _remove_left(parent: Path, told: Callable[[str], None]) -> None:
    for path in sorted(parent.glob(f".*{UNFINISHED}")):
        try:
            lock = RoleLock(path, _ROLE, wait_seconds_max=0.0)
        except FolderInUse:
            continue
        shutil.rmtree(path)
        lock.release()
        told(f"removed {path}, which a killed process had left")


def _rename(unfinished: Path, folder: Path) -> None:
    try:
        unfinished.rename(folder)
    except OSError as error:
        raise FolderError(
            f"{folder} cannot be made: {error.strerror}", f"somebody else made {folder}?"
        ) from error
    sync_folder(folder.parent)
    # Not sooner: what is whole would be taken for what was left. Where this process is killed here it does no harm.
    (folder / LOCK_NAME).unlink(missing_ok=True)
    sync_folder(folder)
