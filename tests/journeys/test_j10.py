"""Journey J10: a platform administrator changes an event and retires it, and can show who did what."""

import json
from collections.abc import Iterator

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.engineer import EVENTS, Engineer, set_to
from hooklog.testing.program import running, till_auth

ORG, WEBHOOK_ID = 100001, "aa" * 16


@pytest.fixture(scope="module")
def administrator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engineer]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.webhook(ORG, WEBHOOK_ID, "till01")
    folder = tmp_path_factory.mktemp("j10") / "data"
    with (
        running(folder, content.file) as program,
        Engineer(program, till_auth("till01", TILL_PASSWORD)) as administrator,
    ):
        yield administrator


def test_an_event_changes_and_ends_under_control(administrator: Engineer) -> None:
    administrator.define("store_visit", set_to("string", "note", isRequired="false"), label="Visit")
    assert "EVENT_SUCCESS" == administrator.outcome(WEBHOOK_ID, {"event_name": "store_visit"})["status"]

    # The whole definition as it was read, with one more field; what is only told is named and ignored.
    current = administrator.meta("store_visit")
    more = set_to("double", "amount")
    warnings = administrator.done("PUT", EVENTS, json={**current, "fields": [*current["fields"], more]})
    assert any('"eventId"' in warning for warning in warnings)
    changed = administrator.meta("store_visit")
    assert current["fields"] == changed["fields"][:2]
    assert ("amount", "Visit") == (changed["fields"][2]["name"], changed["label"])
    assert ("UNPUBLISHED", "NOT_VERIFIED") == (changed["status"], changed["testStatus"])

    newest = administrator.audit("store_visit")[0]
    [history] = newest["valueHistory"]
    assert ("updateOrgEvent", "till01") == (newest["updatedType"], history["changedBy"])
    fields = [
        [field["name"] for field in json.loads(history[key])["fields"]] for key in ("previousValue", "value")
    ]
    assert [["mobile", "note"], ["mobile", "note", "amount"]] == fields

    entry = administrator.outcome(WEBHOOK_ID, {"event_name": "store_visit"})
    assert "FIELD_VALIDATION_FAILED" == entry["status"], "the source does not send the amount yet"
    sent = {"event_name": "store_visit", "amount": 5}
    assert "EVENT_SUCCESS" == administrator.outcome(WEBHOOK_ID, sent)["status"]
    assert [] == administrator.publish("store_visit")
    frozen = administrator.refused("PUT", EVENTS, json={**current, "fields": current["fields"]})
    assert (400, 1802) == frozen[:2], "published events are frozen"

    assert [] == administrator.disable("store_visit")
    still_sent = administrator.outcome(WEBHOOK_ID, sent)
    assert "INVALID_EVENT_NAME" == still_sent["status"]
    listed = administrator.answer("/v2/events/logs", event_name="store_visit", limit=50)["data"]
    assert still_sent["id"] == listed[0]["id"], "the log shows who still sends it"
    done = [item["updatedType"] for item in administrator.audit("store_visit")]
    assert ["disableOrgEvent", "publishOrgEvent", "updateOrgEvent", "createOrgEvent"] == done
