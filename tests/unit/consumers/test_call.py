"""One call against a real receiver: what its answers come to, and that it is bounded whatever it answers."""

import asyncio
import ipaddress
import json
import socket
from typing import Any

import pytest

from hooklog.consumers.call import Call, Caller, CallResult
from hooklog.testing.program import free_port
from hooklog.testing.receiver import SECRET, Received, Receiver, Reply

BODY = b'{"eventName":"sale"}'


def _call(url: str, *networks: str, timeout_seconds: float = 10.0) -> CallResult:
    async def call() -> CallResult:
        caller = Caller([ipaddress.ip_network(one) for one in networks], timeout_seconds, 4)
        try:
            return await caller.call(Call(url, SECRET, "id-1", BODY))
        finally:
            await caller.close()

    return asyncio.run(call())


def _answered(reply: Reply, **options: Any) -> CallResult:
    with Receiver(lambda _: reply) as receiver:
        return _call(receiver.url, "127.0.0.0/8", **options)


def test_a_call_is_a_signed_post_of_the_body() -> None:
    with Receiver() as receiver:
        assert CallResult(side_effects=()) == _call(receiver.url, "127.0.0.0/8")
        (received,) = receiver.received
    assert received.is_signed()
    assert (BODY, "id-1", "application/json") == (
        received.body,
        received.webhook_id,
        received.headers["content-type"],
    )


@pytest.mark.parametrize(
    ("body", "effects", "not_kept"),
    [
        (b'{"sideEffects":[{"awardedPoints":5},"x"]}', ({"awardedPoints": 5}, "x"), ""),
        (b'{"sideEffects":[18446744073709551615]}', (18446744073709551615,), ""),
        (b'{"sideEffects":null}', (), ""),
        (b'{"sideEffects":{}}', (), "not a list"),
        (b"[]", (), ""),
        (b"", (), ""),
        (b"taken", (), ""),
        (b"\xff", (), ""),
        (b'{"sideEffects":["\\ud800"]}', (), "not JSON"),
        (b'{"sideEffects":[-9223372036854775809]}', (), "more than 64 bits"),
        (b'{"sideEffects":[' + b"[" * 32 + b"]" * 32 + b"]}", (), "nested deeper than 32"),
        (b'{"sideEffects":' + b"[" * 20_000 + b"]" * 20_000 + b"}", (), "not JSON"),
        (b'{"sideEffects":["' + b"x" * 70_000 + b'"]}', (), "longer than 65536 bytes"),
        (b"x" * 70_000, (), "longer than 65536 bytes"),
    ],
)
def test_side_effects_are_what_can_be_read_and_stored_and_what_is_not_kept_is_told(
    body: bytes, effects: tuple[object, ...], not_kept: str
) -> None:
    found = _answered(Reply(body=body))
    assert CallResult(side_effects=effects, not_kept=found.not_kept) == found
    assert not_kept in found.not_kept
    assert bool(not_kept) == bool(found.not_kept)


@pytest.mark.parametrize(
    ("status", "is_definite", "may_have_arrived"),
    [
        (400, True, False),
        (404, True, False),
        (301, True, False),
        (408, False, False),
        (425, False, False),
        (429, False, False),
        (500, False, True),
        (502, False, True),
        (503, False, False),
        (504, False, True),
    ],
)
def test_a_status_says_whether_to_go_on(status: int, *, is_definite: bool, may_have_arrived: bool) -> None:
    expected = CallResult(f"answered {status}", is_definite=is_definite, may_have_arrived=may_have_arrived)
    assert expected == _answered(Reply(status))


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [("7", 7), ("3600", 3_600), ("3601", 3_600), ("9" * 5_000, 3_600), ("-1", 0), ("soon", 0), ("", 0)],
)
def test_the_receivers_wish_is_bounded(wish: str, seconds: int) -> None:
    assert seconds == _answered(Reply(429, headers={"Retry-After": wish})).retry_after_seconds


def test_no_answer_ends_in_time_and_may_have_arrived() -> None:
    expected = CallResult("no answer within 0.2 s", may_have_arrived=True)
    assert expected == _answered(Reply(hangs=True), timeout_seconds=0.2)


def test_nobody_there_has_not_taken_it() -> None:
    result = _call(f"http://127.0.0.1:{free_port()}/", "127.0.0.0/8")
    assert result.error.startswith("cannot connect")
    assert not result.is_definite
    assert not result.may_have_arrived


def test_an_answer_that_breaks_off_may_have_arrived() -> None:
    result = _answered(Reply(headers={"Transfer-Encoding": "chunked"}, body=b"no chunk\r\n"))
    assert result.error.startswith("the connection broke")
    assert result.may_have_arrived
    assert not result.is_definite


def test_a_private_address_is_refused_for_good() -> None:
    with Receiver() as receiver:
        result = _call(receiver.url)
        assert [] == receiver.received
    assert "127.0.0.1 leads to 127.0.0.1, which may not be called" == result.error
    assert result.is_definite
    assert not result.may_have_arrived


def _redirects(to: str, times: int) -> CallResult:
    def answer(received: Received) -> Reply:
        return Reply(307, headers={"Location": to}) if received.number <= times else Reply()

    with Receiver(answer) as receiver:
        result = _call(receiver.url, "127.0.0.0/8")
        assert all(one.is_signed() and one.body == BODY for one in receiver.received)
        assert {"id-1"} == {one.webhook_id for one in receiver.received}
        return result


def test_redirects_are_followed_up_to_a_bound() -> None:
    assert CallResult(side_effects=()) == _redirects("/elsewhere", 3)
    assert CallResult("more than 3 redirects", is_definite=True) == _redirects("/elsewhere", 4)


@pytest.mark.parametrize(
    "to",
    ["http://10.0.0.1/", "//169.254.169.254/latest", "http://[::1]/", "http://[::ffff:10.0.0.1]/"],
)
def test_a_redirect_to_a_private_address_is_refused(to: str) -> None:
    result = _redirects(to, 4)
    assert "may not be called" in result.error
    assert result.is_definite


@pytest.mark.parametrize(
    "to", ["ftp://8.8.8.8/", "http://[", "http://x:99999999/", "http://\u00e9/", "http:///"]
)
def test_a_redirect_to_what_is_no_url_is_refused(to: str) -> None:
    result = _redirects(to, 4)
    assert result.is_definite, result


def _effects(*effects: str) -> bytes:
    return json.dumps({"sideEffects": list(effects)}).encode()


def test_a_second_answer_is_never_taken_for_that_of_another_call() -> None:
    def answer(received: Received) -> Reply:
        stale = Reply(body=_effects(f"stale of {received.webhook_id}"))
        return Reply(body=_effects(received.webhook_id), again=stale)

    async def call(url: str) -> list[CallResult]:
        caller = Caller([ipaddress.ip_network("127.0.0.0/8")], 5.0, 1)
        try:
            return [await caller.call(Call(url, SECRET, f"id-{number}", BODY)) for number in range(5)]
        finally:
            await caller.close()

    with Receiver(answer) as receiver:
        results = asyncio.run(call(receiver.url))
    assert [CallResult(side_effects=(f"id-{number}",)) for number in range(5)] == results


def test_a_dns_answer_that_changes_is_judged_anew_at_every_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = ["127.0.0.1", "10.0.0.1", "127.0.0.1"]

    async def getaddrinfo(_self: object, _host: str, port: int, **_: Any) -> list[Any]:
        return [(0, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)

    async def call(port: int) -> list[CallResult]:
        caller = Caller([ipaddress.ip_network("127.0.0.0/8")], 5.0, 1)
        try:
            url = f"http://loyalty.example:{port}/"
            return [await caller.call(Call(url, SECRET, f"id-{number}", BODY)) for number in range(3)]
        finally:
            await caller.close()

    with Receiver() as receiver:
        first, second, third = asyncio.run(call(receiver.port))
        assert ["id-0", "id-2"] == [one.webhook_id for one in receiver.received]
    assert first == third == CallResult(side_effects=())
    assert "loyalty.example leads to 10.0.0.1, which may not be called" == second.error
    assert second.is_definite


def test_a_redirect_to_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(_self: object, host: str, port: int, **_: Any) -> list[Any]:
        return [(0, socket.SOCK_STREAM, 6, "", ("127.0.0.1" if host == "127.0.0.1" else "10.0.0.1", port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    result = _redirects("http://inside.example/", 1)
    assert "inside.example leads to 10.0.0.1, which may not be called" == result.error
    assert result.is_definite
