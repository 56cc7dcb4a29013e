"""The event log's reading side in SQLite: any thread of any process, never in the worker's way."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import apsw

from hooklog.db.sqlite import ReaderPool, row_of, snapshot, storage_errors
from hooklog.event import Entry, StageRecord, Status
from hooklog.eventlog.base import Claim, FeedRecords, FeedRow, Parked, Record
from hooklog.eventlog.block import Block
from hooklog.eventlog.counts import CountKey, CountsQuery, count_by, unbounded
from hooklog.eventlog.pattern import needs_stages_for_pattern, pattern_of
from hooklog.eventlog.query import Query
from hooklog.eventlog.query_match import asks_kinds_only, asks_newest
from hooklog.eventlog.record_query import RecordHit, RecordQuery
from hooklog.eventlog.sqlite_blocks import BlockReader, slot_of
from hooklog.eventlog.sqlite_counts import count_kinds
from hooklog.eventlog.sqlite_feed import read_feed
from hooklog.eventlog.sqlite_feed_records import read_feed_records
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.eventlog.sqlite_kinds import KindTexts
from hooklog.eventlog.sqlite_page_memory import PageMemory
from hooklog.eventlog.sqlite_pages import SqlitePages
from hooklog.eventlog.sqlite_records import SqliteRecords
from hooklog.eventlog.sqlite_replays import find_original, find_replayed, find_replays, read_outcomes
from hooklog.eventlog.sqlite_rows import decode_parked, read_claims
from hooklog.eventlog.sqlite_walk import Row

__all__ = ["SqliteEventLogReader"]

# The inner pages of a large file: a look-up by customer goes down the tree some forty times.
_CACHE_KIB = 8 * 1024


class SqliteEventLogReader:
    """See EventLogReader. The file must exist; every calling thread gets a connection of its own."""

    def __init__(self, folder: Path, vfs: str | None = None) -> None:
        """Args: `folder`: the data folder; `vfs`: see `open_database`."""
        self._pool = ReaderPool(folder / FILE_NAME, vfs, cache_kib=_CACHE_KIB)
        self._blocks = BlockReader()
        self._texts = KindTexts()
        self._memories = threading.local()
        self._pages = SqlitePages(self._pool, self._blocks, self._texts)
        self._records = SqliteRecords(self._pool, self._blocks, self._texts)

    def page(self, query: Query) -> list[Entry]:
        """See EventLogReader."""
        if not asks_newest(query):
            return self._read(query)
        return self._memory().page((query.org_ids, query.limit), lambda: self._read(query))

    def _read(self, query: Query) -> list[Entry]:
        return [entry for part in self.walk(query) for entry in part]

    def _memory(self) -> PageMemory:
        """The calling thread's."""
        found: PageMemory | None = getattr(self._memories, "memory", None)
        if found is None:
            with storage_errors("event log"):
                found = self._memories.memory = PageMemory(self._pool.connection())
        return found

    def walk(self, query: Query) -> Iterator[list[Entry]]:
        """See EventLogReader."""
        return self._pages.walk(query)

    def counts(self, asked: CountsQuery) -> Iterator[dict[CountKey, int]]:
        """See EventLogReader."""
        if asks_kinds_only(asked.query):
            connection = self._pool.connection()
            with storage_errors("event log"), snapshot(connection):
                yield count_kinds(connection, asked, self._texts)
            return
        for part in self.walk(unbounded(asked.query)):
            yield count_by(asked, part, self._pattern)

    def _pattern(self, entry: Entry) -> str:
        needs_stages = needs_stages_for_pattern(entry.status)
        stages = self.stages(entry.org_id, entry.id) if needs_stages else ()
        return pattern_of(entry.status, entry.message, stages)

    def entry(self, org_id: int, request_id: bytes) -> Entry | None:
        """See EventLogReader."""
        connection = self._pool.connection()
        # Retention may take the entry, its kind and its block away between two looks.
        with storage_errors("event log"), snapshot(connection):
            row = self._row(connection, org_id, request_id)
            return None if row is None else self._pages.entry(connection, row)

    def stages(self, org_id: int, request_id: bytes) -> tuple[StageRecord, ...]:
        """See EventLogReader."""
        found = self._found(org_id, request_id)
        return () if found is None else found[0].stages(found[1], request_id)

    def record(self, org_id: int, request_id: bytes) -> Record | None:
        """See EventLogReader."""
        found = self._found(org_id, request_id)
        return None if found is None else found[0].record(found[1], request_id)

    def definition_version(self, org_id: int, request_id: bytes) -> int | None:
        """See EventLogReader."""
        found = self._found(org_id, request_id)
        return None if found is None else found[0].version(found[1]) or None

    def _row(self, connection: apsw.Connection, org_id: int, request_id: bytes) -> Row | None:
        find = "SELECT id, kind, response_ms, place, org FROM entry WHERE org = ? AND id = ?"
        return cast("Row | None", connection.execute(find, (org_id, request_id)).fetchone())

    def _found(self, org_id: int, request_id: bytes) -> tuple[Block, int] | None:
        """The block of an event and its slot there."""
        connection = self._pool.connection()
        with storage_errors("event log"), snapshot(connection):
            row = self._row(connection, org_id, request_id)
            return None if row is None else (self._blocks.block(connection, row[3]), slot_of(row[3]))

    def parked(self, org_id: int, request_id: bytes) -> Parked | None:
        """See EventLogReader."""
        blob = self._one("SELECT parked FROM pending WHERE org = ? AND id = ?", org_id, request_id)
        return None if blob is None else decode_parked(blob)

    def claims(self, org_id: int, keys: Sequence[bytes]) -> dict[bytes, Claim]:
        """See EventLogReader."""
        with storage_errors("event log"):
            return read_claims(self._pool.connection(), org_id, keys)

    def pending(self, org_ids: Sequence[int], limit: int) -> list[Parked]:
        """See EventLogReader."""
        find = (
            "SELECT next_at, id, parked FROM pending INDEXED BY pending_by_org "
            "WHERE org = ? ORDER BY next_at, id LIMIT ?"
        )
        with storage_errors("event log"):
            connection = self._pool.connection()
            rows = [row for org_id in org_ids for row in connection.execute(find, (org_id, limit))]
        return [decode_parked(parked) for _, _, parked in sorted(rows)[:limit]]

    def replay_of(self, org_id: int, request_id: bytes) -> bytes | None:
        """See EventLogReader."""
        with storage_errors("event log"):
            return find_original(self._pool.connection(), org_id, request_id)

    def replays(self, org_id: int, request_id: bytes, limit: int) -> list[bytes]:
        """See EventLogReader."""
        with storage_errors("event log"):
            return find_replays(self._pool.connection(), org_id, request_id, limit)

    def replayed(self, job: bytes, originals: Sequence[bytes]) -> frozenset[bytes]:
        """See EventLogReader."""
        connection = self._pool.connection()
        with storage_errors("event log"), snapshot(connection):
            return find_replayed(connection, job, originals)

    def replay_outcomes(self, job: bytes) -> dict[Status, int]:
        """See EventLogReader."""
        with storage_errors("event log"):
            return read_outcomes(self._pool.connection(), job)

    def records(self, query: RecordQuery) -> Iterator[list[RecordHit]]:
        """See EventLogReader."""
        return self._records.records(query)

    def count_records(self, query: RecordQuery) -> Iterator[int]:
        """See EventLogReader."""
        return self._records.count_records(query)

    def feed(self, after: int, limit: int) -> list[FeedRow]:
        """See EventLogReader."""
        connection = self._pool.connection()
        with storage_errors("event log"), snapshot(connection):
            return read_feed(connection, after, limit)

    def feed_records(self, after: int) -> list[FeedRecords]:
        """See EventLogReader."""
        with storage_errors("event log"):
            return read_feed_records(self._pool.connection(), after, self._blocks, self._texts)

    def last_sequence(self) -> int:
        """See EventLogReader."""
        find = "SELECT seq FROM sqlite_sequence WHERE name = 'feed'"
        with storage_errors("event log"):
            row = self._pool.connection().execute(find).fetchone()
        return 0 if row is None else int(cast("int", row[0]))

    def position(self) -> int:
        """See EventLogReader."""
        with storage_errors("event log"):
            row = row_of(self._pool.connection(), "SELECT position FROM state")
        return int(row[0])

    def identity(self) -> bytes:
        """See EventLogReader."""
        with storage_errors("event log"):
            return bytes(row_of(self._pool.connection(), "SELECT log_id FROM state")[0])

    def close(self) -> None:
        """See EventLogReader."""
        self._pool.close()

    def _one(self, statement: str, org_id: int, request_id: bytes) -> bytes | None:
        with storage_errors("event log"):
            row = self._pool.connection().execute(statement, (org_id, request_id)).fetchone()
        return None if row is None else row[0]
