"""Everything about replays that the edge does: single ones at once, bulk ones as jobs, at a pace that harms nobody."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

import msgspec
import structlog

from hooklog.errors import HooklogError
from hooklog.event import Entry, RequestIds, id_lowest_at
from hooklog.eventlog.base import EventLogReader
from hooklog.eventlog.query import Query
from hooklog.journal.group_commit import GroupCommit
from hooklog.replay.carrier import Carrier
from hooklog.replay.fitness import Judge, Obstacle, obstacle
from hooklog.replay.job import ENDED, Act, Asked, Job, JobState
from hooklog.replay.jobs_thread import JobsThread
from hooklog.replay.looking import Read, look_ahead
from hooklog.replay.repeat import Original, original_of, repeat
from hooklog.replay.settings import ReplaySettings
from hooklog.telemetry import metrics

__all__ = ["Progress", "Replayer"]

_CALM_SECONDS: Final = 0.02
_TROUBLE_SECONDS: Final = 1.0
_RATE_SECONDS: Final = 10.0
_ESTIMATES_MAX: Final = 10

diagnostics = structlog.get_logger()


class Progress(msgspec.Struct, frozen=True):
    """A job with what became of its replays: how many ended with which status, by its name. `rate` is how many
    events were appended a second, of late.
    """

    job: Job
    settled: dict[str, int]
    rate: float


class Replayer:
    """One for a process; belongs to its event loop."""

    def __init__(
        self,
        *,
        jobs: JobsThread,
        carrier: Carrier,
        log: EventLogReader,
        read: Read,
        journal: GroupCommit,
        ids: RequestIds,
        judge: Judge,
        settings: ReplaySettings,
        backlog: Callable[[], int],
        refusal: Callable[[int], str | None],
    ) -> None:
        """Args:
        jobs: where jobs are kept; closed with the replayer.
        carrier: goes on with a job.
        log: what was said.
        read: runs questions to the log.
        journal: takes single replays.
        ids: makes the request ids of this process.
        judge: see `obstacle`.
        settings: the pace.
        backlog: how many events wait to be worked on.
        refusal: why no event of an org can be taken now; None when it can.
        """
        self._jobs = jobs
        self._carrier = carrier
        self._log = log
        self._read = read
        self._journal = journal
        self._ids = ids
        self._judge = judge
        self._settings = settings
        self._backlog = backlog
        self.refusal = refusal
        self._wake = asyncio.Event()
        self._wake.set()
        self._may_go_on_at = 0.0
        self._lately: dict[bytes, deque[tuple[float, int]]] = {}
        self._estimates: set[asyncio.Task[None]] = set()
        # One after the other, so that who asks a what-if by themselves finds room.
        self._estimating = asyncio.Lock()

    async def replay(self, entry: Entry, *, is_forced: bool) -> bytes | Obstacle:
        """Replay one event, however old: the new request id, once it is durable; or what stands in the way.

        Raises:
            JournalUnavailable: it was not accepted.
        """

        def look() -> Original | Obstacle:
            stages = partial(self._log.stages, entry.org_id, entry.id)
            found = obstacle(entry, stages, self._judge, is_forced=is_forced)
            return original_of(self._log, entry) if found is None else found

        found = await self._read(look)
        if isinstance(found, Obstacle):
            return found
        event = repeat(found, self._ids.make())
        await self._journal.append(event)
        metrics.replayed_events.inc()
        return event.id

    async def plan(self, org_id: int, asked: Asked, query: Query) -> Job | None:
        """Keep a job about what was asked, with what it would do; None where the org has too many jobs under way.

        Args:
            org_id: whose log.
            asked: with an `until_id` that may still be in the future.
            query: the same as a question to the log.
        """
        # All that is accepted from now on, the job's own replays too, lies behind this.
        now_id = id_lowest_at(self._ids.own_ms())
        until_id = min(asked.until_id, now_id)
        query = msgspec.structs.replace(query, until_id=until_id)
        plan = await look_ahead(self._read, self._log, query, self._judge, is_forced=asked.is_forced)
        job = Job(
            id=self._ids.make(),
            org_id=org_id,
            state=JobState.PLANNED,
            asked=msgspec.structs.replace(asked, until_id=until_id),
            plan=plan,
        )
        return job if await self._jobs(lambda store: store.add(job)) else None

    def estimate(self, job: Job, would_pass: Coroutine[Any, Any, int | None]) -> None:
        """Add to a job's plan how many would pass, once that is known; nothing where it cannot be."""
        if len(self._estimates) >= _ESTIMATES_MAX:
            would_pass.close()
            return
        task = asyncio.create_task(self._estimate(job, would_pass))
        self._estimates.add(task)
        task.add_done_callback(self._estimates.discard)

    async def _estimate(self, job: Job, would_pass: Coroutine[Any, Any, int | None]) -> None:
        try:
            async with self._estimating:
                now = await self.job(job.org_id, job.id)
                # Of a plan that was dropped meanwhile nobody wants to know.
                count = None if now is None or now.state in ENDED else await would_pass
            if count is not None:
                plan = msgspec.structs.replace(job.plan, would_pass=count)
                await self._jobs(lambda store: store.put_plan(job.id, plan))
        except HooklogError as error:
            diagnostics.warning("replay_is_not_estimated", code=error.code, error=str(error))
        finally:
            would_pass.close()  # Who is cancelled before its turn has not begun it.

    async def act(self, org_id: int, job_id: bytes, act: Act) -> Job | None:
        """Start, pause, resume or cancel a job; the job as it is then, durably.

        Behind a pause or an end, at most the chunk that was begun before it is appended. None where it cannot be
        done to the job as it is.
        """
        job = await self._jobs(lambda store: store.act(org_id, job_id, act))
        self._wake.set()
        return job

    async def job(self, org_id: int, job_id: bytes) -> Job | None:
        """A job of an org."""
        return await self._jobs(lambda store: store.job(org_id, job_id))

    async def jobs(self, org_id: int) -> list[Job]:
        """The jobs of an org, newest first."""
        return await self._jobs(lambda store: store.jobs(org_id))

    async def progress(self, job: Job) -> Progress:
        """How far a job has come."""
        outcomes = await self._read(lambda: self._log.replay_outcomes(job.id))
        return Progress(job, {status.name: count for status, count in outcomes.items()}, self._rate(job))

    def _rate(self, job: Job) -> float:
        now = time.monotonic()
        lately = [one for one in self._lately.get(job.id, ()) if one[0] >= now - _RATE_SECONDS]
        if job.state in ENDED or not lately:
            return 0.0
        return round(sum(count for _, count in lately) / max(now - lately[0][0], 1.0), 1)

    async def run(self) -> None:
        """Go on with the jobs that run, a chunk of each in turn, until cancelled."""
        try:
            while True:
                await self._round()
        finally:
            for task in self._estimates:
                task.cancel()

    async def _round(self) -> None:
        self._wake.clear()
        running = await self._running()
        self._lately = {job.id: self._lately.get(job.id, deque(maxlen=10_000)) for job in running}
        self._carrier.forget_others(running)
        for job in reversed(running):
            await self._go_on(job)
        if not running:
            await self._wake.wait()

    async def _running(self) -> list[Job]:
        try:
            return await self._jobs(lambda store: store.running())
        except HooklogError as error:
            diagnostics.warning("replays_cannot_be_read", code=error.code, error=str(error))
            await asyncio.sleep(_TROUBLE_SECONDS)
            self._wake.set()
            return []

    async def _go_on(self, job: Job) -> None:
        await self._until_calm(job.org_id)
        try:
            await self._step(job)
        except HooklogError as error:
            diagnostics.warning("replay_is_held_up", job=job.id.hex(), code=error.code, error=str(error))
            await asyncio.sleep(_TROUBLE_SECONDS)

    async def _step(self, job: Job) -> None:
        try:
            after = await self._carrier.step(job)
        except HooklogError:
            raise
        except Exception:  # noqa: BLE001 - a bug in one job may not end the edge, again after each start
            diagnostics.exception("replay_raised", job=job.id.hex())
            await self._jobs(lambda store: store.act(job.org_id, job.id, Act.PAUSE))
        else:
            self._appended(job.id, after.appended - job.appended)

    def _appended(self, job_id: bytes, count: int) -> None:
        if not count:
            return
        metrics.replayed_events.inc(count)
        now = time.monotonic()
        self._lately[job_id].append((now, count))
        seconds = count / max(1, self._settings.events_per_second_max)
        self._may_go_on_at = max(self._may_go_on_at, now) + seconds

    async def _until_calm(self, org_id: int) -> None:
        """Live events go first: wait while they wait, and for the next chunk's time."""
        while (  # noqa: ASYNC110 - nobody tells when it is calm; it is asked seldom
            self._backlog() >= self._settings.backlog_events_max
            or self.refusal(org_id) is not None
            or time.monotonic() < self._may_go_on_at
        ):
            await asyncio.sleep(_CALM_SECONDS)

    def close(self) -> None:
        """Let go of the jobs. Blocks until what was begun is kept."""
        self._jobs.close()
