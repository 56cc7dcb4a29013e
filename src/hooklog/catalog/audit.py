"""Who changed what: one item for each change of a definition, a mapping, a webhook or a saved filter (contract I.12,
I.31).
"""

import enum

import msgspec

from hooklog.author import Author
from hooklog.catalog.definition import Definition
from hooklog.catalog.mapping import EventMapping
from hooklog.catalog.saved_filter import SavedFilter
from hooklog.catalog.webhook import Webhook

__all__ = ["Author", "Change", "ChangeKind", "Subject"]

Subject = Definition | EventMapping | Webhook | SavedFilter


class ChangeKind(enum.StrEnum):
    """What was done. The texts are on the wire and on disk."""

    CREATE_EVENT = "createOrgEvent"
    UPDATE_EVENT = "updateOrgEvent"
    PUBLISH_EVENT = "publishOrgEvent"
    DISABLE_EVENT = "disableOrgEvent"
    CREATE_MAPPING = "createOrgMapping"
    UPDATE_MAPPING = "updateOrgMapping"
    CREATE_WEBHOOK = "createOrgWebhook"
    UPDATE_WEBHOOK = "updateOrgWebhook"
    DISABLE_WEBHOOK = "disableOrgWebhook"
    CREATE_FILTER = "createOrgFilter"
    UPDATE_FILTER = "updateOrgFilter"
    DELETE_FILTER = "deleteOrgFilter"


class Change(msgspec.Struct, frozen=True):
    """One change at an instant (epoch milliseconds). `by` None is the operator, who works on the folder itself.

    Where something was deleted, `after` is what it was like at the end.
    """

    kind: ChangeKind
    at_ms: int
    by: Author | None
    after: Subject
    before: Subject | None = None

    @property
    def org_id(self) -> int:
        """The org that the changed thing belongs to."""
        return self.after.org_id

    @property
    def event_name(self) -> str | None:
        """The event that it is about; None for a webhook or a saved filter."""
        if isinstance(self.after, Webhook | SavedFilter):
            return None
        return self.after.name if isinstance(self.after, Definition) else self.after.event_name

    @property
    def subject(self) -> str:
        """What was changed: the event's or filter's name or the webhook's id."""
        if isinstance(self.after, SavedFilter):
            return self.after.name
        return self.after.id if isinstance(self.after, Webhook) else self.event_name or ""
