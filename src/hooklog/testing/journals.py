"""One journal of each backend, opened again and again as edges and workers open it; for the conformance suite."""

from pathlib import Path
from typing import Protocol

from hooklog.journal.base import JournalReader, JournalWriter
from hooklog.journal.memory import MemoryJournal
from hooklog.journal.sqlite import SqliteJournalReader, SqliteJournalWriter

__all__ = ["LOG_ID", "InMemory", "InSqlite", "Journal"]

LOG_ID = b"journal of tests"


class Journal(Protocol):
    """What is opened keeps its events until the test ends."""

    def writer(self, position: int = 0) -> JournalWriter:
        """Open it as an edge does, with the event log at this position."""

    def reader(self) -> JournalReader:
        """Open it as a worker does."""

    def close(self) -> None:
        """Close all that was opened."""


class InMemory:
    """Its content lives as long as this object, so opening it again is asking for it again."""

    def __init__(self) -> None:
        """Empty; numbers start above the position of the first writer."""
        self._journal: MemoryJournal | None = None

    def writer(self, position: int = 0) -> MemoryJournal:
        """See Journal."""
        if self._journal is None:
            self._journal = MemoryJournal(starts_after=position)
        return self._journal

    def reader(self) -> MemoryJournal:
        """See Journal."""
        return self.writer()

    def close(self) -> None:
        """See Journal."""


class InSqlite:
    """Its content lives in a folder."""

    def __init__(self, folder: Path) -> None:
        """Args: `folder`: exists and is empty."""
        self._folder = folder
        self._opened: list[SqliteJournalWriter | SqliteJournalReader] = []

    def writer(self, position: int = 0) -> SqliteJournalWriter:
        """See Journal."""
        writer = SqliteJournalWriter(self._folder, log_id=LOG_ID, position=position)
        self._opened.append(writer)
        return writer

    def reader(self) -> SqliteJournalReader:
        """See Journal."""
        reader = SqliteJournalReader(self._folder, log_id=LOG_ID)
        self._opened.append(reader)
        return reader

    def close(self) -> None:
        """See Journal."""
        for one in self._opened:
            one.close()
