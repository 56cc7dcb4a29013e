"""`hooklog logs`: filters reach the API as they are; rows fit the terminal; JSON is the API's own."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from rich.cells import cell_len
from tests.unit.commands.conftest import Answer, Answerer
from typer.testing import Result

from hooklog.event import Status

Serve = Callable[[Answerer], str]
Run = Callable[..., Result]

ID = "019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05"


def _entry(**changes: Any) -> dict[str, Any]:
    entry = {
        "startTime": 1_767_607_200_123,
        "responseTime": 504,
        "orgId": 1,
        "status": "EVENT_SUCCESS",
        "eventName": "Group_User_Event",
        "inputRequest": "{}",
        "id": ID,
        "webhookId": "67b62dffb7f5337f8a8237970bd0a467",
        "parentOrgId": -1,
        "message": "Event processed successfully",
        **changes,
    }
    return {name: value for name, value in entry.items() if value is not None}


def _answer(*entries: dict[str, Any], **headers: str) -> Answer:
    body = {"data": list(entries), "warnings": [], "errors": []}
    return 200, headers, json.dumps(body).encode()


class Log:
    """Answers one page after the other and notes what was asked."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self.pages = list(pages)
        self.asked: list[list[tuple[str, str]]] = []

    def __call__(self, path: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        self.asked.append(parse_qsl(urlsplit(path).query, keep_blank_values=True))
        page = self.pages[len(self.asked) - 1]
        following = f'<http://x/v2/events/logs?cursor=c{len(self.asked)}>; rel="next"'
        return _answer(*page, **({"link": following} if len(self.asked) < len(self.pages) else {}))


def test_an_entry_is_two_lines_below_its_day(serve: Serve, hooklog: Run) -> None:
    done = hooklog("logs", "--url", serve(Log([_entry()])), "--time-zone", "UTC")
    assert 0 == done.exit_code, done.output
    assert [
        "Monday, 2026-01-05 (UTC)",
        "10:00:00.123  EVENT_SUCCESS                      Group_User_Event         504 ms",
        f"              {ID}",
    ] == done.stdout.splitlines()


def test_a_failure_has_its_message_below(serve: Serve, hooklog: Run) -> None:
    log = Log(
        [_entry(status="INVALID_GROUP_IDENTIFIER_PASSED", message="Invalid group identifier passed 3854766")]
    )
    lines = hooklog("logs", "--url", serve(log), "--time-zone", "UTC").stdout.splitlines()
    assert "              Invalid group identifier passed 3854766" == lines[2]


def test_a_broad_terminal_has_the_id_on_the_same_line(serve: Serve, hooklog: Run) -> None:
    log = Log([_entry(), _entry(status=None, message="Unauthorized", eventName=None)])
    done = hooklog("logs", "--url", serve(log), "--time-zone", "UTC", env={"COLUMNS": "120"})
    lines = done.stdout.splitlines()
    assert 3 == len(lines)
    assert lines[1].endswith(ID)
    assert "UNAUTHORIZED" in lines[2]


@pytest.mark.parametrize("columns", [40, 79, 80, 100, 119, 120, 200])
def test_no_line_is_broader_than_the_terminal(serve: Serve, hooklog: Run, columns: int) -> None:
    entries = [
        _entry(
            status=status.name, eventName=name, message="日本語のメッセージ " * 30, responseTime=123_456_789
        )
        for status in Status
        for name in ("x", "é" * 60, "日本" * 40, "", None)
    ]
    done = hooklog("logs", "--url", serve(Log(entries)), env={"COLUMNS": str(columns)})
    assert 0 == done.exit_code, done.output
    assert columns >= max(cell_len(line) for line in done.stdout.splitlines())


def test_days_are_those_of_the_zone(serve: Serve, hooklog: Run) -> None:
    late, early = _entry(startTime=1_767_637_800_000), _entry(startTime=1_767_637_799_999)
    done = hooklog("logs", "--url", serve(Log([late, early])), "--time-zone", "Asia/Kolkata")
    days = [line for line in done.stdout.splitlines() if line.endswith("(IST)")]
    assert ["Tuesday, 2026-01-06 (IST)", "Monday, 2026-01-05 (IST)"] == days


def test_wide_cuts_nothing(serve: Serve, hooklog: Run) -> None:
    message = "x" * 500
    done = hooklog("logs", "--url", serve(Log([_entry(message=message)])), "--wide", "--time-zone", "UTC")
    [line] = done.stdout.splitlines()
    assert line.startswith("2026-01-05 10:00:00.123+00:00  EVENT_SUCCESS ")
    assert line.endswith(f"504 ms  {ID}  {message}")


def test_what_an_event_says_moves_no_cursor(serve: Serve, hooklog: Run) -> None:
    entry = _entry(eventName="\x1b[2J", message="[red]\x1b]0;title\x07", status="X\x1b[31m")
    for options in ([], ["--wide"]):
        done = hooklog("logs", "--url", serve(Log([entry])), *options)
        assert "\x1b" not in done.stdout
        assert "\x07" not in done.stdout
        assert "[red]\\x1b]0;title\\x07" in done.stdout


def test_json_is_what_the_api_gave_one_entry_a_line(serve: Serve, hooklog: Run) -> None:
    entries = [_entry(message="日本\x1b"), _entry(status=None)]
    done = hooklog("logs", "--url", serve(Log(entries)), "--json")
    assert entries == [json.loads(line) for line in done.stdout.splitlines()]
    assert "" == done.stderr


def test_filters_reach_the_api_as_they_are(serve: Serve, hooklog: Run) -> None:
    log = Log([])
    done = hooklog(
        *(
            "logs",
            "--url",
            serve(log),
            "--event-name",
            "a b",
            "--event-name",
            "!c",
            "--status",
            "!EVENT_SUCCESS",
        ),
        *("--webhook-id", "w", "--id", ID, "--from", "2026-01-05", "--to", "2026-01-06T10:00:00+05:30"),
        *(
            "--event-name",
            "",
            "--customer",
            "mobile:1",
            "--attr",
            "hotel=Ritz=x",
            "--attr",
            "room=!",
            "-q",
            "a b",
            "--slower-than",
            "5",
        ),
        *("--limit", "7", "--order", "asc"),
    )
    assert 0 == done.exit_code, done.output
    assert [
        [
            ("event_name", "a b"),
            ("event_name", "!c"),
            ("event_name", ""),
            ("status", "!EVENT_SUCCESS"),
            ("webhook_id", "w"),
            ("id", ID),
            ("customer", "mobile:1"),
            ("attr.hotel", "Ritz=x"),
            ("attr.room", "!"),
            ("q", "a b"),
            ("min_response_time", "5"),
            ("from_date", "2026-01-05"),
            ("to_date", "2026-01-06T10:00:00+05:30"),
            ("limit", "7"),
            ("order", "asc"),
        ]
    ] == log.asked
    assert "No entry matches." in done.stderr


@pytest.mark.parametrize("text", ["hotel", "=Ritz"])
def test_an_attribute_needs_a_name_and_a_value(text: str, hooklog: Run) -> None:
    done = hooklog("logs", "--attr", text)
    assert 2 == done.exit_code
    assert "is not NAME=VALUE" in done.output


def test_without_options_the_newest_ten_are_asked_for(serve: Serve, hooklog: Run) -> None:
    log = Log([_entry()], [])
    done = hooklog("logs", "--url", serve(log))
    assert [[("limit", "10"), ("order", "desc")]] == log.asked
    assert "There are more" in done.stderr


def test_all_follows_every_page(serve: Serve, hooklog: Run) -> None:
    log = Log([_entry(message="1")], [_entry(message="2")], [_entry(message="3")])
    done = hooklog("logs", "--url", serve(log), "--all", "--json")
    assert ["1", "2", "3"] == [json.loads(line)["message"] for line in done.stdout.splitlines()]
    assert [[("limit", "1000"), ("order", "desc")], [("cursor", "c1")], [("cursor", "c2")]] == log.asked


def test_a_server_that_goes_round_in_circles_is_left(serve: Serve, hooklog: Run) -> None:
    link = {"link": '<http://x/?cursor=same>; rel="next"'}
    done = hooklog("logs", "--url", serve(lambda *_: _answer(_entry(), **link)), "--all", "--json")
    assert "again and again" in str(done.exception)


def test_warnings_of_the_api_are_shown_beside_the_output(serve: Serve, hooklog: Run) -> None:
    body = b'{"data":[],"warnings":[{"message":"something was ignored"}],"errors":[]}'
    done = hooklog("logs", "--url", serve(lambda *_: (200, {}, body)))
    assert "something was ignored" in done.stderr
    assert "" == done.stdout


def test_credentials_come_from_the_environment(serve: Serve, hooklog: Run) -> None:
    seen: list[str | None] = []

    def answer(_path: str, headers: Mapping[str, str], _body: bytes) -> Answer:
        seen.append(headers.get("x-api-key"))
        return _answer()

    environment = {"HOOKLOG_URL": serve(answer), "HOOKLOG_API_KEY": "hk_environment"}
    hooklog("logs", env=environment)
    hooklog("logs", "--api-key", "hk_typed", env=environment)
    assert ["hk_environment", "hk_typed"] == seen


def test_an_entry_of_a_shape_unknown_here_is_told(serve: Serve, hooklog: Run) -> None:
    done = hooklog("logs", "--url", serve(lambda *_: _answer({"startTime": "yesterday"})))
    assert "cannot read" in str(done.exception)


class BusyLog:
    """Has three entries; oldest first each page brings one, and one more has come meanwhile."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, path: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        asked = dict(parse_qsl(urlsplit(path).query))
        if asked.get("order") != "asc":
            return _answer(_entry(id=_id(3)))
        self.asked += 1
        if self.asked == 20:
            return _answer()
        following = f'<http://x/v2/events/logs?order=asc&cursor=c{self.asked}>; rel="next"'
        return _answer(_entry(id=_id(self.asked)), link=following)


def _id(number: int) -> str:
    return f"019fb0d5-7ed6-7dcc-8000-{number:012x}"


def test_everything_oldest_first_ends_with_what_was_the_newest(serve: Serve, hooklog: Run) -> None:
    log = BusyLog()
    done = hooklog("logs", "--url", serve(log), "--all", "--limit", "1", "--order", "asc", "--json")
    assert [_id(one) for one in (1, 2, 3)] == [json.loads(line)["id"] for line in done.stdout.splitlines()]
    assert 4 == log.asked


def test_everything_of_nothing_is_nothing(serve: Serve, hooklog: Run) -> None:
    done = hooklog("logs", "--url", serve(Log([], [_entry()])), "--all", "--order", "asc")
    assert (0, "") == (done.exit_code, done.stdout)
