"""Journey J3: a developer follows one push from start to end, with nothing but the request id it was answered."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import running, till_auth, wait_until
from hooklog.testing.visitor import LOGS, Visitor

ORG, WEBHOOK, MOBILE = 100001, "e1" * 16, "919800000001"


@pytest.fixture(scope="module")
def developer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.till(ORG, "till02")
    content.customer(ORG, 500001, mobile=MOBILE)
    content.event(
        ORG,
        "store_visit",
        customer_by_mobile(),
        field("till", "tillCode"),
        field("amount", "double"),
        field("visit_ref"),
        actions=("EIConsumer", "EMFConsumer"),
    )
    content.webhook(ORG, WEBHOOK, "till01")
    folder = tmp_path_factory.mktemp("j03") / "data"
    with (
        running(folder, content.file) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as visitor,
    ):
        yield visitor


def test_one_id_leads_from_the_push_to_the_record(developer: Visitor) -> None:
    pushed = {
        "event_name": "store_visit",
        "mobile": MOBILE,
        "till": "till02",
        "amount": 20,
        "visit_ref": "12",
    }

    answer = developer.push(WEBHOOK, pushed).json()
    assert 1100 == answer["status"]["code"], "received, nothing more"
    request_id = answer["requestId"]

    def states() -> list[dict[str, str]]:
        found: list[dict[str, str]] = developer.answer("/v2/events/running_status", eventId=request_id)[
            "stateList"
        ]
        return found

    wait_until(
        "the last state shows the end", lambda: bool(states()) and "FINISHED" in states()[-1]["status"]
    )
    assert "EVENT_PROCESSING_FINISHED" == states()[-1]["status"]

    today = datetime.fromtimestamp((UUID(request_id).int >> 80) / 1000, UTC).strftime("%Y-%m-%d")
    listed = developer.answer(LOGS, event_name="store_visit", from_date=today, to_date=today, limit=50)[
        "data"
    ]
    entry = next(one for one in listed if one["id"] == request_id)
    assert "EVENT_SUCCESS" == entry["status"]

    record = developer.answer("/v2/events/event_data", id=request_id)["data"][0]
    sent, stored = json.loads(entry["inputRequest"]), record["additonalAttributes"]
    assert pushed == sent
    assert ("20.0", "12") == (stored["amount"], stored["visit_ref"]), "a double is text with its point"
    assert (sent["till"], "7002") == (stored["ouTillCode"], stored["till"]), "a till's code has become its id"
    assert "mobile" not in stored
    assert "500001" == stored["customerId"]

    found = developer.answer(
        "/v2/events/search", requestId=request_id, allowExactMatch="true", includeSideEffects="true"
    )
    assert 1 == found["totalRecords"], "success means that search has it"
    shown = found["clickEventDataList"][0]
    assert {"requestId": request_id, "sideEffects": []} == shown.pop("clickEventSideEffects")
    assert record == shown
