"""Which settled events a question to the log finds: the definition that backends follow (contract I.3, I.22, I.24).

Filters see what the one who asks would be shown: with `hidden` names, a sensitive attribute reads `*****`, its
value is no word of the input, and no customer is found by it.
"""

import msgspec

from hooklog.event import Entry, Status
from hooklog.eventlog.base import Settled
from hooklog.eventlog.masked import masked_entry, needs_stages
from hooklog.eventlog.query import Customer, Query, SentAs, User
from hooklog.eventlog.record import RESERVED, StoredRecord, attribute_text
from hooklog.eventlog.words import words_of_json
from hooklog.psi import mask_attribute

__all__ = [
    "asks_kinds_only",
    "asks_newest",
    "customers_of",
    "is_beyond",
    "looks_deeper",
    "matches",
    "needs_timeline",
    "passes_columns",
    "passes_entry",
    "passes_rest",
]

_NEWEST = Query(org_ids=(), limit=0)

MISSING = ""
"""How a missing attribute reads; no attribute that is there is empty (contract I.21)."""


def matches(query: Query, settled: Settled) -> bool:
    """Whether a settled event passes every filter of a query, cursor included."""
    return (
        passes_entry(query, settled.entry)
        and (not query.patterns.is_asked or query.patterns.accepts(settled.pattern))
        and passes_rest(query, settled)
    )


def passes_entry(query: Query, entry: Entry) -> bool:
    """The filters on the columns of an entry, cursor included."""
    return is_beyond(query, entry.id) and passes_columns(
        query,
        entry.org_id,
        entry.id,
        entry.event_name,
        entry.status,
        entry.webhook_id,
        entry.response_ms,
    )


def passes_columns(
    query: Query,
    org_id: int,
    request_id: bytes,
    event_name: str | None,
    status: Status,
    webhook_id: str,
    response_ms: int,
) -> bool:
    """The filters on what is known of an entry without its input; the cursor is left out."""
    return (
        org_id in query.org_ids
        and (query.from_id is None or request_id >= query.from_id)
        and (query.until_id is None or request_id < query.until_id)
        and query.event_names.accepts(event_name)
        and query.statuses.accepts(status)
        and query.webhook_ids.accepts(webhook_id)
        and query.ids.accepts(request_id)
        and (query.response_min_ms is None or response_ms >= query.response_min_ms)
        and (query.response_below_ms is None or response_ms < query.response_below_ms)
    )


def is_beyond(query: Query, request_id: bytes) -> bool:
    """Whether an id lies behind the last one of the previous page."""
    if query.after is None:
        return True
    return request_id > query.after if query.is_ascending else request_id < query.after


def looks_deeper(query: Query) -> bool:
    """Whether the columns of an entry do not tell: `passes_rest` has something to ask."""
    return bool(query.attributes) or query.customers.is_asked or query.words.is_asked


def asks_kinds_only(query: Query) -> bool:
    """Whether org, status, name, webhook, pattern and dates are all that is asked for: the log counts by them."""
    is_by_time = query.response_min_ms is not None or query.response_below_ms is not None
    return not query.ids.is_asked and not is_by_time and not looks_deeper(query)


def asks_newest(query: Query) -> bool:
    """Whether the newest entries are all that is asked for."""
    return msgspec.structs.replace(query, org_ids=(), limit=0, hidden=None) == _NEWEST


def needs_timeline(query: Query, entry: Entry) -> bool:
    """Whether `passes_rest` looks at the stages of this entry."""
    return query.words.is_asked and query.hidden is not None and needs_stages(entry)


def passes_rest(query: Query, settled: Settled) -> bool:
    """The filters on what explains an entry: customer, attributes, words. The cheap ones first."""
    return (
        (not query.customers.is_asked or query.customers.accepts_one_of(customers_of(query, settled)))
        and all(one.values.accepts(_attribute(query, settled, one.name)) for one in query.attributes)
        and (not query.words.is_asked or _has_words(query, settled))
    )


def customers_of(query: Query, settled: Settled) -> frozenset[Customer]:
    """Every way in which an event names its customer to whoever asks."""
    org_id, mapped = settled.entry.org_id, settled.mapped
    hidden = _hidden(query, settled.entry)
    found: set[Customer] = set()
    user_id = settled.record.user_id if settled.record is not None else None
    if mapped is not None:
        user_id = mapped.user_id if user_id is None else user_id
        found.update(SentAs(one.type, one.value) for one in mapped.identifiers if one.attribute not in hidden)
    if user_id is not None:
        found.add(User(org_id, user_id))
    return frozenset(found)


def _hidden(query: Query, entry: Entry) -> frozenset[str]:
    return frozenset() if query.hidden is None else query.hidden(entry.org_id, entry.event_name)


def _attribute(query: Query, settled: Settled, name: str) -> str:
    """An attribute as whoever asks would read it."""
    entry, record = settled.entry, settled.record
    if record is not None:
        stored = StoredRecord(entry.org_id, entry.id, entry.event_name or "", record)
        text = attribute_text(stored, name)
    else:
        text = None if settled.mapped is None else settled.mapped.attributes.get(name)
    if not text:
        return MISSING
    if query.hidden is None or name in RESERVED:
        return text
    names = _hidden(query, entry)
    return mask_attribute(name, text, names.union(record.psi) if record is not None and record.psi else names)


def _has_words(query: Query, settled: Settled) -> bool:
    entry = settled.entry
    if query.hidden is not None:
        entry = masked_entry(entry, settled.stages if needs_stages(entry) else (), _hidden(query, entry))
    words = words_of_json(entry.input.decode("utf-8", "replace")) | words_of_json(entry.message)
    asked = query.words
    return not any(unwanted <= words for unwanted in asked.excluded) and (
        not asked.included or any(wanted <= words for wanted in asked.included)
    )
