"""The event log in memory: the oracle of the conformance suite. Filters by `matches`, one entry at a time."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from heapq import nlargest

from hooklog.errors import Fenced
from hooklog.event import Entry, ReplayOf, StageRecord, Status, wall_clock_ms
from hooklog.eventlog.base import Batch, Claim, FeedRecords, FeedRow, Parked, Record, Settled, Suspect
from hooklog.eventlog.counts import CountKey, CountsQuery, count_by, unbounded
from hooklog.eventlog.query import Query
from hooklog.eventlog.query_match import matches
from hooklog.eventlog.record import JudgedRecord, StoredRecord
from hooklog.eventlog.record_query import RecordHit, RecordQuery, key_of, matches_record

__all__ = ["MemoryEventLog", "MemoryEventLogWriter"]

Key = tuple[int, bytes]


def _judged(item: Settled) -> JudgedRecord | None:
    entry, record = item.entry, item.record
    if record is None or entry.event_name is None:
        return None
    return JudgedRecord(
        entry.org_id, entry.id, entry.event_name, record, entry.status, item.definition_version
    )


class MemoryEventLog:
    """The reader; `writer` gives the other side of the same log."""

    def __init__(self, clock_ms: Callable[[], int] = wall_clock_ms) -> None:
        """Args: `clock_ms`: epoch milliseconds, for the feed."""
        self.clock_ms = clock_ms
        self.log_id = secrets.token_bytes(16)
        self.committed = 0
        self.epoch = 0
        self.is_running = False
        self.settled: dict[Key, Settled] = {}
        self.waiting: dict[Key, Parked] = {}
        self.held: dict[Key, Claim] = {}
        self.suspect: Suspect | None = None
        self.feed_rows: list[tuple[int, FeedRow]] = []
        self.feed_last = 0
        self.links: dict[Key, ReplayOf] = {}
        self.outcomes: dict[bytes, Counter[Status]] = {}

    def feed(self, after: int, limit: int) -> list[FeedRow]:
        """See EventLogReader."""
        return [row for _, row in self.feed_rows if row.sequence > after][:limit]

    def feed_records(self, after: int) -> list[FeedRecords]:
        """See EventLogReader. One row at a time."""
        return [self._records_of(row) for row in self.feed(after, 1)]

    def _records_of(self, row: FeedRow) -> FeedRecords:
        settled = [self.settled[key] for key in row.ids if key in self.settled]
        records = [record for item in settled if (record := _judged(item)) is not None]
        size = sum(len(item.entry.input) for item in settled)
        return FeedRecords(row.sequence, records, len(row.ids), size)

    def last_sequence(self) -> int:
        """See EventLogReader."""
        return self.feed_last

    def position(self) -> int:
        """See EventLogReader."""
        return self.committed

    def identity(self) -> bytes:
        """See EventLogReader."""
        return self.log_id

    def writer(self) -> "MemoryEventLogWriter":
        """A writer on this log; the newest one to `take_over` may commit."""
        return MemoryEventLogWriter(self)

    def page(self, query: Query) -> list[Entry]:
        """See EventLogReader."""
        found = [item.entry for item in self._matching(query)]
        return sorted(found, key=lambda entry: entry.id, reverse=not query.is_ascending)[: query.limit]

    def walk(self, query: Query) -> Iterator[list[Entry]]:
        """See EventLogReader. One part."""
        yield self.page(query)

    def counts(self, asked: CountsQuery) -> Iterator[dict[CountKey, int]]:
        """See EventLogReader. One part."""
        query = unbounded(asked.query)
        found = {item.entry: item for item in self._matching(query)}
        yield count_by(asked, found, lambda entry: found[entry].pattern)

    def _matching(self, query: Query) -> Iterator[Settled]:
        return (item for item in self.settled.values() if matches(query, item))

    def entry(self, org_id: int, request_id: bytes) -> Entry | None:
        """See EventLogReader."""
        found = self.settled.get((org_id, request_id))
        return None if found is None else found.entry

    def stages(self, org_id: int, request_id: bytes) -> tuple[StageRecord, ...]:
        """See EventLogReader."""
        found = self.settled.get((org_id, request_id))
        return () if found is None else found.stages

    def record(self, org_id: int, request_id: bytes) -> Record | None:
        """See EventLogReader."""
        found = self.settled.get((org_id, request_id))
        return None if found is None else found.record

    def definition_version(self, org_id: int, request_id: bytes) -> int | None:
        """See EventLogReader."""
        found = self.settled.get((org_id, request_id))
        return None if found is None else found.definition_version or None

    def claims(self, org_id: int, keys: Sequence[bytes]) -> dict[bytes, Claim]:
        """See EventLogReader."""
        return {key: self.held[org_id, key] for key in keys if (org_id, key) in self.held}

    def parked(self, org_id: int, request_id: bytes) -> Parked | None:
        """See EventLogReader."""
        return self.waiting.get((org_id, request_id))

    def pending(self, org_ids: Sequence[int], limit: int) -> list[Parked]:
        """See EventLogReader."""
        found = [parked for (org_id, _), parked in self.waiting.items() if org_id in org_ids]
        return sorted(found, key=lambda parked: (parked.next_at_ms, parked.event.id))[:limit]

    def replay_of(self, org_id: int, request_id: bytes) -> bytes | None:
        """See EventLogReader."""
        found = self.links.get((org_id, request_id))
        return None if found is None else found.id

    def replays(self, org_id: int, request_id: bytes, limit: int) -> list[bytes]:
        """See EventLogReader."""
        found = (key[1] for key, of in self.links.items() if key[0] == org_id and of.id == request_id)
        return sorted(nlargest(limit, found))

    def replayed(self, job: bytes, originals: Sequence[bytes]) -> frozenset[bytes]:
        """See EventLogReader."""
        return frozenset(of.id for of in self.links.values() if of.job == job and of.id in originals)

    def replay_outcomes(self, job: bytes) -> dict[Status, int]:
        """See EventLogReader."""
        return dict(self.outcomes.get(job, {}))

    def records(self, query: RecordQuery) -> Iterator[list[RecordHit]]:
        """See EventLogReader. One part."""
        found = [RecordHit(one.org_id, key_of(one)) for one in self._stored() if matches_record(query, one)]
        yield sorted(found, key=lambda hit: hit.key, reverse=not query.is_ascending)

    def count_records(self, query: RecordQuery) -> Iterator[int]:
        """See EventLogReader. One part."""
        yield sum(matches_record(query, one) for one in self._stored())

    def _stored(self) -> list[StoredRecord]:
        return [
            StoredRecord(item.entry.org_id, item.entry.id, item.entry.event_name or "", item.record)
            for item in self.settled.values()
            if item.record is not None
        ]

    def close(self) -> None:
        """See EventLogReader."""


class MemoryEventLogWriter:
    """See EventLogWriter."""

    def __init__(self, log: MemoryEventLog) -> None:
        """Args: `log`: what it writes to."""
        self._log = log
        self._epoch = -1
        self.position = log.committed
        self.log_id = log.log_id

    def take_over(self) -> bool:
        """See EventLogWriter."""
        self._log.epoch += 1
        self._epoch = self._log.epoch
        self.position = self._log.committed
        was_running, self._log.is_running = self._log.is_running, True
        return was_running

    def _check(self) -> None:
        if (self._epoch, self.position) != (self._log.epoch, self._log.committed):
            raise Fenced(
                f"another worker has taken over from epoch {self._epoch} at position {self.position}"
            )

    def commit(self, batch: Batch) -> None:
        """See EventLogWriter."""
        assert batch.from_position == self.position
        assert batch.to_position >= batch.from_position
        self._check()
        for item in batch.settled:
            key = item.entry.org_id, item.entry.id
            if key not in self._log.settled:
                self._count(item)
            self._log.settled.setdefault(key, item)
            self._log.waiting.pop(key, None)
            self._claim(item.entry.org_id, item.claim_key, item.entry.id, is_settled=True)
            if item.released_key is not None:
                self._release(item.entry.org_id, item.released_key, item.entry.id)
        for parked in batch.parked:
            self._log.waiting[parked.org_id, parked.event.id] = parked
            if parked.event.replay_of is not None:
                self._log.links[parked.org_id, parked.event.id] = parked.event.replay_of
            self._claim(parked.org_id, parked.claim_key, parked.event.id, is_settled=False)
        if batch.settled:
            self._log.feed_last += 1
            ids = tuple((item.entry.org_id, item.entry.id) for item in batch.settled)
            self._log.feed_rows.append(
                (self._log.clock_ms(), FeedRow(self._log.feed_last, ids, tuple(range(len(ids)))))
            )
        self._log.suspect = None
        self.position = self._log.committed = batch.to_position

    def _count(self, item: Settled) -> None:
        of = item.replay_of
        if of is not None:
            self._log.links[item.entry.org_id, item.entry.id] = of
            if of.job:
                self._log.outcomes.setdefault(of.job, Counter())[item.entry.status] += 1

    def _claim(self, org_id: int, key: bytes | None, owner: bytes, *, is_settled: bool) -> None:
        if key is not None:
            self._log.held[org_id, key] = Claim(owner, is_settled)

    def _release(self, org_id: int, key: bytes, owner: bytes) -> None:
        held = self._log.held.get((org_id, key))
        if held is not None and held.owner == owner:
            del self._log.held[org_id, key]

    def claims(self, org_id: int, keys: Sequence[bytes]) -> dict[bytes, Claim]:
        """See EventLogWriter."""
        return self._log.claims(org_id, keys)

    def due(self, now_ms: int, limit: int) -> list[Parked]:
        """See EventLogWriter."""
        due = [parked for parked in self._log.waiting.values() if parked.next_at_ms <= now_ms]
        return sorted(due, key=lambda parked: parked.next_at_ms)[:limit]

    def parked_among(self, keys: Sequence[tuple[int, bytes]]) -> list[Parked]:
        """See EventLogWriter."""
        return [self._log.waiting[key] for key in keys if key in self._log.waiting]

    def next_due_ms(self) -> int | None:
        """See EventLogWriter."""
        return min((parked.next_at_ms for parked in self._log.waiting.values()), default=None)

    def suspect(self) -> Suspect | None:
        """See EventLogWriter."""
        return self._log.suspect

    def put_suspect(self, suspect: Suspect | None) -> None:
        """See EventLogWriter."""
        self._check()
        self._log.suspect = suspect

    def remove_expired(
        self,
        org_id: int,
        before_ms: int,
        limit: int,
        event_name: str | None = None,
        kept_names: frozenset[str] = frozenset(),
    ) -> int:
        """See EventLogWriter."""
        self._check()
        expired = sorted(
            key
            for key, item in self._log.settled.items()
            if key[0] == org_id
            and item.entry.start_ms < before_ms
            and event_name in {None, item.entry.event_name}
            and item.entry.event_name not in kept_names
        )[:limit]
        for key in expired:
            del self._log.settled[key]
            self._log.links.pop(key, None)
        return len(expired)

    def trim_feed(self, before_ms: int, limit: int) -> int:
        """See EventLogWriter."""
        self._check()
        expired = [row for row in self._log.feed_rows if row[0] < before_ms][:limit]
        self._log.feed_rows = [row for row in self._log.feed_rows if row not in expired]
        return len(expired)

    def end(self) -> None:
        """See EventLogWriter."""
        if self._epoch == self._log.epoch:
            self._log.is_running = False
