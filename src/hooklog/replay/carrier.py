"""One chunk of a job after the other, each original exactly once, whenever the process is killed (decision 0016).

The end of a chunk is on disk before its events are appended, and they are appended together or not at all. So after an
accident only that chunk is in doubt: those of its originals that are neither in the journal nor in the log as
replays of this job are appended then.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Protocol

import msgspec
import structlog

from hooklog.errors import JournalGap
from hooklog.event import Entry, Event, instant_of, wall_clock_ms
from hooklog.eventlog.base import EventLogReader
from hooklog.eventlog.query import Query
from hooklog.journal.base import JournalReader
from hooklog.replay.fitness import Judge
from hooklog.replay.job import Job, JobState
from hooklog.replay.job_store import JobStore
from hooklog.replay.jobs_thread import JobsThread
from hooklog.replay.looking import Chunk, Read, read_chunk, walk_of
from hooklog.replay.repeat import Original, repeats

__all__ = ["Carrier", "Intake"]

_SCAN_EVENTS = 2_000
_SCANS_MAX = 100

diagnostics = structlog.get_logger()


class Intake(Protocol):
    """The journal as the edge writes it; belongs to the loop."""

    async def append_all(self, events: Sequence[Event]) -> None:
        """See GroupCommit."""


class Carrier:
    """One for a process; belongs to its event loop. Goes on with one job at a time, and with none for long."""

    def __init__(
        self,
        *,
        jobs: JobsThread,
        read: Read,
        read_journal: Read,
        log: EventLogReader,
        journal: JournalReader,
        intake: Intake,
        own_ms: Callable[[], int],
        question: Callable[[Job], Awaitable[Query]],
        judge: Judge,
        clock_ms: Callable[[], int] = wall_clock_ms,
    ) -> None:
        """Args:
        jobs: where jobs are kept.
        read: runs questions to the log.
        read_journal: runs questions to the journal, in its one thread.
        log: where the originals are, and what became of their replays.
        journal: what has not settled yet.
        intake: takes the replays.
        own_ms: see RequestIds.
        question: the filters of a job as a question to the log.
        judge: see `obstacle`.
        clock_ms: epoch milliseconds.
        """
        self._jobs = jobs
        self._read = read
        self._read_journal = read_journal
        self._log = log
        self._journal = journal
        self._intake = intake
        self._own_ms = own_ms
        self._question = question
        self._judge = judge
        self._clock_ms = clock_ms
        # Walks that have found nothing yet, by job: from its cursor on, to be gone on with in its next turn.
        self._walks: dict[bytes, Iterator[list[Entry]]] = {}

    async def step(self, job: Job) -> Job:
        """Append the replays of the next chunk; the job as it is on disk then, FINISHED behind the last one.

        Nothing is begun once the job does not run any more. Where little matches, a step may find nothing yet.

        Raises:
            HooklogError: the world failed; the step may be tried again, by this process or the next.
        """
        if self._clock_ms() <= instant_of(job.asked.until_id):
            # The clock was set back behind the job's making: its own replays would be among its originals.
            await asyncio.sleep(1)
            return job
        chunk = await self._look(job)
        if chunk is None:
            return job
        missing = chunk.fit
        if missing and job.chunk_end is not None:
            missing = await self._missing(job, chunk.fit)
        if missing:
            now = await self._begun(job, chunk)
            if now is None or now.state is not JobState.RUNNING:
                return now or job
            # The journal is in the order of ids: nothing comes between making them and queueing their events.
            await self._intake.append_all(repeats(missing, self._own_ms(), job.id))
        return await self._done_with(job, chunk)

    def forget_others(self, jobs: Iterable[Job]) -> None:
        """These are all that are gone on with: of others nothing needs to be known."""
        kept = {job.id for job in jobs}
        self._walks = {job_id: walk for job_id, walk in self._walks.items() if job_id in kept}

    async def _look(self, job: Job) -> Chunk | None:
        """The next chunk; None where another job's turn comes before anything was found."""
        walk = self._walks.pop(job.id, None)
        if walk is None:
            walk = walk_of(self._log, await self._question(job), job)
        chunk = await read_chunk(self._read, self._log, walk, self._judge, is_forced=job.asked.is_forced)
        if chunk is None:
            self._walks[job.id] = walk
        return chunk

    async def _begun(self, job: Job, chunk: Chunk) -> Job | None:
        """The job as it is by now; where it still runs, the end of the chunk is on disk."""
        begun = msgspec.structs.replace(job, chunk_end=chunk.end)

        def begin(store: JobStore) -> Job | None:
            now = store.job(job.org_id, job.id)
            if now is not None and now.state is JobState.RUNNING and job.chunk_end is None:
                store.advance(begun)
            return now

        return await self._jobs(begin)

    async def _done_with(self, job: Job, chunk: Chunk) -> Job:
        """`job` as it was before the chunk: its `chunk_end` is set where an accident had left it in doubt."""
        cursor, chunk_end = chunk.end or job.cursor, None
        if job.chunk_end is not None and chunk.is_last:
            cursor = job.chunk_end
        elif job.chunk_end is not None and cursor < job.chunk_end:
            # It has become larger than a chunk, by events that settled meanwhile.
            chunk_end = job.chunk_end
        skipped = Counter(job.skipped)
        skipped.update(chunk.skipped)
        advanced = msgspec.structs.replace(
            job,
            cursor=cursor,
            chunk_end=chunk_end,
            appended=job.appended + len(chunk.fit),
            skipped=dict(skipped),
        )
        is_over = job.chunk_end is None and chunk.is_last

        def keep(store: JobStore) -> Job:
            store.advance(advanced)
            return store.finish(advanced) if is_over else advanced

        return await self._jobs(keep)

    async def _missing(self, job: Job, originals: Sequence[Original]) -> list[Original]:
        """Those that have no replay by this job yet. The journal is asked first: what leaves it is in the log."""
        in_journal = await self._read_journal(lambda: self._in_journal(job.id))
        ids = [one.entry.id for one in originals]
        known = in_journal | await self._read(lambda: self._log.replayed(job.id, ids))
        diagnostics.info(
            "replay_goes_on",
            job=job.id.hex(),
            in_doubt=len(ids),
            appended_before=len(known.intersection(ids)),
        )
        return [one for one in originals if one.entry.id not in known]

    def _in_journal(self, job: bytes) -> frozenset[bytes]:
        """The originals of a job's replays that wait in the journal. Blocks."""
        for scan in range(_SCANS_MAX):
            position = self._log.position()
            try:
                return self._scan(job, position)
            except JournalGap:
                # What has settled is trimmed while it is read: then the position has moved.
                if scan + 1 == _SCANS_MAX or self._log.position() == position:
                    raise
        raise AssertionError("the last scan returns or raises")

    def _scan(self, job: bytes, after: int) -> frozenset[bytes]:
        found: set[bytes] = set()
        while read := self._journal.read(after, _SCAN_EVENTS):
            after = read[-1].position
            found.update(of.id for item in read if (of := item.event.replay_of) is not None and of.job == job)
        return frozenset(found)
