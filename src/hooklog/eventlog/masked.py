"""An entry and what explains it without sensitive values (contract I.7, I.24): one owner for what is shown and for
what filters see, so that nothing can be found out by asking for it.
"""

from collections.abc import Sequence

import msgspec

from hooklog.event import Entry, StageRecord, Status
from hooklog.eventlog.record import Record
from hooklog.psi import MASK, mask_attributes, mask_text

__all__ = ["masked_entry", "masked_record", "masked_stages", "needs_stages"]


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
    shown = {name: str(value) for name, value in mask_attributes(record.attributes, hidden).items()}
    return msgspec.structs.replace(record, attributes=shown)


def _failures(stage: StageRecord) -> list[dict[str, object]]:
    fields = (stage.detail or {}).get("fields")
    return [one for one in fields if isinstance(one, dict)] if isinstance(fields, list) else []


def _masked_message(entry: Entry, stages: Sequence[StageRecord], names: frozenset[str]) -> str:
    """A validation message names values; those of names that were marked only later are taken out now."""
    if not needs_stages(entry):
        return entry.message
    message = entry.message
    for failure in (one for stage in stages for one in _failures(stage)):
        value = str(failure.get("value", ""))
        if failure.get("field") in names and value:
            message = message.replace(f"received {value}", f"received {MASK}")
    return message


def _masked_stage(stage: StageRecord, names: frozenset[str]) -> StageRecord:
    failures = _failures(stage)
    if not failures:
        return stage
    shown = [{**one, "value": MASK} if one.get("field") in names else one for one in failures]
    return msgspec.structs.replace(stage, detail={**(stage.detail or {}), "fields": shown})
