"""The catalog in memory: the oracle of the conformance suite, and the catalog of in-process tests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hooklog.catalog.audit import Author, Change
from hooklog.catalog.base import AUDITS_MAX
from hooklog.catalog.changes import Changes
from hooklog.catalog.definition import Definition
from hooklog.catalog.reading import CatalogReading
from hooklog.event import wall_clock_ms

__all__ = ["MemoryCatalog"]


class MemoryCatalog(CatalogReading):
    """See Catalog."""

    def __init__(self, clock_ms: Callable[[], int] = wall_clock_ms) -> None:
        """Empty. Args: `clock_ms`: tells epoch milliseconds."""
        super().__init__()
        self._clock_ms = clock_ms
        self._lock = threading.Lock()
        self._versions: dict[tuple[int, str, int], Definition] = {}
        self._audits: list[Change] = []

    def refresh(self) -> bool:
        """See Catalog; nobody else can change it."""
        return False

    def definition_version(self, org_id: int, name: str, version: int) -> Definition | None:
        """See Catalog."""
        return self._versions.get((org_id, name, version))

    def audits(self, org_id: int, event_name: str | None = None, limit: int = AUDITS_MAX) -> list[Change]:
        """See Catalog."""
        found = [
            change
            for change in reversed(self._audits)
            if change.org_id == org_id and event_name in {None, change.event_name}
        ]
        return found[:limit]

    @contextmanager
    def changing(self, by: Author | None = None) -> Iterator[Changes]:
        """See Catalog."""
        with self._lock:
            changes = Changes(self._state, by, self._clock_ms())
            yield changes
            for item in changes.written:
                if isinstance(item, Definition):
                    self._versions[item.org_id, item.name, item.version] = item
            self._audits += changes.audits
            self._state = changes.state

    def close(self) -> None:
        """See Catalog."""
