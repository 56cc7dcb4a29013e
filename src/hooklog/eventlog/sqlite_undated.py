"""Finding undated records in `events.db`: the log itself is their index, since they lie in its order.

By name and duplicates the log is walked along the kinds that have such records; by customer and group the index of
values tells candidates. They are counted by what is kept by kind and time. See `dating`.
"""

import heapq
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import apsw

from hooklog.event import id_lowest_at, instant_of
from hooklog.eventlog.dating import Dating
from hooklog.eventlog.query import Match, Query, User
from hooklog.eventlog.record_query import RecordKey, RecordQuery
from hooklog.eventlog.sqlite_candidates import Candidate, candidates_having, kind_keys
from hooklog.eventlog.sqlite_counts import count_where
from hooklog.eventlog.sqlite_rows import numbers_of
from hooklog.eventlog.sqlite_walk import HIGHEST, Conditions, id_bound, walk_where
from hooklog.eventlog.value_keys import customer_key, group_key

__all__ = ["count_undated", "undated"]

STEP_SECONDS: Final = 0.1


def undated(
    connection: apsw.Connection, query: RecordQuery, limit: int
) -> tuple[list[tuple[RecordKey, int]], RecordKey | None]:
    """Where undated records lie that may match, with their orgs, in the query's order; and how far that reaches.

    All of them up to that key are among these; None where there are no others. Customers and groups are to be looked
    at before they are believed. Inside a snapshot.
    """
    lanes = [_lane(connection, query, org_id, limit) for org_id in query.org_ids]
    merged = heapq.merge(*lanes, key=lambda one: one[0], reverse=not query.is_ascending)
    ends_at = time.monotonic() + STEP_SECONDS
    found: list[tuple[RecordKey, int]] = []
    for number, (request_id, org_id) in enumerate(merged, start=1):
        key = RecordKey(instant_of(request_id) // 1000, request_id)
        if org_id is not None:
            found.append((key, org_id))
        if number >= limit or time.monotonic() >= ends_at:
            return found, key
    return found, None


def count_undated(connection: apsw.Connection, query: RecordQuery) -> int:
    """How many undated records match a query by name, duplicates and time alone. Inside a snapshot."""
    low, high = _bounds(query)
    return sum(
        count_where(connection, org_id, low, high, conditions)
        for org_id in query.org_ids
        if (conditions := _conditions(connection, query, org_id)) is not None
    )


def _lane(
    connection: apsw.Connection, query: RecordQuery, org_id: int, limit: int
) -> Iterator[tuple[bytes, int | None]]:
    """Ids of one org in order, each with the org; without it where the walk only tells its place."""
    conditions = _conditions(connection, query, org_id)
    if conditions is None:
        return iter(())
    if query.users is not None or query.groups is not None:
        return _told(_by_value(connection, query, org_id, conditions), org_id)
    low, high = _bounds(query)
    along = Query((org_id,), limit, from_id=low, until_id=high, is_ascending=query.is_ascending)
    return ((row[0], org_id) for row in islice(walk_where(connection, along, org_id, conditions), limit))


def _told(candidates: Iterator[Candidate], org_id: int) -> Iterator[tuple[bytes, int | None]]:
    return ((request_id, None if row is None else org_id) for request_id, row in candidates)


def _by_value(
    connection: apsw.Connection, query: RecordQuery, org_id: int, conditions: Conditions
) -> Iterator[Candidate]:
    groups = []
    if query.users is not None:
        groups.append(tuple(customer_key(org_id, User(org_id, one)) for one in _ids_in(query.users, org_id)))
    if query.groups is not None:
        groups.append(tuple(group_key(org_id, one) for one in _ids_in(query.groups, org_id)))
    kinds = kind_keys(connection, org_id, conditions)
    if kinds is None or not all(groups):
        return iter(())
    return candidates_having(
        connection, org_id, [*groups, kinds], *_bounds(query), is_ascending=query.is_ascending
    )


def _ids_in(pairs: frozenset[tuple[int, int]], org_id: int) -> Sequence[int]:
    return sorted(one for owner, one in pairs if owner == org_id)


def _conditions(connection: apsw.Connection, query: RecordQuery, org_id: int) -> Conditions | None:
    """Which kinds have undated records that match; None where the org never had the name."""
    datings = {False: Dating.UNDATED, True: Dating.UNDATED_DUPLICATE}
    asked = (False, True) if query.is_duplicate is None else (query.is_duplicate,)
    conditions = Conditions()
    conditions.match("dating", Match(frozenset(int(datings[one]) for one in asked)))
    if query.event_name is not None:
        numbers = numbers_of(connection, org_id, query.event_name)
        if not numbers:
            return None
        conditions.match("name", Match(frozenset(numbers)))
    return conditions


def _bounds(query: RecordQuery) -> tuple[bytes, bytes]:
    """The ids of undated records that a query asks for: from the first on and below the last."""
    lows, highs = [b""], [HIGHEST]
    if query.from_at is not None:
        lows.append(_second(query.from_at))
    if query.until_at is not None:
        highs.append(_second(query.until_at))
    if query.after is not None:
        # The id counts within its second only; it may be of a dated record, and of any other instant.
        start, end = _second(query.after.event_at), _second(query.after.event_at + 1)
        if query.is_ascending:
            lows.append(min(max(query.after.id + b"\0", start), end))
        else:
            highs.append(min(max(query.after.id, start), end))
    return max(lows), min(highs)


def _second(event_at: int) -> bytes:
    """The lowest id of a second, or a bound beside all ids where none can be of it."""
    return id_bound(event_at * 1000) if event_at >= 0 else id_lowest_at(0)
