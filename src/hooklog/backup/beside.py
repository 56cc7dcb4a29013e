"""A folder comes into being whole: made under another name beside its own, synced, and renamed.

What a process that was killed left under such a name is removed by the next one that makes a folder in the same place.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from hooklog.errors import FolderError, FolderInUse
from hooklog.files import sync_folder

__all__ = ["UNFINISHED", "made_beside", "refuse_taken"]

UNFINISHED: Final = ".hooklog-unfinished"
"""How the name of a folder ends that is being made; nothing else of ours, or of anybody's, is called so."""


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
    """
    os.umask(0o077)
    refuse_taken(folder)
    unfinished = folder.parent / f".{folder.name}{UNFINISHED}"
    try:
        _make_parents(folder.parent)
        _remove_left(folder.parent, told)
        descriptor = _make_locked(unfinished)
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
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    finally:
        os.close(descriptor)


def _make_parents(parent: Path) -> None:
    missing = [path for path in (parent, *parent.parents) if not path.exists()]
    parent.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)


def _make_locked(path: Path) -> int:
    """Make a folder and lock it; returns what holds the lock until it is closed."""
    try:
        path.mkdir(mode=0o700)
        descriptor = _lock(path)
    except (FileExistsError, FileNotFoundError):
        # There already, or looked at by another process in the moment in which it was made.
        descriptor = None
    if descriptor is None:
        raise FolderInUse(f"another process makes {path}", "wait until that has ended")
    return descriptor


def _lock(path: Path) -> int | None:
    """None where somebody has it. It is a lock on the folder itself, so it leaves no file in what is made."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _remove_left(parent: Path, told: Callable[[str], None]) -> None:
    for path in sorted(parent.glob(f".*{UNFINISHED}")):
        descriptor = _lock(path)
        if descriptor is not None:
            shutil.rmtree(path)
            os.close(descriptor)
            told(f"removed {path}, which a killed process had left")


def _rename(unfinished: Path, folder: Path) -> None:
    try:
        unfinished.rename(folder)
    except OSError as error:
        raise FolderError(
            f"{folder} cannot be made: {error.strerror}", f"somebody else made {folder}?"
        ) from error
    sync_folder(folder.parent)
