"""The pace of replays: live events go first, jobs take turns, and what is wrong with one ends no other."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
import pytest
from tests.unit.replay.conftest import MakeJob

from hooklog.errors import StorageUnavailable
from hooklog.event import RequestIds, id_lowest_at
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.query import Query
from hooklog.journal.group_commit import GroupCommit
from hooklog.replay import replayer as module
from hooklog.replay.carrier import Carrier
from hooklog.replay.job import Act, Job, JobState
from hooklog.replay.job_store import JobStore
from hooklog.replay.jobs_thread import JobsThread
from hooklog.replay.replayer import Replayer
from hooklog.replay.settings import ReplaySettings
from hooklog.testing.builders import ORG, make_id

Result = TypeVar("Result")
DEADLINE_SECONDS = 10.0


class Steps:
    """Stands for the carrier: a step counts one event, until the job has three."""

    def __init__(self, store: JobStore) -> None:
        self.store = store
        self.taken: list[bytes] = []
        self.raises: dict[bytes, list[Exception]] = {}

    async def step(self, job: Job) -> Job:
        self.taken.append(job.id)
        if self.raises.get(job.id):
            raise self.raises[job.id].pop(0)
        job = msgspec.structs.replace(job, appended=job.appended + 1)
        self.store.advance(job)
        return self.store.finish(job) if job.appended == 3 else job

    def forget_others(self, jobs: Iterable[Job]) -> None:
        """It knows nothing of any."""


class World:
    def __init__(self, folder: Path) -> None:
        # The replayer's own is for its thread alone.
        self.store = JobStore(folder)
        self.steps = Steps(self.store)
        self.backlog = 0
        self.refusal: str | None = None
        self.settings = ReplaySettings()
        self._folder = folder

    def state(self, number: int) -> JobState | None:
        job = self.store.job(ORG, make_id(number))
        return None if job is None else job.state

    def run(self, test: Callable[[Replayer], Awaitable[None]]) -> None:
        """Run the replayer beside a test, and end it."""

        async def read(question: Callable[[], Result]) -> Result:
            return question()

        async def both() -> None:
            replayer = Replayer(
                jobs=JobsThread(JobStore(self._folder)),
                carrier=cast("Carrier", self.steps),
                log=MemoryEventLog(),
                read=read,
                journal=cast("GroupCommit", None),
                ids=RequestIds(),
                judge=lambda _: None,
                settings=self.settings,
                backlog=lambda: self.backlog,
                refusal=lambda _: self.refusal,
            )
            running = asyncio.create_task(replayer.run())
            try:
                await test(replayer)
                assert not running.done()
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                replayer.close()

        asyncio.run(both())


async def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        await asyncio.sleep(0.005)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(module, "_TROUBLE_SECONDS", 0.01)
    world = World(tmp_path)
    yield world
    world.store.close()


def test_jobs_take_turns_and_one_that_is_started_later_joins_them(world: World, make_job: MakeJob) -> None:
    for number in (1, 2):
        world.store.add(make_job(number, state=JobState.RUNNING))
    world.store.add(make_job(3))

    async def test(replayer: Replayer) -> None:
        await until(lambda: world.state(1) is world.state(2) is JobState.FINISHED)
        assert JobState.PLANNED is world.state(3)
        await replayer.act(ORG, make_id(3), Act.START)
        await until(lambda: world.state(3) is JobState.FINISHED)

    world.run(test)
    assert [make_id(number) for number in (1, 2, 1, 2, 1, 2, 3, 3, 3)] == world.steps.taken


@pytest.mark.parametrize("trouble", ["backlog", "refusal"])
def test_nothing_is_replayed_while_live_events_wait(world: World, make_job: MakeJob, trouble: str) -> None:
    world.store.add(make_job(1, state=JobState.RUNNING))
    world.backlog = world.settings.backlog_events_max if trouble == "backlog" else 0
    world.refusal = "the disk is nearly full" if trouble == "refusal" else None
    looked = 0

    def backlog_is_asked() -> int:
        nonlocal looked
        looked += 1
        return world.backlog

    async def test(replayer: Replayer) -> None:
        replayer._backlog = backlog_is_asked
        await until(lambda: looked >= 3)
        assert [] == world.steps.taken
        world.backlog, world.refusal = world.settings.backlog_events_max - 1, None
        await until(lambda: world.state(1) is JobState.FINISHED)

    world.run(test)


def test_a_job_that_raises_is_paused_and_the_others_go_on(world: World, make_job: MakeJob) -> None:
    for number in (1, 2):
        world.store.add(make_job(number, state=JobState.RUNNING))
    world.steps.raises[make_id(1)] = [AssertionError("our own bug")]

    async def test(_: Replayer) -> None:
        await until(lambda: world.state(2) is JobState.FINISHED)

    world.run(test)
    assert JobState.PAUSED is world.state(1)


def test_when_the_world_fails_a_job_is_gone_on_with_later(world: World, make_job: MakeJob) -> None:
    world.store.add(make_job(1, state=JobState.RUNNING))
    world.steps.raises[make_id(1)] = [StorageUnavailable("not now"), StorageUnavailable("not yet")]

    async def test(_: Replayer) -> None:
        await until(lambda: world.state(1) is JobState.FINISHED)

    world.run(test)
    assert [make_id(1)] * 5 == world.steps.taken


def test_a_plan_learns_how_many_would_pass_and_not_all_are_asked_at_once(
    world: World, make_job: MakeJob
) -> None:
    asked = 0

    async def would_pass(count: int | None) -> int | None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return count

    async def test(replayer: Replayer) -> None:
        asked_for = make_job(1).asked
        until_id = id_lowest_at(1 << 47)
        job = await replayer.plan(
            ORG, msgspec.structs.replace(asked_for, until_id=until_id), Query(org_ids=(ORG,))
        )
        assert job is not None
        assert (JobState.PLANNED, 0, None) == (job.state, job.plan.matching, job.plan.would_pass)
        assert job.asked.until_id < until_id
        replayer.estimate(job, would_pass(7))
        await until(lambda: _would_pass(world, job) == 7 and not replayer._estimates)
        for _ in range(30):
            replayer.estimate(job, would_pass(None))
        await until(lambda: not replayer._estimates)
        assert 7 == _would_pass(world, job)

    world.run(test)
    assert 11 == asked


def _would_pass(world: World, job: Job) -> Any:
    kept = world.store.job(ORG, job.id)
    return None if kept is None else kept.plan.would_pass
