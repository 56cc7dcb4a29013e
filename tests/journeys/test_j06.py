"""Journey J6: an integration engineer turns duplicate protection on, and looks into repeats."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.engineer import EVENTS, Engineer, set_to
from hooklog.testing.program import running, till_auth

ORG, WEBHOOK_ID, USER, MOBILE = 100001, "a6" * 16, 500001, "919800000001"
SEARCH, WEBHOOKS = "/v2/events/search", "/v2/events/webhooks"


@pytest.fixture(scope="module")
def engineer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engineer]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.customer(ORG, USER, mobile=MOBILE)
    content.webhook(ORG, WEBHOOK_ID, "till01")
    folder = tmp_path_factory.mktemp("j06") / "data"
    with (
        running(folder, content.file) as program,
        Engineer(program, till_auth("till01", TILL_PASSWORD)) as engineer,
    ):
        yield engineer


def _repeats(engineer: Engineer, **more: Any) -> list[dict[str, Any]]:
    found = engineer.answer(SEARCH, userIdentifierType="mobile", userIdentifierValue=MOBILE, **more)
    records: list[dict[str, Any]] = found["clickEventDataList"]
    return records


def test_a_repeated_push_counts_once_and_both_can_be_seen(engineer: Engineer) -> None:
    engineer.define("sale", set_to("string", "bill"))
    engineer.define("sale", set_to("string", "bill", isUniqueKeyField="true"), method="PUT")
    assert "true" == engineer.attributes("sale", "bill")["isRequired"]["value"], "a unique field is required"
    back = engineer.definition("sale", set_to("string", "bill", isUniqueKeyField="false"))
    assert (400, 1802) == engineer.refused("PUT", EVENTS, json=back)[:2], "it cannot be undone"

    change = {"transformerType": "defaultTransformer", "tillCode": "till01", "webHookId": WEBHOOK_ID}
    engineer.done("PUT", "/v2/events/webhook", json={**change, "uniquenessCheckEnabled": True})
    [listed] = engineer.answer(WEBHOOKS)["data"]
    assert listed["uniquenessCheckEnabled"] is True
    undo = engineer.refused("PUT", "/v2/events/webhook", json={**change, "uniquenessCheckEnabled": False})
    assert 400 == undo[0], "nor can this"

    sale = {"event_name": "sale", "mobile": MOBILE, "bill": "B-1"}
    first, second = (engineer.outcome(WEBHOOK_ID, sale) for _ in range(2))
    assert ["EVENT_SUCCESS"] * 2 == [first["status"], second["status"]], "two pushes, two entries"
    assert first["id"] != second["id"]

    assert [second["id"]] == [record["eventId"] for record in _repeats(engineer, isDuplicate="true")]
    assert [first["id"]] == [record["eventId"] for record in _repeats(engineer, isDuplicate="false")]
    unique_id = hashlib.md5(f"sale_{MOBILE}_B-1".encode(), usedforsecurity=False).hexdigest()
    assert {unique_id} == {record["uniqueId"] for record in _repeats(engineer)}, "they share the key"

    rewarded = {
        record["eventId"]: "sideEffects" in record.get("clickEventSideEffects", {})
        for record in _repeats(engineer, includeSideEffects="true")
    }
    assert not rewarded[second["id"]], "the loyalty engine never saw the repeat"

    other = engineer.outcome(WEBHOOK_ID, {**sale, "bill": "B-2"})
    assert [second["id"]] == [record["eventId"] for record in _repeats(engineer, isDuplicate="true")]
    assert "EVENT_SUCCESS" == other["status"]
