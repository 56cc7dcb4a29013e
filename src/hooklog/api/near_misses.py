"""Looking around for what is nearest to an event that was not found (journey J4), each look bounded in time."""

from collections.abc import Sequence

import msgspec

from hooklog.api.context import Context
from hooklog.api.log_walk import look_for
from hooklog.api.masking import Mask
from hooklog.api.pending_of import pending_of
from hooklog.catalog.base import Field
from hooklog.directory.identifier import IDENTIFIER_TYPES, canonical
from hooklog.event import Entry, Status
from hooklog.eventlog.base import Parked
from hooklog.eventlog.query import Match, Query, SentAs
from hooklog.eventlog.words import words_of
from hooklog.explain.misses import (
    Miss,
    MissKind,
    of_customer,
    of_definition,
    of_identifier,
    of_input,
    of_other_names,
    of_other_times,
    of_pending,
    of_refusals,
)
from hooklog.explain.names import known_names
from hooklog.explain.sought import Sought, instant_text

__all__ = ["near_misses"]

_SECONDS_A_LOOK = 2.0
_ENTRIES_A_LOOK = 100
_WEBHOOKS_NAMED_MAX = 5
_REFUSALS = frozenset(
    {
        Status.UNAUTHORIZED,
        Status.INVALID_REQUEST_BODY,
        Status.REQUEST_TOO_LARGE,
        Status.WEBHOOK_DISABLED,
    }
)


async def near_misses(
    context: Context, query: Query, asked: Sequence[SentAs], sought: Sought, mask: Mask | None
) -> list[Miss]:
    """All near misses, those that explain most first. Takes some seconds at most.

    Args:
        context: the rooms.
        query: that found nothing.
        asked: the customers in it, as they were named.
        sought: the same in words.
        mask: what the caller may not see.
    """
    wide = msgspec.structs.replace(query, limit=_ENTRIES_A_LOOK)
    found = [miss for one in asked for miss in of_identifier(one.type, one.value)]
    window = _window(sought)
    if query.event_names.is_asked:
        others = await _look(context, msgspec.structs.replace(wide, event_names=Match()))
        parameters = (*window, *_customers(asked))
        found += of_other_names(others, sought.customer, parameters)
        found += of_pending(await context.read(lambda: _waiting(context, wide)), sought.customer)
    for one in asked:
        found += await _in_inputs(context, wide, one, mask)
    found += await context.look(lambda: _definitions(context, query))
    if query.from_id is not None or query.until_id is not None:
        found += await _other_times(context, wide, asked, sought)
    found += await context.read(lambda: _known_customers(context, query, asked))
    refused = await _look(context, _of_all(wide, statuses=Match(_REFUSALS)))
    found += of_refusals(refused, len(refused) < _ENTRIES_A_LOOK, window)
    found += await context.look(lambda: _webhooks(context, query))
    found += await _traffic(context, wide, sought)
    kinds = list(MissKind)
    return sorted(found, key=lambda miss: (not miss.is_likely, kinds.index(miss.kind)))


async def _look(context: Context, query: Query) -> list[Entry]:
    """What can be found in a short time, the newest first."""
    return await look_for(context, query, _SECONDS_A_LOOK)


def _of_all(query: Query, **changes: object) -> Query:
    """The same window, whoever it is about and whatever it is called."""
    return msgspec.structs.replace(query, customers=Match(), event_names=Match(), **changes)


def _window(sought: Sought) -> tuple[tuple[str, str], ...]:
    bounds = (("from_date", sought.from_ms), ("to_date", sought.to_ms))
    return tuple((name, str(bound)) for name, bound in bounds if bound is not None)


def _customers(asked: Sequence[SentAs]) -> tuple[tuple[str, str], ...]:
    return tuple(("customer", f"{one.type}:{one.value}") for one in asked)


async def _in_inputs(context: Context, wide: Query, one: SentAs, mask: Mask | None) -> list[Miss]:
    """Events that hold the identifier as words, although no customer was found by it."""
    words = words_of(one.value)
    if not words or one.type == "userId":
        return []
    query = _of_all(wide, words=Match(frozenset({words})))
    # Whom the search itself would have found is left out.
    query = msgspec.structs.replace(query, customers=Match(excluded=wide.customers.included))
    entries = await _look(context, query)
    if mask is not None:
        entries = await context.read(lambda: _seen(context, entries, mask))
    return of_input(entries, one.value, wide.event_names.included, _customer_fields(context, entries))


def _waiting(context: Context, wide: Query) -> list[Parked]:
    """The customer's pending events, whatever they are called."""
    return pending_of(context, msgspec.structs.replace(wide, event_names=Match()), _ENTRIES_A_LOOK)


def _seen(context: Context, entries: Sequence[Entry], mask: Mask) -> list[Entry]:
    return [mask.entry(entry, context.log.stages(entry.org_id, entry.id)) for entry in entries]


def _customer_fields(context: Context, entries: Sequence[Entry]) -> dict[str, Field]:
    found = {}
    for org_id, name in {(entry.org_id, entry.event_name) for entry in entries}:
        definition = None if name is None else context.catalog.definition(org_id, name)
        field = None if definition is None else definition.field_of_type("customer")
        if name is not None and field is not None:
            found[name] = field
    return found


def _definitions(context: Context, query: Query) -> list[Miss]:
    """Of the first org that has an event of the name, else of the caller's own."""
    found: list[Miss] = []
    for name in sorted(query.event_names.included):
        known = [context.catalog.definition(org_id, name) for org_id in query.org_ids]
        names = {one for org_id in query.org_ids for one in known_names(context.catalog, org_id)}
        found += of_definition(name, next((one for one in known if one is not None), None), sorted(names))
    return found


async def _other_times(context: Context, wide: Query, asked: Sequence[SentAs], sought: Sought) -> list[Miss]:
    entries = await _look(context, msgspec.structs.replace(wide, from_id=None, until_id=None))
    when = instant_text(entries[0].start_ms, sought.zone) if entries else ""
    names = tuple(("event_name", name) for name in sought.event_names)
    return of_other_times(entries, sought.customer, when, (*_customers(asked), *names))


def _known_customers(context: Context, query: Query, asked: Sequence[SentAs]) -> list[Miss]:
    """Whom the directory knows by each value, under whatever identifier type. Blocks."""
    found = []
    for one in asked:
        known = {
            kind: [
                (org_id, user_id)
                for org_id in query.org_ids
                for user_id in _users(context, org_id, kind, one.value)
            ]
            for kind in dict.fromkeys((one.type, *IDENTIFIER_TYPES))
        }
        found.append(of_customer(f"{one.type} `{one.value}`", query.org_ids, known))
    return found


def _users(context: Context, org_id: int, kind: str, value: str) -> list[int]:
    if kind != "userId":
        return context.directory.customers_named(org_id, kind, canonical(kind, value).value)
    is_id = value.isascii() and value.isdigit() and len(value) <= 18
    found = context.directory.customer(org_id, int(value)) if is_id else None
    return [] if found is None else [found.user_id]


def _webhooks(context: Context, query: Query) -> list[Miss]:
    webhooks = [one for org_id in query.org_ids for one in context.catalog.webhooks(org_id)]
    disabled = [one.id for one in webhooks if one.is_disabled]
    if not webhooks:
        return [Miss(MissKind.WEBHOOK, "There is no webhook that events could come by.")]
    if len(disabled) == len(webhooks):
        return [Miss(MissKind.WEBHOOK, "Every webhook is disabled, so no push is taken.")]
    if not disabled:
        return []
    named = ", ".join(disabled[:_WEBHOOKS_NAMED_MAX])
    return [
        Miss(MissKind.WEBHOOK, f"Pushes to disabled webhooks are refused; disabled {_are(disabled)} {named}.")
    ]


def _are(things: Sequence[str]) -> str:
    return "is" if len(things) == 1 else "are"


async def _traffic(context: Context, wide: Query, sought: Sought) -> list[Miss]:
    """Whether such events came at all in that time, whoever they were about."""
    query = msgspec.structs.replace(wide, customers=Match(), limit=1)
    entries = await _look(context, query)
    named = " or ".join(f"`{name}`" for name in sought.event_names)
    which = f"event named {named}" if named else "event"
    if not entries:
        return [Miss(MissKind.TRAFFIC, f"No {which} of anybody came in that time.")]
    when = instant_text(entries[0].start_ms, sought.zone)
    return [Miss(MissKind.TRAFFIC, f"Such events do come: the newest {which} of anybody came at {when}.")]
