"""The documented states of an event are told by its timeline and its definition (contract II.10.1)."""

import pytest

from hooklog.api.running_states import State, running_states
from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER, Definition
from hooklog.event import Stage, StageOutcome, StageRecord
from hooklog.testing.builders import make_definition, make_field

PASSED, REJECTED, PARKED, RAISED = (
    StageOutcome.PASSED,
    StageOutcome.REJECTED,
    StageOutcome.PARKED,
    StageOutcome.RAISED,
)
VISIT = make_definition(
    "visit",
    fields=(
        make_field("mobile", "customer"),
        make_field("hotel"),
        make_field("till", "tillCode"),
        make_field("family", "groupId"),
        make_field("room", "double"),
    ),
)
ORDER = (
    Stage.ROUTE_ORG,
    Stage.TRANSFORM,
    Stage.FIND_DEFINITION,
    Stage.VALIDATE,
    Stage.RESOLVE_TILL,
    Stage.RESOLVE_CUSTOMER,
    Stage.RESOLVE_GROUP,
    Stage.UNIQUENESS,
    Stage.CONSUME_EI,
    Stage.CONSUME_EMF,
)


def line(stage: Stage, outcome: StageOutcome = PASSED, **detail: object) -> StageRecord:
    """A stage that starts at ten times its number, in microseconds, and takes five."""
    return StageRecord(stage, stage * 10, 5, outcome, detail or None)


def timeline(*last: StageRecord) -> list[StageRecord]:
    """All stages before the first given one passed; then those given."""
    before = ORDER[: ORDER.index(last[0].stage)] if last else ORDER
    return [line(stage) for stage in before] + list(last)


def told(*last: StageRecord, message: str = "", definition: Definition | None = VISIT) -> list[str]:
    """Status without its prefix, and message."""
    states = running_states("visit", timeline(*last), definition, message)
    assert sorted(states, key=lambda state: state.at_us) == states, "the list reads as one story"
    return [f"{state.status.removeprefix('EVENT_')}: {state.message}" for state in states]


def pair(field: str) -> list[str]:
    return [f"FIELD_VALIDATION_STARTED: {field}", f"FIELD_VALIDATION_FINISHED: {field}"]


ALL_FIELDS = [state for field in ("mobile", "hotel", "till", "family", "room") for state in pair(field)]
VALID = ["PROCESSING_STARTED: visit", *ALL_FIELDS, "VALIDATION_FINISHED: visit"]


def test_a_success_tells_fields_in_definition_order_then_consumers_then_its_end() -> None:
    states = running_states("visit", timeline(), VISIT, "Event processed successfully", 999)
    assert State("EVENT_PROCESSING_STARTED", "visit", 45) == states[0]
    assert State("EVENT_PROCESSING_FINISHED", "visit", 999) == states[-1]
    assert [
        *VALID,
        "CONSUMER_STARTED: EIConsumer",
        "CONSUMER_FINISHED: EIConsumer",
        "CONSUMER_STARTED: EMFConsumer",
        "CONSUMER_FINISHED: EMFConsumer",
    ] == told()


@pytest.mark.parametrize("stage", [Stage.ROUTE_ORG, Stage.TRANSFORM, Stage.FIND_DEFINITION])
@pytest.mark.parametrize("outcome", [REJECTED, RAISED])
def test_nothing_is_told_before_the_definition_is_found(stage: Stage, outcome: StageOutcome) -> None:
    assert [] == told(line(stage, outcome))
    assert [] == running_states("visit", [], None)


def test_an_event_that_is_on_its_way_tells_how_far_it_has_come() -> None:
    assert ["PROCESSING_STARTED: visit"] == told(line(Stage.FIND_DEFINITION))
    assert VALID == told(line(Stage.RESOLVE_GROUP))
    assert VALID == told(line(Stage.UNIQUENESS, PARKED, waitsFor="x"))
    assert [*VALID, "CONSUMER_STARTED: EIConsumer"] == told(line(Stage.CONSUME_EI, PARKED, attempt=1))


def test_a_retried_consumer_started_once_and_ends_with_its_last_attempt() -> None:
    attempts = [
        StageRecord(Stage.CONSUME_EMF, 200, 5, PARKED, {"attempt": 1}),
        StageRecord(Stage.CONSUME_EMF, 900, 5, PASSED),
    ]
    states = running_states("visit", timeline(*attempts), VISIT)
    assert [
        State("EVENT_CONSUMER_STARTED", EMF_CONSUMER, 200),
        State("EVENT_CONSUMER_FINISHED", EMF_CONSUMER, 905),
    ] == states[-2:]


@pytest.mark.parametrize(
    ("last", "error"),
    [
        (line(Stage.CONSUME_EI, REJECTED, error="no space"), "EIConsumer no space"),
        (line(Stage.CONSUME_EI, RAISED, raised="consume_ei raised X"), "EIConsumer consume_ei raised X"),
    ],
)
def test_a_consumer_that_failed_says_why_and_ends_the_list(last: StageRecord, error: str) -> None:
    assert [*VALID, "CONSUMER_STARTED: EIConsumer", f"CONSUMER_FAILED: {error}"] == told(last)


def test_a_consumer_that_was_skipped_is_not_told() -> None:
    skipped = line(Stage.CONSUME_EMF, PASSED, skipped="duplicate")
    assert [*VALID, f"CONSUMER_STARTED: {EI_CONSUMER}", f"CONSUMER_FINISHED: {EI_CONSUMER}"] == told(skipped)


def test_failed_fields_name_their_rule_and_never_the_value() -> None:
    failed = line(
        Stage.VALIDATE,
        REJECTED,
        fields=[
            {"field": "room", "rule": "double", "value": "secret", "hint": "h"},
            {"field": "till", "rule": "isRequired", "value": "nothing", "hint": "h"},
            {"field": "eventDateTime", "rule": "date", "value": "secret", "hint": "h"},
        ],
    )
    assert [
        "PROCESSING_STARTED: visit",
        *pair("hotel"),
        "FIELD_VALIDATION_STARTED: till",
        "FIELD_VALIDATION_FAILED: till isRequired",
        "FIELD_VALIDATION_STARTED: family",
        "FIELD_VALIDATION_STARTED: room",
        "FIELD_VALIDATION_FAILED: room double",
        "FIELD_VALIDATION_STARTED: eventDateTime",
        "FIELD_VALIDATION_FAILED: eventDateTime date",
        "VALIDATION_FAILED: visit",
    ] == told(failed)


def test_an_unknown_till_customer_or_group_fails_its_field() -> None:
    unknown = line(Stage.RESOLVE_TILL, REJECTED, field="till")
    assert [
        "PROCESSING_STARTED: visit",
        *pair("hotel"),
        "FIELD_VALIDATION_STARTED: till",
        "FIELD_VALIDATION_FAILED: till Invalid till code x",
        "FIELD_VALIDATION_STARTED: family",
        *pair("room"),
        "VALIDATION_FAILED: visit",
    ] == told(unknown, message="Invalid till code x")
    malformed = told(line(Stage.RESOLVE_CUSTOMER, REJECTED, field="mobile"), message="Invalid y")
    assert ["FIELD_VALIDATION_STARTED: mobile", "FIELD_VALIDATION_FAILED: mobile Invalid y"] == malformed[1:3]
    outside = told(line(Stage.RESOLVE_GROUP, REJECTED, field="family"), message="Invalid z")
    assert "FIELD_VALIDATION_FAILED: family Invalid z" in outside
    assert "VALIDATION_FAILED: visit" == outside[-1]


def test_a_webhooks_unknown_till_fails_no_field() -> None:
    states = told(line(Stage.RESOLVE_TILL, REJECTED), message="Invalid till code x")
    assert "VALIDATION_FAILED: visit" == states[-1]
    assert not [state for state in states if state.startswith("FIELD_VALIDATION_FAILED")]


@pytest.mark.parametrize("stage", [Stage.VALIDATE, Stage.RESOLVE_TILL, Stage.RESOLVE_GROUP])
def test_a_stage_that_raised_fails_the_validation(stage: Stage) -> None:
    assert "VALIDATION_FAILED: visit" == told(line(stage, RAISED, raised="x"))[-1]


def test_the_customers_look_up_shows_in_its_own_times() -> None:
    slow = [
        StageRecord(Stage.RESOLVE_CUSTOMER, 100, 10_000_000, PASSED),
        StageRecord(Stage.RESOLVE_GROUP, 10_000_200, 10, PASSED),
    ]
    states = running_states("visit", timeline(*slow), VISIT)
    assert State("EVENT_FIELD_VALIDATION_STARTED", "mobile", 100) == states[1]
    assert State("EVENT_FIELD_VALIDATION_FINISHED", "mobile", 10_000_100) == states[2]
    assert 10_000_100 == states[3].at_us, "what is listed behind it is not shown before it"


def test_without_the_definition_the_event_itself_is_told() -> None:
    assert ["PROCESSING_STARTED: visit", "VALIDATION_FINISHED: visit"] == told(
        line(Stage.RESOLVE_GROUP), definition=None
    )
