"""The stage that judges fields (contract I.5 (c), I.11, I.20, I.21); each type's own rules are in test_fields.py."""

from datetime import UTC, datetime

import pytest

from hooklog.catalog.base import EI_CONSUMER
from hooklog.event import Stage, StageOutcome
from hooklog.pipeline.settings import PipelineSettings
from hooklog.testing.clock import START_MS
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem

SUCCESS = ("EVENT_SUCCESS", "Event processed successfully")


@pytest.fixture
def system() -> MemorySystem:
    system = MemorySystem()
    system.define(
        "visit",
        customer_field(isRequired="true"),
        field("ref", "string", regex="V-[0-9]+"),
        field("amount", "double", isRequired="false"),
        field("secret", "string", isRequired="false", isPsiData="true", regex="[0-9]+"),
        actions=(EI_CONSUMER,),
    )
    return system


def push(system: MemorySystem, event_name: str = "visit", /, **attributes: object) -> bytes:
    request_id = system.push({"event_name": event_name, **attributes})
    system.settle()
    return request_id


def test_every_failing_field_is_named_in_definition_order(system: MemorySystem) -> None:
    status, message = system.said(push(system, amount="much", ref="77"))
    assert "FIELD_VALIDATION_FAILED" == status
    start, first, second = (
        "Field validation failed: ",
        *message.removeprefix("Field validation failed: ").split("; "),
    )
    assert message.startswith(start)
    assert first.startswith("ref: regex, received 77, ")
    assert second.startswith("amount: double, received much, ")


@pytest.mark.parametrize(
    ("attributes", "received"), [({}, "nothing"), ({"ref": None}, "null"), ({"ref": ""}, '""')]
)
def test_a_missing_required_field_says_what_was_received(
    system: MemorySystem, attributes: dict[str, object], received: str
) -> None:
    assert (
        "FIELD_VALIDATION_FAILED",
        f"Field validation failed: ref: isRequired, received {received}, send a value",
    ) == system.said(push(system, "visit", **attributes))


def test_isrequired_left_out_means_required_and_the_customer_is_excepted(system: MemorySystem) -> None:
    assert SUCCESS == system.said(push(system, ref="V-1"))


def test_a_failed_event_keeps_its_name_version_and_timeline_but_no_record(system: MemorySystem) -> None:
    request_id = push(system, ref="77")
    assert "visit" == system.entry(request_id).event_name
    assert 1 == system.log.definition_version(ORG_ID, request_id)
    assert system.log.record(ORG_ID, request_id) is None
    last = system.timeline(request_id)[-1]
    assert (Stage.VALIDATE, StageOutcome.REJECTED) == (last.stage, last.outcome)
    assert last.detail is not None
    assert {"field": "ref", "rule": "regex", "value": "77"}.items() <= last.detail["fields"][0].items()  # type: ignore[index]


def test_a_sensitive_value_is_not_in_the_message(system: MemorySystem) -> None:
    message = system.entry(push(system, ref="V-1", secret="abc123")).message
    assert message.startswith("Field validation failed: secret: regex, received *****, ")
    assert "abc123" not in message


def test_undeclared_attributes_are_kept_and_not_judged(system: MemorySystem) -> None:
    request_id = push(system, ref="V-1", amount=20, other={"a": [1]}, nothing=None)
    assert SUCCESS == system.said(request_id)
    assert {"ref": "V-1", "amount": "20.0", "other": '{"a":[1]}'} == system.record(request_id).attributes


def test_without_an_event_date_the_acceptance_is_the_events_time(system: MemorySystem) -> None:
    record = system.record(push(system, ref="V-1"))
    assert (START_MS, None) == (record.event_at_ms, record.sent_offset)


def at(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp() * 1_000)  # type: ignore[misc,arg-type]


def test_a_date_without_an_offset_is_read_in_the_orgs_zone(system: MemorySystem) -> None:
    system.add_org(ORG_ID, time_zone="Asia/Kolkata")
    bare = system.record(push(system, ref="V-1", eventDateTime="2026-01-05 15:30:00"))
    offset = system.record(push(system, ref="V-1", eventDateTime="2026-01-05T15:30:00+02:00"))
    assert (at(2026, 1, 5, 10, 0), None) == (bare.event_at_ms, bare.sent_offset)
    assert (at(2026, 1, 5, 13, 30), "+02:00") == (offset.event_at_ms, offset.sent_offset)


def test_a_childs_event_is_read_in_the_childs_zone(system: MemorySystem) -> None:
    system.add_org(100_002, parent_org_id=ORG_ID, time_zone="America/New_York")
    system.define("visit", actions=(EI_CONSUMER,), org_id=100_002)
    request_id = push(
        system,
        eventDateTime="2026-01-05 05:00:00",
        orgResolver={"type": "PARENT_CHILD_ORG", "childOrgId": 100_002},
    )
    assert at(2026, 1, 5, 10, 0) == system.record(request_id).event_at_ms


def test_a_zone_that_this_machine_does_not_know_is_utc(system: MemorySystem) -> None:
    system.add_org(ORG_ID, time_zone="Nowhere/Land")
    record = system.record(push(system, ref="V-1", eventDateTime="2026-01-05 10:00:00"))
    assert at(2026, 1, 5, 10, 0) == record.event_at_ms


@pytest.mark.parametrize("value", ["yesterday", "2026-02-30", 1_767_607_200_000, True, [], {}])
def test_a_malformed_event_date_is_a_failed_field(system: MemorySystem, value: object) -> None:
    message = system.entry(push(system, ref="V-1", eventDateTime=value)).message
    assert message.startswith("Field validation failed: eventDateTime: date, received ")


def test_a_date_without_a_year_takes_the_year_of_acceptance(system: MemorySystem) -> None:
    """However late it is judged, so that judging again says the same."""
    system.clock.set_ms(at(2026, 12, 31, 23, 59))
    request_id = system.push({"event_name": "visit", "ref": "V-1", "eventDateTime": "March,15"})
    system.clock.advance(seconds=86_400)
    system.settle()
    assert at(2026, 3, 15) == system.record(request_id).event_at_ms


def test_the_event_date_is_no_attribute_of_the_record(system: MemorySystem) -> None:
    assert {"ref": "V-1"} == system.record(push(system, ref="V-1", eventDateTime="2026-01-05")).attributes


def test_more_definitions_than_are_kept_compiled_are_judged_all_the_same() -> None:
    system = MemorySystem(settings=PipelineSettings(definitions_cached_max=2))
    for number in range(5):
        system.define(f"visit{number}", field("ref", "string", regex=str(number)), actions=())
    pushed = [
        (n, ref, system.push({"event_name": f"visit{n}", "ref": str(ref)}))
        for n in range(5)
        for ref in (n, 9)
    ]
    system.settle()
    for number, ref, request_id in pushed:
        expected = "EVENT_SUCCESS" if number == ref else "FIELD_VALIDATION_FAILED"
        assert expected == system.entry(request_id).status.name
