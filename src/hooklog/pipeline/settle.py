"""From a decision to what the event log commits: the entry and all that explains it. Exactly one per event."""

from hooklog.event import NO_PARENT, Entry, Event, StageRecord, Status, instant_of
from hooklog.eventlog.base import Parked, Settled
from hooklog.passage import Passage
from hooklog.pipeline.intake import mapped_of_parked
from hooklog.pipeline.mapped import mapped_of
from hooklog.pipeline.stage import Work

__all__ = ["settle", "settle_failed", "settle_refused"]

# A definition's name has at most 50 characters; what is longer is somebody's mistake and is in the input whole.
_EVENT_NAME_CHARACTERS_MAX = 256


def settle(
    work: Work,
    status: Status,
    message: str,
    now_ms: int,
    passage: tuple[StageRecord, ...] | Passage,
    *,
    keeps_claim: bool,
) -> Settled:
    """The end of an event that passed the stages or was rejected by one.

    A claim stays with a success, and with a failure after which the consumer may have acted all the same.
    """
    event, name, claim_key = work.event, work.event_name, work.claim_key
    # By position: keywords cost half as much again, once for every event.
    entry = Entry(
        # Until routing has decided, the webhook's org is the owner; a wrong child is logged there too.
        work.org_id or event.org_id,
        event.id,
        status,
        name if name is None else name[:_EVENT_NAME_CHARACTERS_MAX],
        event.body,
        event.webhook_id,
        message,
        max(0, now_ms - work.accepted_ms),
        work.parent_org_id,
    )
    version, mapped = work.plan.definition.version, mapped_of(work)
    if keeps_claim:
        return Settled(entry, passage, work.record, version, mapped, claim_key, None, event.replay_of)
    return Settled(entry, passage, work.record, version, mapped, None, claim_key, event.replay_of)


def settle_refused(event: Event, now_ms: int) -> Settled:
    """The end of a push that the edge refused; it passes no stage and has no event name (contract I.19)."""
    assert event.refusal is not None, "only refused pushes carry a verdict"
    refusal = event.refusal
    return Settled(_entry(event, status=refusal.status, message=refusal.message, now_ms=now_ms), passage=())


def settle_failed(item: Event | Parked, why: str, now_ms: int) -> Settled:
    """The end of an event that is our fault and may not be touched any more: EVENT_PROCESSING_FAILED."""
    status, message = Status.EVENT_PROCESSING_FAILED, f"Event processing failed: {why}"
    if isinstance(item, Event):
        entry = _entry(item, status=status, message=message, now_ms=now_ms)
        return Settled(entry, passage=(), replay_of=item.replay_of)
    entry = _entry(
        item.event,
        org_id=item.org_id,
        parent_org_id=NO_PARENT if item.org_id == item.event.org_id else item.event.org_id,
        event_name=item.event_name,
        status=status,
        message=message,
        now_ms=now_ms,
    )
    stages: tuple[StageRecord, ...] = item.stages
    return Settled(
        entry,
        passage=stages,
        mapped=mapped_of_parked(item),
        released_key=item.claim_key,
        replay_of=item.event.replay_of,
    )


def _entry(
    event: Event,
    *,
    status: Status,
    message: str,
    now_ms: int,
    org_id: int | None = None,
    parent_org_id: int = NO_PARENT,
    event_name: str | None = None,
) -> Entry:
    return Entry(
        org_id=event.org_id if org_id is None else org_id,
        id=event.id,
        status=status,
        event_name=None if event_name is None else event_name[:_EVENT_NAME_CHARACTERS_MAX],
        input=event.body,
        webhook_id=event.webhook_id,
        message=message,
        response_ms=max(0, now_ms - instant_of(event.id)),
        parent_org_id=parent_org_id,
    )
