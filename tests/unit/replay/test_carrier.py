"""Each original is replayed exactly once by a job, whatever fails between any two of its steps."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from hooklog.errors import HooklogError, JournalUnavailable
from hooklog.event import Event, RequestIds, id_lowest_at
from hooklog.eventlog.query import Query
from hooklog.replay import looking
from hooklog.replay.carrier import Carrier
from hooklog.replay.job import Act, Asked, Job, JobState, Plan
from hooklog.replay.job_store import JobStore
from hooklog.replay.jobs_thread import JobsThread
from hooklog.testing.setting import ORG_ID, customer_field
from hooklog.testing.system import MemorySystem

ORIGINALS, CHUNK = 23, 5
STEPS_MAX = 200

Result = TypeVar("Result")


class Killed(Exception):
    """Stands for the end of the process."""


class World:
    """Originals of an event that nobody had defined, a job about them, and an edge that may be killed at any step."""

    def __init__(self, folder: Path) -> None:
        self.system = MemorySystem()
        self.system.add_customer(1, mobile="919800000001")
        bodies = [{"event_name": "visit", "mobile": "919800000001", "n": n} for n in range(ORIGINALS)]
        self.originals = [self.system.push(body) for body in bodies]
        self.system.settle()
        self.system.define("visit", customer_field())
        self.system.clock.advance(seconds=60)
        self.ids = RequestIds(self.system.clock.now_ms)
        self.store = JobStore(folder)
        self.job = self._plan()
        self.dies_at: int | None = None
        self.steps = 0
        self.while_looking: Callable[[], object] = lambda: None
        self.system.clock.advance(seconds=1)

    def _plan(self) -> Job:
        asked = Asked(
            parameters={},
            from_id=None,
            until_id=id_lowest_at(self.ids.own_ms()),
            sees_all=True,
            is_forced=False,
            by="test",
        )
        job = Job(id=self.ids.make(), org_id=ORG_ID, state=JobState.PLANNED, asked=asked, plan=Plan())
        assert self.store.add(job)
        started = self.store.act(ORG_ID, job.id, Act.START)
        assert started is not None
        return started

    def step(self) -> None:
        """One more thing is about to happen to a disk."""
        self.steps += 1
        if self.steps == self.dies_at:
            raise Killed

    async def append_all(self, events: Sequence[Event]) -> None:
        """The journal of this edge."""
        self.step()
        assert [event.id for event in events] == sorted(event.id for event in events)
        self.system.take(events)
        self.step()

    def carrier(self) -> Carrier:
        """An edge that has just been started."""

        async def read(question: Callable[[], Result]) -> Result:
            return question()

        async def question_of(job: Job) -> Query:
            self.while_looking()
            return Query(org_ids=(job.org_id,), until_id=job.asked.until_id)

        return Carrier(
            jobs=_Jobs(self.store, self.step),
            read=read,
            read_journal=read,
            log=self.system.log,
            journal=self.system.journal,
            intake=self,
            own_ms=self.ids.own_ms,
            question=question_of,
            judge=lambda _: None,
            clock_ms=self.system.clock.now_ms,
        )

    def kept(self) -> Job:
        job = self.store.job(ORG_ID, self.job.id)
        assert job is not None
        return job

    def run(self, between: Callable[[], None] = lambda: None) -> None:
        """Go on until the job has ended or is killed; `between` happens after each chunk."""

        async def go_on() -> None:
            carrier = self.carrier()
            for _ in range(STEPS_MAX):
                job = self.kept()
                if job.state is not JobState.RUNNING:
                    return
                await carrier.step(job)
                between()
            raise AssertionError(f"no end after {STEPS_MAX} chunks")

        asyncio.run(go_on())

    def replays(self) -> list[bytes]:
        """The originals of what was replayed, in the order of acceptance; all of it settled well."""
        self.system.settle_all()
        found = sorted(self.system.log.links.items(), key=lambda link: link[0][1])
        assert {"EVENT_SUCCESS"} >= {self.system.entry(key[1]).status.name for key, _ in found}
        assert {self.job.id} >= {of.job for _, of in found}
        return [of.id for _, of in found]


class _Jobs(JobsThread):
    """Without a thread: what is killed before it was done has not happened, behind it it has."""

    def __init__(self, store: JobStore, step: Callable[[], None]) -> None:
        self._kept = store
        self._step = step

    async def __call__(self, work: Callable[[JobStore], Result]) -> Result:
        self._step()
        result = work(self._kept)
        self._step()
        return result


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "CHUNK_EVENTS_MAX", CHUNK)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_every_original_is_replayed_once_in_order_and_none_of_the_replays(world: World) -> None:
    world.run(between=world.system.settle)
    assert world.originals == world.replays()
    kept = world.kept()
    assert (JobState.FINISHED, ORIGINALS, None) == (kept.state, kept.appended, kept.chunk_end)
    assert {"EVENT_SUCCESS": ORIGINALS} == {
        status.name: count for status, count in world.system.log.replay_outcomes(kept.id).items()
    }


@pytest.mark.parametrize("settles", [False, True])
def test_a_kill_between_any_two_steps_repeats_and_loses_nothing(tmp_path: Path, settles: bool) -> None:
    whole = World(tmp_path)
    whole.run()
    assert whole.steps >= 2 * ORIGINALS // CHUNK
    for dies_at in range(1, whole.steps + 1):
        folder = tmp_path / str(dies_at)
        folder.mkdir()
        world = World(folder)
        world.dies_at = dies_at
        with pytest.raises(Killed):
            world.run()
        if settles:
            world.system.settle()
            world.system.journal.trim(world.system.writer.position)
        world.run(between=world.system.settle)
        assert world.originals == world.replays(), dies_at
        kept = world.kept()
        assert (JobState.FINISHED, ORIGINALS) == (kept.state, kept.appended)


def test_an_original_that_settles_in_a_chunk_that_was_in_doubt_is_replayed_too(world: World) -> None:
    late = [world.system.push({"event_name": "nothing", "n": n}) for n in range(3)]
    entries = {one: world.system.log.settled.pop((ORG_ID, one)) for one in world.originals[1:3]}
    # Killed behind the append of the first chunk, which lacked two that had not settled.
    world.dies_at = 4
    with pytest.raises(Killed):
        world.run()
    world.system.log.settled.update(((ORG_ID, one), entry) for one, entry in entries.items())
    world.run()
    assert Counter(world.originals) == Counter(world.replays())
    assert ORIGINALS == world.kept().appended
    assert not set(late) & set(world.replays())


def test_what_the_journal_refused_is_appended_once_it_takes_again(world: World) -> None:
    refused: list[HooklogError] = []

    async def append_all(events: Sequence[Event]) -> None:
        if len(refused) < 3:
            refused.append(JournalUnavailable("not now"))
            raise refused[-1]
        await World.append_all(world, events)

    world.append_all = append_all  # type: ignore[method-assign]
    for _ in range(3):
        with pytest.raises(JournalUnavailable):
            world.run()
    world.run()
    assert world.originals == world.replays()


@pytest.mark.parametrize("seed", range(25))
def test_pauses_kills_and_settling_at_any_time_repeat_and_lose_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    world = World(tmp_path)

    def between() -> None:
        if chance.random() < 0.3:
            world.store.act(ORG_ID, world.job.id, Act.PAUSE)
        if chance.random() < 0.5:
            world.system.settle()
            world.system.journal.trim(world.system.writer.position)

    for _ in range(STEPS_MAX):
        if world.kept().state is JobState.FINISHED:
            break
        world.dies_at = world.steps + chance.randint(1, 12)
        world.store.act(ORG_ID, world.job.id, Act.RESUME)
        with suppress(Killed):
            world.run(between)
    assert world.originals == world.replays()
    assert (JobState.FINISHED, ORIGINALS) == (world.kept().state, world.kept().appended)


@pytest.mark.parametrize("act", [Act.PAUSE, Act.CANCEL])
def test_a_job_rests_behind_the_chunk_at_which_it_is_told_to(world: World, act: Act) -> None:
    chunks = 0

    def between() -> None:
        nonlocal chunks
        chunks += 1
        if chunks == 2:
            world.store.act(ORG_ID, world.job.id, act)

    world.run(between)
    assert world.originals[: 2 * CHUNK] == world.replays()
    world.run()
    assert 2 * CHUNK == world.kept().appended
    if act is Act.PAUSE:
        world.store.act(ORG_ID, world.job.id, Act.RESUME)
        world.run()
        assert world.originals == world.replays()


@pytest.mark.parametrize("act", [Act.PAUSE, Act.CANCEL])
def test_no_chunk_is_begun_once_a_job_was_told_to_rest(world: World, act: Act) -> None:
    world.while_looking = lambda: world.store.act(ORG_ID, world.job.id, act)
    world.run()
    assert [] == world.replays()
    kept = world.kept()
    assert (b"", None, 0) == (kept.cursor, kept.chunk_end, kept.appended)


def test_nothing_of_a_chunk_in_doubt_is_appended_once_a_job_was_cancelled(world: World) -> None:
    # Killed between the end of the first chunk and its append.
    world.dies_at = 3
    with pytest.raises(Killed):
        world.run()
    world.while_looking = lambda: world.store.act(ORG_ID, world.job.id, Act.CANCEL)
    world.run()
    assert [] == world.replays()


def test_where_little_matches_a_step_ends_soon_and_what_was_found_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look may take in one part only; between two that match there are parts in which nothing does."""
    monkeypatch.setattr(looking, "_CHUNK_SECONDS_MAX", 0.0)
    page = world.system.log.page
    monkeypatch.setattr(
        world.system.log, "walk", lambda query: (part for one in page(query) for part in ([], [one]))
    )
    walks = 0

    def count() -> None:
        nonlocal walks
        walks += 1

    world.while_looking = count

    async def steps() -> list[tuple[int, bytes]]:
        carrier, seen = world.carrier(), []
        for _ in range(4):
            job = await carrier.step(world.kept())
            carrier.forget_others([job])
            seen.append((job.appended, job.cursor))
        return seen

    cursors = [b"", world.originals[0], world.originals[0], world.originals[1]]
    assert list(zip([0, 1, 1, 2], cursors, strict=True)) == asyncio.run(steps())
    assert 2 == walks
    world.run()
    assert world.originals == world.replays()


def test_another_job_replays_the_same_originals_again(world: World) -> None:
    world.run()
    world.system.settle()
    first = world.job
    world.job = world._plan()
    world.system.clock.advance(seconds=1)
    world.run()
    world.system.settle()
    # The first job's replays have been accepted before the second was planned, but they succeeded.
    assert ORIGINALS == world.kept().appended
    assert {"succeeded": ORIGINALS} == world.kept().skipped
    jobs = Counter(of.job for of in world.system.log.links.values())
    assert {first.id: ORIGINALS, world.job.id: ORIGINALS} == jobs


def test_nothing_is_replayed_while_the_clock_is_behind_the_planning(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_time(_: float) -> None:
        return

    monkeypatch.setattr(asyncio, "sleep", no_time)
    world.system.clock.set_ms(world.system.clock.now_ms() - 3_600_000)
    job = world.kept()
    assert job == asyncio.run(_one_step(world, job))
    world.system.clock.advance(seconds=7_200)
    assert CHUNK == asyncio.run(_one_step(world, job)).appended


async def _one_step(world: World, job: Job) -> Job:
    return await world.carrier().step(job)


def test_a_chunk_is_bounded_by_its_bytes_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(world.system.entry(world.originals[0]).input)
    monkeypatch.setattr(looking, "_CHUNK_BYTES_MAX", 2 * size)
    after = asyncio.run(_one_step(world, world.kept()))
    assert (2, None) == (after.appended, after.chunk_end)
    world.run()
    assert world.originals == world.replays()


def test_what_is_not_fit_is_left_out_and_counted(world: World) -> None:
    clean = world.system.push({"event_name": "visit", "mobile": "919800000001"})
    world.system.settle()
    world.system.clock.advance(seconds=1)
    asked = msgspec.structs.replace(world.job.asked, until_id=id_lowest_at(world.ids.own_ms()))
    world.job = msgspec.structs.replace(world.job, id=world.ids.make(), asked=asked)
    world.store.add(world.job)
    world.system.clock.advance(seconds=1)
    world.run()
    assert clean not in world.replays()
    assert {"succeeded": 1} == world.kept().skipped
