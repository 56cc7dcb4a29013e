"""`hooklog replay`: what is asked of the server, what is shown, and that a job outlives the command."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.unit.commands.conftest import Answer, Answerer
from typer.testing import CliRunner, Result

from hooklog.cli import build_app
from hooklog.commands import patience, replay

Serve = Callable[[Answerer], str]

EVENT = "019b8d9c-e8fb-7dcc-8000-5bbb0c4a1d05"
NEW = "01a21116-5521-7566-8605-3e63ac7d24ba"
JOB = "01a21116-5000-7abc-8123-4567890abcde"


class Server:
    """Answers as a server with one job would."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        self.status = "PLANNED"
        self.appended = 0
        self.replayable = 4
        self.refuses: tuple[int, str] | None = None
        self.refuses_once: tuple[int, str] | None = None
        self.would_pass: int | None = 3
        self.warnings: list[str] = []

    def __call__(self, path: str, _headers: Mapping[str, str], body: bytes) -> Answer:
        self.asked.append(path)
        self.bodies.append(body)
        refused, self.refuses_once = self.refuses or self.refuses_once, None
        if refused is not None:
            status, message = refused
            errors = [{"status": False, "code": status, "message": message}]
            return status, {}, json.dumps({"errors": errors, "warnings": [], "data": []}).encode()
        if path.startswith("/v2/events/logs/"):
            return self._answer({"id": NEW, "replayOf": EVENT})
        act = path.rpartition("/")[2]
        if act in {"start", "resume"}:
            self.status = "RUNNING"
        elif act in {"pause", "cancel"}:
            self.status = {"pause": "PAUSED", "cancel": "CANCELLED"}[act]
        elif self.status == "RUNNING":
            self.appended += 2
            if self.appended >= self.replayable:
                self.status = "FINISHED"
        return self._answer(self._job())

    def _job(self) -> dict[str, Any]:
        left_out = [{"reason": "succeeded", "count": 2, "message": "it \x1b[31msucceeded"}]
        return {
            "id": JOB,
            "status": self.status,
            "plan": {
                "matching": self.replayable + 2,
                "isComplete": True,
                "replayable": self.replayable,
                "notReplayable": left_out,
                "sampleIds": [EVENT],
                "wouldPass": self.would_pass if self.asked[1:] else None,
            },
            "progress": {
                "appended": self.appended,
                "settled": [{"status": "EVENT_SUCCESS", "count": self.appended}] if self.appended else [],
                "pending": 0,
                "leftOut": [],
                "remaining": 0,
                "ratePerSecond": 10.0,
            },
        }

    def _answer(self, one: dict[str, Any]) -> Answer:
        return 200, {}, json.dumps({"data": [one], "warnings": self._warnings(), "errors": []}).encode()

    def _warnings(self) -> list[dict[str, str]]:
        return [{"message": one} for one in self.warnings]


@pytest.fixture
def server(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setenv("HOOKLOG_URL", serve(server))
    monkeypatch.setenv("HOOKLOG_API_KEY", "key")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(replay, "_LOOK_SECONDS", 0.0)
    return server


def run(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(build_app(["replay"]), ["replay", *arguments], input=said)


def test_one_event_is_replayed_and_its_new_id_printed(server: Server) -> None:
    done = run(EVENT.upper())
    assert (0, NEW) == (done.exit_code, done.stdout.strip())
    assert [f"/v2/events/logs/{EVENT}/replay"] == server.asked
    assert [{"force": False}] == [json.loads(body) for body in server.bodies]
    run(EVENT, "--force")
    assert {"force": True} == json.loads(server.bodies[-1])


def test_a_refusal_is_told_as_it_is(server: Server) -> None:
    server.refuses = 409, "the event succeeded; replay it with force"
    done = run(EVENT)
    assert "replay it with force" in str(done.exception)
    server.refuses = 404, "Incorrect resource"
    assert f"has no event {EVENT}" in str(run(EVENT).exception)
    assert f"has no job {JOB}" in str(run("--pause", JOB).exception)


def test_nothing_that_the_server_says_reaches_the_terminal_as_a_command(server: Server) -> None:
    server.warnings = ["\x1b[2Jgone", "[bold]as it is"]
    server.status = "\x1b[31mODD"
    done = run("--pause", JOB)
    watched = run("--watch", JOB)
    server.refuses = 409, "no\x1b]0;title\x07"
    said = done.output + done.stderr + watched.output + watched.stderr + str(run("--pause", JOB).exception)
    assert "\x1b" not in said
    assert ["\\x1b[2Jgone", "[bold]as it is"] == done.stderr.splitlines()[:2]


@pytest.mark.parametrize("arguments", [[EVENT, "--force"], ["--event-name", "visit"]])
@pytest.mark.parametrize("status", [408, 502, 504])
def test_what_may_have_been_done_is_not_asked_for_again(
    server: Server, arguments: list[str], status: int
) -> None:
    """A proxy that lost the answer does not know whether there was one, and each question is a replay of its own."""
    server.refuses = status, "Bad gateway"
    assert f"answered {status}: it may have been done, or not" in str(run(*arguments).exception)
    assert 1 == len(server.asked)


@pytest.mark.parametrize("arguments", [[EVENT], ["--event-name", "visit"]])
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_has_done_nothing_is_asked_again(
    server: Server, arguments: list[str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "_WAIT_SECONDS_MIN", 0.0)
    server.refuses_once = status, "Try again"
    assert 0 == run(*arguments, said="n\n").exit_code
    assert server.asked[0] == server.asked[1]


def test_many_are_shown_before_anything_is_done(server: Server) -> None:
    done = run("--status", "INVALID_EVENT_NAME", "--from", "2026-01-05", said="n\n")
    assert 0 == done.exit_code
    assert [
        "/v2/events/replays?status=INVALID_EVENT_NAME&from_date=2026-01-05",
        f"/v2/events/replays/{JOB}",
        f"/v2/events/replays/{JOB}/cancel",
    ] == server.asked
    assert "3 of them would succeed now." in done.stdout
    assert "6 events match; 4 of them would be replayed." in done.stdout
    assert "2 are left out: it \\x1b[31msucceeded." in done.stdout
    assert EVENT in done.stdout


@pytest.mark.parametrize(("arguments", "said"), [([], "y\n"), (["--yes"], "")])
def test_a_started_job_is_watched_to_its_end(server: Server, arguments: list[str], said: str) -> None:
    done = run("--event-name", "visit", *arguments, said=said)
    assert 0 == done.exit_code, done.output
    started = server.asked.index(f"/v2/events/replays/{JOB}/start")
    assert {f"/v2/events/replays/{JOB}"} == set(server.asked[started + 1 :])
    assert "4 replayed  EVENT_SUCCESS 4" in done.stdout


def test_what_is_not_known_soon_is_not_waited_for(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_ESTIMATE_SECONDS_MAX", 0.05)
    server.would_pass = None
    done = run("--event-name", "visit", said="n\n")
    assert (0, False) == (done.exit_code, "would succeed now" in done.stdout)


def test_nothing_is_started_where_there_is_nothing_to_replay(server: Server) -> None:
    server.replayable = 0
    run("--event-name", "visit", "--yes")
    assert f"/v2/events/replays/{JOB}/cancel" == server.asked[-1]


def test_an_interrupted_command_says_how_to_reach_its_job(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hooklog.commands.replay.time.sleep", interrupt)
    done = run("--event-name", "visit", "--yes")
    assert 130 == done.exit_code
    assert f"hooklog replay --watch {JOB}" in done.stderr
    assert "cancel" not in "".join(server.asked)


@pytest.mark.parametrize("act", ["pause", "resume", "cancel"])
def test_a_job_is_paused_resumed_and_cancelled(server: Server, act: str) -> None:
    done = run(f"--{act}", JOB)
    assert [f"/v2/events/replays/{JOB}/{act}"] == server.asked
    assert f"{JOB} is {server.status}" in done.stdout


def test_a_resting_job_is_not_watched_for_ever(server: Server) -> None:
    server.status = "PAUSED"
    done = run("--watch", JOB)
    assert f"{JOB} is PAUSED" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [EVENT, "--event-name", "visit"],
        [EVENT, "--pause", JOB],
        ["--pause", JOB, "--cancel", JOB],
        ["--watch", "nonsense"],
        ["nonsense"],
    ],
)
def test_what_is_not_clear_is_not_sent(server: Server, arguments: list[str]) -> None:
    assert 2 == run(*arguments).exit_code
    assert [] == server.asked
