"""`hooklog send`: every event accounted for, refusals grouped, exit status and JSON for programs."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.unit.commands.conftest import Answer, Answerer
from typer.testing import Result

from hooklog.commands.event_file import Outgoing
from hooklog.commands.send_report import Tally
from hooklog.commands.webhook_sender import Reply, Verdict
from hooklog.ingest.push import accepted, refused
from hooklog.testing.program import free_port

Serve = Callable[[Answerer], str]
Run = Callable[..., Result]
REQUEST_ID = bytes(range(16))


class Webhook:
    """Takes what is JSON, also in batches; notes the bodies, and of each request the credentials and the path."""

    def __init__(self, *, has_batches: bool = True) -> None:
        self.has_batches = has_batches
        self.bodies: list[bytes] = []
        self.headers: list[Mapping[str, str]] = []
        self.paths: list[str] = []

    def __call__(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.headers.append(headers)
        self.paths.append(path)
        if not path.endswith("/batch"):
            return self.take(body)
        if not self.has_batches:
            return 404, {}, b"<html>what?</html>"
        results = [json.loads(self.take(line)[2]) for line in body.split(b"\n")]
        return 200, {}, json.dumps({"results": results}).encode()

    def take(self, body: bytes) -> Answer:
        self.bodies.append(body)
        try:
            json.loads(body)
        except ValueError:
            return 400, {}, refused(400, f"Invalid request body: at byte {len(body)}", REQUEST_ID).body
        return 200, {}, accepted(REQUEST_ID).body


@pytest.fixture
def webhook() -> Webhook:
    return Webhook()


def test_events_of_a_file_are_sent(serve: Serve, hooklog: Run, webhook: Webhook, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b'{"a":1}\n{"a":2}\n{"a":3}\n')
    done = hooklog("send", str(file), "--webhook", serve(webhook))
    assert 0 == done.exit_code, done.output
    assert "accepted 3 of 3 events in " in done.stdout
    assert [b'{"a":1}', b'{"a":2}', b'{"a":3}'] == sorted(webhook.bodies)


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_events_of_standard_input_are_sent(
    serve: Serve, hooklog: Run, webhook: Webhook, arguments: list[str]
) -> None:
    done = hooklog("send", *arguments, "--webhook", serve(webhook), input_bytes=b'[{"a":1},{"a":2}]')
    assert 0 == done.exit_code, done.output
    assert [b'{"a":1}', b'{"a":2}'] == sorted(webhook.bodies)


def test_refused_events_are_grouped_by_reason_and_end_in_status_1(
    serve: Serve, hooklog: Run, webhook: Webhook
) -> None:
    done = hooklog("send", "--webhook", serve(webhook), input_bytes=b'{"a":1}\nx\nyy\n{"a":2}\nzzz\n')
    assert 1 == done.exit_code
    lines = done.stdout.splitlines()
    assert lines[0].startswith("accepted 2 of 5 events")
    assert "refused  3" == lines[1]
    assert 4 == len(lines)  # one reason: the numbers in it differ
    assert lines[3].split()[:4] == ["400", "Invalid", "request", "body:"]
    assert {"2", "3", "5"} <= set(lines[3].replace(",", " ").split())


def test_json_is_one_line_an_event(serve: Serve, hooklog: Run, webhook: Webhook) -> None:
    done = hooklog("send", "--webhook", serve(webhook), "--json", input_bytes=b'{"a":1}\nx\n')
    answers = sorted(
        (json.loads(line) for line in done.stdout.splitlines()), key=lambda one: int(one["line"])
    )
    request_id = "00010203-0405-0607-0809-0a0b0c0d0e0f"
    assert [
        {
            "line": 1,
            "requestId": request_id,
            "code": 1100,
            "message": "Event is pushed to transformation state",
        },
        {"line": 2, "requestId": request_id, "code": 400, "message": "Invalid request body: at byte 1"},
    ] == answers
    assert "accepted 1 of 2" in done.stderr
    assert 1 == done.exit_code


@pytest.mark.parametrize(
    ("size", "requests"), [("1", ["/x"] * 20), ("8", ["/x/batch"] * 4), ("500", ["/x/batch"] * 2)]
)
def test_events_go_in_batches_of_the_size_asked_for(
    serve: Serve, hooklog: Run, webhook: Webhook, size: str, requests: list[str]
) -> None:
    """The first event goes alone, to see who is there."""
    text = b"".join(b'{"n":%d}\n' % number for number in range(20))
    done = hooklog("send", "--webhook", f"{serve(webhook)}/x", "--batch-size", size, input_bytes=text)
    assert 0 == done.exit_code, done.output
    assert requests == webhook.paths
    assert text.split() == sorted(webhook.bodies, key=lambda body: (len(body), body))


def test_a_server_without_batches_gets_single_pushes(serve: Serve, hooklog: Run) -> None:
    webhook = Webhook(has_batches=False)
    done = hooklog("send", "--webhook", f"{serve(webhook)}/x", input_bytes=b'{"a":1}\n{"a":2}\nx\n')
    assert "accepted 2 of 3 events" in done.stdout
    assert ["/x/batch", "/x", "/x", "/x"] == webhook.paths
    assert [b"x", b'{"a":1}', b'{"a":2}'] == sorted(webhook.bodies, key=len)


def test_one_connection_keeps_the_order(serve: Serve, hooklog: Run, webhook: Webhook) -> None:
    bodies = [b'{"n":%d}' % n for n in range(50)]
    hooklog("send", "--webhook", serve(webhook), "--concurrency", "1", input_bytes=b"\n".join(bodies))
    assert bodies == webhook.bodies


def test_skip_goes_on_where_a_run_has_stopped(serve: Serve, hooklog: Run) -> None:
    taken: list[bytes] = []
    is_full = True

    def answer(path: str, _headers: Mapping[str, str], body: bytes) -> Answer:
        if path.endswith("/batch"):
            return 404, {}, b""
        if is_full and len(taken) >= 3:
            return 503, {"retry-after": "60"}, refused(503, "the disk is nearly full", REQUEST_ID).body
        taken.append(body)
        return 200, {}, accepted(REQUEST_ID).body

    bodies = [b'{"n":%d}' % n for n in range(8)]
    text, url = b"\n\n".join(bodies), serve(answer)
    common = ("send", "--webhook", url, "--concurrency", "1")
    done = hooklog(*common, "--patience", "5", input_bytes=text)
    assert 1 == done.exit_code
    assert "stopped  gave up on a server that says: the disk is nearly full" in done.stdout
    assert "open     from line 7 on" in done.stdout
    assert "--skip 3 goes on there" in done.stdout
    assert "waiting for the server" not in done.stderr  # it gave up without waiting
    is_full = False
    again = hooklog(*common, "--skip", "3", input_bytes=text)
    assert 0 == again.exit_code
    assert bodies == taken


def test_a_wait_for_a_busy_server_is_told(serve: Serve, hooklog: Run, webhook: Webhook) -> None:
    turned_away = [True, True]

    def answer(path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if turned_away:
            turned_away.pop()
            return 503, {"retry-after": "0"}, refused(503, "Try again later", REQUEST_ID).body
        return webhook(path, headers, body)

    done = hooklog("send", "--webhook", serve(answer), input_bytes=b'{"a":1}')
    assert 0 == done.exit_code, done.output
    assert "waiting for the server (Try again later)" in done.stderr


@pytest.mark.parametrize(
    ("status", "hint"),
    [(401, "--password"), (404, "/webhooks/<id>"), (405, "/webhooks/<id>"), (410, "create a new one")],
)
def test_a_webhook_that_takes_nothing_ends_it_at_once(
    serve: Serve, hooklog: Run, status: int, hint: str
) -> None:
    asked: list[str] = []

    def answer(path: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        asked.append(path)
        return status, {}, refused(status, "no", REQUEST_ID).body

    done = hooklog("send", "--webhook", f"{serve(answer)}/x", input_bytes=b"{}\n" * 100)
    assert "takes no event: no" in str(done.exception)
    assert hint in getattr(done.exception, "hint", "")
    # A server without batches may take pushes.
    assert (["/x/batch", "/x"] if status in {404, 405} else ["/x/batch"]) == asked
    assert "" == done.stdout


def test_nobody_listening_is_told_at_once(hooklog: Run) -> None:
    done = hooklog("send", "--webhook", f"http://127.0.0.1:{free_port()}/webhooks/x", input_bytes=b"{}")
    assert "nothing was sent" in str(done.exception)
    assert "" == done.stdout


def test_a_broken_array_is_told_after_what_was_sent(serve: Serve, hooklog: Run, webhook: Webhook) -> None:
    done = hooklog("send", "--webhook", serve(webhook), input_bytes=b'[{"a":1},{"a":')
    assert "accepted 1 of 1 events" in done.stdout
    assert "not closed" in str(done.exception)
    assert 0 != done.exit_code


def test_no_event_is_no_error(serve: Serve, hooklog: Run, webhook: Webhook) -> None:
    done = hooklog("send", "--webhook", serve(webhook), input_bytes=b"\n")
    assert 0 == done.exit_code
    assert "no event to send" in done.stdout


def test_a_file_that_is_not_there_is_told(hooklog: Run, tmp_path: Path) -> None:
    done = hooklog("send", str(tmp_path / "none"), "--webhook", "http://127.0.0.1:1/x")
    assert "cannot be read: No such file" in str(done.exception)


def test_pushes_are_signed_but_never_with_an_api_key(serve: Serve, hooklog: Run, webhook: Webhook) -> None:
    url = serve(webhook)
    hooklog("send", "--webhook", url, "--api-key", "hk_secret", input_bytes=b"{}")
    hooklog("send", "--webhook", url, "--till", "till01", "--password", "x", input_bytes=b"{}")
    assert not any("hk_secret" in value for headers in webhook.headers for value in headers.values())
    assert ["authorization" in headers for headers in webhook.headers] == [False, True]


@pytest.mark.parametrize(
    "option",
    [
        "--concurrency=0",
        "--concurrency=257",
        "--patience=-1",
        "--skip=-1",
        "--batch-size=0",
        "--batch-size=10001",
    ],
)
def test_bounds_of_the_options_are_kept(hooklog: Run, option: str) -> None:
    assert 2 == hooklog("send", "--webhook", "http://127.0.0.1:1/x", option).exit_code


def test_reasons_without_number_take_bounded_memory() -> None:
    tally = Tally()
    for line in range(1, 1001):
        word = "".join(chr(ord("a") + int(digit)) for digit in str(line))
        tally.add(Outgoing(line, b""), Reply(Verdict.REFUSED, 400, f"reason {word}"))
    assert 1000 == tally.refused
    assert 101 == len(tally.reasons)
    assert 1000 == sum(reason.count for reason in tally.reasons.values())
    assert 5 >= max(len(reason.lines) for reason in tally.reasons.values())


def test_the_rate_is_that_of_the_last_seconds() -> None:
    now = 0.0
    tally = Tally(lambda: now)
    rates = []
    for second in range(1, 31):
        now = float(second)
        for _ in range(100 if second <= 15 else 10):
            tally.add(Outgoing(1, b""), Reply(Verdict.ACCEPTED, 1100, ""))
        rates.append(tally.rate())
    assert 100 == pytest.approx(rates[10])
    assert 10 == pytest.approx(rates[-1])
