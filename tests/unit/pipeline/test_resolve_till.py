"""Which till an event counts for (contract I.5 (d), I.20, I.21, II.8)."""

import pytest

from hooklog.catalog.base import EI_CONSUMER
from hooklog.event import Stage
from hooklog.pipeline.stage import VALUE_CHARACTERS_MAX
from hooklog.testing.setting import TILL_CODE, TILL_ID, customer_field, field
from hooklog.testing.system import MemorySystem

OTHER_WEBHOOK_ID = "00112233445566778899aabbccddeeff"
SUCCESS = ("EVENT_SUCCESS", "Event processed successfully")


@pytest.fixture
def system() -> MemorySystem:
    """An event with one optional till field, and tills of this org and of another."""
    system = MemorySystem()
    system.add_till("till02", 7_002)
    system.add_till("12", 7_012)
    system.add_org(200_001)
    system.add_till("theirs", 9_001, 200_001)
    system.define("visit", field("till", "tillCode", isRequired="false"), actions=(EI_CONSUMER,))
    return system


def push(system: MemorySystem, event_name: str = "visit", /, **attributes: object) -> bytes:
    request_id = system.push({"event_name": event_name, **attributes})
    system.settle()
    return request_id


@pytest.mark.parametrize("attributes", [{}, {"till": None}, {"till": ""}])
def test_without_a_till_in_the_payload_the_webhooks_counts(
    system: MemorySystem, attributes: dict[str, object]
) -> None:
    request_id = push(system, "visit", **attributes)
    record = system.record(request_id)
    assert (TILL_ID, TILL_CODE, None) == (record.till_id, record.till_code, record.sent_till_code)
    assert {} == record.attributes
    till_stage = system.timeline(request_id)[Stage.RESOLVE_TILL - Stage.ROUTE_ORG]
    assert (Stage.RESOLVE_TILL, {"tillId": TILL_ID}) == (till_stage.stage, till_stage.detail)


@pytest.mark.parametrize(("sent", "code", "till_id"), [("till02", "till02", 7_002), (12, "12", 7_012)])
def test_a_till_in_the_payload_wins_and_its_id_is_stored_under_the_fields_name(
    system: MemorySystem, sent: object, code: str, till_id: int
) -> None:
    record = system.record(push(system, till=sent))
    assert (till_id, code, code) == (record.till_id, record.till_code, record.sent_till_code)
    assert {"till": str(till_id)} == record.attributes


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("nowhere", "nowhere"), ("TILL02", "TILL02"), ("theirs", "theirs"), (7_002, "7002"), (12.0, "12.0")],
)
def test_a_till_that_is_not_this_orgs_ends_the_event(system: MemorySystem, sent: object, shown: str) -> None:
    request_id = push(system, till=sent)
    assert ("INVALID_TILL_CODE", f"Invalid till code {shown}") == system.said(request_id)
    assert "visit" == system.entry(request_id).event_name
    assert system.log.record(system.entry(request_id).org_id, request_id) is None


@pytest.mark.parametrize("till_code", ["nowhere", "theirs"])
def test_an_unknown_till_of_the_webhook_ends_events_without_their_own(
    system: MemorySystem, till_code: str
) -> None:
    system.add_webhook(OTHER_WEBHOOK_ID, till_code=till_code)
    without = system.push({"event_name": "visit"}, OTHER_WEBHOOK_ID)
    with_own = system.push({"event_name": "visit", "till": "till02"}, OTHER_WEBHOOK_ID)
    system.settle()
    assert ("INVALID_TILL_CODE", f"Invalid till code {till_code}") == system.said(without)
    assert SUCCESS == system.said(with_own)


def test_every_till_field_must_name_a_till_and_the_first_decides(system: MemorySystem) -> None:
    optional = {"isRequired": "false"}
    system.define(
        "sale", field("a", "tillCode", **optional), field("b", "tillCode", **optional), actions=(EI_CONSUMER,)
    )
    both = system.record(push(system, "sale", a="till02", b="till01"))
    assert (7_002, "till02") == (both.till_id, both.sent_till_code)
    assert {"a": "7002", "b": "7001"} == both.attributes
    assert "12" == system.record(push(system, "sale", b="12")).sent_till_code
    assert ("INVALID_TILL_CODE", "Invalid till code nowhere") == system.said(
        push(system, "sale", a="till02", b="nowhere")
    )


def test_a_required_till_that_is_missing_is_a_failed_field(system: MemorySystem) -> None:
    system.define("sale", field("till", "tillCode"), actions=(EI_CONSUMER,))
    assert "FIELD_VALIDATION_FAILED" == system.entry(push(system, "sale")).status.name


def test_a_malformed_field_is_judged_before_the_till_and_the_till_before_the_customer(
    system: MemorySystem,
) -> None:
    optional = {"isRequired": "false"}
    system.define(
        "sale",
        customer_field(),
        field("till", "tillCode", **optional),
        field("amount", "double", **optional),
        actions=(EI_CONSUMER,),
    )
    bad_field = push(system, "sale", mobile="x", till="nowhere", amount="much")
    bad_till = push(system, "sale", mobile="x", till="nowhere")
    assert "FIELD_VALIDATION_FAILED" == system.entry(bad_field).status.name
    assert ("INVALID_TILL_CODE", "Invalid till code nowhere") == system.said(bad_till)


@pytest.mark.parametrize("sent", [True, ["till02"], {"code": "till02"}])
def test_what_cannot_be_a_code_is_a_failed_field(system: MemorySystem, sent: object) -> None:
    assert "FIELD_VALIDATION_FAILED" == system.entry(push(system, till=sent)).status.name


def test_long_codes_are_compared_whole_and_shown_cut(system: MemorySystem) -> None:
    code = "t" * VALUE_CHARACTERS_MAX
    system.add_till(code + "…", 8_001)
    system.add_till(code + "long", 8_002)
    assert 8_002 == system.record(push(system, till=code + "long")).till_id
    assert f"Invalid till code {code}…" == system.entry(push(system, till=code + "other")).message
