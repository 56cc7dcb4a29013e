"""Walking the matching entries of an org in order, touching few others.

The clustered tree is in the order of pages already. Where a question asks for some kinds only, `moment` (or `failure`,
for statuses alone) tells at which moments there are any, and only those parts of the tree are read.

Every statement says what to walk along (`NOT INDEXED`, `CROSS JOIN`): SQLite's planner prefers worse ways even after
ANALYZE (docs/decisions/0001-sqlite.md).
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, TypeAlias, cast

import apsw

from hooklog.event import Status, id_lowest_at
from hooklog.eventlog.pattern import NO_PATTERN
from hooklog.eventlog.query import Match, Query
from hooklog.eventlog.sqlite_kinds import NO_PATTERN_NUMBER
from hooklog.eventlog.sqlite_tallies import MOMENT_MS, moment_of

__all__ = ["HIGHEST", "Conditions", "Row", "bounds_of", "conditions_of", "id_bound", "walk", "walk_where"]

Row: TypeAlias = tuple[bytes, int, int, int, int]
"""Request id, kind, response time in ms, place, org."""

_COLUMNS = "e.id, e.kind, e.response_ms, e.place, e.org"
_FAILURES = frozenset(Status) - {Status.EVENT_SUCCESS}
HIGHEST: Final = b"\xff" * 17
"""Above all ids."""

_NONE_KNOWN: Mapping[str, int] = {}
# As many moments are asked for at a time as a page has entries, within these bounds.
_MOMENTS_MAX = 256
# A question that only excludes, of an org with more kinds than this, reads the tree itself.
_KINDS_MERGED_MAX = 64


class Conditions:
    """Filters on kinds, as SQL on the table `kind` by the name of `k`."""

    def __init__(self) -> None:
        """Nothing is asked for yet."""
        self.sql = ""
        self.values: list[object] = []

    def match(self, column: str, match: Match[int] | Match[Status]) -> None:
        """Add a filter on a column."""
        for operator, wanted in (("IN", match.included), ("NOT IN", match.excluded)):
            if wanted:
                self.sql += f" AND k.{column} {operator} ({','.join('?' * len(wanted))})"
                self.values += sorted(int(value) for value in wanted)


def conditions_of(connection: apsw.Connection, query: Query, org_id: int) -> Conditions | None:
    """The filters of a query on kinds; None where it asks only for texts that the org never had."""
    asked = query.event_names, query.webhook_ids, query.patterns, query.statuses
    if not any(match.included or match.excluded for match in asked):
        return Conditions()
    names = _numbers(connection, org_id, query.event_names)
    webhooks = _numbers(connection, org_id, query.webhook_ids)
    patterns = _numbers(connection, org_id, query.patterns, {NO_PATTERN: NO_PATTERN_NUMBER})
    if names is None or webhooks is None or patterns is None:
        return None
    conditions = Conditions()
    conditions.match("name", names)
    conditions.match("webhook", webhooks)
    conditions.match("pattern", patterns)
    conditions.match("status", query.statuses)
    return conditions


def _numbers(
    connection: apsw.Connection, org_id: int, match: Match[str], known: Mapping[str, int] = _NONE_KNOWN
) -> Match[int] | None:
    """A filter on texts as one on their numbers; None when it asks only for texts the org never had.

    `known` are texts that have a number without being words.
    """

    def number(texts: frozenset[str]) -> frozenset[int]:
        find = "SELECT id FROM word WHERE org = ? AND text = ?"
        words = frozenset(
            row[0] for text in texts - set(known) for row in connection.execute(find, (org_id, text))
        )
        return words.union(number for text, number in known.items() if text in texts)

    included = number(match.included)
    return None if match.included and not included else Match(included, number(match.excluded))


def id_bound(instant_ms: int) -> bytes:
    """Above all ids before an instant and not above those from it on, also where ids cannot hold that instant."""
    return id_lowest_at(instant_ms) if instant_ms < 1 << 48 else HIGHEST


def bounds_of(query: Query) -> tuple[bytes, bytes]:
    """The ids that a query asks for, cursor included: from the first on and below the last."""
    lows, highs = [query.from_id or b""], [query.until_id or HIGHEST]
    if query.after is not None and query.is_ascending:
        lows.append(query.after + b"\0")
    elif query.after is not None:
        highs.append(query.after)
    return max(lows), min(highs)


def walk(connection: apsw.Connection, query: Query, org_id: int) -> Iterator[Row]:
    """The matching entries of an org, in order, at least as many as a page has. Inside a snapshot."""
    conditions = conditions_of(connection, query, org_id)
    if conditions is None:
        return iter(())
    part = _Part(query, org_id, conditions)
    if query.ids.included:
        ids = sorted(query.ids.included, reverse=not query.is_ascending)
        return (row for one in ids for row in part.rows(connection, one, one + b"\0"))
    if not conditions.sql:
        return part.rows(connection, b"", HIGHEST)
    lanes = _lanes(connection, query, part)
    return part.rows(connection, b"", HIGHEST) if lanes is None else _along(connection, part, lanes)


def walk_where(
    connection: apsw.Connection, query: Query, org_id: int, conditions: Conditions
) -> Iterator[Row]:
    """As `walk`, by conditions on kinds instead of the query's filters: only its range, order and limit count."""
    part = _Part(query, org_id, conditions)
    return _along(connection, part, _kind_lanes(connection, query, part))


def _along(connection: apsw.Connection, part: "_Part", lanes: Sequence[Iterator[int]]) -> Iterator[Row]:
    """The matching entries of the moments that some lanes come to."""
    times = heapq.merge(*lanes, reverse=not part.is_ascending)
    return (
        row
        for time, _ in groupby(times)
        for row in part.rows(connection, id_lowest_at(time * MOMENT_MS), id_lowest_at((time + 1) * MOMENT_MS))
    )


class _Part:
    """What a query asks of one org: a range of ids, and conditions."""

    def __init__(self, query: Query, org_id: int, conditions: Conditions) -> None:
        self.org_id = org_id
        self.conditions = conditions
        self.is_ascending = query.is_ascending
        self._way = "ASC" if query.is_ascending else "DESC"
        self._limit = query.limit
        self.low, self.high = bounds_of(query)
        excluded = sorted(query.ids.excluded)
        self._others = f" AND e.id NOT IN ({','.join('?' * len(excluded))})" if excluded else ""
        self._values = [*excluded, *conditions.values]

    def rows(self, connection: apsw.Connection, low: bytes, high: bytes) -> Iterator[Row]:
        """The entries from `low` on and below `high` that match, in order; at most a page of them."""
        low, high = max(low, self.low), min(high, self.high)
        if low >= high:
            return iter(())
        join = " CROSS JOIN kind k ON k.id = e.kind" if self.conditions.sql else ""
        statement = (
            f"SELECT {_COLUMNS} FROM entry e NOT INDEXED{join} WHERE e.org = ? AND e.id >= ? AND e.id < ?"
            f"{self._others}{self.conditions.sql} ORDER BY e.id {self._way} LIMIT ?"
        )
        found = connection.execute(statement, (self.org_id, low, high, *self._values, self._limit)).fetchall()
        return iter(cast("list[Row]", found))


def _lanes(connection: apsw.Connection, query: Query, part: _Part) -> list[Iterator[int]] | None:
    """The moments at which there are matching entries, in order, in a few lists; None where they are too many."""
    if not query.event_names.included and not query.webhook_ids.included and not query.patterns.included:
        if query.statuses.included and query.statuses.included <= _FAILURES:
            places = [(part.org_id, int(status)) for status in sorted(query.statuses.included)]
            return [
                _moments(connection, query, part, "failure", "org = ? AND status = ?", one) for one in places
            ]
        is_open = not query.statuses.included
    else:
        is_open = False
    lanes = _kind_lanes(connection, query, part)
    return None if is_open and len(lanes) > _KINDS_MERGED_MAX else lanes


def _kind_lanes(connection: apsw.Connection, query: Query, part: _Part) -> list[Iterator[int]]:
    find = f"SELECT k.id FROM kind k WHERE k.org = ?{part.conditions.sql}"
    kinds = [row[0] for row in connection.execute(find, (part.org_id, *part.conditions.values))]
    return [_moments(connection, query, part, "moment", "kind = ?", (kind,)) for kind in kinds]


def _moments(
    connection: apsw.Connection, query: Query, part: _Part, table: str, place: str, values: Sequence[int]
) -> Iterator[int]:
    """The moments of one kind or status within the part, in order."""
    low, high = moment_of(part.low.ljust(6, b"\0")), moment_of(part.high)
    way = "ASC" if query.is_ascending else "DESC"
    statement = f"SELECT time FROM {table} WHERE {place} AND time BETWEEN ? AND ? ORDER BY time {way} LIMIT ?"
    limit = min(query.limit, _MOMENTS_MAX)
    while True:
        found = [row[0] for row in connection.execute(statement, (*values, low, high, limit))]
        yield from found
        if len(found) < limit:
            return
        low, high = (found[-1] + 1, high) if query.is_ascending else (low, found[-1] - 1)
