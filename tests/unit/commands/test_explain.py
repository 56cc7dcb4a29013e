"""`hooklog explain`: headline, next step, failing fields, input, timeline, record, for every kind of end."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from rich.cells import cell_len
from tests.unit.commands.conftest import Answer, Answerer
from typer.testing import Result

from hooklog.event import Status

Serve = Callable[[Answerer], str]
Run = Callable[..., Result]

ID = "019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05"
START = 1_767_607_200_123
FIELDS = [
    {"field": "visits", "rule": "double", "value": "many", "hint": "send a number", "pointer": "/visits"}
]


def _stage(
    name: str,
    offset_ms: float,
    duration_ms: float,
    outcome: str = "passed",
    decision: str = "",
    **detail: Any,
) -> dict[str, Any]:
    return {
        "decision": decision,
        "stage": name,
        "startedAt": START + offset_ms,
        "durationMs": duration_ms,
        "outcome": outcome,
        "detail": detail,
    }


def _entry(**changes: Any) -> dict[str, Any]:
    entry = {
        "startTime": START,
        "responseTime": 12,
        "orgId": 100737,
        "status": "FIELD_VALIDATION_FAILED",
        "eventName": "store_visit",
        "inputRequest": '{"event_name":"store_visit","visits":"many","price":1.10,"price":2}',
        "id": ID,
        "webhookId": "67b62dffb7f5337f8a8237970bd0a467",
        "parentOrgId": -1,
        "message": "Field validation failed: visits: double, received many, send a number",
        **changes,
    }
    return {name: value for name, value in entry.items() if value is not None}


def _told(entry: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """An explanation as the server gives it."""
    return {
        "entry": entry or _entry(),
        "headline": "A field of the event is malformed: `visits`.",
        "nextStep": "Correct each field that is named, as its hint says.",
        "mapped": {"visits": "many", "price": 2},
        "stages": [
            _stage("queue", 0, 8.0, decision="waited in the journal"),
            _stage("find_definition", 8.0, 0.01, version=3, decision="judged by version 3 of the definition"),
            _stage("validate", 8.25, 2.0, "rejected", fields=FIELDS, decision="1 field failed: visits"),
        ],
        "errors": FIELDS,
        "definition": {"version": 3, "since": START, "changedSince": []},
        "record": None,
        "consumers": [],
        "duplicateOf": None,
        "duplicates": [],
        "replayOf": None,
        "replays": [],
        **changes,
    }


def _explain(serve: Serve, hooklog: Run, told: dict[str, Any], *options: str, columns: int = 80) -> Result:
    answer: Answer = 200, {}, json.dumps({"data": [told], "warnings": [], "errors": []}).encode()
    url = serve(lambda *_: answer)
    environment = {"COLUMNS": str(columns)}
    done = hooklog("explain", ID, "--url", url, "--time-zone", "UTC", *options, env=environment)
    assert 0 == done.exit_code, done.output
    return done


def _part(text: str, title: str) -> list[str]:
    """The lines below a title."""
    return text.partition(f"\n{title}\n")[2].partition("\n\n")[0].splitlines()


def test_the_page_says_what_happened_and_what_to_do(serve: Serve, hooklog: Run) -> None:
    lines = _explain(serve, hooklog, _told()).stdout.splitlines()
    assert ["FIELD_VALIDATION_FAILED", "A field of the event is malformed: `visits`."] == lines[:2]
    assert f"id            {ID}" in lines
    assert "definition    version 3" in lines
    assert "accepted      2026-01-05 10:00:00.123 UTC, settled after 12 ms" in lines


def test_failing_fields_are_a_table(serve: Serve, hooklog: Run) -> None:
    rows = [line.split() for line in _part(_explain(serve, hooklog, _told()).stdout, "Fields to correct")]
    assert [
        ["field", "rule", "received", "hint"],
        ["visits", "double", "many", "send", "a", "number"],
    ] == rows


def test_the_input_is_indented_and_its_numbers_and_names_are_kept(serve: Serve, hooklog: Run) -> None:
    assert [
        "  {",
        '    "event_name": "store_visit",',
        '    "visits": "many",  <- to correct',
        '    "price": 1.10,',
        '    "price": 2',
        "  }",
    ] == _part(_explain(serve, hooklog, _told()).stdout, "Input")


def test_an_input_that_is_no_json_is_shown_as_it_is(serve: Serve, hooklog: Run) -> None:
    done = _explain(serve, hooklog, _told(_entry(inputRequest="oops [bold]\x1b[2J\nnext")))
    assert ["  oops [bold]\\x1b[2J", "  next"] == _part(done.stdout, "Input")


def test_a_very_long_input_is_cut_and_says_so(serve: Serve, hooklog: Run) -> None:
    done = _explain(serve, hooklog, _told(_entry(inputRequest=json.dumps(list(range(1000))))))
    lines = _part(done.stdout, "Input")
    assert 201 == len(lines)
    assert "802 more lines" in lines[-1]


def test_the_timeline_has_each_stage_with_its_start_and_length(serve: Serve, hooklog: Run) -> None:
    lines = _part(_explain(serve, hooklog, _told()).stdout, "Timeline")
    assert ["queue", "+0", "ms"] == lines[0].split()[:3]
    assert ["8.0", "ms", "passed"] == lines[0].split()[-3:]
    assert "    judged by version 3 of the definition" == lines[3]
    assert ["validate", "+8.2", "ms"] == lines[4].split()[:3]
    assert "rejected" == lines[4].split()[-1]
    assert "    1 field failed: visits" == lines[5]


def test_a_record_is_listed_with_its_attributes(serve: Serve, hooklog: Run) -> None:
    record = {"orgId": 1, "additonalAttributes": {"visits": "20.0", "accountId": None}, "psiAttributes": []}
    lines = _part(_explain(serve, hooklog, _told(record=record)).stdout, "Record")
    assert [
        ["orgId", "1"],
        ["additonalAttributes"],
        ["visits", "20.0"],
        ["accountId", "null"],
        ["psiAttributes", "[]"],
    ] == [line.split() for line in lines]


def test_a_pending_event_says_when_it_is_tried_again(serve: Serve, hooklog: Run) -> None:
    pending = _entry(status="PENDING", attempts=3, nextAttemptAt=START + 60_000, message="not settled yet")
    text = _explain(serve, hooklog, _told(pending)).stdout
    assert "attempts      3" in text
    assert "next attempt  2026-01-05 10:01:00.123 UTC, in 0 ms" in text
    assert "settled" not in text.partition("accepted")[2].splitlines()[0]


def test_an_event_without_stages_has_no_timeline(serve: Serve, hooklog: Run) -> None:
    text = _explain(serve, hooklog, _told(_entry(status="PENDING"), stages=[], errors=[])).stdout
    assert "Timeline" not in text


def test_duplicates_and_replays_are_named(serve: Serve, hooklog: Run) -> None:
    first, second = (f"019fb0d5-000{number}-7dcc-8000-5bbb0c4a1d05" for number in (0, 1))
    text = _explain(serve, hooklog, _told(duplicateOf=first, replays=[second])).stdout
    assert f"duplicate of  {first}" in text
    assert f"replays       {second}" in text


def test_an_entry_of_a_child_org_names_its_parent(serve: Serve, hooklog: Run) -> None:
    assert "org           1115, child of 1000" in (
        _explain(serve, hooklog, _told(_entry(orgId=1115, parentOrgId=1000))).stdout
    )


@pytest.mark.parametrize("status", Status)
def test_what_the_server_says_is_shown_whatever_the_status(
    serve: Serve, hooklog: Run, status: Status
) -> None:
    done = _explain(serve, hooklog, _told(_entry(status=status.on_wire)), columns=200)
    assert [status.name, _told()["headline"]] == done.stdout.splitlines()[:2]
    assert [f"  {_told()['nextStep']}"] == _part(done.stdout, "What to do")


def test_a_status_that_this_version_does_not_know_is_no_error(serve: Serve, hooklog: Run) -> None:
    assert "SOMETHING_NEW" in _explain(serve, hooklog, _told(_entry(status="SOMETHING_NEW"))).stdout


def test_a_value_to_correct_is_marked_where_it_lies(serve: Serve, hooklog: Run) -> None:
    text = '{"a/b":{"x~y":1,"z":2},"z":[{"x~y":3}],"x~y":4}'
    errors = [{**FIELDS[0], "pointer": "/a~1b/x~0y"}]
    lines = _part(_explain(serve, hooklog, _told(_entry(inputRequest=text), errors=errors)).stdout, "Input")
    assert ['      "x~y": 1,  <- to correct'] == [line for line in lines if "to correct" in line]


def test_the_mapped_form_is_shown_where_names_were_mapped(serve: Serve, hooklog: Run) -> None:
    stages = [_stage("transform", 0, 1, sourceName="Store Visit")]
    shown = _explain(serve, hooklog, _told(stages=stages)).stdout
    assert [["visits", "many"], ["price", "2"]] == [line.split() for line in _part(shown, "Mapped")]
    assert "Mapped" not in _explain(serve, hooklog, _told()).stdout


def test_changes_of_the_definition_are_a_table(serve: Serve, hooklog: Run) -> None:
    changed = [
        {"field": "visits", "setting": "type", "was": "double", "is": "string"},
        {"field": None, "setting": "label", "was": None, "is": "Visit"},
    ]
    told = _told(definition={"version": 3, "since": None, "changedSince": changed})
    lines = _part(_explain(serve, hooklog, told).stdout, "Changed in the definition since")
    assert [
        ["field", "setting", "was", "is"],
        ["visits", "type", "double", "string"],
        ["(itself)", "label", "-", "Visit"],
    ] == [line.split() for line in lines]


def test_attempts_and_side_effects_of_consumers_are_listed(serve: Serve, hooklog: Run) -> None:
    emf = {
        "consumer": "EMFConsumer",
        "orgId": 7,
        "outcome": "taken",
        "reason": None,
        "attempts": [
            {"attempt": 1, "startedAt": START, "endedAt": START + 20.0, "error": "answered 503"},
            {"attempt": 2, "startedAt": START + 1_000, "endedAt": START + 1_010.0, "error": None},
            {"attempt": 3, "startedAt": START + 2_000, "endedAt": None, "error": None},
        ],
        "sideEffects": [{"type": "points"}],
    }
    assert [
        "  EMFConsumer of org 7, taken",
        "    attempt 1: answered 503 after 20.0 ms",
        "    attempt 2: taken after 10.0 ms",
        "    attempt 3: no end is known",
        '    {"type": "points"}',
    ] == _part(_explain(serve, hooklog, _told(consumers=[emf])).stdout, "Consumers")


@pytest.mark.parametrize("columns", [40, 60, 80, 120, 300])
def test_prose_and_timeline_fit_the_terminal(serve: Serve, hooklog: Run, columns: int) -> None:
    stages = [_stage("resolve_customer", 0, 1, decision="no customer has this mobile " * 10)]
    told = _told(_entry(message="word " * 100), stages=stages, errors=[], headline="word " * 50)
    lines = _explain(serve, hooklog, told, columns=columns).stdout.splitlines()
    labels = ("id ", "webhook ", "accepted ")
    assert columns >= max(cell_len(line) for line in lines if not line.startswith(labels))


def test_json_is_the_servers_answer(serve: Serve, hooklog: Run) -> None:
    assert _told() == json.loads(_explain(serve, hooklog, _told(), "--json").stdout)


@pytest.mark.parametrize("text", ["x", "019fb0d57ed67dcc80005bbb0c4a1d05", ID + "0", "../logs"])
def test_what_is_no_request_id_is_not_asked_for(hooklog: Run, text: str) -> None:
    done = hooklog("explain", text)
    assert 2 == done.exit_code
    assert "no request id" in done.stderr


def test_the_id_may_be_pasted_in_any_case(serve: Serve, hooklog: Run) -> None:
    asked: list[str] = []

    def answer(path: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        asked.append(path)
        return 200, {}, json.dumps({"data": [_told()]}).encode()

    hooklog("explain", f" {ID.upper()} ", "--url", serve(answer))
    assert [f"/v2/events/logs/{ID}/explain"] == asked


def test_an_unknown_id_says_where_it_may_be(serve: Serve, hooklog: Run) -> None:
    body = b'{"errors":[{"status":false,"code":404,"message":"Incorrect resource"}],"warnings":[],"data":[]}'
    done = hooklog("explain", ID, "--url", serve(lambda *_: (404, {}, body)))
    assert f"has no event {ID} in your org" in str(done.exception)


@pytest.mark.parametrize(
    "arguments",
    [[], [ID, "--customer", "mobile:1"]],
)
def test_either_an_event_or_a_customer_is_named(hooklog: Run, arguments: list[str]) -> None:
    done = hooklog("explain", *arguments)
    assert 2 == done.exit_code
    assert "or a customer with --customer" in " ".join(done.stderr.split())


def test_a_customers_events_are_asked_for_with_the_filters(serve: Serve, hooklog: Run) -> None:
    asked: list[str] = []

    def answer(path: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        asked.append(path)
        return 200, {}, json.dumps({"data": [{"summary": "Two events.", "events": [_told()] * 2}]}).encode()

    options = ("--event-name", "visit", "--from", "2026-01-05", "--limit", "2", "--children")
    done = hooklog("explain", "--customer", "mobile:919800000001", *options, "--url", serve(answer))
    assert 0 == done.exit_code, done.output
    assert [
        "/v2/events/explain?customer=mobile%3A919800000001&from_date=2026-01-05&event_name=visit&limit=2&scope=child"
    ] == asked
    assert "Two events." == done.stdout.splitlines()[0]
    assert 2 == done.stdout.count("\nTimeline\n")


def test_near_misses_are_listed_with_their_events(serve: Serve, hooklog: Run) -> None:
    misses = [{"kind": "otherName", "text": "An event came named `Visit`.", "ids": [ID], "link": None}]
    answer = {"summary": "No event was found.", "events": [], "more": None, "nearMisses": misses}
    done = hooklog(
        "explain",
        "--customer",
        "5",
        "--url",
        serve(lambda *_: (200, {}, json.dumps({"data": [answer]}).encode())),
    )
    assert ["No event was found.", "", "An event came named `Visit`.", f"  {ID}"] == done.stdout.splitlines()
