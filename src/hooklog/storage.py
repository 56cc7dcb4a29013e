"""How much disk a data folder takes, by what lies in it. Sizes only: nothing is opened."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

__all__ = ["FILES_MAX", "Storage", "StorageMeter"]

# The export adds files for ever; to look at so many takes some tens of milliseconds.
FILES_MAX = 20_000
# Pages that many people look at ask again and again; sizes do not change so fast.
_KEPT_SECONDS = 5.0

# By the beginning of a name in the folder; with a write-ahead log beside it, where there is one.
_PARTS = {
    "journal-": "journal",
    "events.db": "event_log",
    "ei.db": "export",
    "ei": "export",
    "catalog.db": "setup",
    "directory.db": "setup",
    "access.db": "setup",
    "jobs.db": "setup",
}
_OTHER = "other"


class Storage(msgspec.Struct, frozen=True):
    """Bytes of each part (`journal`, `event_log`, `export`, `setup`, `other`) and what is free beside them.

    `is_whole` is false where there were more files than are looked at.
    """

    bytes_by_part: dict[str, int]
    free_bytes: int
    is_whole: bool = True


class StorageMeter:
    """Measures one folder, at most once in some seconds. Any thread may ask; blocks for the file system."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        """Args: `clock`: seconds that only grow."""
        self._folder = folder
        self._clock = clock
        self._known: tuple[float, Storage] | None = None

    def measure(self) -> Storage:
        """The sizes, of some seconds ago at most."""
        known, now = self._known, self._clock()
        if known is not None and now < known[0] + _KEPT_SECONDS:
            return known[1]
        measured = _measured(self._folder)
        self._known = (now, measured)
        return measured


def _measured(folder: Path) -> Storage:
    found: Counter[str] = Counter()
    looked_at = 0
    for looked_at, (name, size) in enumerate(_files(folder), 1):
        if looked_at > FILES_MAX:
            break
        found[_part_of(name)] += size
    free = os.statvfs(folder)
    return Storage(dict(found), free.f_bavail * free.f_frsize, looked_at <= FILES_MAX)


def _part_of(name: str) -> str:
    return next((part for start, part in _PARTS.items() if name.startswith(start)), _OTHER)


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """The name in `folder` that each file lies under, and its size on disk; what has just gone is left out."""
    waiting = [(folder, "")]
    while waiting:
        path, top = waiting.pop()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    name = top or entry.name
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((Path(entry.path), name))
                    elif (size := _size_of(entry)) is not None:
                        yield name, size
        except FileNotFoundError:
            continue


def _size_of(entry: os.DirEntry[str]) -> int | None:
    try:
        # A file with holes takes less than its length says.
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except FileNotFoundError:
        return None
