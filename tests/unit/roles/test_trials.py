"""Trials are bounded: so many at once, so many remembered, for so long; one that cannot work says why."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hooklog.config import Settings
from hooklog.event import RequestIds
from hooklog.pipeline.settings import PipelineSettings
from hooklog.roles.trial_lines import Task
from hooklog.roles.trials import ChildTrial, ChildTrials
from hooklog.trial.base import Question, TrialState
from hooklog.trial.settings import TrialSettings

ORG = 1001
QUESTION = Question(ORG, (ORG,), {}, "UTC", RequestIds().make(), 10, sees_all=True)
TASK = Task(QUESTION, frozenset(), PipelineSettings())
WAIT_SECONDS = 30.0


class Bench:
    """Trials of a folder in which there is nothing, so that each fails; the clock stands still."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        bounds = TrialSettings(
            at_once_max=3, org_at_once_max=2, kept_max=4, org_kept_max=3, kept_seconds=60.0
        )
        self.trials = ChildTrials(folder, Settings(trials=bounds), lambda: self.now)

    async def started(self, org_id: int = ORG) -> ChildTrial:
        trial = await self.trials.start(asked_by(org_id))
        assert trial is not None
        return trial

    async def ended(self, org_id: int = ORG) -> ChildTrial:
        trial = await self.started(org_id)
        await trial.wait(WAIT_SECONDS)
        return trial

    def known(self, *trials: ChildTrial) -> list[bool]:
        return [self.trials.find(one.question.org_id, one.id) is one for one in trials]


def asked_by(org_id: int) -> Question:
    return msgspec.structs.replace(QUESTION, org_id=org_id, org_ids=(org_id,))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_trial_that_cannot_work_says_why(bench: Bench) -> None:
    trial = asyncio.run(bench.ended())
    assert (TrialState.FAILED, True) == (trial.state, "(FOLDER_NOT_WRITABLE)" in trial.failure)
    assert trial.ended_ms is not None


def test_ended_ones_are_remembered_for_a_while_and_only_the_last_few(bench: Bench) -> None:
    async def run() -> None:
        first, second = await bench.ended(), await bench.ended()
        assert [True, True] == bench.known(first, second)
        assert bench.trials.find(ORG + 1, first.id) is None
        third, fourth = await bench.ended(), await bench.ended()
        assert [False, True, True, True] == bench.known(first, second, third, fourth)
        bench.now = 59.0
        assert [True] == bench.known(fourth)
        bench.now = 60.0
        assert [False, False, False] == bench.known(second, third, fourth)

    asyncio.run(run())


def test_what_an_org_asks_is_not_forgotten_for_another_that_asks_much(bench: Bench) -> None:
    async def run() -> None:
        mine = await bench.ended()
        others = [await bench.ended(ORG + 1) for _ in range(4)]
        assert [True, False, True, True, True] == bench.known(mine, *others)
        newest = await bench.ended(ORG + 2)
        # There is a bound for all of them, too.
        assert [False, False, True, True, True, True] == bench.known(mine, *others, newest)

    asyncio.run(run())


def test_no_more_run_at_once_than_may_for_an_org_and_at_all(bench: Bench) -> None:
    async def run() -> None:
        trials = [await bench.started(), await bench.started()]
        assert await bench.trials.start(QUESTION) is None
        trials.append(await bench.started(ORG + 1))
        assert await bench.trials.start(asked_by(ORG + 2)) is None
        await trials[0].cancel()
        trials.append(await bench.started(ORG + 2))
        await bench.trials.close()
        assert [TrialState.CANCELLED] * 4 == [one.state for one in trials]

    asyncio.run(run())


def test_nothing_is_started_once_they_were_closed(bench: Bench) -> None:
    async def run() -> None:
        await bench.trials.close()
        assert await bench.trials.start(QUESTION) is None

    asyncio.run(run())


def test_closing_waits_for_a_process_that_is_just_being_made(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = asyncio.create_subprocess_exec
    made: list[asyncio.subprocess.Process] = []

    async def run() -> None:
        is_making, may_make = asyncio.Event(), asyncio.Event()

        async def slowly(*command: str, **options: Any) -> asyncio.subprocess.Process:
            is_making.set()
            await may_make.wait()
            made.append(await make(*command, **options))
            return made[0]

        monkeypatch.setattr(asyncio, "create_subprocess_exec", slowly)
        starting = asyncio.create_task(bench.started())
        await is_making.wait()
        closing = asyncio.create_task(bench.trials.close())
        await asyncio.sleep(0)
        may_make.set()
        await closing
        assert [True] == [one.returncode is not None for one in made]
        assert TrialState.CANCELLED is (await starting).state

    asyncio.run(run())


def test_one_that_is_not_understood_ends_though_it_would_go_on() -> None:
    """It fills the pipe that nobody reads any more, and would wait there for ever."""
    babbling = "import sys\nwhile True: sys.stdout.write('no report\\n')"

    async def run() -> ChildTrial:
        trial = ChildTrial(QUESTION)
        await trial.begin([sys.executable, "-c", babbling], TASK)
        await trial.wait(WAIT_SECONDS)
        state = trial.state
        await trial.cancel()
        assert TrialState.FAILED == state
        return trial

    assert "status -9" in asyncio.run(run()).failure
