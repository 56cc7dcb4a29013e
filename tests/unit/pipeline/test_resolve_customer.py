"""Who the event is about (contract I.5 (e), (g), I.20, I.22)."""

import pytest

from hooklog.catalog.base import EI_CONSUMER
from hooklog.directory.base import Customer
from hooklog.directory.identifier import canonical
from hooklog.event import Stage
from hooklog.pipeline.stage import VALUE_CHARACTERS_MAX
from hooklog.testing.setting import ORG_ID, customer_field
from hooklog.testing.system import MemorySystem

MOBILE = "919800000001"
SUCCESS = ("EVENT_SUCCESS", "Event processed successfully")
NO_CUSTOMER = (
    "EMF_PROCESSOR_FAILED",
    "Error while processing emfEvent: customerId not present,cant proceed further",
)


@pytest.fixture
def system() -> MemorySystem:
    """Events by each kind of identifier, and one customer who has them all."""
    system = MemorySystem()
    system.add_customer(500_001, mobile=MOBILE, email="Asha@Example.org", externalId="X-1")
    for kind in ("mobile", "email", "externalId", "userId"):
        for adds in ("false", "true"):
            name = f"{kind}_{'new' if adds == 'true' else 'known'}"
            system.define(name, customer_field("who", identifierType=kind, addCustomerIfNotExists=adds))
    system.define("analytics", customer_field("who"), actions=(EI_CONSUMER,))
    return system


def push(system: MemorySystem, name: str, **attributes: object) -> bytes:
    request_id = system.push({"event_name": name, **attributes})
    system.settle()
    return request_id


def detail(system: MemorySystem, request_id: bytes) -> dict[str, object] | None:
    record = system.timeline(request_id)[Stage.RESOLVE_CUSTOMER - Stage.ROUTE_ORG]
    assert Stage.RESOLVE_CUSTOMER == record.stage
    return record.detail


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mobile_known", MOBILE),
        ("mobile_known", "+" + MOBILE),
        ("mobile_known", int(MOBILE)),
        ("email_known", "Asha@Example.org"),
        ("email_known", "ASHA@EXAMPLE.ORG"),
        ("externalId_known", "X-1"),
        ("userId_known", "500001"),
        ("userId_known", 500_001),
        ("mobile_new", MOBILE),
        ("userId_new", 500_001),
    ],
)
def test_a_known_customer_is_found(system: MemorySystem, name: str, value: object) -> None:
    request_id = push(system, name, who=value)
    assert SUCCESS == system.said(request_id)
    assert 500_001 == system.record(request_id).user_id


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("mobile_known", "123456", "123456"),
        ("mobile_known", "1" * 16, "1" * 16),
        ("mobile_known", "++1234567", "++1234567"),
        ("mobile_known", "98 0000 0001", "98 0000 0001"),
        ("mobile_known", "٩٨٠٠٠٠٠٠٠١", "٩٨٠٠٠٠٠٠٠١"),
        ("mobile_known", -9_800_000_001, "-9800000001"),
        ("mobile_known", 10**20, "1" + "0" * 20),
        ("mobile_known", 919800000001.0, "919800000001.0"),
        ("mobile_known", True, "true"),
        ("mobile_known", ["919800000001"], '["919800000001"]'),
        ("mobile_known", {"no": 1}, '{"no":1}'),
        ("mobile_new", "nobody", "nobody"),
        ("email_known", "asha", "asha"),
        ("email_known", "@example.org", "@example.org"),
        ("email_known", "asha@", "asha@"),
        ("email_known", "a@b@c", "a@b@c"),
        ("userId_known", "5e5", "5e5"),
        ("userId_known", "9" * 20, "9" * 20),
        ("userId_new", "abc", "abc"),
        ("externalId_known", 1.5, "1.5"),
        ("externalId_known", False, "false"),
        ("analytics", "x", "x"),
    ],
)
def test_a_malformed_identifier_ends_the_event_and_is_shown(
    system: MemorySystem, name: str, value: object, shown: str
) -> None:
    request_id = push(system, name, who=value)
    assert ("INVALID_CUSTOMER_IDENTIFIER", f"Invalid customer identifier {shown}") == system.said(request_id)
    assert name == system.entry(request_id).event_name
    assert system.log.record(ORG_ID, request_id) is None


@pytest.mark.parametrize("value", ["1234567", "1" * 15, "+1234567", "+" + "1" * 15])
def test_well_formed_but_unknown_goes_on_without_customer(system: MemorySystem, value: str) -> None:
    for_both, for_analytics = push(system, "mobile_known", who=value), push(system, "analytics", who=value)
    assert NO_CUSTOMER == system.said(for_both)
    assert SUCCESS == system.said(for_analytics)
    for request_id in (for_both, for_analytics):
        record = system.record(request_id)
        assert (None, {}) == (record.user_id, record.attributes)
        assert {"found": False, "reason": "no customer has this mobile"} == detail(system, request_id)


@pytest.mark.parametrize("attributes", [{}, {"who": None}, {"who": ""}, {"Who": MOBILE}])
def test_a_missing_customer_is_no_failed_field_even_where_it_is_required(
    system: MemorySystem, attributes: dict[str, object]
) -> None:
    system.define("strict", customer_field("who", isRequired="true"))
    system.define("strict_new", customer_field("who", addCustomerIfNotExists="true"))
    for name in ("strict", "strict_new"):
        request_id = push(system, name, **attributes)
        assert NO_CUSTOMER == system.said(request_id)
        assert {"found": False, "reason": "no customer in the event"} == detail(system, request_id)
    request_id = push(system, "analytics", **attributes)
    assert SUCCESS == system.said(request_id)
    assert system.record(request_id).user_id is None


def test_a_definition_without_a_customer_field_goes_on_without_customer(system: MemorySystem) -> None:
    system.define("anonymous", actions=(EI_CONSUMER,))
    assert SUCCESS == system.said(push(system, "anonymous", mobile=MOBILE))


def test_an_unknown_customer_is_created_where_the_field_says_so(system: MemorySystem) -> None:
    request_id = push(system, "mobile_new", who="+919800000777")
    user_id = system.record(request_id).user_id
    assert SUCCESS == system.said(request_id)
    assert {"found": False, "created": True, "userId": user_id} == detail(system, request_id)
    assert user_id == system.directory.find_customer(ORG_ID, canonical("mobile", "919800000777"))
    assert user_id != 500_001


def test_one_customer_is_created_for_two_events_of_one_batch(system: MemorySystem) -> None:
    first = system.push({"event_name": "email_new", "who": "New@Example.org"})
    second = system.push({"event_name": "email_new", "who": "new@example.org"})
    system.settle()
    assert system.record(first).user_id == system.record(second).user_id is not None


def test_an_unknown_user_id_cannot_be_created(system: MemorySystem) -> None:
    request_id = push(system, "userId_new", who="600001")
    assert ("CUSTOMER_CREATION_FAILED", "Customer creation failed 600001") == system.said(request_id)
    assert NO_CUSTOMER == system.said(push(system, "userId_known", who="600001"))


@pytest.mark.parametrize("value", [str((1 << 63) - 1), str(-(1 << 63))])
def test_the_widest_user_ids_are_well_formed(system: MemorySystem, value: str) -> None:
    assert NO_CUSTOMER == system.said(push(system, "userId_known", who=value))


@pytest.mark.parametrize("spelling", ["MOBILE", "Mobile"])
def test_identifier_types_match_without_regard_to_case(system: MemorySystem, spelling: str) -> None:
    system.define("loud", customer_field("who", identifierType=spelling))
    assert SUCCESS == system.said(push(system, "loud", who=MOBILE))
    assert "INVALID_CUSTOMER_IDENTIFIER" == system.entry(push(system, "loud", who="x")).status.name


@pytest.mark.parametrize(
    ("source", "account_id", "expected"),
    [
        ("WECHAT", "acc-1", SUCCESS),
        ("wechat", "acc-1", SUCCESS),
        ("WECHAT", "acc-2", NO_CUSTOMER),
        ("WECHAT", "", NO_CUSTOMER),
        ("INSTORE", "", NO_CUSTOMER),
        ("INSTORE", "acc-1", NO_CUSTOMER),
    ],
)
def test_source_and_account_must_agree(
    system: MemorySystem, source: str, account_id: str, expected: tuple[str, str]
) -> None:
    system.add_customer(500_002, source="WECHAT", account_id="acc-1", mobile="919800000002")
    system.define("chat", customer_field("who", source=source, accountId=account_id))
    assert expected == system.said(push(system, "chat", who="919800000002"))


def test_another_orgs_customer_is_unknown(system: MemorySystem) -> None:
    system.add_org(200_001)
    system.add_customer(900_001, org_id=200_001, mobile="919811111111")
    assert NO_CUSTOMER == system.said(push(system, "mobile_known", who="919811111111"))
    assert NO_CUSTOMER == system.said(push(system, "userId_known", who=900_001))


def test_the_customers_own_name_is_not_stored(system: MemorySystem) -> None:
    assert {"other": "1"} == system.record(push(system, "mobile_known", who=MOBILE, other="1")).attributes


def test_long_identifiers_are_compared_whole_and_shown_cut(system: MemorySystem) -> None:
    """What a message may show is bounded; who an event is about may not depend on that."""
    beginning = "x" * VALUE_CHARACTERS_MAX
    system.directory.put_customer(Customer(ORG_ID, 500_003, (canonical("externalId", beginning + "one"),)))
    assert 500_003 == system.record(push(system, "externalId_known", who=beginning + "one")).user_id
    assert NO_CUSTOMER == system.said(push(system, "externalId_known", who=beginning + "two"))
    created = [push(system, "externalId_new", who=beginning + end) for end in ("three", "four")]
    assert 2 == len({system.record(request_id).user_id for request_id in created})
    assert (
        f"Invalid customer identifier {beginning}…"
        == system.entry(push(system, "mobile_known", who=beginning + "one")).message
    )
