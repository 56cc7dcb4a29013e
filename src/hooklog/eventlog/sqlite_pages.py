"""Pages of the log from `events.db`, in bounded steps: each is a snapshot of its own, of some milliseconds.

Between two steps anything may be committed or expire: each goes on behind the last id that was looked at.
"""

import heapq
import time
from collections.abc import Iterator
from itertools import islice
from typing import Final

import apsw
import msgspec

from hooklog.db.sqlite import ReaderPool, snapshot, storage_errors
from hooklog.event import Entry
from hooklog.eventlog.base import Settled
from hooklog.eventlog.query import Match, Query
from hooklog.eventlog.query_match import (
    asks_kinds_only,
    is_beyond,
    looks_deeper,
    needs_timeline,
    passes_columns,
    passes_rest,
)
from hooklog.eventlog.sqlite_blocks import BlockReader, slot_of
from hooklog.eventlog.sqlite_candidates import candidates
from hooklog.eventlog.sqlite_kinds import KindTexts
from hooklog.eventlog.sqlite_walk import Row, walk

__all__ = ["SqlitePages"]

STEP_ENTRIES: Final = 1_000
"""A step looks at so many entries at most, and an answer comes in parts of so many."""

STEP_SECONDS: Final = 0.1


class SqlitePages:
    """See EventLogReader.walk. Threads may share it."""

    def __init__(self, pool: ReaderPool, blocks: BlockReader, texts: KindTexts) -> None:
        """Args: `pool`: connections to `events.db`; `blocks`, `texts`: what is read from it once."""
        self._pool = pool
        self._blocks = blocks
        self._texts = texts

    def walk(self, query: Query) -> Iterator[list[Entry]]:
        """See EventLogReader."""
        is_told = asks_kinds_only(msgspec.structs.replace(query, ids=Match()))
        step = self._page if is_told else self._search
        while True:
            with storage_errors("event log"):
                connection = self._pool.connection()
                with snapshot(connection):
                    found, last = step(connection, query)
            yield found
            if last is None or len(found) == query.limit:
                return
            assert is_beyond(query, last), f"the walk came to {last.hex()} again"
            query = msgspec.structs.replace(query, after=last, limit=query.limit - len(found))

    def entry(self, connection: apsw.Connection, row: Row) -> Entry:
        """The entry of a row in the same snapshot."""
        request_id, kind_number, response_ms, place, org_id = row
        kind = self._texts.kind(connection, kind_number)
        body, message = self._blocks.block(connection, place).input_and_message(slot_of(place), kind.status)
        return Entry(
            org_id=org_id,
            id=request_id,
            status=kind.status,
            event_name=kind.event_name,
            input=body,
            webhook_id=kind.webhook_id,
            message=message,
            response_ms=response_ms,
            parent_org_id=kind.parent_org_id,
        )

    def _page(self, connection: apsw.Connection, query: Query) -> tuple[list[Entry], bytes | None]:
        """Where ids and kinds are all that is asked for, whatever the walk comes to matches."""
        asked = msgspec.structs.replace(query, limit=min(query.limit, STEP_ENTRIES))
        rows = heapq.merge(
            *(walk(connection, asked, org_id) for org_id in query.org_ids), reverse=not query.is_ascending
        )
        found = [self.entry(connection, row) for row in islice(rows, asked.limit)]
        return found, found[-1].id if len(found) == asked.limit else None

    def _search(self, connection: apsw.Connection, query: Query) -> tuple[list[Entry], bytes | None]:
        """Look at entries until there are enough, or it has been long enough, or there are none left."""
        ends_at = time.monotonic() + STEP_SECONDS
        asked = msgspec.structs.replace(query, limit=STEP_ENTRIES)
        found: list[Entry] = []
        for number, (last, row) in enumerate(_merged(connection, asked), start=1):
            entry = None if row is None else self._match(connection, query, row)
            if entry is not None:
                found.append(entry)
            if len(found) == query.limit or number == STEP_ENTRIES or time.monotonic() >= ends_at:
                return found, last
        return found, None

    def _match(self, connection: apsw.Connection, query: Query, row: Row) -> Entry | None:
        """The entry of a row if it matches; its block is unpacked only when all else does."""
        request_id, kind_number, response_ms, place, org_id = row
        kind = self._texts.kind(connection, kind_number)
        if not is_beyond(query, request_id) or not passes_columns(
            query, org_id, request_id, kind.event_name, kind.status, kind.webhook_id, response_ms
        ):
            return None
        if not query.patterns.accepts(kind.pattern):
            return None
        entry = self.entry(connection, row)
        if not looks_deeper(query):
            return entry
        block, slot = self._blocks.block(connection, place), slot_of(place)
        settled = Settled(
            entry,
            passage=block.stages(slot, request_id) if needs_timeline(query, entry) else (),
            record=block.record(slot, request_id),
            mapped=block.mapped(slot),
        )
        return entry if passes_rest(query, settled) else None


def _merged(connection: apsw.Connection, query: Query) -> Iterator[tuple[bytes, Row | None]]:
    lanes = [candidates(connection, query, org_id) for org_id in query.org_ids]
    return heapq.merge(*lanes, key=lambda one: one[0], reverse=not query.is_ascending)
