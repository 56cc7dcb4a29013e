"""What was sent nested is hidden wherever it shows, as it is in the text of the input (contract I.7, I.24)."""

import pytest

from hooklog.event import Stage, StageOutcome, StageRecord, Status
from hooklog.eventlog.masked import masked_entry, masked_record, masked_stages
from hooklog.testing.builders import make_entry, make_record

NAMES = frozenset({"pan"})


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ('{"pan":"1","city":"Pune"}', '{"pan":"*****","city":"Pune"}'),
        ('[{"deep":{"pan":[1]}}]', '[{"deep":{"pan":"*****"}}]'),
        ('{"city":"pan"}', '{"city":"pan"}'),
        ("pan: 1", "pan: 1"),
        ("{pan} is no JSON", "{pan} is no JSON"),
        ("", ""),
    ],
)
def test_an_attribute_is_shown_without_what_is_sensitive_in_it(stored: str, shown: str) -> None:
    record = make_record(attributes={"guest": stored, "pan": "1"})
    assert {"guest": shown, "pan": "*****"} == masked_record(record, NAMES).attributes


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('{"pan":"1"}', '{"pan":"*****"}'),
        ('{"pan":"1…', "*****"),
        ('{"city":"Pune"}', '{"city":"Pune"}'),
        ("pan", "pan"),
    ],
)
def test_a_message_that_ends_in_a_value_hides_what_is_sensitive_in_it(value: str, shown: str) -> None:
    message = f"Invalid till code {value}"
    entry = make_entry(status=Status.INVALID_TILL_CODE, message=message)
    assert f"Invalid till code {shown}" == masked_entry(entry, (), NAMES).message


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("guest", '{"pan":"1"}', '{"pan":"*****"}'),
        ("guest", '[{"pan":"1…', "*****"),
        ("guest", "Asha", "Asha"),
        ("pan", "1", "*****"),
    ],
)
def test_a_failed_field_is_told_without_what_is_sensitive_in_it(field: str, value: str, shown: str) -> None:
    detail: dict[str, object] = {"fields": [{"field": field, "rule": "regex", "value": value, "hint": "h"}]}
    stages = (StageRecord(Stage.VALIDATE, 0, 1, StageOutcome.REJECTED, detail),)
    message = f"Field validation failed: {field}: regex, received {value}, h"
    entry = make_entry(status=Status.FIELD_VALIDATION_FAILED, message=message)
    assert (
        f"Field validation failed: {field}: regex, received {shown}, h"
        == masked_entry(entry, stages, NAMES).message
    )
    [stage] = masked_stages(stages, NAMES)
    assert {"fields": [{"field": field, "rule": "regex", "value": shown, "hint": "h"}]} == stage.detail
