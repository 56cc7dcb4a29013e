"""An entry and what explains it without sensitive values (contract I.7, I.24): one owner for what is shown and for
what filters see, so that nothing can be found out by asking for it.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from hooklog.event import Entry, StageRecord, Status
from hooklog.eventlog.record import Record
from hooklog.psi import MASK, mask_attributes, mask_text

__all__ = ["masked_entry", "masked_record", "masked_stages", "needs_stages"]

# Their messages end in what was sent, where it was no text as JSON.
_ENDS_IN_A_VALUE: Final = frozenset(
    {
        Status.CUSTOMER_CREATION_FAILED,
        Status.INVALID_CHILD_ORG,
        Status.INVALID_CUSTOMER_IDENTIFIER,
        Status.INVALID_GROUP_IDENTIFIER_PASSED,
        Status.INVALID_TILL_CODE,
        Status.NO_CUSTOMER_DETAILS_PASSED,
    }
)
_NESTED: Final = re.compile(r"[{\[].*", re.DOTALL)


def needs_stages(entry: Entry) -> bool:
    """Whether masking this entry needs its timeline: a validation message names the values of fields."""
    return entry.status is Status.FIELD_VALIDATION_FAILED


def masked_entry(entry: Entry, stages: Sequence[StageRecord], names: frozenset[str]) -> Entry:
    """The entry with the values of `names` hidden; `stages` tell which field's value a message holds."""
    if not names:
        return entry
    text = entry.input.decode("utf-8", "replace")
    return msgspec.structs.replace(
        entry, input=mask_text(text, names).encode(), message=_masked_message(entry, stages, names)
    )


def masked_stages(stages: tuple[StageRecord, ...], names: frozenset[str]) -> tuple[StageRecord, ...]:
    """The timeline with the values of `names` hidden."""
    return tuple(_masked_stage(stage, names) for stage in stages) if names else stages


def masked_record(record: Record, names: frozenset[str]) -> Record:
    """The record with the values of `names` hidden, and of those that it marks itself; which are stays told."""
    hidden = names | frozenset(record.psi)
    return msgspec.structs.replace(record, attributes=mask_attributes(record.attributes, hidden))


def _failures(stage: StageRecord) -> list[dict[str, object]]:
    fields = (stage.detail or {}).get("fields")
    return [one for one in fields if isinstance(one, dict)] if isinstance(fields, list) else []


def _masked_message(entry: Entry, stages: Sequence[StageRecord], names: frozenset[str]) -> str:
    """A message without sensitive values: those of names that were marked only later, and those that lie nested."""
    if entry.status in _ENDS_IN_A_VALUE:
        return _NESTED.sub(lambda match: mask_text(match[0], names), entry.message, count=1)
    if not needs_stages(entry):
        return entry.message
    message = entry.message
    for failure in (one for stage in stages for one in _failures(stage)):
        value = str(failure.get("value", ""))
        if value:
            message = message.replace(f"received {value}", f"received {_shown(failure, names)}")
    return message


def _masked_stage(stage: StageRecord, names: frozenset[str]) -> StageRecord:
    failures = _failures(stage)
    if not failures:
        return stage
    shown = [{**one, "value": _shown(one, names)} if "value" in one else one for one in failures]
    return msgspec.structs.replace(stage, detail={**(stage.detail or {}), "fields": shown})


def _shown(failure: dict[str, object], names: frozenset[str]) -> str:
    """The value of a failed field; one that was sent nested may be cut, and is hidden whole then."""
    value = str(failure["value"])
    if failure.get("field") in names:
        return MASK
    return mask_text(value, names) if _NESTED.match(value) else value
