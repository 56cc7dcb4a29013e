"""Deleting what is too old from `events.db`, in small bounded steps inside the worker's transaction."""

from collections import Counter
from itertools import islice

import apsw
import msgspec

from hooklog.db.sqlite import row_of
from hooklog.event import id_lowest_at
from hooklog.eventlog.dating import Dating
from hooklog.eventlog.query import Match, Query
from hooklog.eventlog.sqlite_blocks import BlockReader, let_go, slot_of
from hooklog.eventlog.sqlite_kinds import forget_kinds
from hooklog.eventlog.sqlite_record_index import IndexedRecord, remove_records
from hooklog.eventlog.sqlite_replays import forget_replays
from hooklog.eventlog.sqlite_tallies import INSTANT_BYTES, subtract
from hooklog.eventlog.sqlite_walk import Row, walk

__all__ = ["expired", "has_expired", "remove_entries"]


def expired(
    org_id: int, before_ms: int, limit: int, event_name: str | None, kept_names: frozenset[str]
) -> Query:
    """The entries of an org accepted before an instant, oldest first; see EventLogWriter.remove_expired."""
    names = Match(frozenset() if event_name is None else frozenset({event_name}), kept_names)
    return Query(
        org_ids=(org_id,), limit=limit, until_id=id_lowest_at(before_ms), is_ascending=True, event_names=names
    )


def has_expired(connection: apsw.Connection, query: Query) -> bool:
    """Whether a query of `expired` finds any entry. Asked by the only one who writes, so it needs no snapshot."""
    first = msgspec.structs.replace(query, limit=1)
    return any(next(walk(connection, first, org_id), None) is not None for org_id in query.org_ids)


def remove_entries(connection: apsw.Connection, query: Query, blocks: BlockReader) -> int:
    """Delete a page of entries, with all that explains them; returns how many. Inside a transaction."""
    rows = [row for org_id in query.org_ids for row in islice(walk(connection, query, org_id), query.limit)]
    kinds = {kind: _kind(connection, kind) for kind in {row[1] for row in rows}}
    dated = [row for row in rows if kinds[row[1]].dating == Dating.DATED]
    remove_records(connection, [_indexed(connection, blocks, row, kinds) for row in dated])
    connection.executemany(
        "DELETE FROM entry WHERE org = ? AND id = ?",
        [(org_id, request_id) for request_id, *_, org_id in rows],
    )
    let_go(connection, [place for _, _, _, place, _ in rows])
    tally = Counter([(kind, request_id[:INSTANT_BYTES]) for request_id, kind, *_ in rows])
    subtract(connection, tally, {number: (kind.org, kind.status) for number, kind in kinds.items()})
    forget_kinds(connection, kinds)
    forget_replays(connection, [request_id for request_id, *_ in rows])
    return len(rows)


class _Kind(msgspec.Struct, frozen=True):
    org: int
    status: int
    name: int
    dating: int


def _kind(connection: apsw.Connection, number: int) -> _Kind:
    return _Kind(*row_of(connection, "SELECT org, status, name, dating FROM kind WHERE id = ?", (number,)))


def _indexed(
    connection: apsw.Connection, blocks: BlockReader, row: Row, kinds: dict[int, _Kind]
) -> IndexedRecord:
    request_id, kind, _, place, org_id = row
    record = blocks.block(connection, place).record(slot_of(place), request_id)
    assert record is not None, f"entry {request_id.hex()} has no record; its kind says that it has"
    return org_id, request_id, kinds[kind].name, record
