"""The lanes of the index of dated records: parts that lie in order, so that a walk over a few, merged, is an answer.

A lane is one event name's dated records of an org (`record_at`), or those of a customer or group within one run
(`record_of`). The lanes of a query are disjoint and together complete.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import apsw
import msgspec

from hooklog.db.sqlite import row_of
from hooklog.eventlog.record_query import RecordKey, RecordQuery
from hooklog.eventlog.sqlite_record_index import Kind, run_of
from hooklog.eventlog.sqlite_rows import numbers_of

__all__ = ["Lane", "lanes_of"]

Equalities: TypeAlias = tuple[tuple[str, int], ...]


class Lane(msgspec.Struct, frozen=True):
    """Where to walk: a table, the equalities that begin its key, and what thins it out."""

    org_id: int
    table: str
    equalities: Equalities

    def select(
        self, what: str, query: RecordQuery, worst: RecordKey | None, limit: int, offset: int = 0
    ) -> tuple[str, list[object]]:
        """A statement over this lane's part of the query, in its order, as far as it is nearer than `worst`."""
        conditions = [f"{column} = ?" for column, _ in self.equalities]
        values: list[object] = [value for _, value in self.equalities]
        # One bound on each side, or the planner would have to choose which one to seek by.
        for operator, bound in zip("><", _bounds(query, worst), strict=True):
            if bound is not None:
                conditions.append(f"(event_at, id) {operator} (?, ?)")
                values += [bound.event_at, bound.id]
        way = "ASC" if query.is_ascending else "DESC"
        statement = (
            f"SELECT {what} FROM {self.table} WHERE {' AND '.join(conditions)} "
            f"ORDER BY event_at {way}, id {way} LIMIT ? OFFSET ?"
        )
        return statement, [*values, limit, offset]


def _bounds(query: RecordQuery, worst: RecordKey | None) -> tuple[RecordKey | None, RecordKey | None]:
    """Between which keys, both exclusive, a query looks. An empty id stands before all ids of its second."""
    lower, upper = (query.after, worst) if query.is_ascending else (worst, query.after)
    if query.from_at is not None:
        start = RecordKey(query.from_at, b"")
        lower = start if lower is None else max(lower, start)
    if query.until_at is not None:
        end = RecordKey(query.until_at, b"")
        upper = end if upper is None else min(upper, end)
    return lower, upper


def lanes_of(connection: apsw.Connection, query: RecordQuery) -> Iterator[Lane]:
    """The lanes of a query that has no ids, those first that are likely the nearest in its order.

    Where it asks for customers and groups, the lanes are the customers'.
    """
    for org_id in query.org_ids:
        if query.users is not None:
            yield from _lanes_of_values(connection, query, org_id, Kind.USER, query.users)
        elif query.groups is not None:
            yield from _lanes_of_values(connection, query, org_id, Kind.GROUP, query.groups)
        else:
            yield from _lanes_of_names(connection, query, org_id)


def _lanes_of_names(connection: apsw.Connection, query: RecordQuery, org_id: int) -> Iterator[Lane]:
    names = (
        _names(connection, org_id)
        if query.event_name is None
        else numbers_of(connection, org_id, query.event_name)
    )
    duplicates = (False, True) if query.is_duplicate is None else (query.is_duplicate,)
    for name in names:
        for is_duplicate in duplicates:
            place = (("org", org_id), ("name", name), ("is_duplicate", int(is_duplicate)))
            yield Lane(org_id, "record_at", place)


def _lanes_of_values(
    connection: apsw.Connection,
    query: RecordQuery,
    org_id: int,
    kind: Kind,
    wanted: frozenset[tuple[int, int]],
) -> Iterator[Lane]:
    thin: Equalities = () if query.is_duplicate is None else (("is_duplicate", int(query.is_duplicate)),)
    names: Sequence[int | None] = (
        (None,) if query.event_name is None else numbers_of(connection, org_id, query.event_name)
    )
    values = sorted(value for one, value in wanted if one == org_id)
    for run in _runs(connection, is_ascending=query.is_ascending) if values else ():
        for value in values:
            place = (("run", run), ("org", org_id), ("kind", int(kind)), ("value", value))
            for name in names:
                by_name: Equalities = () if name is None else (("name", name),)
                yield Lane(org_id, "record_of", (*place, *by_name, *thin))


def _names(connection: apsw.Connection, org_id: int) -> list[int]:
    """The numbers of the names that an org has dated records of: from name to name by look-ups."""
    walk = (
        "WITH RECURSIVE found (name) AS (SELECT min(name) FROM record_at WHERE org = ?1 UNION ALL "
        "SELECT (SELECT min(name) FROM record_at WHERE org = ?1 AND name > found.name) "
        "FROM found WHERE found.name IS NOT NULL) SELECT name FROM found WHERE name IS NOT NULL"
    )
    return [int(row[0]) for row in connection.execute(walk, (org_id,))]


def _runs(connection: apsw.Connection, *, is_ascending: bool) -> Sequence[int]:
    """The runs that hold anything; customers' events mostly come in the order of their time."""
    newest = run_of(int(row_of(connection, "SELECT records FROM state")[0]))
    oldest = row_of(connection, "SELECT min(run) FROM record_of")[0]
    if oldest is None:
        return ()
    return range(oldest, newest + 1) if is_ascending else range(newest, oldest - 1, -1)
