"""What the files of a data folder say to each other: what one may point at in another."""

import msgspec

__all__ = ["Known"]


class Known(msgspec.Struct):
    """What other files may point at; None where the file that would say so cannot be read."""

    orgs: set[int] | None = None
    webhooks: set[str] | None = None
    definitions: set[tuple[int, str, int]] | None = None

    def has_org(self, org_id: int) -> bool:
        """Whether the org is in the directory, as far as that can be told."""
        return self.orgs is None or org_id in self.orgs

    def has_webhook(self, webhook_id: str) -> bool:
        """Whether the webhook is in the catalog, as far as that can be told."""
        return self.webhooks is None or webhook_id in self.webhooks

    def has_version(self, org_id: int, name: str, version: int) -> bool:
        """Whether the catalog has that version of a definition, as far as that can be told."""
        return self.definitions is None or (org_id, name, version) in self.definitions
