"""`/logs/counts`: how many entries are alike in what is asked, with the keys that were asked for and no others."""

from typing import Any

import pytest
from tests.unit.api.test_explain import MOBILE, UNIQUE, named
from tests.unit.api.test_failures import HOUR, filled

from hooklog.api import counts
from hooklog.event import Refusal, Status
from hooklog.testing.builders import START_MS
from hooklog.testing.served import served
from hooklog.testing.setting import WEBHOOK_ID
from hooklog.testing.system import MemorySystem

PATH = "/v2/events/logs/counts"
GROUP = "INVALID_GROUP_IDENTIFIER_PASSED"


def rows(system: MemorySystem, **parameters: Any) -> list[dict[str, Any]]:
    """The rows of an answer."""
    with served(system) as api:
        status, body = api.get(PATH, **parameters)
    assert 200 == status, body
    assert [] == body["warnings"]
    found: list[dict[str, Any]] = body["data"]
    return found


def test_without_by_everything_is_one_row() -> None:
    assert [{"count": 7}] == rows(filled())
    assert [] == rows(MemorySystem())


@pytest.mark.parametrize("by", ["time,status", ["status", "time"]])
def test_rows_have_the_keys_asked_for_in_order_of_time(by: Any) -> None:
    assert [
        {"status": "EVENT_SUCCESS", "time": START_MS, "count": 1},
        {"status": GROUP, "time": START_MS, "count": 2},
        {"status": GROUP, "time": START_MS + HOUR, "count": 3},
        {"status": "FIELD_VALIDATION_FAILED", "time": START_MS + HOUR, "count": 1},
    ] == rows(filled(), by=by, bucket="hour")


def test_names_and_webhooks_are_told_apart_and_no_name_is_null() -> None:
    system = filled()
    system.push(b"", UNIQUE, Refusal(Status.UNAUTHORIZED, "Unauthorized"))
    system.settle()
    assert [
        {"eventName": None, "webhookId": UNIQUE, "count": 1},
        {"eventName": "family", "webhookId": WEBHOOK_ID, "count": 5},
        {"eventName": "stay", "webhookId": WEBHOOK_ID, "count": 1},
        {"eventName": "visit", "webhookId": WEBHOOK_ID, "count": 1},
    ] == rows(system, by="event_name,webhook_id")
    assert {"status": "UNAUTHORIZED", "count": 1} in rows(system, by="status")


def test_the_filters_of_the_log_hold() -> None:
    system = filled()
    assert [{"count": 5}] == rows(system, status=GROUP)
    assert [{"count": 2}] == rows(system, event_name="!family")
    assert [{"count": 3}] == rows(system, to_date=str(START_MS))
    ids = [entry["id"] for entry in _entries(system)[:2]]
    assert [{"count": 2}] == rows(system, id=ids)


def _entries(system: MemorySystem) -> list[dict[str, Any]]:
    with served(system) as api:
        found: list[dict[str, Any]] = api.get("/v2/events/logs")[1]["data"]
    return found


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"by": "customer"}, "by 'customer' is not known; allowed are status, event_name, webhook_id, time"),
        ({"by": ""}, "by '' is not known"),
        ({"bucket": "week"}, "must be one of minute, hour, day"),
        ({"bucket": ""}, "must be one of"),
        ({"status": "FINE"}, "is not known"),
    ],
)
def test_what_is_no_question_is_refused(parameters: dict[str, Any], message: str) -> None:
    with served(MemorySystem()) as api:
        status, body = api.get(PATH, **parameters)
    assert 400 == status
    assert message in body["errors"][0]["message"]


def test_more_rows_than_anybody_reads_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    system = filled()
    monkeypatch.setattr(counts, "ROWS_MAX", 2)
    with served(system) as api:
        assert 200 == api.get(PATH, by="time", bucket="hour")[0]
        status, body = api.get(PATH, by="time,status", bucket="hour")
    assert 400 == status
    assert "more than 2 rows; take less in by" in body["errors"][0]["message"]


def test_a_count_that_takes_too_long_says_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "SECONDS_MAX", -1.0)
    system = MemorySystem()
    system.push(named("visit", mobile=MOBILE))
    system.settle()
    with served(system) as api:
        status, body = api.get(PATH)
    assert (503, 461) == (status, body["errors"][0]["code"])
