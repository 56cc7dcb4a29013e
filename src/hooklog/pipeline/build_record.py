"""The record of an event that passed validation (contract I.11, I.21, II.11.1)."""

from hooklog.event import id_to_text
from hooklog.eventlog.base import Record
from hooklog.pipeline.fields import psi_names
from hooklog.pipeline.stage import Work

__all__ = ["build_record"]


def build_record(work: Work, now_ms: int) -> Record:
    """What is stored of the event; unique and not a duplicate until the uniqueness stage says otherwise.

    Args:
        work: an event that passed the stages up to resolve_group.
        now_ms: epoch milliseconds, when the record is made.
    """
    definition = work.known_definition
    customer = definition.field_of_type("customer")
    psi = psi_names(definition.fields)
    return Record(
        user_id=work.user_id,
        source="INSTORE" if customer is None else customer.text("source", "INSTORE").upper(),
        till_id=None if work.till is None else work.till.id,
        till_code="" if work.till is None else work.till.code,
        sent_till_code=work.sent_till_code,
        event_at_ms=work.event_at_ms,
        sent_offset=work.sent_offset,
        updated_at_ms=now_ms,
        is_duplicate=False,
        unique_id=id_to_text(work.event.id),
        display_name=definition.label or None,
        group_id=work.group_id,
        attributes=work.stored,
        psi=tuple(field.name for field in definition.fields if field.name in psi),
    )
