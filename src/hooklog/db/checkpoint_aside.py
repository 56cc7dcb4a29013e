"""Checkpoints beside a writer: a thread moves most of the WAL into the database file while commits go on.

Moving 2,000 pages takes some 70 ms, nearly all of it waiting for the disk. The thread has a connection of its own,
as any other process could; what has been committed meanwhile is little, and the writer moves that itself, so that the
next commit begins the WAL anew and it does not grow without end.
"""

import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

import apsw
import structlog

from hooklog.db.sqlite import BUSY_TIMEOUT_MS

__all__ = ["CheckpointAside"]

# So few pages the writer moves itself, some milliseconds.
LEFT_PAGES_MAX: Final = 500
# Behind so much the disk is slower than the commits are: the writer waits for it.
WAL_PAGES_MAX: Final = 16_000
# Cut off beyond that once it begins anew; less would be cut off and allocated each time.
WAL_BYTES_KEPT: Final = 32 * 1024 * 1024

diagnostics = structlog.get_logger()


class CheckpointAside:
    """The checkpoints of one writer's connection. All but the thread is called on the writer's thread."""

    def __init__(self, connection: apsw.Connection, path: Path, pages: int, vfs: str | None = None) -> None:
        """Take the place of SQLite's automatic checkpoints, and start the thread.

        Args:
            connection: the writer's.
            path: its database file.
            pages: how long the WAL grows before it is moved.
            vfs: see `open_database`.
        """
        self._path = path
        self._pages = pages
        self._vfs = vfs
        self._connection = connection
        self._is_wanted = threading.Event()
        self._is_ending = False
        # How many pages of the present WAL the thread has moved; None while it is at work.
        self._moved: int | None = 0
        # A WAL that was left behind is written anew at the next start, so it is not to stay as long as it once was.
        connection.pragma("journal_size_limit", WAL_BYTES_KEPT)
        self._thread = threading.Thread(target=self._run, name="checkpoint", daemon=True)
        self._thread.start()
        connection.set_wal_hook(self._committed)

    def end(self) -> None:
        """Let the thread finish what it is at. The connection may be closed behind this."""
        self._connection.set_wal_hook(None)
        self._is_ending = True
        self._is_wanted.set()
        self._thread.join()

    def _committed(self, connection: apsw.Connection, name: str, pages: int) -> int:
        """After each commit: `pages` is how long the WAL is."""
        moved = self._moved
        if pages < self._pages:
            return apsw.SQLITE_OK
        if pages >= WAL_PAGES_MAX or (moved is not None and 0 <= pages - moved <= LEFT_PAGES_MAX):
            # As SQLite does by itself: what fails here fails the next commit too, or does no harm.
            with suppress(apsw.Error):
                connection.wal_checkpoint(name, apsw.SQLITE_CHECKPOINT_PASSIVE)
                self._moved = 0 if moved is not None else None
        elif moved is not None:
            self._moved = None
            self._is_wanted.set()
        return apsw.SQLITE_OK

    def _run(self) -> None:
        connection = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=self._vfs)
        try:
            connection.set_busy_timeout(BUSY_TIMEOUT_MS)
            connection.pragma("journal_mode")  # A connection that has read nothing does not know of the WAL.
            while True:
                self._is_wanted.wait()
                self._is_wanted.clear()
                if self._is_ending:
                    return
                self._moved = self._move(connection)
        finally:
            connection.close()

    def _move(self, connection: apsw.Connection) -> int:
        """How many pages of the WAL are in the file now; 0 where that is not known."""
        try:
            return max(0, connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)[1])
        except apsw.Error as error:
            diagnostics.warning("checkpoint_failed", path=str(self._path), error=str(error))
            return 0
