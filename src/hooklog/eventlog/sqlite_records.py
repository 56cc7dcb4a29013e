"""Reading records from `events.db` in order, in short steps.

Every statement, or pair of them, is a transaction of its own over a bounded number of rows, so no checkpoint ever
waits for a search. Between two steps anything may be committed or expire: each goes on behind the last key.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias, cast

import apsw
import msgspec

from hooklog.db.sqlite import ReaderPool, row_of, snapshot, storage_errors
from hooklog.eventlog.record import StoredRecord
from hooklog.eventlog.record_query import (
    RecordHit,
    RecordKey,
    RecordQuery,
    has_attributes,
    key_of,
    matches_record,
)
from hooklog.eventlog.sqlite_blocks import BlockReader, slot_of
from hooklog.eventlog.sqlite_kinds import KindTexts
from hooklog.eventlog.sqlite_record_lanes import Lane, lanes_of

__all__ = ["SqliteRecords"]

# What a part of an answer may cost: some milliseconds each.
_PART_ROWS = 1_000
_COUNTED_ROWS = 100_000
_COUNTED_LANES = 500

Row: TypeAlias = tuple[int, bytes, int, int]  # event_at, id, name, org


class SqliteRecords:
    """See EventLogReader.records and EventLogReader.count_records. Threads may share it."""

    def __init__(self, pool: ReaderPool, blocks: BlockReader, texts: KindTexts) -> None:
        """Args: `pool`: connections to `events.db`; `blocks`: where records lie; `texts`: what numbers stand for."""
        self._pool = pool
        self._blocks = blocks
        self._texts = texts

    def records(self, query: RecordQuery) -> Iterator[list[RecordHit]]:
        """See EventLogReader."""
        if query.ids is not None:
            yield self._by_ids(query, query.ids)
            return
        while True:
            with storage_errors("event log"):
                connection = self._pool.connection()
                rows = _nearest(connection, lanes_of(connection, query), query)
                hits = [hit for row in rows if (hit := self._hit(connection, query, row)) is not None]
            yield hits
            if len(rows) < _PART_ROWS:
                return
            query = msgspec.structs.replace(query, after=RecordKey(rows[-1][0], rows[-1][1]))

    def count_records(self, query: RecordQuery) -> Iterator[int]:
        """See EventLogReader."""
        if query.ids is not None or _must_decode(query):
            yield from map(len, self.records(query))
            return
        with storage_errors("event log"):
            lanes = list(lanes_of(self._pool.connection(), query))
        total = 0
        for number, lane in enumerate(lanes, start=1):
            further: RecordKey | None = query.after
            while True:
                asked = msgspec.structs.replace(query, after=further)
                with storage_errors("event log"):
                    count, further = _count_some(self._pool.connection(), lane, asked)
                total += count
                if total >= _COUNTED_ROWS or number % _COUNTED_LANES == 0:
                    yield total
                    total = 0
                if further is None:
                    break
        yield total

    def _hit(self, connection: apsw.Connection, query: RecordQuery, row: Row) -> RecordHit | None:
        event_at, request_id, _, org_id = row
        if _must_decode(query):
            stored = self._stored(connection, org_id, request_id)
            # Retention may have come between.
            if stored is None or not _passes(query, stored):
                return None
        return RecordHit(org_id, RecordKey(event_at, request_id))

    def _by_ids(self, query: RecordQuery, ids: frozenset[bytes]) -> list[RecordHit]:
        found: list[RecordHit] = []
        with storage_errors("event log"):
            connection = self._pool.connection()
            for org_id, request_id in ((org_id, one) for org_id in query.org_ids for one in ids):
                stored = self._stored(connection, org_id, request_id)
                if stored is not None and matches_record(query, stored):
                    found.append(RecordHit(stored.org_id, key_of(stored)))
        return sorted(found, key=lambda hit: hit.key, reverse=not query.is_ascending)

    def _stored(self, connection: apsw.Connection, org_id: int, request_id: bytes) -> StoredRecord | None:
        find = "SELECT kind, place FROM entry WHERE org = ? AND id = ?"
        with snapshot(connection):
            row = connection.execute(find, (org_id, request_id)).fetchone()
            if row is None:
                return None
            kind, place = cast("tuple[int, int]", row)
            record = self._blocks.block(connection, place).record(slot_of(place), request_id)
            if record is None:
                return None
            name = self._texts.kind(connection, kind).event_name
            return StoredRecord(org_id, request_id, name or "", record)


def _must_decode(query: RecordQuery) -> bool:
    """Whether the index alone cannot tell: it has no attributes, and no groups beside customers."""
    return bool(query.attributes) or (query.users is not None and query.groups is not None)


def _passes(query: RecordQuery, stored: StoredRecord) -> bool:
    is_in_group = query.groups is None or (stored.org_id, stored.record.group_id) in query.groups
    return is_in_group and has_attributes(query, stored)


def _nearest(connection: apsw.Connection, lanes: Iterator[Lane], query: RecordQuery) -> list[Row]:
    """The first rows of all lanes, merged in the query's order, at most a part.

    Once there are enough, a further lane is walked only as far as it is nearer than the worst of them.
    """
    best: list[Row] = []
    worst: RecordKey | None = None
    for lane in lanes:
        what = "event_at, id, name" if lane.name is None else f"event_at, id, {lane.name}"
        rows: list[tuple[Any, ...]] = connection.execute(
            *lane.select(what, query, worst, _PART_ROWS)
        ).fetchall()
        if rows:
            best += [(row[0], row[1], row[2], lane.org_id) for row in rows]
            best.sort(key=_place, reverse=not query.is_ascending)
            del best[_PART_ROWS:]
            if len(best) == _PART_ROWS:
                worst = RecordKey(*_place(best[-1]))
    return best


def _place(row: Row) -> tuple[int, bytes]:
    return row[:2]


def _count_some(connection: apsw.Connection, lane: Lane, query: RecordQuery) -> tuple[int, RecordKey | None]:
    """How many of a lane's first rows there are, up to a bound, and where to go on; None at its end."""
    inner, values = lane.select("1", query, None, _COUNTED_ROWS)
    # One state of the file for both statements, or the last row might not be the last that was counted.
    with snapshot(connection):
        count = int(row_of(connection, f"SELECT count(*) FROM ({inner})", values)[0])
        if count < _COUNTED_ROWS:
            return count, None
        last = row_of(connection, *lane.select("event_at, id", query, None, 1, _COUNTED_ROWS - 1))
        return count, RecordKey(last[0], last[1])
