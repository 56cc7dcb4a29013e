"""Routing to a child org by `orgResolver` (contract I.5, I.12, I.20, I.21, I.29, II.15)."""

import pytest

from hooklog.catalog.base import EI_CONSUMER
from hooklog.event import NO_PARENT, Stage
from hooklog.pipeline.stage import VALUE_CHARACTERS_MAX
from hooklog.testing.setting import ORG_ID, TILL_ID, WEBHOOK_ID, field
from hooklog.testing.system import MemorySystem

CHILD_ID = 100_002
CHILD_TILL_ID = 7_002
SUCCESS = ("EVENT_SUCCESS", "Event processed successfully")


@pytest.fixture
def system() -> MemorySystem:
    """A parent and a child that both know the event `visit`, and a stranger."""
    system = MemorySystem()
    system.add_org(CHILD_ID, parent_org_id=ORG_ID)
    system.add_till("child01", CHILD_TILL_ID, CHILD_ID)
    system.add_org(200_001)
    for org_id in (ORG_ID, CHILD_ID):
        system.define("visit", actions=(EI_CONSUMER,), org_id=org_id)
    return system


def push(system: MemorySystem, resolver: object, **attributes: object) -> bytes:
    request_id = system.push({"event_name": "visit", "orgResolver": resolver, **attributes})
    system.settle()
    return request_id


def to_child(**more: object) -> dict[str, object]:
    return {"type": "PARENT_CHILD_ORG", "childOrgId": CHILD_ID, **more}


def test_without_a_resolver_an_event_stays_in_the_webhooks_org_with_its_till(system: MemorySystem) -> None:
    request_id = system.push({"event_name": "visit"})
    system.settle()
    entry = system.entry(request_id)
    assert (ORG_ID, NO_PARENT, WEBHOOK_ID) == (entry.org_id, entry.parent_org_id, entry.webhook_id)
    assert TILL_ID == system.record(request_id).till_id


def test_an_event_for_a_child_is_logged_in_the_child_and_names_its_parent(system: MemorySystem) -> None:
    request_id = push(system, to_child(tillCode="child01"))
    entry = system.entry(request_id)
    assert SUCCESS == system.said(request_id)
    assert (CHILD_ID, ORG_ID, WEBHOOK_ID) == (entry.org_id, entry.parent_org_id, entry.webhook_id)
    assert system.log.entry(ORG_ID, request_id) is None
    assert {"childOrgId": CHILD_ID} == system.timeline(request_id)[0].detail


def test_a_child_is_judged_by_its_own_definitions(system: MemorySystem) -> None:
    system.define("parents_only", actions=(EI_CONSUMER,))
    request_id = system.push({"event_name": "parents_only", "orgResolver": to_child()})
    system.settle()
    assert ("INVALID_EVENT_NAME", "Invalid event name parents_only") == system.said(request_id)
    assert (CHILD_ID, ORG_ID) == (
        system.entry(request_id).org_id,
        system.entry(request_id).parent_org_id,
    )


def test_the_resolver_works_whether_or_not_the_webhook_listens_to_child_events(system: MemorySystem) -> None:
    webhook = system.catalog.webhook(WEBHOOK_ID)
    assert webhook is not None
    assert not webhook.listen_to_child_events
    assert SUCCESS == system.said(push(system, to_child()))


def test_a_childs_id_may_be_text(system: MemorySystem) -> None:
    request_id = push(system, {"type": "PARENT_CHILD_ORG", "childOrgId": str(CHILD_ID)})
    assert CHILD_ID == system.entry(request_id).org_id


@pytest.mark.parametrize("missing", [None, ""])
def test_a_missing_resolver_routes_nowhere(system: MemorySystem, missing: object) -> None:
    request_id = push(system, missing)
    assert SUCCESS == system.said(request_id)
    assert (ORG_ID, TILL_ID) == (system.entry(request_id).org_id, system.record(request_id).till_id)


def test_the_resolver_is_no_attribute_of_the_record(system: MemorySystem) -> None:
    assert {"x": "1"} == system.record(push(system, to_child(), x="1")).attributes


@pytest.mark.parametrize(
    ("resolver", "shown"),
    [
        ({"type": "PARENT_CHILD_ORG", "childOrgId": 999}, "999"),
        ({"type": "PARENT_CHILD_ORG", "childOrgId": "999"}, "999"),
        ({"type": "PARENT_CHILD_ORG", "childOrgId": ORG_ID}, str(ORG_ID)),
        ({"type": "PARENT_CHILD_ORG", "childOrgId": 200_001}, "200001"),
        ({"type": "PARENT_CHILD_ORG", "childOrgId": -1}, "-1"),
        ({"type": "PARENT_CHILD_ORG", "childOrgId": 1 << 63}, "9223372036854775808"),
        ({"type": "PARENT_CHILD_ORG", "childOrgId": 10**40}, "1" + "0" * 40),
        ({"type": "PARENT_CHILD_ORG", "childOrgId": float(CHILD_ID)}, "100002.0"),
        ({"type": "PARENT_CHILD_ORG", "childOrgId": True}, "true"),
        ({"type": "PARENT_CHILD_ORG", "childOrgId": "١٠٠٠٠٢"}, "١٠٠٠٠٢"),
        ({"type": "PARENT_CHILD_ORG", "childOrgId": [CHILD_ID]}, "[100002]"),
        ({"type": "PARENT_CHILD_ORG", "childOrgId": ""}, ""),
        ({"type": "PARENT_CHILD_ORG"}, "null"),
        ({"type": "parent_child_org", "childOrgId": CHILD_ID}, "100002"),
        ({"childOrgId": CHILD_ID}, "100002"),
        ({}, "null"),
        ("100002", "100002"),
        (100_002, "100002"),
        (False, "false"),
        ([], "[]"),
    ],
)
def test_what_names_no_child_of_the_webhooks_org_is_logged_in_that_org(
    system: MemorySystem, resolver: object, shown: str
) -> None:
    request_id = push(system, resolver)
    entry = system.entry(request_id)
    assert ("INVALID_CHILD_ORG", f"Invalid child org {shown}") == system.said(request_id)
    assert (ORG_ID, NO_PARENT, None) == (entry.org_id, entry.parent_org_id, entry.event_name)
    assert [Stage.ROUTE_ORG] == [record.stage for record in system.timeline(request_id)]


def test_a_grandchild_is_no_child(system: MemorySystem) -> None:
    system.add_org(300_001, parent_org_id=CHILD_ID)
    request_id = push(system, {"type": "PARENT_CHILD_ORG", "childOrgId": 300_001})
    assert ("INVALID_CHILD_ORG", "Invalid child org 300001") == system.said(request_id)


@pytest.mark.parametrize("excess", [0, 1])
def test_a_message_shows_a_bounded_part_of_a_value(system: MemorySystem, excess: int) -> None:
    value = "9" * (VALUE_CHARACTERS_MAX + excess)
    request_id = push(system, {"type": "PARENT_CHILD_ORG", "childOrgId": value})
    shown = value if excess == 0 else "9" * VALUE_CHARACTERS_MAX + "…"
    assert f"Invalid child org {shown}" == system.entry(request_id).message


def test_the_resolvers_till_is_the_childs(system: MemorySystem) -> None:
    record = system.record(push(system, to_child(tillCode="child01")))
    assert (CHILD_TILL_ID, "child01", None) == (record.till_id, record.till_code, record.sent_till_code)


@pytest.mark.parametrize("missing", [{}, {"tillCode": None}, {"tillCode": ""}])
def test_without_a_childs_till_an_event_has_none(system: MemorySystem, missing: dict[str, object]) -> None:
    record = system.record(push(system, to_child(**missing)))
    assert (None, "") == (record.till_id, record.till_code)


@pytest.mark.parametrize(
    ("code", "shown"), [("nowhere", "nowhere"), ("till01", "till01"), (12, "12"), ({}, "{}")]
)
def test_a_till_that_the_child_does_not_have_is_judged_in_the_child(
    system: MemorySystem, code: object, shown: str
) -> None:
    request_id = push(system, to_child(tillCode=code))
    assert ("INVALID_TILL_CODE", f"Invalid till code {shown}") == system.said(request_id)
    assert (CHILD_ID, "visit") == (system.entry(request_id).org_id, system.entry(request_id).event_name)


def test_a_till_in_the_payload_wins_over_the_resolvers(system: MemorySystem) -> None:
    system.define("sale", field("till", "tillCode"), actions=(EI_CONSUMER,), org_id=CHILD_ID)
    request_id = system.push(
        {"event_name": "sale", "till": "child01", "orgResolver": to_child(tillCode="nowhere")}
    )
    system.settle()
    assert (CHILD_TILL_ID, "child01") == (
        system.record(request_id).till_id,
        system.record(request_id).sent_till_code,
    )
