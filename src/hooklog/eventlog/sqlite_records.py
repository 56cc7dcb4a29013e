"""Reading records from `events.db` in order, in short steps.

Dated records and all others are walked each in their own index, and merged. Every step is a transaction of its own over
a bounded number of rows, so no checkpoint ever waits for a search. Between two steps anything may be committed or
expire: each goes on behind the last key.
"""

from collections.abc import Iterator
from operator import itemgetter
from typing import TypeAlias, cast

import apsw
import msgspec

from hooklog.db.sqlite import ReaderPool, row_of, snapshot, storage_errors
from hooklog.eventlog.record import StoredRecord
from hooklog.eventlog.record_query import (
    RecordHit,
    RecordKey,
    RecordQuery,
    key_of,
    matches_record,
)
from hooklog.eventlog.sqlite_blocks import BlockReader, slot_of
from hooklog.eventlog.sqlite_kinds import KindTexts
from hooklog.eventlog.sqlite_record_lanes import Lane, lanes_of
from hooklog.eventlog.sqlite_undated import count_undated, undated

__all__ = ["SqliteRecords"]

# What a part of an answer may cost: some milliseconds each.
_PART_ROWS = 1_000
_COUNTED_ROWS = 100_000
_COUNTED_LANES = 500

Row: TypeAlias = tuple[RecordKey, int]
"""Where a record lies, and its org."""


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
                with snapshot(connection):
                    hits, reach = self._step(connection, query)
            yield hits
            if reach is None:
                return
            assert _is_further(query, reach), f"the walk came to {reach} again"
            query = msgspec.structs.replace(query, after=reach)

    def count_records(self, query: RecordQuery) -> Iterator[int]:
        """See EventLogReader."""
        if query.ids is not None or query.users is not None or query.groups is not None or query.attributes:
            yield from map(len, self.records(query))
            return
        with storage_errors("event log"):
            connection = self._pool.connection()
            with snapshot(connection):
                total = count_undated(connection, query)
                lanes = list(lanes_of(connection, query))
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

    def _step(
        self, connection: apsw.Connection, query: RecordQuery
    ) -> tuple[list[RecordHit], RecordKey | None]:
        """A part of an answer, and the key that it reaches to; None where there is no more."""
        dated = _nearest(connection, lanes_of(connection, query), query)
        others, others_reach = undated(connection, query, _PART_ROWS)
        reaches = [one for one in (others_reach, dated[-1][0] if len(dated) == _PART_ROWS else None) if one]
        reach = None if not reaches else min(reaches) if query.is_ascending else max(reaches)
        dates_tell = not query.attributes and (query.users is None or query.groups is None)
        values_tell = not query.attributes and query.users is None and query.groups is None
        found = [(row, dates_tell) for row in dated] + [(row, values_tell) for row in others]
        found.sort(key=lambda one: one[0][0], reverse=not query.is_ascending)
        hits = [
            RecordHit(org_id, key)
            for (key, org_id), is_told in found
            if not _is_behind(query, key, reach)
            and (is_told or self._matches(connection, query, org_id, key))
        ]
        return hits, reach

    def _matches(self, connection: apsw.Connection, query: RecordQuery, org_id: int, key: RecordKey) -> bool:
        """Whether a record does; the index has no attributes, and tells neither whose nor when for certain."""
        stored = self._stored(connection, org_id, key.id)
        # A dated record whose id begins like that of an undated one is found with it, at another place than its own.
        return stored is not None and key_of(stored) == key and matches_record(query, stored)

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


def _is_further(query: RecordQuery, reach: RecordKey) -> bool:
    """Whether a part that reaches so far comes further than the one before it."""
    return query.after is None or (reach > query.after if query.is_ascending else reach < query.after)


def _is_behind(query: RecordQuery, key: RecordKey, reach: RecordKey | None) -> bool:
    """Whether a part that reaches so far leaves a key to the next one."""
    return reach is not None and (key > reach if query.is_ascending else key < reach)


def _nearest(connection: apsw.Connection, lanes: Iterator[Lane], query: RecordQuery) -> list[Row]:
    """The first dated records of all lanes, merged in the query's order, at most a part.

    Once there are enough, a further lane is walked only as far as it is nearer than the worst of them.
    """
    best: list[Row] = []
    worst: RecordKey | None = None
    for lane in lanes:
        rows = connection.execute(*lane.select("event_at, id", query, worst, _PART_ROWS)).fetchall()
        if rows:
            best += [(RecordKey(*cast("tuple[int, bytes]", row)), lane.org_id) for row in rows]
            best.sort(key=itemgetter(0), reverse=not query.is_ascending)
            del best[_PART_ROWS:]
            if len(best) == _PART_ROWS:
                worst = best[-1][0]
    return best


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
