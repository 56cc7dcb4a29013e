"""The terminal side against the real program: what people and scripts see, in good and in bad times."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen
from typing import Any

import httpx
import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, attribute, customer_by_mobile
from hooklog.testing.program import Program, running, wait_until

ORG, OPEN, BASIC, OAUTH = 1001, "aa" * 16, "bb" * 16, "cc" * 16
READER = "hk_reader"

# What the machine's own environment says of servers must not count here.
NOTHING = {f"HOOKLOG_{name}": "" for name in ("API_KEY", "TILL", "PASSWORD", "CLIENT_KEY", "CLIENT_SECRET")}
VISITS = {"name": "visits", "type": "double", "attributes": {"isRequired": attribute("true", "BOOLEAN")}}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    till = content.till(content.org(ORG), "till01")
    content.client(ORG, "shop", "shop-secret", defaultTill=till)
    content.api_key(ORG, READER, "events:read")
    content.customer(ORG, 500001, mobile="919800000001")
    content.event(ORG, "visit", customer_by_mobile(), VISITS)
    content.webhook(ORG, OPEN, till)
    content.webhook(ORG, BASIC, till, "BASIC")
    content.webhook(ORG, OAUTH, till, "OAUTH")
    with running(tmp_path_factory.mktemp("commands") / "data", content.file, NOTHING) as program:
        yield program


def _webhook(program: Program, webhook_id: str = OPEN) -> str:
    return f"{program.ingest_url}/webhooks/{webhook_id}"


def _ask(program: Program, *arguments: str) -> CompletedProcess[str]:
    return program.run(*arguments, "--url", program.url, "--api-key", READER, input_text="")


def _lines(done: CompletedProcess[str]) -> list[Any]:
    assert "" == done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _send(
    program: Program, events: list[dict[str, object]], *options: str, webhook_id: str = OPEN
) -> CompletedProcess[str]:
    text = "\n".join(json.dumps(event) for event in events)
    return program.run("send", "--webhook", _webhook(program, webhook_id), *options, input_text=text)


def _visit(marker: str, **changes: object) -> dict[str, object]:
    return {"event_name": "visit", "mobile": "919800000001", "visits": 20, "marker": marker, **changes}


def _accepted(done: CompletedProcess[str]) -> list[str]:
    """The request ids of `send --json`, in the order of the events."""
    assert 0 == done.returncode, done.stdout + done.stderr
    answers = sorted(
        (json.loads(line) for line in done.stdout.splitlines()), key=lambda one: int(one["line"])
    )
    return [str(one["requestId"]) for one in answers]


def _wait_settled(program: Program, ids: list[str]) -> None:
    def is_there() -> bool:
        asked = {"id": ids, "limit": "1000"}
        answer = httpx.get(f"{program.url}/v2/events/logs", params=asked, headers={"x-api-key": READER})
        return len(answer.json()["data"]) == len(ids)

    wait_until(f"{len(ids)} entries", is_there)


def _entries(program: Program, ids: list[str]) -> dict[str, dict[str, Any]]:
    """What `hooklog logs` gives for settled events, by id."""
    _wait_settled(program, ids)
    options = [part for one in ids for part in ("--id", one)]
    return {entry["id"]: entry for entry in _lines(_ask(program, "logs", *options, "--json"))}


def test_what_was_sent_is_found_and_explained(program: Program) -> None:
    sent = [_visit("good"), _visit("bad", visits="many"), _visit("unknown", event_name="vsit")]
    ids = _accepted(_send(program, sent, "--json"))
    entries = _entries(program, ids)
    assert ["EVENT_SUCCESS", "FIELD_VALIDATION_FAILED", "INVALID_EVENT_NAME"] == [
        entries[one]["status"] for one in ids
    ]
    assert [json.dumps(event) for event in sent] == [entries[one]["inputRequest"] for one in ids]
    good, bad = (_lines(_ask(program, "explain", one, "--json"))[0] for one in ids[:2])
    assert entries[ids[0]] == good["entry"]
    assert "20.0" == good["record"]["additonalAttributes"]["visits"]
    assert "queue" == good["stages"][0]["stage"]
    assert ["visits"] == [field["field"] for field in bad["errors"]]
    assert bad["record"] is None


def test_the_page_of_a_failure_is_for_people(program: Program) -> None:
    [request_id] = _accepted(_send(program, [_visit("page", visits="many")], "--json"))
    _wait_settled(program, [request_id])
    text = _ask(program, "explain", request_id).stdout
    for title in ("What to do", "Fields to correct", "Input", "Timeline"):
        assert f"\n{title}\n" in text
    assert '    "visits": "many",  <- to correct' in text
    assert "\x1b" not in text  # no colours into a pipe


def test_logs_into_a_pipe_are_one_line_an_entry(program: Program) -> None:
    [request_id] = _accepted(_send(program, [{"event_name": "nope\nnope"}], "--json"))
    _wait_settled(program, [request_id])
    [line] = _ask(program, "logs", "--id", request_id).stdout.splitlines()
    assert "INVALID_EVENT_NAME" in line
    assert line.endswith(f"{request_id}  Invalid event name nope\\nnope")


def test_all_pages_hold_every_entry_once_in_either_order(program: Program) -> None:
    ids = _accepted(_send(program, [_visit(f"page {n}", event_name="pages") for n in range(25)], "--json"))
    _wait_settled(program, ids)
    pages = ("logs", "--event-name", "pages", "--limit", "4", "--all", "--json")
    assert sorted(ids, reverse=True) == [entry["id"] for entry in _lines(_ask(program, *pages))]
    assert sorted(ids) == [entry["id"] for entry in _lines(_ask(program, *pages, "--order", "asc"))]


def test_filters_select(program: Program) -> None:
    ids = _accepted(_send(program, [_visit("f", event_name="filter")] * 3, "--json"))
    _wait_settled(program, ids)
    common = ("logs", "--event-name", "filter", "--json")
    assert 3 == len(_lines(_ask(program, *common, "--status", "INVALID_EVENT_NAME", "--webhook-id", OPEN)))
    for nothing in (["--status", "!INVALID_EVENT_NAME"], ["--to", "2020-01-01"], ["--webhook-id", BASIC]):
        assert [] == _lines(_ask(program, *common, *nothing))
    assert 3 == len(_lines(_ask(program, *common, "--from", "2020-01-01", "--to", "2999-01-01")))


def test_an_event_before_the_worker_is_explained_as_pending(program: Program) -> None:
    worker = program.role_pid("worker")
    os.kill(worker, signal.SIGSTOP)
    try:
        [request_id] = _accepted(_send(program, [_visit("pending")], "--json"))
        explained = _lines(_ask(program, "explain", request_id, "--json"))[0]
        assert "PENDING" == explained["entry"]["status"]
        text = _ask(program, "explain", request_id).stdout
        assert "the worker has not reached it yet" in text
    finally:
        os.kill(worker, signal.SIGCONT)
    assert "EVENT_SUCCESS" == _entries(program, [request_id])[request_id]["status"]


def test_refused_events_are_told_with_their_lines_and_status_1(program: Program) -> None:
    text = '{"event_name":"visit"}\noops\n[1]\n'
    done = program.run("send", "--webhook", _webhook(program), "--json", input_text=text)
    assert 1 == done.returncode
    codes = {one["line"]: one["code"] for one in map(json.loads, done.stdout.splitlines())}
    assert {1: 1100, 2: 400, 3: 400} == codes
    assert "accepted 1 of 3 events" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("webhook_id", "credentials"),
    [
        (BASIC, ["--till", "till01", "--password", TILL_PASSWORD]),
        (OAUTH, ["--client-key", "shop", "--client-secret", "shop-secret"]),
    ],
)
def test_a_webhook_that_wants_credentials_gets_them(
    program: Program, webhook_id: str, credentials: list[str]
) -> None:
    events = [_visit(f"signed {n}") for n in range(20)]
    signed = [*credentials, "--url", program.url]
    assert 20 == len(_accepted(_send(program, events, *signed, "--json", webhook_id=webhook_id)))
    refused = _send(program, events, webhook_id=webhook_id)
    assert 1 == refused.returncode
    assert "takes no event: Please check" in refused.stderr
    assert "what to do: sign in" in refused.stderr


@pytest.mark.parametrize("batch_size", ["1", "10"])
def test_a_file_survives_the_death_of_the_edge(program: Program, tmp_path: Path, batch_size: str) -> None:
    """Each event is accepted in the end, and everything accepted is in the log."""
    file = tmp_path / "many.ndjson"
    count = 1_500
    file.write_text("".join(json.dumps(_visit(str(n), event_name="many")) + "\n" for n in range(count)))
    before = program.role_pid("edge")
    arguments = (
        *("send", str(file), "--webhook", _webhook(program), "--json"),
        *("--batch-size", batch_size),
    )
    command = [sys.executable, "-m", "hooklog", *arguments]
    environment = {**os.environ, **NOTHING}
    output = tmp_path / "answers"
    with output.open("wb") as writing, Popen(command, stdout=writing, stderr=PIPE, env=environment) as send:
        wait_until("the first answers", lambda: output.read_bytes().count(b"\n") >= 100)
        os.kill(before, signal.SIGKILL)
        _, errors = send.communicate(timeout=60)
    assert 0 == send.returncode, errors
    answers = [json.loads(line) for line in output.read_bytes().splitlines()]
    assert list(range(1, count + 1)) == sorted(answer["line"] for answer in answers)
    assert before != program.role_pid("edge", other_than=before)
    wanted = {answer["requestId"] for answer in answers}

    def is_there() -> bool:
        entries = _lines(_ask(program, "logs", "--event-name", "many", "--all", "--json"))
        return wanted <= {entry["id"] for entry in entries}

    wait_until("every acknowledged event in the log", is_there)
