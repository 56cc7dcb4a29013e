"""Looking through what a job is about: in short turns among the log's readers, a bounded part at a time."""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol, TypeVar

import msgspec

from hooklog.event import Entry
from hooklog.eventlog.base import EventLogReader
from hooklog.eventlog.query import EVERYTHING, Query
from hooklog.replay.fitness import Judge, ObstacleKind, obstacle
from hooklog.replay.job import Job, Plan
from hooklog.replay.repeat import Original, original_of

__all__ = ["CHUNK_EVENTS_MAX", "Chunk", "Read", "look_ahead", "read_chunk", "walk_of"]

# A chunk is in memory whole, and costs three syncs: at 100 events those take a small part of a rate of thousands.
CHUNK_EVENTS_MAX = 100
_CHUNK_BYTES_MAX = 4 * 1024 * 1024
# Where little matches, a chunk is what was found by then: its end is kept, and another job comes to its turn.
_CHUNK_SECONDS_MAX = 0.3
_TURN_SECONDS = 0.1
_PLAN_ENTRIES_MAX = 100_000
_PLAN_SECONDS_MAX = 15.0
_SAMPLE = 10

Result = TypeVar("Result")


class Read(Protocol):
    """Runs a question that blocks among the readers."""

    def __call__(self, question: Callable[[], Result], /) -> Awaitable[Result]:
        """Its answer."""


class Chunk(msgspec.Struct, frozen=True):
    """The next originals of a job, in order of acceptance: those to replay, and what is left out by kind of obstacle.

    `end` is the last one that was looked at, None where there was none; `is_last` says that there are no more.
    """

    fit: list[Original]
    skipped: dict[str, int]
    end: bytes | None
    is_last: bool


def walk_of(log: EventLogReader, query: Query, job: Job) -> Iterator[list[Entry]]:
    """What follows behind a job's cursor, up to the end of a chunk that was begun; `query` is the job's question."""
    asked = msgspec.structs.replace(
        query,
        is_ascending=True,
        limit=CHUNK_EVENTS_MAX,
        after=job.cursor or None,
        until_id=query.until_id if job.chunk_end is None else job.chunk_end + b"\0",
    )
    return log.walk(asked)


async def read_chunk(
    read: Read, log: EventLogReader, walk: Iterator[list[Entry]], judge: Judge, *, is_forced: bool
) -> Chunk | None:
    """The next chunk of a walk that has given none yet; None where nothing was found in the time that it has.

    Args:
        read: runs what blocks.
        log: where the originals are.
        walk: see `walk_of`; behind None it is to be gone on with.
        judge: see `obstacle`.
        is_forced: see `obstacle`.
    """
    ends_at = time.monotonic() + _CHUNK_SECONDS_MAX
    found: list[Entry] = []
    size = 0
    is_cut = False

    def see(part: list[Entry]) -> bool:
        nonlocal size, is_cut
        for entry in part:
            if size >= _CHUNK_BYTES_MAX:
                return False
            found.append(entry)
            size += len(entry.input)
        is_cut = time.monotonic() >= ends_at
        return not is_cut

    await _in_turns(read, walk, see)
    if is_cut and not found:
        return None

    def judged() -> Chunk:
        fit: list[Original] = []
        skipped: Counter[str] = Counter()
        for entry in found:
            kind = _obstacle(log, entry, judge, is_forced=is_forced)
            if kind is None:
                fit.append(original_of(log, entry))
            else:
                skipped[kind] += 1
        is_last = len(found) < CHUNK_EVENTS_MAX and size < _CHUNK_BYTES_MAX and not is_cut
        return Chunk(fit, dict(skipped), found[-1].id if found else None, is_last)

    return await read(judged)


async def look_ahead(read: Read, log: EventLogReader, query: Query, judge: Judge, *, is_forced: bool) -> Plan:
    """What a job with this question would do, as far as it can be told in a bounded time. See `read_chunk`."""
    ends_at = time.monotonic() + _PLAN_SECONDS_MAX
    obstacles: Counter[str] = Counter()
    sample: list[bytes] = []
    matching = 0
    is_complete = True

    def see(part: list[Entry]) -> bool:
        nonlocal matching, is_complete
        for entry in part:
            matching += 1
            kind = _obstacle(log, entry, judge, is_forced=is_forced)
            if kind is not None:
                obstacles[kind] += 1
            elif len(sample) < _SAMPLE:
                sample.append(entry.id)
        is_complete = matching < _PLAN_ENTRIES_MAX and time.monotonic() < ends_at
        return is_complete

    asked = msgspec.structs.replace(query, is_ascending=True, limit=EVERYTHING, after=None)
    await _in_turns(read, log.walk(asked), see)
    return Plan(
        matching=matching,
        replayable=matching - obstacles.total(),
        obstacles=dict(obstacles),
        sample=sample,
        is_complete=is_complete,
    )


def _obstacle(log: EventLogReader, entry: Entry, judge: Judge, *, is_forced: bool) -> ObstacleKind | None:
    found = obstacle(entry, lambda: log.stages(entry.org_id, entry.id), judge, is_forced=is_forced)
    return None if found is None else found.kind


async def _in_turns(read: Read, parts: Iterator[list[Entry]], see: Callable[[list[Entry]], bool]) -> None:
    """Hand all parts to `see`, as long as it wants more; between two turns others come to their right."""

    def turn() -> bool:
        """Whether there is more."""
        ends_at = time.monotonic() + _TURN_SECONDS
        for part in parts:
            if not see(part):
                return False
            if time.monotonic() >= ends_at:
                return True
        return False

    while await read(turn):
        pass
