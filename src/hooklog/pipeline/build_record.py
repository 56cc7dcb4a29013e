"""The record of an event that passed validation (contract I.11, I.21, II.11.1)."""

from hooklog.eventlog.base import Record
from hooklog.pipeline.stage import Work

__all__ = ["build_record"]


def build_record(work: Work, now_ms: int, unique_id: str, *, is_duplicate: bool = False) -> Record:
    """What is stored of the event.

    Args:
        work: an event that passed the stages up to resolve_group.
        now_ms: epoch milliseconds, when the record is made.
        unique_id: its unique key, or its request id where it has none.
        is_duplicate: whether an earlier event holds that key.
    """
    plan, till = work.plan, work.till
    # By position: keywords cost half as much again, once for every event.
    return Record(
        work.user_id,
        plan.source,
        None if till is None else till.id,
        "" if till is None else till.code,
        work.sent_till_code,
        work.event_at_ms,
        work.sent_offset,
        now_ms,
        is_duplicate,
        unique_id,
        plan.display_name,
        work.group_id,
        work.stored,
        plan.psi,
    )
