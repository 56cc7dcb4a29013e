"""The pages that were read last, as long as nothing is committed: many ask for the newest entries again and again."""

from collections.abc import Callable
from typing import TypeAlias, cast

import apsw

from hooklog.db.sqlite import storage_errors
from hooklog.event import Entry

__all__ = ["PageMemory"]

_PAGES_MAX = 128
_INPUT_BYTES_MAX = 2 * 1024 * 1024

Place: TypeAlias = tuple[object, ...]


class PageMemory:
    """Belongs to one connection, and so to one thread."""

    def __init__(self, connection: apsw.Connection) -> None:
        """Remembers nothing yet. Args: `connection`: that reads the log."""
        self._connection = connection
        self._version = -1
        self._pages: dict[Place, list[Entry]] = {}
        self._bytes = 0

    def page(self, place: Place, read: Callable[[], list[Entry]]) -> list[Entry]:
        """A page as it is now.

        Args:
            place: what tells it from all other pages.
            read: reads it, in a snapshot of its own.

        Raises:
            StorageUnavailable, StorageDamaged: the file cannot be read.
        """
        # Asked before the page is read: what is committed in between is in the page, and makes it be read again.
        with storage_errors("event log"):
            version = cast("int", self._connection.pragma("data_version"))
        if version != self._version:
            self._forget()
            self._version = version
        found = self._pages.get(place)
        if found is None:
            found = read()
            self._remember(place, found)
        return found

    def _remember(self, place: Place, page: list[Entry]) -> None:
        size = sum(len(entry.input) for entry in page)
        if len(self._pages) >= _PAGES_MAX or self._bytes + size > _INPUT_BYTES_MAX:
            self._forget()
        if size <= _INPUT_BYTES_MAX:
            self._pages[place] = page
            self._bytes += size

    def _forget(self) -> None:
        self._pages.clear()
        self._bytes = 0
