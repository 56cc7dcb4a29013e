"""A timeline told by shared turns reads as one told in lines (contract I.2, I.20)."""

import pytest

from hooklog.event import Stage, StageOutcome, StageRecord
from hooklog.eventlog.base import Settled
from hooklog.passage import Passage, Turn, records_of
from hooklog.testing.builders import START_MS, make_entry, make_id

START_US = (START_MS + 5) * 1000
TURNS = [
    Turn(Stage.ROUTE_ORG, START_US, 3),
    Turn(Stage.TRANSFORM, START_US + 3, 4),
    Turn(Stage.VALIDATE, START_US + 7, 5),
]
ID = make_id(5)
FIRST, SECOND, THIRD = (
    StageRecord(Stage.ROUTE_ORG, 0, 3, StageOutcome.PASSED),
    StageRecord(Stage.TRANSFORM, 3, 4, StageOutcome.PASSED, {"a": 1}),
    StageRecord(Stage.VALIDATE, 7, 5, StageOutcome.PASSED),
)


def test_each_turn_is_a_line_in_the_events_own_time() -> None:
    assert (FIRST, SECOND, THIRD) == Passage(TURNS, 3, {Stage.TRANSFORM: {"a": 1}}).records(ID)
    later = Passage(TURNS, 1, {}).records(make_id(4))
    assert (StageRecord(Stage.ROUTE_ORG, 1000, 3, StageOutcome.PASSED),) == later


def test_only_the_last_line_is_not_passed() -> None:
    rejected = Passage(TURNS, 2, {Stage.TRANSFORM: {"a": 1}}, StageOutcome.REJECTED).records(ID)
    expected = StageRecord(Stage.TRANSFORM, 3, 4, StageOutcome.REJECTED, {"a": 1})
    assert (FIRST, expected) == rejected


def test_a_stage_that_had_nothing_to_do_with_the_event_has_no_line() -> None:
    assert (FIRST, THIRD) == Passage(TURNS, 3, {Stage.TRANSFORM: None}).records(ID)


def test_turns_before_an_event_joined_are_not_its_own() -> None:
    assert (THIRD,) == records_of(Passage(TURNS, 3, {Stage.TRANSFORM: {"a": 1}}), 2, ID)


@pytest.mark.parametrize("id_ahead_ms", [6, 1_000])
def test_no_line_begins_before_the_acceptance(id_ahead_ms: int) -> None:
    """Two clocks may differ, and the ids of a burst run ahead."""
    (line,) = Passage(TURNS, 1, {}).records(make_id(5 + id_ahead_ms))
    assert (0, 3) == (line.started_us, line.duration_us)


def test_a_settled_event_reads_the_same_either_way() -> None:
    shared = Settled(make_entry(5), Passage(TURNS, 3, {Stage.TRANSFORM: {"a": 1}}))
    assert shared.stages == Settled(make_entry(5), (FIRST, SECOND, THIRD)).stages
