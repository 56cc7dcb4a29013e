"""The load driver sends what it is told, and counts what it should."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from bench.driver.connection import Answers, is_whole
from bench.driver.figures import figures
from bench.driver.requests_made import Requests

from hooklog.testing.program import wait_until

ROOT = Path(__file__).parents[3]
URL = "http://127.0.0.1:81/webhooks/1"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def _split(request: bytes) -> tuple[bytes, bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    return head, body


def test_a_request_tells_the_length_of_its_body_and_counts() -> None:
    requests = Requests(URL, [b'{"n":"{n}","m":"{n}"}'], method="POST", headers=["A: b"])
    head, body = _split(requests.next())
    assert b'{"n":"0000000001","m":"0000000000"}' == body
    assert b"Content-Length: %d" % len(body) in head
    assert head.startswith(b"POST /webhooks/1 HTTP/1.1\r\nHost: 127.0.0.1:81\r\nA: b\r\n")
    assert b'{"n":"0000000002","m":"0000000000"}' == _split(requests.next())[1]


def test_bodies_are_sent_in_turn_and_gathered_into_lines() -> None:
    requests = Requests(URL, [b"1", b"2", b"3", b"4", b"5"], method="POST", headers=[], lines=2)
    assert [b"3\n4", b"1\n2", b"3\n4"] == [_split(requests.next())[1] for _ in range(3)]
    few = Requests(URL, [b"1", b"2"], method="POST", headers=[], lines=3)
    assert b"1\n2\n1" == _split(few.next())[1]


def test_targets_are_asked_for_in_turn_without_a_body() -> None:
    requests = Requests(URL, [], method="GET", headers=[], targets=["/a?x=1", "/b"])
    heads = [_split(requests.next()) for _ in range(3)]
    assert [b"GET /b", b"GET /a?x=1", b"GET /b"] == [head.partition(b" HTTP")[0] for head, _ in heads]
    assert all(body == b"" and b"Content-Length" not in head for head, body in heads)


@pytest.mark.parametrize("cut", range(1, len(OK)))
def test_an_answer_is_whole_at_its_last_byte_only(cut: int) -> None:
    assert is_whole(OK)
    assert not is_whole(OK[:cut])


def test_what_was_due_within_the_window_counts_whenever_it_is_answered() -> None:
    answers = Answers(by_due=True)
    now = time.perf_counter()
    answers.opens, answers.closes = now - 20, now - 10
    answers.add(now - 15, OK)
    answers.add(now - 5, OK)
    answers.give_up([now - 12, now - 1])
    assert 2 == len(answers.seconds)
    assert min(answers.seconds) >= 12
    assert 0 == answers.arrived


def test_without_due_times_what_is_answered_within_the_window_counts() -> None:
    answers = Answers(by_due=False)
    now = time.perf_counter()
    answers.add(now, OK)
    answers.opens = now
    answers.add(now - 100, OK)
    answers.give_up([now])
    assert 1 == len(answers.seconds) == answers.arrived
    assert {b"200": 1} == answers.statuses


def test_an_answer_that_is_not_as_expected_is_shown() -> None:
    answers = Answers(by_due=False, expected=b"{}", expected_times=2)
    for _ in range(65):
        answers.add(0.0, OK)
    assert (2, 2) == (answers.looked_at, answers.unexpected_count)
    assert answers.unexpected[0].endswith("{}")


def test_ranks_are_of_all_that_counts() -> None:
    answers = Answers(by_due=False)
    answers.seconds.extend(number / 1000 for number in range(1, 101))
    answers.arrived = 100
    found = figures(answers, 2.0, 3)
    assert {"p50": 51, "p90": 91, "p99": 100, "p99.9": 100, "max": 100} == found["ms"]
    assert (50, 3) == (found["answers_per_second"], found["unanswered"])


class _Echo(ThreadingHTTPServer):
    """Answers with what it was sent, and counts."""

    count = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        Thread(target=self.serve_forever, daemon=True).start()


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        assert isinstance(self.server, _Echo)
        self.server.count += 1

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        pass


@contextmanager
def _driver(*options: str) -> Iterator[tuple[_Echo, subprocess.Popen[str]]]:
    with _Echo() as server:
        command = [sys.executable, "-m", "bench.driver", f"http://127.0.0.1:{server.server_port}/x"]
        fixed = ["--warm-up", "0.1", "--connections", "4", "--body", '{"n":"{n}"}', "--expect", '"n":"0']
        with subprocess.Popen(
            [*command, *fixed, *options], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            yield server, process
        server.shutdown()


def _check(process: subprocess.Popen[str]) -> None:
    output, _ = process.communicate(timeout=60)
    assert 0 == process.returncode
    found = json.loads(output)
    assert found["answers"] > 0
    assert {"200": found["answers"]} == found["statuses"]
    assert ({}, 0) == (found["errors"], found["unexpected"])
    assert found["looked_at"] > 0


@pytest.mark.parametrize("mode", [[], ["--rate", "200"]])
def test_a_run_tells_what_a_server_answered(mode: list[str]) -> None:
    with _driver("--seconds", "1", *mode) as (_, process):
        _check(process)


@pytest.mark.parametrize("mode", ["--steered", "--stoppable"])
def test_a_run_can_be_told_to_end(mode: str) -> None:
    with _driver("--seconds", "600", "--rate", "100", mode) as (server, process):
        assert process.stdin is not None
        process.stdin.write("400\n")
        process.stdin.flush()
        wait_until("it has sent for a while", lambda: server.count > 500)
        _check(process)
