"""Stored records through the real program, key by key as documented (contract II.11.1 to II.11.3, I.25)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import running, till_auth
from hooklog.testing.visitor import Visitor

EVENT_DATA = "/v2/events/event_data"
ORG, CHILD, OTHER = 100001, 100002, 100003
OWN, PARENTS, THEIRS = "a1" * 16, "a2" * 16, "a3" * 16
MOBILE, USER = "919800000001", 500001
FULL_KEY = "key-that-sees-all"


def _content() -> Content:
    content = Content()
    for org_id, parent, code in ((ORG, -1, "till01"), (CHILD, ORG, "c-till"), (OTHER, -1, "o-till")):
        content.org(org_id, parent_org_id=parent)
        content.till(org_id, code)
        content.customer(org_id, USER, mobile=MOBILE)
        content.event(
            org_id,
            "store_visit",
            customer_by_mobile(),
            field("till", "tillCode"),
            field("visit_ref", isPsiData="true"),
            field("amount", "double"),
            field("family", "groupId", groupIdentifierType="GroupExternalId"),
            actions=("EIConsumer", "EMFConsumer"),
            label="Store visit",
        )
        content.event(org_id, "plain", customer_by_mobile())
    content.till(ORG, "till02")
    content.group(ORG, 31, "family1", USER)
    content.webhook(ORG, OWN, "till01")
    content.webhook(CHILD, PARENTS, "c-till")
    content.webhook(OTHER, THEIRS, "o-till")
    content.api_key(ORG, FULL_KEY, "events:read", "psi:read")
    return content


FULL_PUSH = {
    "event_name": "store_visit",
    "mobile": MOBILE,
    "till": "till02",
    "visit_ref": "V-77",
    "amount": 20,
    "family": "family1",
    "undeclared": ["a", 1],
    "eventDateTime": "2026-01-05T15:30:00+05:30",
}
BARE_PUSH = {"event_name": "plain", "mobile": "919811111111"}


class Stay:
    """The program with a full event, a bare one, an older and a failed one of the same customer, and others'."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.full = visitor.accepted(OWN, FULL_PUSH)
        self.bare = visitor.accepted(OWN, BARE_PUSH)
        self.older = visitor.accepted(
            OWN, {"event_name": "plain", "mobile": MOBILE, "eventDateTime": "2025-12-31 23:00:00"}
        )
        self.newest = visitor.accepted(OWN, {"event_name": "plain", "mobile": MOBILE})
        self.invalid = visitor.accepted(OWN, {"event_name": "store_visit", "amount": "x"})
        self.routed = visitor.accepted(
            OWN,
            {
                **BARE_PUSH,
                "mobile": MOBILE,
                "orgResolver": {"type": "PARENT_CHILD_ORG", "childOrgId": CHILD, "tillCode": "c-till"},
            },
        )
        visitor.settled(self.full, self.bare, self.older, self.newest, self.invalid)
        self.theirs = visitor.accepted(THEIRS, {"event_name": "plain", "mobile": MOBILE})

    def record(self, request_id: str) -> dict[str, Any]:
        data = self.visitor.answer(EVENT_DATA, id=request_id)["data"]
        assert 1 == len(data)
        found: dict[str, Any] = data[0]
        return found


@pytest.fixture(scope="module")
def stay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stay]:
    folder = tmp_path_factory.mktemp("event-data") / "data"
    with (
        running(folder, _content().file) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as visitor,
        Visitor(program, till_auth("c-till", TILL_PASSWORD)) as child,
        Visitor(program, till_auth("o-till", TILL_PASSWORD)) as other,
    ):
        stay = Stay(visitor)
        child.settled(stay.routed)
        other.settled(stay.theirs)
        yield stay


def _instant(request_id: str) -> int:
    return UUID(request_id).int >> 80


def test_a_full_record_has_the_documented_keys_in_order(stay: Stay) -> None:
    with Visitor(stay.visitor.program, headers={"X-API-Key": FULL_KEY}) as reader:
        record = reader.answer(EVENT_DATA, id=stay.full)["data"][0]
    assert [
        "orgId",
        "userId",
        "date",
        "eventName",
        "eventId",
        "source",
        "tillCode",
        "displayName",
        "additonalAttributes",
        "psiAttributes",
        "uniqueId",
    ] == list(record)
    attributes = record.pop("additonalAttributes")
    assert sorted(attributes) == list(attributes)
    accepted_ms = _instant(stay.full)
    assert {
        "orgId": ORG,
        "userId": USER,
        "date": datetime.fromtimestamp(accepted_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventName": "store_visit",
        "eventId": stay.full,
        "source": "INSTORE",
        "tillCode": "7004",
        "displayName": "Store visit",
        "psiAttributes": ["visit_ref"],
        "uniqueId": stay.full,
    } == record
    assert accepted_ms <= attributes.pop("autoUpdateTimeStamp")
    assert {
        "accountId": None,
        "amount": "20.0",
        "customerId": str(USER),
        "displayName": "Store visit",
        "eventDateTime": "1767607200000",
        "eventDateTimeInputOffset": "+05:30",
        "eventName": "store_visit",
        "groupId": "31",
        "isDuplicate": False,
        "is_mongo_push": True,
        "orgId": ORG,
        "ouTillCode": "till02",
        "requestId": stay.full,
        "source": "INSTORE",
        "source_till_id": 7004,
        "source_user_id": USER,
        "till": "7004",
        "undeclared": '["a",1]',
        "uniqueId": stay.full,
        "visit_ref": "V-77",
        "x-cap-lineage-id": stay.full,
        "x-cap-lineage-start": str(accepted_ms),
    } == attributes


def test_what_has_no_value_is_absent_but_for_the_documented_nulls(stay: Stay) -> None:
    record = stay.record(stay.bare)
    assert {"userId", "displayName", "clickEventSideEffects"}.isdisjoint(record)
    attributes = record["additonalAttributes"]
    assert attributes["accountId"] is None
    assert attributes["displayName"] is None
    absent = {"customerId", "source_user_id", "groupId", "ouTillCode", "eventDateTimeInputOffset", "mobile"}
    assert absent.isdisjoint(attributes)
    assert [] == record["psiAttributes"]
    assert "7001" == record["tillCode"], "the webhook's till"
    assert str(_instant(stay.bare) // 1000 * 1000) == attributes["eventDateTime"]


def test_the_envelope_is_the_documented_one(stay: Stay) -> None:
    answer = stay.visitor.answer(EVENT_DATA, id=stay.bare, format="json")
    assert ["data", "warnings", "errors"] == list(answer)
    assert [[], []] == [answer["warnings"], answer["errors"]]
    assert "'colour'" in stay.visitor.answer(EVENT_DATA, id=stay.bare, colour="x")["warnings"][0]["message"]


def test_without_a_record_there_is_no_data(stay: Stay) -> None:
    for request_id in (stay.invalid, str(uuid4()), "nothing", stay.theirs, stay.routed):
        assert [] == stay.visitor.answer(EVENT_DATA, id=request_id)["data"], request_id
    assert [stay.bare] == [
        one["eventId"] for one in stay.visitor.answer(EVENT_DATA, id=stay.bare.upper())["data"]
    ]


@pytest.mark.parametrize("request_id", [None, ""])
def test_the_id_is_required(stay: Stay, request_id: str | None) -> None:
    answer = stay.visitor.ask(EVENT_DATA, id=request_id)
    assert 400 == answer.status_code
    assert answer.json()["errors"][0]["message"].startswith("id is missing")
    assert [] == answer.json()["data"]


def test_a_customers_events_come_newest_first_with_the_tills_code(stay: Stay) -> None:
    """By the event's own time, not by when it came in."""
    answer = stay.visitor.answer(f"{EVENT_DATA}/{USER}")
    assert [stay.newest, stay.full, stay.older] == [one["eventId"] for one in answer["data"]]
    assert ["till01", "till02", "till01"] == [one["tillCode"] for one in answer["data"]]
    by_id = stay.record(stay.full)
    assert {**by_id, "tillCode": "till02"} == answer["data"][1]


@pytest.mark.parametrize("user_id", ["x", "1.5", "9223372036854775808", " "])
def test_a_user_id_is_a_whole_number_of_64_bits(stay: Stay, user_id: str) -> None:
    answer = stay.visitor.ask(f"{EVENT_DATA}/{user_id}")
    assert 400 == answer.status_code
    assert repr(user_id) in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("user_id", [1, -1, (1 << 63) - 1, -(1 << 63)])
def test_nobody_has_no_events(stay: Stay, user_id: int) -> None:
    assert [] == stay.visitor.answer(f"{EVENT_DATA}/{user_id}")["data"]


def test_a_parent_sees_its_children_when_it_asks_for_them(stay: Stay) -> None:
    own = [stay.newest, stay.full, stay.older]
    asked = stay.visitor.answer(f"{EVENT_DATA}/{USER}", scope="child")["data"]
    assert {*own, stay.routed} == {one["eventId"] for one in asked}
    assert CHILD == stay.visitor.answer(EVENT_DATA, id=stay.routed, scope="child")["data"][0]["orgId"]
    with Visitor(stay.visitor.program, till_auth("c-till", TILL_PASSWORD)) as child:
        for scope in (None, "child"):
            data = child.answer(f"{EVENT_DATA}/{USER}", scope=scope)["data"]
            assert [stay.routed] == [one["eventId"] for one in data]
    with Visitor(stay.visitor.program, till_auth("o-till", TILL_PASSWORD)) as other:
        data = other.answer(f"{EVENT_DATA}/{USER}", scope="child")["data"]
        assert [stay.theirs] == [one["eventId"] for one in data]


@pytest.mark.parametrize("path", [f"{EVENT_DATA}/{USER}", f"{EVENT_DATA}?id=x", "/v2/events/logs"])
def test_no_other_scope_is_known(stay: Stay, path: str) -> None:
    target = f"{path}{'&' if '?' in path else '?'}scope=parent"
    answer = stay.visitor.ask(target)
    assert 400 == answer.status_code
    assert "scope: received 'parent', allowed is child" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("path", [EVENT_DATA, f"{EVENT_DATA}/1"])
def test_credentials_are_asked_for(stay: Stay, path: str) -> None:
    with Visitor(stay.visitor.program) as nobody:
        assert 401 == nobody.ask(path).status_code
    assert 405 == stay.visitor.send("POST", path).status_code
