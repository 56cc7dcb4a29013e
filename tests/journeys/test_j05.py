"""Journey J5: a loyalty manager reads the timeline of a customer and narrows it."""

from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import running, till_auth
from hooklog.testing.visitor import Visitor

SEARCH = "/v2/events/search"
ORG, CHILD, WEBHOOK, CHILDS = 100001, 100002, "e1" * 16, "e2" * 16
MOBILE, USER = "919800000001", 500001
HOTELS = ("PalaceABC", "Palace ABC", "Ritz")


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Fifty stays in January, one every twelve hours, pushed in no order; the last in a connected org."""
    content = Content()
    for org_id, parent, code in ((ORG, -1, "till01"), (CHILD, ORG, "c-till")):
        content.org(org_id, parent_org_id=parent)
        content.till(org_id, code)
        content.customer(org_id, USER, mobile=MOBILE)
        fields = (field("hotel_name"), field("passport", isPsiData="true"))
        content.event(org_id, "stay", customer_by_mobile(), *fields, actions=("EIConsumer", "EMFConsumer"))
    content.customer(ORG, 500002, mobile="919800000002")
    content.webhook(ORG, WEBHOOK, "till01")
    content.webhook(CHILD, CHILDS, "c-till")
    folder = tmp_path_factory.mktemp("j05") / "data"
    with (
        running(folder, content.file) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as visitor,
        Visitor(program, till_auth("c-till", TILL_PASSWORD)) as child,
    ):
        ids = []
        for number in (step * 17 % 50 for step in range(50)):
            body = {
                "event_name": "stay",
                "mobile": MOBILE,
                "hotel_name": HOTELS[number % 3],
                "passport": f"secret {number}",
                "eventDateTime": f"2026-01-{1 + number // 2:02} {number % 2 * 12:02}:00:00",
            }
            ids.append(visitor.accepted(WEBHOOK, body))
        other = visitor.accepted(WEBHOOK, {"event_name": "stay", "mobile": "919800000002"})
        visitor.settled(*ids, other)
        later = {"event_name": "stay", "mobile": MOBILE, "eventDateTime": "2026-01-26 00:00:00"}
        child.settled(visitor.accepted(CHILDS, later))
        yield visitor


def _times(records: list[dict[str, Any]]) -> list[int]:
    return [int(record["additonalAttributes"]["eventDateTime"]) for record in records]


def _searched(manager: Visitor, **more: Any) -> dict[str, Any]:
    return manager.answer(SEARCH, userIdentifierType="userId", userIdentifierValue=USER, **more)


def test_all_events_of_the_customer_newest_first(manager: Visitor) -> None:
    own = manager.answer(f"/v2/events/event_data/{USER}")["data"]
    assert 50 == len(own)
    assert sorted(_times(own), reverse=True) == _times(own)
    connected = manager.answer(f"/v2/events/event_data/{USER}", scope="child")["data"]
    assert own == connected[1:]
    assert CHILD == connected[0]["orgId"]


def test_a_range_is_paged_by_offset_up_to_the_total(manager: Visitor) -> None:
    asked = {
        "fromDate": "2026-01-03T00:00:00",
        "tillDate": "2026-01-24T23:59:59",
        "sortOrder": "DESC",
        "limit": 20,
    }
    walked: list[dict[str, Any]] = []
    total = 1
    while len(walked) < total:
        page = _searched(manager, **asked, offset=len(walked))
        total = page["totalRecords"]
        walked += page["clickEventDataList"]
    assert 44 == total == len({record["eventId"] for record in walked})
    whole = manager.answer(f"/v2/events/event_data/{USER}")["data"]
    assert [record["eventId"] for record in whole[2:46]] == [record["eventId"] for record in walked]


def test_by_attribute_in_part_or_exactly(manager: Visitor) -> None:
    partly = _searched(manager, hotel_name="palace", limit=100)["clickEventDataList"]
    exactly = _searched(manager, hotel_name="PalaceABC", allowExactMatch="true", limit=100)[
        "clickEventDataList"
    ]
    assert {"Palace ABC"} == {record["additonalAttributes"]["hotel_name"] for record in partly}
    assert {"PalaceABC"} == {record["additonalAttributes"]["hotel_name"] for record in exactly}
    assert [17, 17] == [len(partly), len(exactly)]


def test_the_outcome_is_added_and_sensitive_values_are_hidden(manager: Visitor) -> None:
    record = _searched(manager, includeSideEffects="true", limit=1)["clickEventDataList"][0]
    assert [] == record["clickEventSideEffects"]["sideEffects"]
    assert "*****" == record["additonalAttributes"]["passport"]
    assert ["passport"] == record["psiAttributes"]
