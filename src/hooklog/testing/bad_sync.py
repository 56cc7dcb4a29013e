"""A disk that works, but refuses one sync when told to: what the journal must survive by going on elsewhere.

Unlike the disk of `hooklog.testing.disk` nothing is lost; the files are the operating system's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

__all__ = ["BadSync", "bad_sync"]


class BadSync(apsw.VFS):
    """A VFS over the operating system's. Use its `name` with `open_database`.

    `fails_next` is the end of a file's name, such as "-wal": the next sync of such a file fails, once.
    `synced` are the names of the files that SQLite tried to sync, in order.
    """

    def __init__(self) -> None:
        """Registers itself."""
        self.name = "bad-sync"
        super().__init__(self.name, base="", maxpathname=0)
        self.fails_next = ""
        self.synced: list[str] = []

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """See apsw.VFS."""
        return apsw.VFSFile("", name, flags) if name is None else _BadSyncFile(self, name, flags)


@contextmanager
def bad_sync() -> Iterator[BadSync]:
    """The VFS, one at a time. Close every connection before leaving."""
    vfs = BadSync()
    try:
        yield vfs
    finally:
        vfs.unregister()


class _BadSyncFile(apsw.VFSFile):
    def __init__(self, vfs: BadSync, name: str | apsw.URIFilename, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._vfs = vfs
        self._name = Path(name if isinstance(name, str) else name.filename()).name

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._vfs.synced.append(self._name)
        if self._vfs.fails_next and self._name.endswith(self._vfs.fails_next):
            self._vfs.fails_next = ""
            raise apsw.IOError("the disk refuses")
        super().xSync(flags)
