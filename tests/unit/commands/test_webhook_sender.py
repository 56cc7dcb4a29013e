"""One push each: what the answers mean, and that only the documented acknowledgement counts."""

import json
from collections.abc import Callable, Mapping

import pytest
from tests.unit.commands.conftest import Answer, Answerer

from hooklog.commands.credentials import Credentials, sign_in
from hooklog.commands.event_file import Outgoing
from hooklog.commands.webhook_sender import NO_ANSWER, Reply, Verdict, WebhookSender
from hooklog.ingest.push import accepted, refused
from hooklog.testing.program import free_port

Serve = Callable[[Answerer], str]
REQUEST_ID = bytes(range(16))


def _send(url: str, body: bytes = b"{}") -> Reply:
    sender = WebhookSender(url, None)
    try:
        [reply] = sender.send([Outgoing(1, body)])
    finally:
        sender.close()
    return reply


def _reply_to(serve: Serve, answer: Answer) -> Reply:
    return _send(serve(lambda *_: answer))


def test_the_bodies_arrive_byte_for_byte_as_json(serve: Serve) -> None:
    seen: list[tuple[str, str, bytes]] = []

    def answer(path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        seen.append((path, headers["content-type"], body))
        return 200, {}, accepted(REQUEST_ID).body

    url = serve(answer)
    sender = WebhookSender(f"{url}/webhooks/abc", None)
    bodies = [b'{"a":1.10}', b"\xff\x00 oops", b""]
    replies = sender.send([Outgoing(line, body) for line, body in enumerate(bodies)])
    sender.close()
    assert [("/webhooks/abc", "application/json", body) for body in bodies] == seen
    assert [Verdict.ACCEPTED] * 3 == [reply.verdict for reply in replies]


def test_the_products_own_acknowledgement_is_accepted(serve: Serve) -> None:
    reply = _reply_to(serve, (200, {}, accepted(REQUEST_ID).body))
    assert (Verdict.ACCEPTED, 1100) == (reply.verdict, reply.code)
    assert "00010203-0405-0607-0809-0a0b0c0d0e0f" == reply.request_id


@pytest.mark.parametrize(
    ("http_status", "verdict"),
    [
        (400, Verdict.REFUSED),
        (413, Verdict.REFUSED),
        (415, Verdict.REFUSED),
        (500, Verdict.REFUSED),
        (401, Verdict.HOPELESS),
        (404, Verdict.HOPELESS),
        (405, Verdict.HOPELESS),
        (410, Verdict.HOPELESS),
        (408, Verdict.AGAIN),
        (429, Verdict.AGAIN),
        (503, Verdict.AGAIN),
    ],
)
def test_the_products_own_refusals_are_understood(serve: Serve, http_status: int, verdict: Verdict) -> None:
    answer = refused(http_status, "why", REQUEST_ID)
    reply = _reply_to(serve, (http_status, {}, answer.body))
    assert (verdict, http_status, "why") == (reply.verdict, reply.code, reply.message)


def test_a_documented_code_is_kept(serve: Serve) -> None:
    answer = refused(400, "reserved", REQUEST_ID, code=908)
    assert 908 == _reply_to(serve, (400, {}, answer.body)).code


def test_retry_after_is_read(serve: Serve) -> None:
    reply = _reply_to(serve, (503, {"retry-after": "7"}, b""))
    assert (Verdict.AGAIN, 7.0, "HTTP 503") == (reply.verdict, reply.wait_seconds, reply.message)


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, b"<html>welcome</html>"),
        (200, {}, b'{"data":[],"warnings":[],"errors":[]}'),
        (200, {}, b'{"status":{"code":200,"message":"ok"},"requestId":"x"}'),
        (200, {}, b'{"status":{"code":1100,"message":"ok"}}'),
        (204, {}, b""),
        (301, {"location": "http://elsewhere.example/"}, b""),
    ],
)
def test_a_page_that_says_yes_to_everything_accepts_nothing(serve: Serve, answer: Answer) -> None:
    reply = _reply_to(serve, answer)
    assert Verdict.HOPELESS is reply.verdict
    assert "no webhook" in reply.message


def test_no_answer_is_worth_another_try() -> None:
    reply = _send(f"http://127.0.0.1:{free_port()}/webhooks/abc")
    assert (Verdict.AGAIN, NO_ANSWER, "connection refused") == (reply.verdict, reply.code, reply.message)


def test_a_client_without_a_token_is_hopeless(serve: Serve) -> None:
    url = serve(lambda *_: (401, {}, json.dumps({"errors": []}).encode()))
    auth = sign_in(Credentials(client_key="shop", client_secret="wrong"), url).auth
    sender = WebhookSender(f"{url}/webhooks/abc", auth)
    [reply] = sender.send([Outgoing(1, b"{}")])
    sender.close()
    assert (Verdict.HOPELESS, 401) == (reply.verdict, reply.code)
    assert "shop" in reply.message
