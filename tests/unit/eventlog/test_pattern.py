"""Patterns of messages: failures of one cause have one, and no value that was pushed is ever in it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooklog.event import USUAL_MESSAGES, Stage, StageOutcome, StageRecord, Status
from hooklog.eventlog.pattern import PATTERN_CHARACTERS_MAX, pattern_of
from hooklog.pipeline.field_failure import failure_of, failures_message

VALUES = {
    Status.INVALID_GROUP_IDENTIFIER_PASSED: "Invalid group identifier passed ",
    Status.NO_CUSTOMER_DETAILS_PASSED: "Customer details not passed ,User does not belong to group ",
    Status.INVALID_EVENT_NAME: "Invalid event name ",
    Status.INVALID_TILL_CODE: "Invalid till code ",
    Status.INVALID_CUSTOMER_IDENTIFIER: "Invalid customer identifier ",
    Status.CUSTOMER_CREATION_FAILED: "Customer creation failed ",
    Status.INVALID_CHILD_ORG: "Invalid child org ",
}


def validated(*failures: tuple[str, str, str]) -> tuple[str, tuple[StageRecord, ...]]:
    """The message and timeline of an event whose fields broke rules, with the values that were received."""
    found = [failure_of(name, rule, value, "send another") for name, rule, value in failures]
    detail: dict[str, Any] = {
        "fields": [{"field": f.field, "rule": f.rule, "value": f.received, "hint": f.hint} for f in found]
    }
    message = failures_message(found, frozenset())
    return message, (StageRecord(Stage.VALIDATE, 0, 1, StageOutcome.REJECTED, detail),)


@given(st.sampled_from(sorted(VALUES)), st.text(max_size=1_500))
def test_failures_of_one_cause_have_one_pattern_whatever_the_value(status: Status, value: str) -> None:
    assert VALUES[status] + "{}" == pattern_of(status, VALUES[status] + value, ())


@given(st.text(), st.text())
def test_a_field_is_told_by_its_rule_and_no_value_can_feign_another(first: str, second: str) -> None:
    message, stages = validated(("visits", "double", f"x{first}"), ("note", "regex", f"x{second}"))
    assert "Field validation failed: visits: double; note: regex" == pattern_of(
        Status.FIELD_VALIDATION_FAILED, message, stages
    )


def test_many_failing_fields_are_not_all_named() -> None:
    message, stages = validated(*((f"field{number}", "double", "x") for number in range(20)))
    pattern = pattern_of(Status.FIELD_VALIDATION_FAILED, message, stages)
    assert pattern.endswith("field4: double; and more")


def test_the_name_of_what_nobody_declared_is_no_part_of_it() -> None:
    message, stages = validated(("whatever was sent", "nesting", "x"))
    assert "Field validation failed: {}: nesting" == pattern_of(
        Status.FIELD_VALIDATION_FAILED, message, stages
    )


@pytest.mark.parametrize(
    ("status", "message", "pattern"),
    [
        (Status.REQUEST_TOO_LARGE, "Request too large: 1048577 bytes", "Request too large: {}"),
        (
            Status.INVALID_REQUEST_BODY,
            "Invalid request body: the body is not JSON: JSON is malformed: invalid character (byte 12)",
            "Invalid request body: the body is not JSON: JSON is malformed: invalid character (byte {})",
        ),
        (
            Status.INVALID_REQUEST_BODY,
            "Invalid request body: content type 'text/it\\'s' is not application/json",
            "Invalid request body: content type {}",
        ),
        (
            Status.EMF_PROCESSOR_FAILED,
            "Error while processing emfEvent: answered 503, after 12 attempts",
            "Error while processing emfEvent: answered 503, after {} attempts",
        ),
        (
            Status.EMF_PROCESSOR_FAILED,
            "Error while processing emfEvent: cannot connect: ('10.0.0.1', 443)",
            "Error while processing emfEvent: cannot connect: ({}, {})",
        ),
        (
            Status.NO_CUSTOMER_DETAILS_PASSED,
            "Customer details not passed",
            "Customer details not passed",
        ),
        (Status.EVENT_SUCCESS, "Event processed successfully", ""),
    ],
)
def test_what_we_say_ourselves_keeps_its_words(status: Status, message: str, pattern: str) -> None:
    assert pattern == pattern_of(status, message, ())


@pytest.mark.parametrize("status", sorted(set(USUAL_MESSAGES) - {Status.EVENT_SUCCESS}))
def test_a_message_that_is_always_the_same_is_its_own_pattern(status: Status) -> None:
    assert USUAL_MESSAGES[status] == pattern_of(status, USUAL_MESSAGES[status], ())


@given(st.sampled_from(sorted(Status)), st.text(max_size=3_000))
def test_a_pattern_is_short(status: Status, message: str) -> None:
    assert len(pattern_of(status, message, ())) <= PATTERN_CHARACTERS_MAX
