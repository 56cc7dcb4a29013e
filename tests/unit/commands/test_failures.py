"""`hooklog failures`: causes with their counts, times, trend and what helps, safe to print."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.unit.commands.conftest import Answer, Answerer
from typer.testing import Result

Serve = Callable[[Answerer], str]
Run = Callable[..., Result]

CAUSE: dict[str, Any] = {
    "status": "INVALID_GROUP_IDENTIFIER_PASSED",
    "eventName": "visit\x1b[2J",
    "pattern": "Invalid group identifier passed {}",
    "count": 1284,
    "firstSeen": 1_767_607_200_123,
    "lastSeen": 1_767_610_800_000,
    "trend": [0, 4, 8],
    "trendFrom": 1_767_607_200_000,
    "trendBucket": "hour",
    "sampleIds": ["019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05"],
    "suggestion": "Compare the value with groupIdentifierType in the definition.",
}


def _serve(serve: Serve, *causes: dict[str, Any], asked: list[str] | None = None) -> str:
    def answer(path: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        if asked is not None:
            asked.append(path)
        return 200, {}, json.dumps({"data": list(causes), "warnings": [{"message": "and more"}]}).encode()

    return serve(answer)


def test_a_cause_is_told_with_what_helps(serve: Serve, hooklog: Run) -> None:
    done = hooklog("failures", "--url", _serve(serve, CAUSE), "--time-zone", "UTC")
    assert [
        "1,284 x INVALID_GROUP_IDENTIFIER_PASSED  visit\\x1b[2J",
        "  Invalid group identifier passed {}",
        "   ▄█  by hour",
        "  first 2026-01-05 10:00:00, last 2026-01-05 11:00:00",
        "  Compare the value with groupIdentifierType in the definition.",
        "  019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05",
        "",
    ] == [line.rstrip() for line in done.stdout.splitlines()]
    assert "and more" in done.stderr


def test_the_filters_of_the_log_are_passed_on(serve: Serve, hooklog: Run) -> None:
    asked: list[str] = []
    url = _serve(serve, asked=asked)
    options = ("--event-name", "!a", "--customer", "5", "--attr", "hotel=Ritz", "--from", "2026-01-05")
    done = hooklog("failures", *options, "--bucket", "hour", "--limit", "3", "--url", url)
    query = "event_name=%21a&customer=5&attr.hotel=Ritz&from_date=2026-01-05&bucket=hour&limit=3"
    assert [f"/v2/events/logs/failures?{query}"] == asked
    assert "Nothing failed." in done.stderr


def test_json_is_a_line_a_cause(serve: Serve, hooklog: Run) -> None:
    done = hooklog("failures", "--json", "--url", _serve(serve, CAUSE, CAUSE))
    assert [CAUSE, CAUSE] == [json.loads(line) for line in done.stdout.splitlines()]


def test_what_cannot_be_read_says_so(serve: Serve, hooklog: Run) -> None:
    done = hooklog("failures", "--url", _serve(serve, {"count": "many"}))
    assert "cannot read" in str(done.exception)
