"""Questions to the stored records: by customer, group, name, date and attribute (contract I.12, I.24, I.25, II.11.4).

`matches_record` is the definition that backends follow. Records are ordered by the event's time in whole seconds,
as a record shows it, and by request id within a second: a total and stable order.
"""

from collections.abc import Iterable
from itertools import permutations

import msgspec

from hooklog.event import id_from_text
from hooklog.eventlog.record import RESERVED, StoredRecord, attribute_text, event_seconds
from hooklog.eventlog.words import words_of
from hooklog.psi import mask_attribute

__all__ = [
    "AttributeFilter",
    "RecordHit",
    "RecordKey",
    "RecordQuery",
    "attribute_filter",
    "has_attributes",
    "ids_named",
    "key_of",
    "matches_record",
]


_ID_NAMES = frozenset({"requestId", "x-cap-lineage-id"})
# The words of a UUID: 8 digits, three times 4, and 12.
_END_DIGITS = [8, 12]
_MIDDLE_DIGITS = 4
_MIDDLES = 3


class RecordKey(msgspec.Struct, frozen=True, order=True):
    """A record's place in the order; `event_at` is epoch seconds. Compares as records are ordered, oldest first."""

    event_at: int
    id: bytes


class RecordHit(msgspec.Struct, frozen=True):
    """A record that was found."""

    org_id: int
    key: RecordKey


class AttributeFilter(msgspec.Struct, frozen=True):
    """What an attribute must read: one of `exact`, or all words of one of `words`. See `attribute_filter`."""

    name: str
    exact: frozenset[str] = frozenset()
    words: tuple[frozenset[str], ...] = ()


class RecordQuery(msgspec.Struct, frozen=True):
    """One question, ready to run. All parts must hold; None, or no attributes, asks nothing.

    `from_at` (inclusive) and `until_at` (exclusive) are epoch seconds of the event's time. `after` is the place of
    the last record seen, in the direction asked for. `users` and `groups` are pairs of org and id, alternatives.
    `hidden` is for callers who may not see sensitive values: the names that are sensitive by org and event name,
    beside those that the record names itself; a hidden attribute reads `*****`. None sees all.
    """

    org_ids: tuple[int, ...]
    from_at: int | None = None
    until_at: int | None = None
    after: RecordKey | None = None
    is_ascending: bool = False
    event_name: str | None = None
    is_duplicate: bool | None = None
    ids: frozenset[bytes] | None = None
    users: frozenset[tuple[int, int]] | None = None
    groups: frozenset[tuple[int, int]] | None = None
    attributes: tuple[AttributeFilter, ...] = ()
    hidden: dict[tuple[int, str], frozenset[str]] | None = None


def attribute_filter(name: str, values: Iterable[str], *, is_exact: bool) -> AttributeFilter:
    """A filter by an attribute's name; `values` are alternatives.

    Not exact, the words of a value must all occur among those of the attribute; a value without any word (such as
    `*****`) is compared as it is.
    """
    given = frozenset(values)
    if is_exact:
        return AttributeFilter(name, given)
    by_words = {value: words_of(value) for value in sorted(given)}
    return AttributeFilter(
        name,
        frozenset(value for value, words in by_words.items() if not words),
        tuple(words for words in by_words.values() if words),
    )


def ids_named(wanted: AttributeFilter) -> frozenset[bytes] | None:
    """The request ids that a filter lets pass; None where it does not tell them all."""
    if wanted.name not in _ID_NAMES:
        return None
    found = {request_id for text in wanted.exact if (request_id := id_from_text(text)) is not None}
    for words in wanted.words:
        ends = [word for word in words if len(word) != _MIDDLE_DIGITS]
        middles = [word for word in words if len(word) == _MIDDLE_DIGITS]
        if sorted(map(len, ends)) != _END_DIGITS or len(middles) != _MIDDLES:
            return None
        first, last = sorted(ends, key=len)
        # Words have no order, so a UUID with its middle parts swapped matches too.
        texts = ("-".join((first, *order, last)) for order in permutations(middles))
        found |= {request_id for text in texts if (request_id := id_from_text(text)) is not None}
    return frozenset(found)


def key_of(stored: StoredRecord) -> RecordKey:
    """A record's place in the order."""
    return RecordKey(event_seconds(stored.record), stored.id)


def matches_record(query: RecordQuery, stored: StoredRecord) -> bool:
    """Whether a record passes every filter of a query, its place included: the definition that backends follow."""
    key, record = key_of(stored), stored.record
    return (
        stored.org_id in query.org_ids
        and (query.from_at is None or key.event_at >= query.from_at)
        and (query.until_at is None or key.event_at < query.until_at)
        and (query.after is None or (key > query.after if query.is_ascending else key < query.after))
        and query.event_name in {None, stored.event_name}
        and query.is_duplicate in {None, record.is_duplicate}
        and (query.ids is None or stored.id in query.ids)
        and (query.users is None or (stored.org_id, record.user_id) in query.users)
        and (query.groups is None or (stored.org_id, record.group_id) in query.groups)
        and has_attributes(query, stored)
    )


def has_attributes(query: RecordQuery, stored: StoredRecord) -> bool:
    """Whether a record passes the attribute filters, as the one who asks sees it."""
    return all(_passes(one, _text(query, stored, one.name)) for one in query.attributes)


def _passes(wanted: AttributeFilter, text: str | None) -> bool:
    if text is None:
        return False
    if text in wanted.exact:
        return True
    if not wanted.words:
        return False
    present = words_of(text)
    return any(words <= present for words in wanted.words)


def _text(query: RecordQuery, stored: StoredRecord, name: str) -> str | None:
    """An attribute as text, as the one who asks sees it; None where the record shows none, or null."""
    text = attribute_text(stored, name)
    if text is None:
        return None
    if query.hidden is None or name in RESERVED:
        return text
    names = query.hidden.get((stored.org_id, stored.event_name), frozenset())
    psi = stored.record.psi
    return mask_attribute(name, text, names.union(psi) if psi else names)
