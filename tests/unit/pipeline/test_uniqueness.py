"""The unique key and what a record says of it (contract I.10, I.23, II.7.5)."""

import hashlib

import pytest

from hooklog.catalog.base import EI_CONSUMER
from hooklog.event import Stage, id_to_text
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem

UNIQUE_WEBHOOK_ID = "00112233445566778899aabbccddeeff"
MOBILE = "9123456789"
UNIQUE = {"isUniqueKeyField": "true"}
OPTIONAL = {"isUniqueKeyField": "true", "isRequired": "false"}


@pytest.fixture
def system() -> MemorySystem:
    """A webhook that asks for uniqueness beside one that does not."""
    system = MemorySystem()
    system.add_webhook(UNIQUE_WEBHOOK_ID, is_unique=True)
    system.add_customer(500_001, mobile=MOBILE)
    system.define("Appointment", customer_field(), field("ref", "string", **UNIQUE), actions=(EI_CONSUMER,))
    return system


def push(system: MemorySystem, event_name: str, /, **attributes: object) -> bytes:
    request_id = system.push({"event_name": event_name, **attributes}, UNIQUE_WEBHOOK_ID)
    system.settle()
    return request_id


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def key_of(system: MemorySystem, request_id: bytes) -> str:
    assert "EVENT_SUCCESS" == system.entry(request_id).status.name
    return system.record(request_id).unique_id


def test_the_documented_example_has_the_documented_key(system: MemorySystem) -> None:
    request_id = push(system, "Appointment", mobile=MOBILE, ref="refID")
    assert "779069e41a8afde74b2c526bce59e51a" == key_of(system, request_id)


def test_the_identifier_counts_as_sent(system: MemorySystem) -> None:
    with_plus = push(system, "Appointment", mobile="+" + MOBILE, ref="refID")
    as_number = push(system, "Appointment", mobile=int(MOBILE), ref="refID")
    assert md5(f"Appointment_+{MOBILE}_refID") == key_of(system, with_plus)
    assert md5(f"Appointment_{MOBILE}_refID") == key_of(system, as_number)


@pytest.mark.parametrize("customer", [{}, {"mobile": None}, {"mobile": ""}])
def test_an_absent_identifier_counts_as_empty_text(system: MemorySystem, customer: dict[str, object]) -> None:
    assert md5("Appointment__refID") == key_of(system, push(system, "Appointment", ref="refID", **customer))


def test_an_unknown_customers_identifier_counts_all_the_same(system: MemorySystem) -> None:
    request_id = push(system, "Appointment", mobile="9000000000", ref="refID")
    assert md5("Appointment_9000000000_refID") == key_of(system, request_id)


def test_values_join_in_definition_order_as_they_are_stored(system: MemorySystem) -> None:
    """A double as "20.0", a date as sent, a group by its id, an absent value as empty text."""
    system.add_group(3_001, "family", (500_001,))
    system.define(
        "sale",
        field("z", "string", **OPTIONAL),
        customer_field(),
        field("amount", "double", **OPTIONAL),
        field("plain", "string", isRequired="false"),
        field("day", "date", **OPTIONAL),
        field("group", "groupId", **OPTIONAL),
        field("a", "string", **OPTIONAL),
        actions=(EI_CONSUMER,),
    )
    full = push(
        system, "sale", a="A", day="2026-01-05", plain="P", amount=20, mobile=MOBILE, z="Z", group="family"
    )
    sparse = push(system, "sale", a=None, z="", amount="20", mobile=MOBILE)
    assert md5(f"sale_{MOBILE}_Z_20.0_2026-01-05_3001_A") == key_of(system, full)
    assert md5(f"sale_{MOBILE}__20.0___") == key_of(system, sparse)


def test_each_till_counts_as_sent(system: MemorySystem) -> None:
    system.add_till("till02", 7_002)
    system.define(
        "transfer", field("from", "tillCode", **OPTIONAL), field("to", "tillCode", **OPTIONAL), actions=()
    )
    there = push(system, "transfer", **{"from": "till01", "to": "till02"})
    back = push(system, "transfer", **{"from": "till02", "to": "till01"})
    only_to = push(system, "transfer", to="till02")
    none = push(system, "transfer")
    assert md5("transfer__till01_till02") == key_of(system, there)
    assert md5("transfer__till02_till01") == key_of(system, back)
    assert md5("transfer___till02") == key_of(system, only_to)
    assert md5("transfer___") == key_of(system, none)


def test_each_group_counts_by_its_own_id(system: MemorySystem) -> None:
    for number, name in ((3_001, "family"), (3_002, "club")):
        system.add_group(number, name, (500_001,))
    fields = field("one", "groupId", **OPTIONAL), field("two", "groupId", **OPTIONAL)
    system.define("meeting", customer_field(), *fields, actions=(EI_CONSUMER,))
    both = push(system, "meeting", mobile=MOBILE, one="family", two="club")
    only_two = push(system, "meeting", mobile=MOBILE, two="club")
    assert md5(f"meeting_{MOBILE}_3001_3002") == key_of(system, both)
    assert md5(f"meeting_{MOBILE}__3002") == key_of(system, only_two)


def test_keys_are_exact(system: MemorySystem) -> None:
    system.define("appointment", customer_field(), field("ref", "string", **UNIQUE), actions=(EI_CONSUMER,))
    ids = [
        push(system, name, mobile=MOBILE, ref=ref)
        for name, ref in [
            ("Appointment", "a"),
            ("Appointment", "A"),
            ("Appointment", "a "),
            ("appointment", "a"),
        ]
    ]
    assert 4 == len({key_of(system, request_id) for request_id in ids})
    assert not any(system.record(request_id).is_duplicate for request_id in ids)


def test_where_the_webhook_does_not_ask_nothing_is_checked(system: MemorySystem) -> None:
    ids = [system.push({"event_name": "Appointment", "mobile": MOBILE, "ref": "refID"}) for _ in range(2)]
    system.settle()
    for request_id in ids:
        assert id_to_text(request_id) == key_of(system, request_id)
        assert not system.record(request_id).is_duplicate
    assert {} == system.log.held


def test_without_a_unique_field_nothing_is_checked(system: MemorySystem) -> None:
    system.define("visit", customer_field(), actions=(EI_CONSUMER,))
    ids = [push(system, "visit", mobile=MOBILE) for _ in range(2)]
    for request_id in ids:
        assert id_to_text(request_id) == key_of(system, request_id)
        assert not system.record(request_id).is_duplicate
    assert {} == system.log.held


def test_the_timeline_names_the_key_and_the_first_event(system: MemorySystem) -> None:
    first, second = (push(system, "Appointment", mobile=MOBILE, ref="r") for _ in range(2))
    key = md5(f"Appointment_{MOBILE}_r")
    details = []
    for request_id in (first, second):
        stage = system.timeline(request_id)[Stage.UNIQUENESS - Stage.ROUTE_ORG]
        assert Stage.UNIQUENESS == stage.stage
        details.append(stage.detail)
    assert [{"uniqueId": key}, {"uniqueId": key, "duplicateOf": id_to_text(first)}] == details


def test_a_duplicate_keeps_its_record_and_its_own_till_and_customer(system: MemorySystem) -> None:
    push(system, "Appointment", mobile=MOBILE, ref="r")
    second = push(system, "Appointment", mobile=MOBILE, ref="r", note="again")
    record = system.record(second)
    assert (True, 500_001, {"ref": "r", "note": "again"}) == (
        record.is_duplicate,
        record.user_id,
        record.attributes,
    )
    assert ("EVENT_SUCCESS", "Event processed successfully") == system.said(second)


def test_orgs_do_not_share_keys(system: MemorySystem) -> None:
    system.add_org(100_002, parent_org_id=ORG_ID)
    system.define("Appointment", field("ref", "string", **UNIQUE), actions=(EI_CONSUMER,), org_id=100_002)
    here = push(system, "Appointment", ref="r")
    there = push(
        system, "Appointment", ref="r", orgResolver={"type": "PARENT_CHILD_ORG", "childOrgId": 100_002}
    )
    assert key_of(system, here) == key_of(system, there)
    assert not system.record(there).is_duplicate
