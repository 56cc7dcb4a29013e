"""What stands in the way of a replay: no input, or that somebody may have acted on the event already."""

import itertools

import pytest

from hooklog.event import Stage, StageOutcome, StageRecord, Status
from hooklog.ingest.body import judge_body
from hooklog.replay.fitness import OBSTACLE_MESSAGES, ObstacleKind, obstacle
from hooklog.testing.builders import make_entry

FREE = [
    one
    for one in Status
    if one
    not in {
        Status.EVENT_SUCCESS,
        Status.UNAUTHORIZED,
        Status.INVALID_REQUEST_BODY,
        Status.REQUEST_TOO_LARGE,
        Status.WEBHOOK_DISABLED,
    }
]


def judge(body: bytes) -> str | None:
    bad = judge_body(body, 10)
    return None if bad is None else bad.why


def found(
    status: Status, *stages: StageRecord, body: bytes = b'{"event_name":"visit"}', is_forced: bool = False
) -> ObstacleKind | None:
    entry = make_entry(status=status, input=body)
    said = obstacle(entry, lambda: stages, judge, is_forced=is_forced)
    return None if said is None else said.kind


def line(
    outcome: StageOutcome = StageOutcome.PARKED, stage: Stage = Stage.CONSUME_EMF, **detail: object
) -> StageRecord:
    return StageRecord(stage, 0, 1, outcome, detail or None)


BEGUN = line(call="begun", attempt=1)
REJECTED, PASSED = StageOutcome.REJECTED, StageOutcome.PASSED


@pytest.mark.parametrize("status", FREE)
def test_what_failed_before_anybody_was_called_may_be_replayed(status: Status) -> None:
    assert found(status, line(REJECTED, error="customerId not present,cant proceed further")) is None
    assert found(status) is None


def test_a_success_needs_force() -> None:
    assert ObstacleKind.SUCCEEDED == found(Status.EVENT_SUCCESS)
    assert found(Status.EVENT_SUCCESS, is_forced=True) is None


@pytest.mark.parametrize(
    ("stages", "needs_force"),
    [
        ([BEGUN, line(REJECTED, error="answered 400", mayHaveActed=False)], False),
        ([BEGUN, line(REJECTED, error="no answer within 10 s, after 1 attempts", mayHaveActed=True)], True),
        # As a version wrote it that did not tell: nobody knows.
        ([BEGUN, line(REJECTED, error="answered 400")], True),
        # Loyalty took it, then the parent's failed.
        (
            [
                BEGUN,
                line(PASSED),
                line(stage=Stage.CONSUME_PARENT, call="begun", attempt=1),
                line(REJECTED, Stage.CONSUME_PARENT, error="answered 400", mayHaveActed=False),
            ],
            True,
        ),
        # It ended as our fault while it waited.
        ([BEGUN], True),
        ([BEGUN, line(attempt=1, error="answered 429", mayHaveArrived=False)], False),
        ([BEGUN, line(attempt=1, error="no answer", mayHaveArrived=True)], True),
        (
            [
                BEGUN,
                line(attempt=1, error="answered 429", mayHaveArrived=False),
                line(call="begun", attempt=2),
            ],
            True,
        ),
        ([line(waits="the endpoint fails, its circuit is open")], False),
    ],
)
def test_what_loyalty_may_have_acted_on_needs_force(stages: list[StageRecord], needs_force: bool) -> None:
    for status in (Status.EMF_PROCESSOR_FAILED, Status.EVENT_PROCESSING_FAILED):
        assert (ObstacleKind.MAY_HAVE_ACTED if needs_force else None) == found(status, *stages)
        assert found(status, *stages, is_forced=True) is None


def test_a_refused_push_is_replayed_only_where_its_input_is_whole_and_good() -> None:
    for status, is_forced in itertools.product(
        (Status.INVALID_REQUEST_BODY, Status.WEBHOOK_DISABLED), (False, True)
    ):
        assert found(status, is_forced=is_forced) is None
        for body in (b"", b'{"event_name":"vi', b"[1]", b"\xff", b'{"eventDateTimeInputOffset":"x"}'):
            assert ObstacleKind.NO_INPUT == found(status, body=body, is_forced=is_forced)
    assert ObstacleKind.NO_INPUT == found(Status.REQUEST_TOO_LARGE, is_forced=True)


def test_what_came_without_credentials_needs_force_and_a_good_input() -> None:
    assert ObstacleKind.UNAUTHORIZED == found(Status.UNAUTHORIZED)
    assert found(Status.UNAUTHORIZED, is_forced=True) is None
    assert ObstacleKind.NO_INPUT == found(Status.UNAUTHORIZED, body=b"{", is_forced=True)


def test_every_kind_of_obstacle_has_its_words() -> None:
    assert set(ObstacleKind) == set(OBSTACLE_MESSAGES)
    said = obstacle(make_entry(status=Status.INVALID_REQUEST_BODY, input=b"{"), tuple, judge, is_forced=False)
    assert said is not None
    assert said.message.startswith(OBSTACLE_MESSAGES[ObstacleKind.NO_INPUT])
    assert "JSON" in said.message
