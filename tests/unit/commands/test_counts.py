"""`hooklog counts`: rows as bars against the most, with the keys that were asked for."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.unit.commands.conftest import Answer, Answerer
from typer.testing import Result

Serve = Callable[[Answerer], str]
Run = Callable[..., Result]

ROWS: list[dict[str, Any]] = [
    {"status": "EVENT_SUCCESS", "eventName": "a\x1b", "time": 1_767_607_200_000, "count": 2_000},
    {"status": "UNAUTHORIZED", "eventName": None, "time": 1_767_607_200_000, "count": 1},
]


def _serve(serve: Serve, rows: list[dict[str, Any]], asked: list[str] | None = None) -> str:
    def answer(path: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        if asked is not None:
            asked.append(path)
        return 200, {}, json.dumps({"data": rows, "warnings": []}).encode()

    return serve(answer)


def test_rows_are_bars_against_the_most(serve: Serve, hooklog: Run) -> None:
    done = hooklog("counts", "--url", _serve(serve, ROWS), "--time-zone", "UTC")
    bars = "█" * 25
    assert [
        f"2026-01-05 10:00  EVENT_SUCCESS  a\\x1b          2,000  {bars}",
        "2026-01-05 10:00  UNAUTHORIZED   -                  1  ▏",
        "2,001 in all",
    ] == done.stdout.splitlines()


def test_what_was_asked_for_is_passed_on(serve: Serve, hooklog: Run) -> None:
    asked: list[str] = []
    options = ("--status", "!EVENT_SUCCESS", "--by", "time,status", "--bucket", "hour")
    done = hooklog("counts", *options, "--url", _serve(serve, [], asked))
    assert ["/v2/events/logs/counts?status=%21EVENT_SUCCESS&by=time%2Cstatus&bucket=hour"] == asked
    assert "Nothing matches." in done.stderr


def test_without_by_there_is_one_number(serve: Serve, hooklog: Run) -> None:
    asked: list[str] = []
    done = hooklog("counts", "--by", "", "--url", _serve(serve, [{"count": 7}], asked))
    assert ["/v2/events/logs/counts"] == asked
    assert "7 in all" == done.stdout.splitlines()[-1]


def test_json_is_a_line_a_row(serve: Serve, hooklog: Run) -> None:
    done = hooklog("counts", "--json", "--url", _serve(serve, ROWS))
    assert ROWS == [json.loads(line) for line in done.stdout.splitlines()]


def test_what_cannot_be_read_says_so(serve: Serve, hooklog: Run) -> None:
    done = hooklog("counts", "--url", _serve(serve, [{"count": "many"}]))
    assert "cannot read" in str(done.exception)
