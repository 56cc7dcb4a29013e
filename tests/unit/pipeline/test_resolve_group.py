"""Which group the event is about (contract I.5 (f), I.21, II.9.1, II.15)."""

import pytest

from hooklog.catalog.base import EI_CONSUMER, Field
from hooklog.event import Stage
from hooklog.pipeline.stage import VALUE_CHARACTERS_MAX
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem

MEMBER, STRANGER = "919800000001", "919800000002"
SUCCESS = ("EVENT_SUCCESS", "Event processed successfully")


@pytest.fixture
def system() -> MemorySystem:
    """A group with one member, who is its primary user, and events that name it in every way."""
    system = MemorySystem()
    system.add_customer(500_001, mobile=MEMBER, email="asha@example.org")
    system.add_customer(500_002, mobile=STRANGER)
    system.add_group(3_001, "family", (500_001,), primary=500_001)
    for kind in ("GroupExternalId", "groupExternalId", "groupId", "mobile", "email", "userId"):
        system.define(kind, customer_field(), group_field(groupIdentifierType=kind))
    system.define("plain", customer_field(), group_field())
    return system


def group_field(name: str = "group", **attributes: str) -> Field:
    return field(name, "groupId", **{"isRequired": "false", **attributes})


def push(system: MemorySystem, name: str, **attributes: object) -> bytes:
    request_id = system.push({"event_name": name, **attributes})
    system.settle()
    return request_id


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("plain", "family"),
        ("GroupExternalId", "family"),
        ("groupExternalId", "family"),
        ("groupId", "3001"),
        ("groupId", 3_001),
        ("mobile", MEMBER),
        ("mobile", "+" + MEMBER),
        ("mobile", int(MEMBER)),
        ("email", "ASHA@example.org"),
        ("userId", "500001"),
    ],
)
def test_a_member_of_the_named_group_passes_and_the_record_keeps_its_id(
    system: MemorySystem, name: str, value: object
) -> None:
    request_id = push(system, name, mobile=MEMBER, group=value)
    assert SUCCESS == system.said(request_id)
    assert (3_001, {}) == (system.record(request_id).group_id, system.record(request_id).attributes)
    stage = system.timeline(request_id)[Stage.RESOLVE_GROUP - Stage.ROUTE_ORG]
    assert (Stage.RESOLVE_GROUP, {"groupId": 3_001}) == (stage.stage, stage.detail)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("plain", "nobody", "nobody"),
        ("plain", "FAMILY", "FAMILY"),
        ("plain", "3001", "3001"),
        ("plain", 3_001, "3001"),
        ("groupId", "family", "family"),
        ("groupId", "٣٠٠١", "٣٠٠١"),
        ("groupId", "9" * 30, "9" * 30),
        ("groupId", -3_001, "-3001"),
        ("groupId", 3001.0, "3001.0"),
        ("mobile", STRANGER, STRANGER),
        ("mobile", "family", "family"),
        ("userId", "9" * 30, "9" * 30),
        ("userId", "x", "x"),
    ],
)
def test_a_value_that_names_no_group_ends_the_event(
    system: MemorySystem, name: str, value: object, shown: str
) -> None:
    request_id = push(system, name, mobile=MEMBER, group=value)
    assert ("INVALID_GROUP_IDENTIFIER_PASSED", f"Invalid group identifier passed {shown}") == system.said(
        request_id
    )
    assert name == system.entry(request_id).event_name
    assert system.log.record(ORG_ID, request_id) is None


@pytest.mark.parametrize(("name", "value"), [("plain", "family"), ("groupId", 3_001), ("mobile", MEMBER)])
def test_a_customer_who_is_no_member_ends_the_event(system: MemorySystem, name: str, value: object) -> None:
    request_id = push(system, name, mobile=STRANGER, group=value)
    assert (
        "NO_CUSTOMER_DETAILS_PASSED",
        f"Customer details not passed ,User does not belong to group {value}",
    ) == system.said(request_id)


@pytest.mark.parametrize("customer", [{}, {"mobile": None}, {"mobile": ""}, {"mobile": "919899999999"}])
@pytest.mark.parametrize("group", ["family", "nobody"])
def test_a_group_without_a_resolved_customer_ends_the_event_whatever_the_group(
    system: MemorySystem, customer: dict[str, object], group: str
) -> None:
    request_id = push(system, "plain", group=group, **customer)
    assert ("NO_CUSTOMER_DETAILS_PASSED", "Customer details not passed") == system.said(request_id)


@pytest.mark.parametrize("group", [{}, {"group": None}, {"group": ""}])
def test_without_a_group_value_there_is_nothing_to_check(
    system: MemorySystem, group: dict[str, object]
) -> None:
    request_id = push(system, "plain", mobile=MEMBER, **group)
    assert SUCCESS == system.said(request_id)
    assert system.record(request_id).group_id is None


def test_a_malformed_customer_is_judged_before_the_group(system: MemorySystem) -> None:
    request_id = push(system, "plain", mobile="x", group="nobody")
    assert ("INVALID_CUSTOMER_IDENTIFIER", "Invalid customer identifier x") == system.said(request_id)


def test_a_required_group_that_is_missing_is_a_failed_field(system: MemorySystem) -> None:
    system.define("strict", customer_field(), field("group", "groupId"))
    assert "FIELD_VALIDATION_FAILED" == system.entry(push(system, "strict", mobile=MEMBER)).status.name


def test_a_customer_just_created_is_no_member_yet(system: MemorySystem) -> None:
    system.define("join", customer_field(addCustomerIfNotExists="true"), group_field())
    request_id = push(system, "join", mobile="919800000003", group="family")
    assert "NO_CUSTOMER_DETAILS_PASSED" == system.entry(request_id).status.name


def test_of_several_groups_of_one_primary_user_the_first_with_the_customer_counts(
    system: MemorySystem,
) -> None:
    system.add_group(3_002, "club", (500_002,), primary=500_001)
    assert 3_002 == system.record(push(system, "mobile", mobile=STRANGER, group=MEMBER)).group_id
    assert 3_001 == system.record(push(system, "mobile", mobile=MEMBER, group=MEMBER)).group_id


def test_a_primary_user_is_found_by_source_and_account_too(system: MemorySystem) -> None:
    system.add_customer(500_003, source="WECHAT", account_id="acc", mobile="919800000009")
    system.add_group(3_003, "chat", (500_001,), primary=500_003)
    system.define(
        "chat",
        customer_field(),
        group_field(groupIdentifierType="mobile", source="WECHAT", accountId="acc"),
    )
    assert 3_003 == system.record(push(system, "chat", mobile=MEMBER, group="919800000009")).group_id
    assert "INVALID_GROUP_IDENTIFIER_PASSED" == (
        system.entry(push(system, "mobile", mobile=MEMBER, group="919800000009")).status.name
    )


def test_another_orgs_group_is_unknown(system: MemorySystem) -> None:
    system.add_org(200_001)
    system.add_group(4_001, "theirs", (500_001,), org_id=200_001)
    for name, value in (("plain", "theirs"), ("groupId", 4_001)):
        request_id = push(system, name, mobile=MEMBER, group=value)
        assert "INVALID_GROUP_IDENTIFIER_PASSED" == system.entry(request_id).status.name


def test_analytics_alone_judges_groups_too(system: MemorySystem) -> None:
    system.define("quiet", customer_field(), group_field(), actions=(EI_CONSUMER,))
    assert "NO_CUSTOMER_DETAILS_PASSED" == system.entry(push(system, "quiet", group="family")).status.name


def test_long_group_names_are_compared_whole_and_shown_cut(system: MemorySystem) -> None:
    beginning = "g" * VALUE_CHARACTERS_MAX
    system.add_group(3_009, beginning + "one", (500_001,))
    assert 3_009 == system.record(push(system, "plain", mobile=MEMBER, group=beginning + "one")).group_id
    assert (
        f"Invalid group identifier passed {beginning}…"
        == system.entry(push(system, "plain", mobile=MEMBER, group=beginning + "two")).message
    )


@pytest.fixture
def both(system: MemorySystem) -> MemorySystem:
    """An event with two group fields, and a second group of the member."""
    system.add_group(3_002, "club", (500_001,))
    system.define("both", customer_field(), group_field("one"), group_field("two"))
    return system


def test_of_several_group_fields_the_first_with_a_value_is_the_events_group(both: MemorySystem) -> None:
    record = both.record(push(both, "both", mobile=MEMBER, one="family", two="club"))
    assert (3_001, {"two": "3002"}) == (record.group_id, record.attributes)
    record = both.record(push(both, "both", mobile=MEMBER, one="", two="club"))
    assert (3_002, {}) == (record.group_id, record.attributes)


def test_every_group_field_is_judged(both: MemorySystem) -> None:
    both.add_group(3_003, "theirs", (500_002,))
    assert ("INVALID_GROUP_IDENTIFIER_PASSED", "Invalid group identifier passed nobody") == both.said(
        push(both, "both", mobile=MEMBER, one="family", two="nobody")
    )
    assert (
        "NO_CUSTOMER_DETAILS_PASSED",
        "Customer details not passed ,User does not belong to group theirs",
    ) == both.said(push(both, "both", mobile=MEMBER, one="family", two="theirs"))
