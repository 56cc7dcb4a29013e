"""Every answer of the real program names its request (contract I.6, II.3)."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.program import running, till_auth
from hooklog.testing.visitor import LOGS, Visitor
from hooklog.testing.wire import Reply, Wire, request

ORG = 1001
WEBHOOK = "0" * 31 + "1"
HEX_32 = re.compile(r"[0-9a-f]{32}")
ID, OTHER_SPELLING = "x-cap-request-id", "x-cap-requestid"
URI, PUSH_ID = "x-cap-api-request-uri", "x-cap-hydra-request-id"


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.webhook(ORG, WEBHOOK, "till01")
    with (
        running(tmp_path_factory.mktemp("ids") / "data", content.file) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as till,
    ):
        yield till


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", LOGS, 200),
        ("GET", f"{LOGS}?limit=x", 400),
        ("GET", "/no/such/path", 404),
        ("DELETE", LOGS, 405),
        ("POST", "/v3/oauth/token/generate", 415),
        ("GET", "/openapi.json", 200),
        ("GET", "/health/live", 200),
    ],
)
def test_api_answer_names_its_request(till: Visitor, method: str, path: str, code: int) -> None:
    answer = till.send(method, path)
    assert code == answer.status_code, answer.text
    assert HEX_32.fullmatch(answer.headers[ID])
    assert answer.headers[ID] == answer.headers[OTHER_SPELLING]
    assert path.partition("?")[0] == answer.headers[URI]


def test_unauthorized_answer_names_its_request(till: Visitor) -> None:
    with Visitor(till.program) as stranger:
        answer = stranger.ask(LOGS)
    assert 401 == answer.status_code
    assert HEX_32.fullmatch(answer.headers[ID])


def _refused(port: int, raw: bytes) -> Reply:
    with Wire(port) as wire:
        wire.send(raw)
        (reply,) = wire.replies()
    return reply


REFUSED = {
    "no HTTP": (b"hello\r\n\r\n", 400, None),
    "no host": (request(LOGS).replace(b"Host: hooklog.test\r\n", b""), 400, LOGS),
    "strange expectation": (request(f"{LOGS}?customer=7", headers=[("Expect", "200")]), 417, LOGS),
    "large headers": (request(LOGS, headers=[("X-A", "a" * 65_536)]), 431, None),
}


@pytest.mark.parametrize("name", REFUSED)
def test_answer_to_a_head_that_is_refused_names_its_request(till: Visitor, name: str) -> None:
    raw, code, target = REFUSED[name]
    reply, other = (_refused(till.program.port, raw) for _ in range(2))
    assert code == reply.status
    assert HEX_32.fullmatch(reply.headers[ID])
    assert reply.headers[ID] == reply.headers[OTHER_SPELLING]
    assert reply.headers[ID] != other.headers[ID]
    assert target in {None, reply.headers.get(URI)}


def test_intake_names_pushes_only(till: Visitor) -> None:
    assert ID not in _refused(till.program.ingest_port, REFUSED["no host"][0]).headers


def test_no_two_answers_share_an_id(till: Visitor) -> None:
    assert 20 == len({till.ask(LOGS).headers[ID] for _ in range(20)})


def test_answer_keeps_the_query_to_itself(till: Visitor) -> None:
    answer = till.ask(f"{LOGS}?customer=919800000001")
    assert "919800000001" not in str(answer.headers)


def test_uri_is_as_it_was_asked_for_and_bounded(till: Visitor) -> None:
    assert f"{LOGS}/a%20b%C3%A9" == till.ask(f"{LOGS}/a%20b%C3%A9").headers[URI]
    assert 2_000 == len(till.ask("/" + "a" * 3_000).headers[URI])


@pytest.mark.parametrize("body", [b'{"event_name":"E"}', b"no JSON"])
def test_push_is_named_in_both_headers_and_in_the_body(till: Visitor, body: bytes) -> None:
    for by_main_port in (False, True):
        answer = till.push(WEBHOOK, body, by_main_port=by_main_port)
        told = answer.json()["requestId"]
        assert str(UUID(told)) == told
        assert told == answer.headers[ID] == answer.headers[PUSH_ID]
