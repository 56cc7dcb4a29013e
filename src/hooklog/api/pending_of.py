"""The pending events that a question to the log would find if they had settled already."""

from collections.abc import Mapping

import msgspec

from hooklog.api.context import Context
from hooklog.catalog.base import Catalog
from hooklog.directory.identifier import canonical
from hooklog.event import Stage
from hooklog.eventlog.base import Parked
from hooklog.eventlog.query import Customer, Query, SentAs, User

__all__ = ["pending_of"]

_PENDING_LOOKED_AT_MAX = 1_000


def pending_of(context: Context, query: Query, limit: int) -> list[Parked]:
    """At most so many of them, newest first; of the thousand that are due first. Blocks.

    Filters on what only a settled event has (how it ended, how long it took, attributes, words) find none.
    """
    if (
        query.statuses.included
        or query.attributes
        or query.words.is_asked
        or query.response_min_ms is not None
    ):
        return []
    waiting = context.log.pending(query.org_ids, _PENDING_LOOKED_AT_MAX)
    found = [one for one in waiting if _is_meant(context.catalog, query, one)]
    return sorted(found, key=lambda one: one.event.id, reverse=True)[:limit]


def _is_meant(catalog: Catalog, query: Query, parked: Parked) -> bool:
    request_id = parked.event.id
    return (
        query.event_names.accepts(parked.event_name)
        and query.webhook_ids.accepts(parked.event.webhook_id)
        and query.ids.accepts(request_id)
        and (query.from_id is None or request_id >= query.from_id)
        and (query.until_id is None or request_id < query.until_id)
        and (
            not query.customers.is_asked or query.customers.accepts_one_of(_customers(catalog, query, parked))
        )
    )


def _customers(catalog: Catalog, query: Query, parked: Parked) -> frozenset[Customer]:
    found: set[Customer] = set()
    for line in parked.stages:
        user_id = (line.detail or {}).get("userId")
        if line.stage is Stage.RESOLVE_CUSTOMER and isinstance(user_id, int):
            found.add(User(parked.org_id, user_id))
    definition = catalog.definition(parked.org_id, parked.event_name or "")
    field = None if definition is None else definition.field_of_type("customer")
    hidden = frozenset[str]() if query.hidden is None else query.hidden(parked.org_id, parked.event_name)
    if field is not None and field.name not in hidden:
        value = _payload(parked.event.body).get(field.name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            identifier = canonical(field.text("identifierType", "mobile"), str(value))
            found.add(SentAs(identifier.type, identifier.value))
    return frozenset(found)


def _payload(body: bytes) -> Mapping[str, object]:
    payload: dict[str, object] = msgspec.json.decode(body, type=dict[str, object])
    return payload
