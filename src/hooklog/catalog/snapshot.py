"""The catalog as it was at one instant, or as it would be: for those who judge by it and change nothing."""

from collections.abc import Iterable
from contextlib import AbstractContextManager

from hooklog.catalog.audit import Author, Change, Subject
from hooklog.catalog.base import AUDITS_MAX
from hooklog.catalog.changes import Changes
from hooklog.catalog.definition import Definition
from hooklog.catalog.reading import CatalogReading
from hooklog.catalog.state import CatalogState

__all__ = ["SnapshotCatalog"]


class SnapshotCatalog(CatalogReading):
    """See Catalog. It knows the newest version of each definition only, and no audit."""

    def __init__(self, state: CatalogState) -> None:
        """Args: `state`: all that it will ever know."""
        super().__init__()
        self._state = state

    def with_drafts(self, drafts: Iterable[Subject]) -> "SnapshotCatalog":
        """This catalog with definitions and mappings put in that nobody has stored."""
        return SnapshotCatalog(self._state.with_all(list(drafts)))

    def refresh(self) -> bool:
        """See Catalog; nothing changes it."""
        return False

    def definition_version(self, org_id: int, name: str, version: int) -> Definition | None:
        """See Catalog."""
        newest = self.definition(org_id, name)
        return newest if newest is not None and newest.version == version else None

    def audits(self, org_id: int, event_name: str | None = None, limit: int = AUDITS_MAX) -> list[Change]:
        """See Catalog."""
        raise AssertionError(f"a snapshot has no audit to give {limit} items of {event_name} of {org_id}")

    def changing(self, by: Author | None = None) -> AbstractContextManager[Changes]:
        """See Catalog."""
        raise AssertionError(f"a snapshot cannot be changed, also not by {by}")

    def close(self) -> None:
        """See Catalog."""
