"""Trials are bounded: so many at once, so many remembered, for so long; one that cannot work says why."""

import asyncio
from pathlib import Path

import pytest

from hooklog.config import Settings
from hooklog.event import RequestIds
from hooklog.roles.trials import ChildTrial, ChildTrials
from hooklog.trial.base import Question, TrialState
from hooklog.trial.settings import TrialSettings

ORG = 1001
QUESTION = Question(ORG, (ORG,), {}, "UTC", RequestIds().make(), 10, sees_all=True)
WAIT_SECONDS = 30.0


class Bench:
    """Trials of a folder in which there is nothing, so that each fails; the clock stands still."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        settings = Settings(trials=TrialSettings(at_once_max=2, kept_max=3, kept_seconds=60.0))
        self.trials = ChildTrials(folder, settings, lambda: self.now)

    async def started(self) -> ChildTrial:
        trial = await self.trials.start(QUESTION)
        assert trial is not None
        return trial

    async def ended(self) -> ChildTrial:
        trial = await self.started()
        await trial.wait(WAIT_SECONDS)
        return trial

    def known(self, *trials: ChildTrial) -> list[bool]:
        return [self.trials.find(ORG, one.id) is one for one in trials]


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


def test_no_more_run_at_once_than_may_and_closing_ends_them(bench: Bench) -> None:
    async def run() -> None:
        trials = [await bench.started(), await bench.started()]
        assert await bench.trials.start(QUESTION) is None
        await bench.trials.close()
        assert [TrialState.CANCELLED] * 2 == [one.state for one in trials]
        await bench.started()
        await bench.trials.close()

    asyncio.run(run())
