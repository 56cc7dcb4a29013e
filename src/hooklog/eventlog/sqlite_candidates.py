"""Which entries of an org a question may find, in order: the narrowest way to walk.

Where it asks for customers or attribute values, the index of values tells, and takes what is asked of kinds along;
else `sqlite_walk` does. What comes from the index may be wrong (keys are hashes, entries may have expired), and of
all of them only the kind has been asked about: whoever walks looks at the entry.
"""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias, cast

import apsw

from hooklog.eventlog.query import AttributeMatch, Customer, Query, SentAs, User
from hooklog.eventlog.record import RESERVED
from hooklog.eventlog.sqlite_value_find import Sought, find
from hooklog.eventlog.sqlite_value_run import PREFIX_BYTES
from hooklog.eventlog.sqlite_walk import Conditions, Row, bounds_of, conditions_of, walk
from hooklog.eventlog.value_keys import attribute_keys, customer_key, kind_key
from hooklog.psi import MASK, is_nested

__all__ = ["Candidate", "candidates", "candidates_having", "kind_keys"]

# With more kinds than this it is cheaper to look at the entries found.
_KINDS_SOUGHT_MAX: Final = 32
_USER_ATTRIBUTES: Final = frozenset({"customerId", "source_user_id"})
# A key that no entry has, but by accident.
_NOBODY: Final = kind_key(-1)
_HIGHEST: Final = (1 << 63) - 1
# The second half of the highest of all ids that begin alike.
_LAST_REST: Final = b"\xff" * PREFIX_BYTES

Candidate: TypeAlias = tuple[bytes, Row | None]
"""An id that the walk has come to, and the entry there that may match; None where the walk only tells its place."""


def candidates(connection: apsw.Connection, query: Query, org_id: int) -> Iterator[Candidate]:
    """The entries of an org that may match, in order; about as many as the query's limit. Inside a snapshot."""
    groups = _groups(query, org_id)
    if groups is None:
        return ((row[0], row) for row in walk(connection, query, org_id))
    if not all(groups):
        return iter(())
    conditions = conditions_of(connection, query, org_id)
    if conditions is None:
        return iter(())
    kinds = kind_keys(connection, org_id, conditions)
    if kinds is None:
        return iter(())
    low, high = bounds_of(query)
    return candidates_having(connection, org_id, [*groups, kinds], low, high, is_ascending=query.is_ascending)


def candidates_having(
    connection: apsw.Connection,
    org_id: int,
    groups: Sequence[tuple[int, ...]],
    low: bytes,
    high: bytes,
    *,
    is_ascending: bool,
) -> Iterator[Candidate]:
    """The entries from `low` on and below `high` that have a key of each group that is not empty. Inside a snapshot.

    Whatever place is told lies within these bounds too, so that a walk that goes on behind one comes further.
    """
    # Of the ids that begin like a bound there may be none within it: no place is told for these.
    first = _prefix(low) + (low[PREFIX_BYTES:] > _LAST_REST)
    last = _prefix(high) - (not any(high[PREFIX_BYTES:]))
    if low >= high or first > _HIGHEST:
        return iter(())
    asked = tuple(group for group in groups if group)
    sought = Sought(asked, first, min(last, _HIGHEST), is_ascending)
    return _from_index(connection, org_id, sought, low, high)


def _from_index(
    connection: apsw.Connection, org_id: int, sought: Sought, low: bytes, high: bytes
) -> Iterator[Candidate]:
    way = "ASC" if sought.is_ascending else "DESC"
    statement = (
        "SELECT id, kind, response_ms, place, org FROM entry NOT INDEXED "
        f"WHERE org = ? AND id >= ? AND id < ? ORDER BY id {way}"
    )
    # What comes behind all ids that begin so, in the direction of the walk.
    rest = _LAST_REST + b"\xff" if sought.is_ascending else b""
    for prefix, is_found in find(connection, sought):
        start = prefix.to_bytes(PREFIX_BYTES, "big")
        if is_found:
            end = start + _LAST_REST + b"\0"
            for row in connection.execute(statement, (org_id, max(start, low), min(end, high))):
                yield row[0], cast("Row", row)
        yield start + rest, None


def _groups(query: Query, org_id: int) -> list[tuple[int, ...]] | None:
    """The keys of the index of which an entry must have one of each group; None where the index does not help."""
    if query.ids.included:
        return None
    groups = []
    if query.customers.included:
        keys = [
            customer_key(org_id, one)
            for one in sorted(query.customers.included, key=repr)
            if _is_in(org_id, one)
        ]
        groups.append(tuple(dict.fromkeys(keys)))
    for one in query.attributes:
        keys = _attribute_keys(query, org_id, one)
        if keys:
            groups.append(tuple(dict.fromkeys(keys)))
    return groups or None


def _is_in(org_id: int, customer: Customer) -> bool:
    return isinstance(customer, SentAs) or customer.org_id == org_id


def _attribute_keys(query: Query, org_id: int, asked: AttributeMatch) -> list[int]:
    """The keys of an attribute's values; none where the index does not have them, or may not tell."""
    values = sorted(asked.values.included)
    if not values or "" in values:
        return []
    if asked.name in _USER_ATTRIBUTES:
        return [customer_key(org_id, User(org_id, int(text))) for text in values if _is_user_id(text)] or [
            kind_key(-1)
        ]
    if asked.name in RESERVED:
        return []
    # Not even the time that an answer takes may tell whether somebody has a sensitive value.
    if query.hidden is not None and (
        asked.name in query.hidden(org_id, None) or any(text == MASK or is_nested(text) for text in values)
    ):
        return []
    return attribute_keys(org_id, asked.name, values)


def _is_user_id(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= len(str(-_HIGHEST))


def kind_keys(connection: apsw.Connection, org_id: int, conditions: Conditions) -> tuple[int, ...] | None:
    """The keys of the kinds that meet conditions; empty where they are all or too many, None where there are none."""
    if not conditions.sql:
        return ()
    find_kinds = f"SELECT k.id FROM kind k WHERE k.org = ?{conditions.sql} LIMIT ?"
    values = (org_id, *conditions.values, _KINDS_SOUGHT_MAX + 1)
    kinds = [cast("int", row[0]) for row in connection.execute(find_kinds, values)]
    if not kinds:
        return None
    return () if len(kinds) > _KINDS_SOUGHT_MAX else tuple(map(kind_key, kinds))


def _prefix(bound: bytes) -> int:
    return int.from_bytes(bound[:PREFIX_BYTES].ljust(PREFIX_BYTES, b"\0"), "big")
