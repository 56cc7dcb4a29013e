"""How many of a plan would pass: what a what-if found, without what the job leaves out."""

import pytest

from hooklog.api.replay_estimate import passing
from hooklog.event import Status
from hooklog.replay.job import Plan
from hooklog.trial.base import Findings, Transition

PLAN = Plan(matching=9, replayable=9)
FAILED, PASSED = Status.EMF_PROCESSOR_FAILED, Status.EVENT_SUCCESS


def findings(**more: bool) -> Findings:
    """Five would pass, two of which did before; four would not."""
    counts = {(FAILED, PASSED): 3, (PASSED, PASSED): 2, (FAILED, FAILED): 3, (PASSED, FAILED): 1}
    transitions = [Transition(before, after, count) for (before, after), count in counts.items()]
    return Findings(looked=9, transitions=transitions, **more)


@pytest.mark.parametrize(("is_forced", "count"), [(False, 3), (True, 5)])
def test_what_succeeded_before_counts_where_it_is_replayed_too(is_forced: bool, count: int) -> None:
    assert count == passing(findings(), PLAN, is_forced=is_forced)


def test_no_more_pass_than_are_replayed() -> None:
    plan = Plan(matching=9, replayable=1)
    assert 1 == passing(findings(), plan, is_forced=True)


def test_a_plan_of_a_part_bounds_nothing() -> None:
    plan = Plan(matching=9, replayable=1, is_complete=False)
    assert 5 == passing(findings(), plan, is_forced=True)


def test_of_findings_of_a_part_nothing_is_told() -> None:
    assert passing(findings(is_limit_reached=True), PLAN, is_forced=True) is None
