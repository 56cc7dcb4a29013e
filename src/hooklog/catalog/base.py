"""The catalog's promise: definitions, mappings, webhooks and saved filters are read from memory, are changed durably,
and each change is audited.

A change that returned holds for every push accepted afterwards, in every process: readers call `refresh` once a
batch (or once a request) and it notices what another process committed (contract I.9). Nobody sees a change
before it is durable. Backends pass one suite, tests/conformance/test_catalog*.py.
"""

from contextlib import AbstractContextManager
from typing import Final, Protocol

from hooklog.catalog.audit import Author, Change, ChangeKind
from hooklog.catalog.changes import Changes
from hooklog.catalog.definition import (
    EI_CONSUMER,
    EMF_CONSUMER,
    Attribute,
    Definition,
    Field,
    PublishState,
    psi_names,
)
from hooklog.catalog.mapping import EventMapping, FieldMapping, OrgMapping, WebEngageMapping
from hooklog.catalog.saved_filter import SavedFilter
from hooklog.catalog.webhook import Webhook

__all__ = [
    "AUDITS_MAX",
    "EI_CONSUMER",
    "EMF_CONSUMER",
    "Attribute",
    "Author",
    "Catalog",
    "Change",
    "ChangeKind",
    "Changes",
    "Definition",
    "EventMapping",
    "Field",
    "FieldMapping",
    "OrgMapping",
    "PublishState",
    "SavedFilter",
    "WebEngageMapping",
    "Webhook",
    "psi_names",
]

# The documented answer has no paging; this many items are a few megabytes.
AUDITS_MAX: Final = 1_000


class Catalog(Protocol):
    """Reads never block on the disk once warm, writes block until durable. Both may be repeated, from any thread.

    Raises:
        StorageUnavailable: the storage answered with an I/O error or stayed locked; nothing was changed.
    """

    def refresh(self) -> bool:
        """Notice what another process committed; True when something had changed."""

    def webhook(self, webhook_id: str) -> Webhook | None:
        """The webhook, also a disabled one."""

    def webhooks(self, org_id: int) -> list[Webhook]:
        """The org's webhooks, newest first, disabled ones too."""

    def definition(self, org_id: int, name: str) -> Definition | None:
        """The newest version by its exact name, also a disabled one."""

    def definition_version(self, org_id: int, name: str, version: int) -> Definition | None:
        """A version as it was judged by. May block on the disk."""

    def definitions(self, org_id: int) -> list[Definition]:
        """The newest version of each of the org's definitions, by name, disabled ones too."""

    def mapping(self, org_id: int) -> OrgMapping:
        """All mappings of the org; an empty one where nothing was posted."""

    def filter(self, org_id: int, name: str) -> SavedFilter | None:
        """The org's saved filter of that name."""

    def filters(self, org_id: int) -> list[SavedFilter]:
        """The org's saved filters, by name."""

    def audits(self, org_id: int, event_name: str | None = None, limit: int = AUDITS_MAX) -> list[Change]:
        """The org's changes, newest first, at most `limit`; of one event where it is named. Blocks on the disk."""

    def changing(self, by: Author | None = None) -> AbstractContextManager[Changes]:
        """One transaction, alone in every process: what is read inside is true until what is written is durable.

        An exception inside undoes everything. Blocks; hold it briefly, and not twice at a time in one thread.
        """

    def trying(self) -> Changes:
        """A transaction that is never written: what would be, beginning with what memory says."""

    def put_definition(self, definition: Definition, by: Author | None = None) -> Definition:
        """See Changes."""

    def put_webhook(self, webhook: Webhook, by: Author | None = None) -> Webhook:
        """See Changes."""

    def disable_webhook(self, webhook_id: str, by: Author | None = None) -> None:
        """See Changes."""

    def disable_definition(self, org_id: int, name: str, by: Author | None = None) -> None:
        """See Changes."""

    def mark_verified(self, org_id: int, name: str, version: int) -> None:
        """Note the first success of that version; see Changes."""

    def close(self) -> None:
        """Let go of the storage."""
