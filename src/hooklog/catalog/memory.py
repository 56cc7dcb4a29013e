"""The catalog in memory: the oracle of the conformance suite, and the catalog of in-process tests."""

import msgspec

from hooklog.catalog.base import Definition, PublishState, Webhook
from hooklog.catalog.merge import merge_definition, merge_webhook

__all__ = ["MemoryCatalog"]


class MemoryCatalog:
    """See Catalog."""

    def __init__(self) -> None:
        """Empty."""
        self._webhooks: dict[str, Webhook] = {}
        self._versions: dict[tuple[int, str], list[Definition]] = {}

    def refresh(self) -> bool:
        """See Catalog; nobody else can change it."""
        return False

    def webhook(self, webhook_id: str) -> Webhook | None:
        """See Catalog."""
        return self._webhooks.get(webhook_id)

    def definition(self, org_id: int, name: str) -> Definition | None:
        """See Catalog."""
        versions = self._versions.get((org_id, name))
        return versions[-1] if versions else None

    def definition_version(self, org_id: int, name: str, version: int) -> Definition | None:
        """See Catalog."""
        versions = self._versions.get((org_id, name), [])
        return versions[version - 1] if 1 <= version <= len(versions) else None

    def definitions(self, org_id: int) -> list[Definition]:
        """See Catalog."""
        return [
            versions[-1] for key, versions in sorted(self._versions.items()) if key[0] == org_id and versions
        ]

    def put_definition(self, definition: Definition) -> Definition:
        """See Catalog."""
        versions = self._versions.setdefault((definition.org_id, definition.name), [])
        newest = versions[-1] if versions else None
        stored = merge_definition(newest, definition)
        if newest is None or stored.version > newest.version:
            versions.append(stored)
        else:
            versions[-1] = stored
        return stored

    def put_webhook(self, webhook: Webhook) -> Webhook:
        """See Catalog."""
        stored = merge_webhook(self._webhooks.get(webhook.id), webhook)
        self._webhooks[webhook.id] = stored
        return stored

    def disable_webhook(self, webhook_id: str) -> None:
        """See Catalog."""
        found = self._webhooks.get(webhook_id)
        if found is not None:
            self._webhooks[webhook_id] = msgspec.structs.replace(found, is_disabled=True)

    def disable_definition(self, org_id: int, name: str) -> None:
        """See Catalog."""
        versions = self._versions.get((org_id, name))
        if versions:
            versions[-1] = msgspec.structs.replace(versions[-1], state=PublishState.DISABLED)

    def mark_verified(self, org_id: int, name: str, version: int) -> None:
        """See Catalog."""
        found = self.definition_version(org_id, name, version)
        if found is not None:
            self._versions[org_id, name][version - 1] = msgspec.structs.replace(found, is_verified=True)

    def close(self) -> None:
        """See Catalog."""
