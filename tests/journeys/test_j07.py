"""Journey J7: group events, from the wrong identifier to one member's events in the group."""

from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import running, till_auth
from hooklog.testing.visitor import LOGS, Visitor

ORG, WEBHOOK = 100001, "e1" * 16
MOTHER, CHILD, STRANGER = "919800000001", "919800000002", "919800000003"


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    for number, mobile in enumerate((MOTHER, CHILD, STRANGER), start=1):
        content.customer(ORG, 500000 + number, mobile=mobile)
    content.group(ORG, 31, "family1", 500001, 500002, primary=500001)
    family = field("family", "groupId", groupIdentifierType="GroupExternalId")
    content.event(
        ORG,
        "family_visit",
        customer_by_mobile(),
        family,
        field("place"),
        actions=("EIConsumer", "EMFConsumer"),
    )
    content.webhook(ORG, WEBHOOK, "till01")
    folder = tmp_path_factory.mktemp("j07") / "data"
    with (
        running(folder, content.file) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as visitor,
    ):
        yield visitor


def _pushed(manager: Visitor, **body: str) -> str:
    request_id = manager.accepted(WEBHOOK, {"event_name": "family_visit", **body})
    manager.settled(request_id)
    return request_id


def _searched(manager: Visitor, **asked: Any) -> list[str]:
    found = manager.answer("/v2/events/search", **asked)["clickEventDataList"]
    return [record["eventId"] for record in found]


def test_from_a_wrong_identifier_to_the_events_of_one_member(manager: Visitor) -> None:
    failed = [
        _pushed(manager, mobile=MOTHER, family="31"),
        _pushed(manager, mobile=STRANGER, family="family1"),
        _pushed(manager, family="family1"),
    ]
    entries = manager.answer(LOGS, event_name="family_visit")["data"]
    assert [
        ("NO_CUSTOMER_DETAILS_PASSED", "Customer details not passed"),
        (
            "NO_CUSTOMER_DETAILS_PASSED",
            "Customer details not passed ,User does not belong to group family1",
        ),
        ("INVALID_GROUP_IDENTIFIER_PASSED", "Invalid group identifier passed 31"),
    ] == [(entry["status"], entry["message"]) for entry in entries]

    mothers = _pushed(manager, mobile=MOTHER, family="family1", place="park")
    childs = _pushed(manager, mobile=CHILD, family="family1", place="zoo")
    alone = _pushed(manager, mobile=MOTHER, place="shop")
    assert {"EVENT_SUCCESS"} == {entry["status"] for entry in manager.settled(mothers, childs, alone)}
    record = manager.answer("/v2/events/event_data", id=mothers)["data"][0]
    assert "31" == record["additonalAttributes"]["groupId"]
    assert "family" not in record["additonalAttributes"]

    group = {"userGroupIdentifierType": "groupExternalId", "userGroupIdentifierValue": "family1"}
    member = {"userIdentifierType": "userId", "userIdentifierValue": "500001"}
    assert [mothers] == _searched(manager, **group, **member)
    assert [childs, mothers] == _searched(manager, **group)
    assert [alone, mothers] == _searched(manager, **member)
    by_member = {"userGroupIdentifierType": "mobile", "userGroupIdentifierValue": CHILD}
    assert [childs, mothers] == _searched(manager, **by_member)
    assert not set(failed) & set(_searched(manager, limit=1000))
