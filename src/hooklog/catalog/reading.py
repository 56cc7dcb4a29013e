"""What every catalog does the same: it answers from the state in memory and writes within transactions."""

from contextlib import AbstractContextManager

from hooklog.catalog.audit import Author
from hooklog.catalog.changes import Changes
from hooklog.catalog.definition import Definition
from hooklog.catalog.mapping import OrgMapping
from hooklog.catalog.saved_filter import SavedFilter
from hooklog.catalog.state import CatalogState
from hooklog.catalog.webhook import Webhook

__all__ = ["CatalogReading"]


class CatalogReading:
    """The part of Catalog that does not depend on where it is kept. `_state` is replaced whole, never changed."""

    def __init__(self) -> None:
        """Nothing is set up."""
        self._state = CatalogState({}, {})

    def changing(self, by: Author | None = None) -> AbstractContextManager[Changes]:
        """See Catalog."""
        raise AssertionError(f"each catalog has its own transactions, also for {by}")

    def definition_version(self, org_id: int, name: str, version: int) -> Definition | None:
        """See Catalog."""
        raise AssertionError(f"each catalog keeps version {version} of {name} of {org_id} in its own way")

    def trying(self) -> Changes:
        """See Catalog."""
        return Changes(self._state, None, 0)

    def webhook(self, webhook_id: str) -> Webhook | None:
        """See Catalog."""
        return self._state.webhooks.get(webhook_id)

    def webhooks(self, org_id: int) -> list[Webhook]:
        """See Catalog."""
        found = self._state.org(org_id).webhooks.values()
        return sorted(found, key=lambda webhook: (-webhook.created_ms, webhook.id))

    def definition(self, org_id: int, name: str) -> Definition | None:
        """See Catalog."""
        return self._state.org(org_id).definitions.get(name)

    def definitions(self, org_id: int) -> list[Definition]:
        """See Catalog."""
        return sorted(self._state.org(org_id).definitions.values(), key=lambda definition: definition.name)

    def mapping(self, org_id: int) -> OrgMapping:
        """See Catalog."""
        return self._state.org(org_id).mapping

    def filter(self, org_id: int, name: str) -> SavedFilter | None:
        """See Catalog."""
        return self._state.org(org_id).filters.get(name)

    def filters(self, org_id: int) -> list[SavedFilter]:
        """See Catalog."""
        return sorted(self._state.org(org_id).filters.values(), key=lambda one: one.name)

    def put_definition(self, definition: Definition, by: Author | None = None) -> Definition:
        """See Catalog."""
        with self.changing(by) as changes:
            return changes.put_definition(definition)

    def put_webhook(self, webhook: Webhook, by: Author | None = None) -> Webhook:
        """See Catalog."""
        with self.changing(by) as changes:
            return changes.put_webhook(webhook)

    def disable_webhook(self, webhook_id: str, by: Author | None = None) -> None:
        """See Catalog."""
        with self.changing(by) as changes:
            changes.disable_webhook(webhook_id)

    def disable_definition(self, org_id: int, name: str, by: Author | None = None) -> None:
        """See Catalog."""
        with self.changing(by) as changes:
            changes.disable_definition(org_id, name)

    def mark_verified(self, org_id: int, name: str, version: int) -> None:
        """See Catalog."""
        found = self.definition_version(org_id, name, version)
        if found is not None:
            with self.changing() as changes:
                changes.mark_verified(found)
