"""The event log's promise: all about a settled event commits together with the journal position.

So a crash at any instant repeats nothing and loses nothing. The worker is the only writer and is fenced by an
epoch: a worker that was replaced cannot commit. Entries never change. Backends pass one suite,
tests/conformance/test_event_log.py.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from hooklog.event import Entry, Event, ReplayOf, StageRecord, Status
from hooklog.eventlog.counts import CountKey, CountsQuery
from hooklog.eventlog.mapped import Mapped
from hooklog.eventlog.pattern import needs_stages_for_pattern, pattern_of
from hooklog.eventlog.query import Query
from hooklog.eventlog.record import JudgedRecord, Record
from hooklog.eventlog.record_query import RecordHit, RecordQuery
from hooklog.passage import Passage

__all__ = [
    "Batch",
    "Claim",
    "EventLogReader",
    "EventLogWriter",
    "FeedRecords",
    "FeedRow",
    "JudgedRecord",
    "Parked",
    "Record",
    "Settled",
    "Suspect",
]


class Claim(msgspec.Struct, frozen=True):
    """Who holds a unique key: the request id of the first event that had it (contract I.10)."""

    owner: bytes
    is_settled: bool


class Settled(msgspec.Struct, frozen=True, gc=False):
    """One event at its end: its entry and everything that explains it.

    `passage` is its timeline, told in lines of its own or by the turns that it shares with its batch; `mapped` is
    what neither entry nor record tell of its customer and attributes, None where there is nothing of that.
    `claim_key` is set where this event becomes (or stays) the owner of a unique key. `replay_of` is the event's.
    """

    entry: Entry
    passage: tuple[StageRecord, ...] | Passage
    record: Record | None = None
    definition_version: int = 0
    mapped: Mapped | None = None
    claim_key: bytes | None = None
    released_key: bytes | None = None
    replay_of: ReplayOf | None = None

    @property
    def stages(self) -> tuple[StageRecord, ...]:
        """The timeline in lines of its own, made anew where it is shared."""
        told = self.passage
        return told.records(self.entry.id) if isinstance(told, Passage) else told

    @property
    def pattern(self) -> str:
        """What the message has in common with those of failures of the same cause; "" for a success."""
        status = self.entry.status
        stages = self.stages if needs_stages_for_pattern(status) else ()
        return pattern_of(status, self.entry.message, stages)


class Parked(msgspec.Struct, frozen=True):
    """One event that cannot settle yet, in the org it was routed to. `work` is the pipeline's own state, opaque here.

    `attempts` counts what was tried, `next_at_ms` is when to try again (epoch milliseconds).
    """

    org_id: int
    event: Event
    attempts: int
    next_at_ms: int
    event_name: str | None
    stages: tuple[StageRecord, ...]
    work: bytes
    claim_key: bytes | None = None


class Batch(msgspec.Struct, frozen=True):
    """What one commit brings. `settled` may hold events that were parked before: their rows go."""

    from_position: int
    to_position: int
    settled: tuple[Settled, ...] = ()
    parked: tuple[Parked, ...] = ()


class Suspect(msgspec.Struct, frozen=True):
    """The event that is being tried alone after an unclean death, and how often a worker died on it before."""

    id: bytes
    deaths: int


class FeedRow(msgspec.Struct, frozen=True):
    """One commit, as followers of the feed see it: the (org, request id) of what settled with it, in order.

    What has expired since may be missing; `offsets` tell each entry's place in the commit, which never changes.
    Sequence numbers only grow and are never used twice.
    """

    sequence: int
    ids: tuple[tuple[int, bytes], ...]
    offsets: tuple[int, ...]


class FeedRecords(msgspec.Struct, frozen=True):
    """The records of one row of the feed, in its order.

    `settled` is how many events the row is about, also those without a record or expired since; `size` is about what
    the blocks of the records take, unpacked, in bytes.
    """

    sequence: int
    records: list[JudgedRecord]
    settled: int
    size: int


class EventLogWriter(Protocol):
    """Used by the worker's thread only. Every call that writes is durable when it returns.

    Raises:
        Fenced: another worker has taken over; nothing was written.
        StorageUnavailable: the disk failed; nothing was written.
    """

    @property
    def position(self) -> int:
        """The position up to which events are settled or parked."""

    @property
    def log_id(self) -> bytes:
        """16 bytes that name this event log for good."""

    def take_over(self) -> bool:
        """Become the writer: earlier workers are fenced from now on. True when the last one died uncleanly."""

    def commit(self, batch: Batch) -> None:
        """Write a batch and move the position, all or nothing. `batch.from_position` is the present one.

        It clears the suspect: who was being tried alone has got this far.
        """

    def claims(self, org_id: int, keys: Sequence[bytes]) -> dict[bytes, Claim]:
        """The owners of the keys that are held."""

    def due(self, now_ms: int, limit: int) -> list[Parked]:
        """Parked events whose time has come, longest waiting first."""

    def parked_among(self, keys: Sequence[tuple[int, bytes]]) -> list[Parked]:
        """The parked events among these (org, request id); those that have settled meanwhile are left out."""

    def next_due_ms(self) -> int | None:
        """When the next parked event is due, epoch milliseconds; None when none is parked."""

    def suspect(self) -> Suspect | None:
        """What `put_suspect` last stored, if nothing was committed since."""

    def put_suspect(self, suspect: Suspect | None) -> None:
        """Note which event is being tried alone, until the next commit; None clears it."""

    def remove_expired(
        self,
        org_id: int,
        before_ms: int,
        limit: int,
        event_name: str | None = None,
        kept_names: frozenset[str] = frozenset(),
    ) -> int:
        """Retention: delete entries accepted before an instant.

        Of one event name only, where given; never of `kept_names`. At most `limit` a call, oldest first;
        returns how many went. Claims stay (contract I.10).
        """

    def trim_feed(self, before_ms: int, limit: int) -> int:
        """Retention of the feed: at most `limit` rows written before an instant; returns how many went."""

    def end(self) -> None:
        """Note a clean end, then close."""


class EventLogReader(Protocol):
    """Used by any thread of any process; never blocks a writer, holds no transaction longer than a page.

    Raises:
        StorageUnavailable: the disk failed.
    """

    def page(self, query: Query) -> list[Entry]:
        """The matching entries in the query's order, at most `query.limit` from `query.after` on. Complete
        also for entries committed just now. Takes as long as it takes: see `walk` for a bound.
        """

    def walk(self, query: Query) -> Iterator[list[Entry]]:
        """The entries of `page` in parts, in order; a part may be empty.

        Each part is a bounded step that holds no transaction longer than a moment, however rare what is asked for;
        parts may be asked for by different threads, one at a time. What settles meanwhile may or may not appear.
        """

    def counts(self, asked: CountsQuery) -> Iterator[dict[CountKey, int]]:
        """How many entries match, by what is asked, in parts to be added up by key.

        Each part is a bounded step, as of `records`. One part, and exact at one instant, where the question has no
        filter but status, event name, webhook and dates; what settles or expires between two parts may or may not
        be counted.
        """

    def entry(self, org_id: int, request_id: bytes) -> Entry | None:
        """One entry by its request id."""

    def stages(self, org_id: int, request_id: bytes) -> tuple[StageRecord, ...]:
        """The timeline of a settled event; empty when unknown."""

    def record(self, org_id: int, request_id: bytes) -> Record | None:
        """The stored record of a settled event, if it has one."""

    def definition_version(self, org_id: int, request_id: bytes) -> int | None:
        """The version of the definition that judged a settled event; None where none did."""

    def claims(self, org_id: int, keys: Sequence[bytes]) -> dict[bytes, Claim]:
        """The owners of the keys that are held."""

    def parked(self, org_id: int, request_id: bytes) -> Parked | None:
        """The event while it is pending."""

    def pending(self, org_ids: Sequence[int], limit: int) -> list[Parked]:
        """The pending events of orgs, at most `limit`: those that are due first, by request id within an instant."""

    def replay_of(self, org_id: int, request_id: bytes) -> bytes | None:
        """What an event of an org repeats, settled or pending; None where it is no replay, or has expired."""

    def replays(self, org_id: int, request_id: bytes, limit: int) -> list[bytes]:
        """The newest `limit` replays of an event that came to the same org, settled or pending, oldest first."""

    def replayed(self, job: bytes, originals: Sequence[bytes]) -> frozenset[bytes]:
        """Those of the originals of which a job's replay has settled or is pending."""

    def replay_outcomes(self, job: bytes) -> dict[Status, int]:
        """How many replays of a job have ended with which status; expired ones count on."""

    def records(self, query: RecordQuery) -> Iterator[list[RecordHit]]:
        """The matching records in the query's order, in parts; a part may be empty.

        Each part is a bounded step that holds no transaction longer than a moment; parts may be asked for by
        different threads, one at a time. What settles or expires meanwhile may or may not appear; nothing
        appears twice.
        """

    def count_records(self, query: RecordQuery) -> Iterator[int]:
        """How many records match, in parts to be added up; bounded and shared between threads as `records` is."""

    def feed(self, after: int, limit: int) -> list[FeedRow]:
        """What settled behind a sequence number, in the order of the commits; at most `limit` rows.

        Rows that `trim_feed` let go of are missing at the front; an entry may expire before its row does.
        """

    def feed_records(self, after: int) -> list[FeedRecords]:
        """The records of the next rows of `feed`, as many rows as are read in a moment; none at its end.

        What has no record, or has expired, is left out; a row of which nothing is left is there all the same.
        """

    def last_sequence(self) -> int:
        """The sequence number of the newest commit in the feed; 0 before the first."""

    def position(self) -> int:
        """The committed position, as of now."""

    def identity(self) -> bytes:
        """The 16 bytes that name this event log for good."""

    def close(self) -> None:
        """Let go of the storage."""
