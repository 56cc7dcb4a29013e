"""Events that have no entry yet: found where they wait, and shown as an entry in the making (contract I.4, I.18)."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from hooklog.api.context import Context
from hooklog.api.masking import Mask
from hooklog.api.views import PENDING, EntryView, stage_views
from hooklog.catalog.mapping import RESOLVER_KEY
from hooklog.directory.base import Directory
from hooklog.directory.children import child_named
from hooklog.event import NO_PARENT, Event, id_to_text, instant_of, wall_clock_ms
from hooklog.eventlog.base import Parked
from hooklog.eventlog.query import Include
from hooklog.psi import mask_text

__all__ = ["find_unsettled", "pending_view"]


async def find_unsettled(context: Context, org_ids: Sequence[int], wanted: bytes) -> Parked | None:
    """An event of the orgs that waits for its consumer, or that the worker has not reached yet: then it is already
    found in the org that it will be routed to, and in no other.

    It may settle while it is looked for: whoever gets None looks for the entry once more.
    """

    def parked() -> Parked | None:
        found = (context.log.parked(org_id, wanted) for org_id in org_ids)
        return next((one for one in found if one is not None), None)

    waiting = await context.read(parked)
    if waiting is not None:
        return waiting
    position = await context.read(context.log.position)
    event = await context.read_journal(lambda: context.journal.find(wanted, position))
    if event is None:
        return None
    home_id = _home_of(event, context.directory)
    return Parked(home_id, event, 0, 0, None, (), b"") if home_id in org_ids else None


def _home_of(event: Event, directory: Directory) -> int:
    """The org whose log an accepted event is for: a child's, where that is how it will be routed."""
    try:
        payload = None if event.refusal is not None else msgspec.json.decode(event.body)
    except msgspec.DecodeError as error:
        raise AssertionError("an accepted body is JSON") from error
    resolver = payload.get(RESOLVER_KEY) if isinstance(payload, dict) else None
    child = child_named(resolver, event.org_id, directory)
    return event.org_id if child is None else child.id


def pending_view(parked: Parked, include: frozenset[Include], mask: Mask | None) -> EntryView:
    """A pending event in the shape of an entry, as far as a mask lets it be seen."""
    event = parked.event
    text = event.body.decode("utf-8", "replace")
    if mask is not None:
        text = mask_text(text, mask.names(parked.org_id, parked.event_name))
    return EntryView(
        start_time=instant_of(event.id),
        response_time=max(0, wall_clock_ms() - instant_of(event.id)),
        org_id=parked.org_id,
        status=PENDING,
        event_name=UNSET if parked.event_name is None else parked.event_name,
        input_request=text,
        id=id_to_text(event.id),
        webhook_id=event.webhook_id,
        parent_org_id=NO_PARENT if parked.org_id == event.org_id else event.org_id,
        message="Event is accepted and not settled yet",
        attempts=parked.attempts,
        next_attempt_at=parked.next_at_ms or UNSET,
        stages=stage_views(event.id, parked.stages) if Include.STAGES in include else UNSET,
        record=None if Include.RECORD in include else UNSET,
    )
