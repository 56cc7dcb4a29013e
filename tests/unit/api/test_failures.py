"""`/logs/failures`: failures of one cause are one row, with its count, its times, its trend and what helps."""

from collections.abc import Iterable
from datetime import UTC
from itertools import pairwise
from typing import Any

import pytest
from tests.unit.api.test_explain import MOBILE, UNIQUE, WEB_ENGAGE, make_system, named

from hooklog.access.scopes import TILL_SCOPES
from hooklog.api import failures
from hooklog.event import Refusal, Status, id_to_text
from hooklog.eventlog.buckets import Bucket
from hooklog.eventlog.failures import FailureKey, FailureTally, bucket_fitting, trend_starts
from hooklog.testing.builders import START_MS, make_entry
from hooklog.testing.served import served
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem

PATH = "/v2/events/logs/failures"
ALL = (*TILL_SCOPES, "psi:read")
HOUR = 3_600_000
KEYS = [
    "status",
    "eventName",
    "pattern",
    "count",
    "firstSeen",
    "lastSeen",
    "trend",
    "trendFrom",
    "trendBucket",
    "sampleIds",
    "suggestion",
]


def rows(system: MemorySystem, scopes: Iterable[str] = ALL, **parameters: Any) -> list[dict[str, Any]]:
    """The rows of an answer."""
    with served(system) as api:
        status, body = api.get(PATH, scopes=scopes, **parameters)
    assert 200 == status, body
    found: list[dict[str, Any]] = body["data"]
    assert all(list(row) == KEYS for row in found)
    assert all(sum(row["trend"]) <= row["count"] for row in found)
    return found


def filled() -> MemorySystem:
    """Two unknown groups, an hour later three more and a bad field, and successes between."""
    system = make_system()
    for number in range(2):
        system.push(named("family", mobile=MOBILE, group=f"g{number}"))
    system.push(named("visit", mobile=MOBILE))
    system.settle()
    system.clock.advance(ms=HOUR)
    for number in range(3):
        system.push(named("family", mobile=MOBILE, group=f"h{number}"))
    system.push(named("stay", mobile=MOBILE, nights="many"))
    system.settle()
    return system


def test_failures_of_one_cause_are_one_row_the_most_frequent_first() -> None:
    system = filled()
    first, second = rows(system, from_date=str(START_MS), to_date=str(START_MS + 2 * HOUR), bucket="hour")
    assert ("INVALID_GROUP_IDENTIFIER_PASSED", "family", "Invalid group identifier passed {}", 5) == tuple(
        first[key] for key in ("status", "eventName", "pattern", "count")
    )
    assert (START_MS, START_MS + HOUR) == (first["firstSeen"], first["lastSeen"])
    assert (START_MS, "hour", [2, 3, 0]) == (first["trendFrom"], first["trendBucket"], first["trend"])
    newest = sorted((id_to_text(key[1]) for key in system.log.settled), reverse=True)
    assert newest[1:4] == first["sampleIds"]
    assert "external id" in first["suggestion"]
    assert "Field validation failed: nights: double" == second["pattern"]
    assert [0, 1, 0] == second["trend"]


def test_the_log_finds_the_failures_of_a_cause_by_its_status_name_and_pattern() -> None:
    system = filled()
    system.push(named("stay", mobile=MOBILE))
    system.settle()
    causes = rows(system)
    assert 3 == len(causes)
    with served(system) as api:
        for row in causes:
            asked = {"status": row["status"], "event_name": row["eventName"], "pattern": row["pattern"]}
            status, body = api.get("/v2/events/logs", scopes=ALL, **asked)
            assert (200, row["count"]) == (status, len(body["data"]))
            assert row["sampleIds"] == [entry["id"] for entry in body["data"]][: len(row["sampleIds"])]


def test_the_filters_of_the_log_hold() -> None:
    system = filled()
    assert ["stay"] == [row["eventName"] for row in rows(system, event_name="stay")]
    assert ["family"] == [row["eventName"] for row in rows(system, status="!FIELD_VALIDATION_FAILED")]
    assert [] == rows(system, status="EVENT_SUCCESS")
    assert [2] == [row["count"] for row in rows(system, to_date=str(START_MS + 1))]


def test_refused_and_nameless_events_are_told_apart() -> None:
    system = make_system()
    system.push(named("nothing"), WEB_ENGAGE)
    system.push({"mobile": MOBILE})
    system.push(b"", UNIQUE, Refusal(Status.UNAUTHORIZED, "Unauthorized"))
    system.settle()
    assert [
        ("INVALID_META_TRANSFORMER_MAPPINGS", None, 2),
        ("UNAUTHORIZED", None, 1),
    ] == [(row["status"], row["eventName"], row["count"]) for row in rows(system)]


def test_no_value_is_in_a_row_whoever_asks() -> None:
    system = make_system()
    system.define("stay", customer_field(), field("passport", "double", isPsiData="true"))
    system.push(named("stay", mobile=MOBILE, passport="topaz"))
    system.push(named("stay", mobile="topaz"))
    system.push(named("family", mobile=MOBILE, group="topaz"))
    system.settle()
    for scopes in (ALL, TILL_SCOPES):
        found = rows(system, scopes)
        assert 3 == len(found)
        assert "topaz" not in str(found)


def test_more_causes_than_are_shown_are_told() -> None:
    with served(filled()) as api:
        _, body = api.get(PATH, limit=1)
    assert 1 == len(body["data"])
    assert ["1 further causes are not shown; raise limit"] == [one["message"] for one in body["warnings"]]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"limit": "501"}, "from 1 to 500"),
        ({"bucket": "week"}, "must be one of minute, hour, day"),
        ({"from_date": "soon"}, "is not a date"),
    ],
)
def test_what_is_no_question_is_refused(parameters: dict[str, Any], message: str) -> None:
    with served(make_system()) as api:
        status, body = api.get(PATH, **parameters)
    assert 400 == status
    assert message in body["errors"][0]["message"]


def test_a_log_without_failures_has_no_rows() -> None:
    assert [] == rows(make_system())


def test_memory_is_bounded_and_what_is_left_out_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    tally = FailureTally(Bucket.DAY, UTC, 0, groups_max=2)
    for number in range(5):
        tally.add(make_entry(number, status=Status.INVALID_EVENT_NAME, event_name=f"name{number % 4}"), "x")
    assert (2, 2) == (tally.groups, tally.left_out)
    assert [2, 1] == [group.count for group in tally.largest(10)]
    monkeypatch.setattr(failures, "FailureTally", lambda *_: tally)
    with served(filled()) as api:
        _, body = api.get(PATH)
    assert "are not counted; narrow the question" in body["warnings"][0]["message"]


@pytest.mark.parametrize(
    ("window_ms", "bucket"),
    [
        (HOUR, Bucket.MINUTE),
        (3 * HOUR, Bucket.HOUR),
        (5 * 24 * HOUR, Bucket.HOUR),
        (6 * 24 * HOUR, Bucket.DAY),
    ],
)
def test_a_trend_is_cut_as_fits_the_window(window_ms: int, bucket: Bucket) -> None:
    assert bucket is bucket_fitting(START_MS, START_MS + window_ms)


def test_a_trend_has_at_most_a_thousand_buckets_the_newest() -> None:
    starts = trend_starts(0, START_MS, Bucket.MINUTE, UTC)
    assert (1_000, START_MS) == (len(starts), starts[-1])
    assert {60_000} == {later - earlier for earlier, later in pairwise(starts)}


def test_counts_by_others_agree_with_looking_at_each() -> None:
    looked, counted = (FailureTally(Bucket.HOUR, UTC, 0) for _ in range(2))
    for number in range(100):
        entry = make_entry(number * 100_000, status=Status.INVALID_TILL_CODE, org_id=ORG_ID)
        looked.add(entry, "x")
        counted.count(FailureKey(entry.status, entry.event_name, "x"), entry.start_ms // HOUR * HOUR, 1)
    assert [group.times for group in looked.largest(5)] == [group.times for group in counted.largest(5)]
