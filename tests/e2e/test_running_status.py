"""What an event has been through, through the real program (contract II.10.1)."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.paused import paused
from hooklog.testing.program import running, till_auth
from hooklog.testing.visitor import Visitor

STATUS = "/v2/events/running_status"
ORG, OTHER = 100001, 100002
OPEN, SIGNED = "c1" * 16, "c2" * 16
INDIA = ZoneInfo("Asia/Kolkata")
MOBILE = "919800000001"


def _content() -> Content:
    content = Content()
    content.org(ORG, zone="Asia/Kolkata")
    content.org(OTHER)
    content.till(ORG, "till01")
    content.till(OTHER, "o-till")
    content.customer(ORG, 500001, mobile=MOBILE)
    content.event(
        ORG,
        "store_visit",
        customer_by_mobile(),
        field("till", "tillCode"),
        field("visit_ref", isPsiData="true", regex="V-[0-9]+"),
        actions=("EIConsumer", "EMFConsumer"),
    )
    content.webhook(ORG, OPEN, "till01")
    content.webhook(ORG, SIGNED, "till01", "BASIC")
    return content


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    folder = tmp_path_factory.mktemp("running-status") / "data"
    with (
        running(folder, _content().file) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as reader,
    ):
        yield reader


def _told(reader: Visitor, body: object, webhook_id: str = OPEN) -> list[tuple[str, str]]:
    assert isinstance(body, dict | str)
    request_id = reader.accepted(webhook_id, body)
    reader.settled(request_id)
    states = reader.answer(STATUS, eventId=request_id)["stateList"]
    return [(state["status"].removeprefix("EVENT_"), state["message"]) for state in states]


def _pair(name: str) -> list[tuple[str, str]]:
    return [("FIELD_VALIDATION_STARTED", name), ("FIELD_VALIDATION_FINISHED", name)]


VALID = [
    ("PROCESSING_STARTED", "store_visit"),
    *_pair("mobile"),
    *_pair("till"),
    *_pair("visit_ref"),
    ("VALIDATION_FINISHED", "store_visit"),
    ("CONSUMER_STARTED", "EIConsumer"),
    ("CONSUMER_FINISHED", "EIConsumer"),
    ("CONSUMER_STARTED", "EMFConsumer"),
]


def test_a_success_tells_its_whole_way(reader: Visitor) -> None:
    assert [
        *VALID,
        ("CONSUMER_FINISHED", "EMFConsumer"),
        ("PROCESSING_FINISHED", "store_visit"),
    ] == _told(reader, {"event_name": "store_visit", "mobile": MOBILE})


def test_a_failed_consumer_ends_the_list_with_its_error(reader: Visitor) -> None:
    error = "EMFConsumer customerId not present,cant proceed further"
    assert [*VALID, ("CONSUMER_FAILED", error)] == _told(reader, {"event_name": "store_visit"})


def test_a_failed_field_is_named_with_its_rule_and_no_value(reader: Visitor) -> None:
    states = _told(reader, {"event_name": "store_visit", "visit_ref": "secret"})
    assert ("FIELD_VALIDATION_FAILED", "visit_ref regex") in states
    assert ("VALIDATION_FAILED", "store_visit") == states[-1]
    assert not [message for _, message in states if "secret" in message]


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        ({"till": "nowhere"}, "till Invalid till code nowhere"),
        ({"mobile": "12"}, "mobile Invalid customer identifier 12"),
    ],
)
def test_what_could_not_be_looked_up_fails_its_field(
    reader: Visitor, body: dict[str, str], failed: str
) -> None:
    states = _told(reader, {"event_name": "store_visit", **body})
    assert ("FIELD_VALIDATION_FAILED", failed) in states
    assert ("VALIDATION_FAILED", "store_visit") == states[-1]


def test_nothing_is_told_where_no_definition_was_found(reader: Visitor) -> None:
    assert [] == _told(reader, {"event_name": "nothing"})
    assert [] == _told(reader, {"no": "name"})


def test_a_refused_push_has_an_answer_without_states_and_name(reader: Visitor) -> None:
    with Visitor(reader.program) as nobody:
        request_id = nobody.push(SIGNED, {"event_name": "store_visit"}).json()["requestId"]
    reader.settled(request_id)
    expected = {"id": request_id, "orgId": ORG, "stateList": [], "warnings": []}
    assert expected == reader.answer(STATUS, eventId=request_id)


def test_the_answer_is_flat_and_dates_have_the_orgs_offset(reader: Visitor) -> None:
    request_id = reader.accepted(OPEN, {"event_name": "store_visit", "mobile": MOBILE})
    reader.settled(request_id)
    answer = reader.answer(STATUS, eventId=request_id, format="json")
    assert ["id", "orgId", "stateList", "eventName", "warnings"] == list(answer)
    assert (request_id, ORG, "store_visit", []) == tuple(
        answer[key] for key in ("id", "orgId", "eventName", "warnings")
    )
    assert all(["message", "date", "status"] == list(state) for state in answer["stateList"])
    dates = [state["date"] for state in answer["stateList"]]
    assert {"+05:30"} == {date[-6:] for date in dates}
    assert sorted(dates) == dates
    accepted = datetime.fromtimestamp((UUID(request_id).int >> 80) // 1000, INDIA)
    assert accepted.isoformat(timespec="seconds") <= dates[0]
    assert {19 + 6} == {len(date) for date in dates}


def test_an_event_that_waits_for_the_worker_is_known(reader: Visitor) -> None:
    with paused(reader.program, "worker"):
        request_id = reader.accepted(OPEN, {"event_name": "store_visit", "mobile": MOBILE})
        expected = {"id": request_id, "orgId": ORG, "stateList": [], "warnings": []}
        assert expected == reader.answer(STATUS, eventId=request_id)
    reader.settled(request_id)
    assert "EVENT_PROCESSING_FINISHED" == reader.answer(STATUS, eventId=request_id)["stateList"][-1]["status"]


def test_unknown_ids_and_those_of_others_are_not_found(reader: Visitor) -> None:
    own = reader.accepted(OPEN, {"event_name": "store_visit"})
    with Visitor(reader.program, till_auth("o-till", TILL_PASSWORD)) as other:
        asked = [(reader, str(uuid4())), (reader, "nothing"), (other, own)]
        answers = [visitor.ask(STATUS, eventId=request_id) for visitor, request_id in asked]
    assert [404] * 3 == [answer.status_code for answer in answers]
    for answer in answers:
        error = {"status": False, "code": 404, "message": "Incorrect resource"}
        assert {"errors": [error], "warnings": []} == answer.json()


@pytest.mark.parametrize("event_id", [None, ""])
def test_the_id_is_required(reader: Visitor, event_id: str | None) -> None:
    answer = reader.ask(STATUS, eventId=event_id)
    assert 400 == answer.status_code
    assert answer.json()["errors"][0]["message"].startswith("eventId is missing")


def test_credentials_are_asked_for_and_unknown_parameters_named(reader: Visitor) -> None:
    with Visitor(reader.program) as nobody:
        assert 401 == nobody.ask(STATUS, eventId="x").status_code
    request_id = reader.accepted(OPEN, {"event_name": "store_visit"})
    reader.settled(request_id)
    warnings = reader.answer(STATUS, eventId=request_id, colour="blue")["warnings"]
    assert ["'colour'"] == [warning["message"].split()[2] for warning in warnings]
