"""All that is known of one event, as the one who asks may see it, and what can be concluded from it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from hooklog.catalog.base import Catalog, Definition, Field
from hooklog.directory.base import Directory
from hooklog.event import NO_PARENT, Stage, StageOutcome, StageRecord, Status, id_to_text
from hooklog.eventlog.record import Record
from hooklog.explain.mapped import MappedForm, pointer

__all__ = ["Case", "FailingField", "Finding", "Today", "listed", "quoted"]

_QUOTED_CHARS_MAX = 80


class FailingField(msgspec.Struct, frozen=True):
    """A field to correct: the rule that it broke, what was received, what to send instead.

    `pointer` is the JSON pointer to the value in the input; "" where nothing was sent.
    """

    field: str
    rule: str
    value: str
    hint: str
    pointer: str = ""


class Finding(msgspec.Struct, frozen=True):
    """What is said of an event: `headline` what happened, `next_step` what to do; both are whole sentences."""

    headline: str
    next_step: str
    errors: Sequence[FailingField] = ()


class Today(msgspec.Struct, frozen=True):
    """What the orgs have set up by now. Looking into the directory blocks on the disk."""

    catalog: Catalog
    directory: Directory


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One event. Message, timeline, payload, mapped form and record are without what must not be seen.

    `status` is None while the event is pending, `payload` None where the input is no JSON object, `mapped` None
    where nothing was mapped. `definition` is the version that judged it. `next_at_ms` is when a pending one is
    tried again, epoch milliseconds, 0 for at once. `replay_of` is what it repeats, `replays` what repeats it, oldest
    first; older ones are left out where `has_more_replays`.
    """

    org_id: int
    parent_org_id: int
    request_id: bytes
    webhook_id: str
    status: Status | None
    event_name: str | None
    message: str
    stages: tuple[StageRecord, ...]
    payload: Mapping[str, object] | None
    mapped: MappedForm | None
    definition: Definition | None
    record: Record | None
    next_at_ms: int = 0
    replay_of: str | None = None
    replays: tuple[str, ...] = ()
    has_more_replays: bool = False

    @property
    def webhook_org_id(self) -> int:
        """The org of the webhook, which is the parent where the event was routed to a child."""
        return self.org_id if self.parent_org_id == NO_PARENT else self.parent_org_id

    @property
    def id(self) -> str:
        """The request id as text."""
        return id_to_text(self.request_id)

    def line(self, stage: Stage) -> StageRecord | None:
        """What a stage decided at last; None where it was not reached, or had nothing to do with the event."""
        return next((one for one in reversed(self.stages) if one.stage is stage), None)

    def detail(self, stage: Stage) -> Mapping[str, Any]:
        """What a stage told at last."""
        line = self.line(stage)
        return {} if line is None else line.detail or {}

    def has_passed(self, stage: Stage) -> bool:
        """Whether a stage let it pass."""
        line = self.line(stage)
        return line is not None and line.outcome is StageOutcome.PASSED

    @property
    def customer_field(self) -> Field | None:
        """The field that names the customer."""
        return None if self.definition is None else self.definition.field_of_type("customer")

    def sent(self, name: str) -> object | None:
        """The value of a field as it was sent; None where there was none, or it counted as none."""
        value = None if self.mapped is None else self.mapped.values.get(name)
        return None if value == "" else value

    def pointer_to(self, name: str) -> str:
        """Where a field's value lies in the input; "" where it was not sent."""
        source = None if self.mapped is None else self.mapped.sources.get(name)
        return "" if source is None else pointer(source)

    def source_of(self, name: str) -> str:
        """What the source calls a field; our own name where it did not send it."""
        return name if self.mapped is None else self.mapped.sources.get(name, name)


def quoted(value: object) -> str:
    """A received value or a name as a sentence shows it, cut where it is long."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"`{text if len(text) <= _QUOTED_CHARS_MAX else text[:_QUOTED_CHARS_MAX] + '…'}`"


def listed(names: Sequence[str], *, by: str = "and") -> str:
    """Names as a sentence lists them: `a`, `b` and `c`."""
    texts = [quoted(name) for name in names]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {by} {texts[-1]}"
