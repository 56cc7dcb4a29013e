"""Guarantee G8, one level below the body: requests that break HTTP, crawl, or try to hide a second one.

Good pushes beside them are all accepted, and the log holds exactly one entry for each answer that promises one.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.testing.account import GOOD_BODY, WEBHOOK_ID, Account, accounting
from hooklog.testing.wire import Reply, Wire, request

PORTS = ("ingest port", "main port")
TARGET = f"/webhooks/{WEBHOOK_ID}"
GOOD = request(TARGET, GOOD_BODY)
CHUNKED = [("Transfer-Encoding", "chunked")]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    times = {"HOOKLOG_HEADER_SECONDS_MAX": "0.5", "HOOKLOG_INGEST__BODY_SECONDS_MAX": "0.5"}
    with accounting(tmp_path_factory.mktemp("hostile_http") / "data", environment=times) as account:
        yield account


@pytest.fixture(params=PORTS)
def port(request: pytest.FixtureRequest, account: Account) -> int:
    return account.ports[request.param]


def _in_chunks(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def _chunked(body: bytes, **changes: Any) -> bytes:
    return request(TARGET, body, has_length=False, headers=CHUNKED, **changes)


def _with(*headers: tuple[str, str], body: bytes = GOOD_BODY, has_length: bool = True) -> bytes:
    return request(TARGET, body, headers=headers, has_length=has_length)


def _answers(account: Account, port: int, *parts: bytes, ends: bool = False) -> list[Reply]:
    """All answers up to the end of the connection; the accepted ones go on the account. Then a good push."""
    with Wire(port) as wire:
        wire.send(*parts)
        if ends:
            wire.end_sending()
        replies = wire.replies()
    for reply in replies:
        assert 500 > reply.status, reply
        if reply.headers.get("x-cap-hydra-request-id") and reply.status not in {404, 405, 408}:
            account.note(reply)
    with Wire(port) as wire:
        account.send_good(wire)
    return replies


MALFORMED: dict[str, bytes] = {
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(40),
    "zeros": bytes(1_000),
    "unknown method": request(TARGET, GOOD_BODY, method="BREW"),
    "method in small letters": request(TARGET, GOOD_BODY, method="post"),
    "CONNECT": request("example.org:80", method="CONNECT") + GOOD,
    "HTTP/9.9": request(TARGET, GOOD_BODY, version="9.9"),
    "bytes in the target": GOOD.replace(b"/webhooks/", b"/webhooks/\xff"),
    "blank in the target": GOOD.replace(b"/webhooks/", b"/webhooks/ "),
    "lines end in LF": GOOD.replace(b"\r\n", b"\n"),
    "header without colon": GOOD.replace(b"Host:", b"Host"),
    "header without name": _with(("", "x")),
    "blank before the colon": _with(("X-A ", "x")),
    "folded header": _with(("X-A", "a\r\n b")),
    "NUL in a header": _with(("X-A", "a\x00b")),
    "CR in a header": _with(("X-A", "a\rb")),
    "two lengths": _with(("Content-Length", "5")),
    "two equal lengths": _with(("Content-Length", str(len(GOOD_BODY)))),
    "length with a plus": _with(("Content-Length", "+5"), has_length=False),
    "length below zero": _with(("Content-Length", "-1"), has_length=False),
    "length of 30 digits": _with(("Content-Length", "9" * 30), has_length=False),
    "length in hexadecimal": _with(("Content-Length", "0x10"), has_length=False),
    "length in superscript": _with(("Content-Length", "²"), has_length=False),
    "lengths with comma": _with(("Content-Length", "5, 5"), has_length=False),
    "chunks and length": request(TARGET, b"0\r\n\r\n" + GOOD, headers=CHUNKED),
    "unknown encoding": _with(("Transfer-Encoding", "xchunked"), body=b"0\r\n\r\n" + GOOD, has_length=False),
    "chunked not last": _with(
        ("Transfer-Encoding", "chunked, gzip"), body=b"0\r\n\r\n" + GOOD, has_length=False
    ),
    "chunked behind a tab": _with(
        ("Transfer-Encoding", "\x0bchunked"), body=b"0\r\n\r\n" + GOOD, has_length=False
    ),
    "chunk size of no digits": _chunked(b"zz\r\n" + GOOD_BODY),
    "chunk size below zero": _chunked(b"-5\r\n" + GOOD_BODY),
    "chunk size in 0x": _chunked(b"0x5\r\nabcde\r\n0\r\n\r\n"),
    "chunk size of 18 digits": _chunked(b"f" * 18 + b"\r\n" + GOOD_BODY),
    "chunk longer than told": _chunked(b"5\r\n" + GOOD_BODY + b"\r\n0\r\n\r\n"),
    "chunk lines end in LF": _chunked(b"5\nabcde\n0\n\n"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_http_is_refused_and_hides_nothing(account: Account, port: int, name: str) -> None:
    replies = _answers(account, port, MALFORMED[name])
    assert [400] == [reply.status for reply in replies]
    assert "close" == replies[0].headers["connection"]


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_http_takes_no_answer_from_the_push_before_it(
    account: Account, port: int, name: str
) -> None:
    replies = _answers(account, port, GOOD + MALFORMED[name])
    assert [200, 400] == [reply.status for reply in replies]


# They would all be understood; other servers on the way may understand them differently.
STRANGE: dict[str, tuple[bytes, int]] = {
    "no Host": (GOOD.replace(b"Host: hooklog.test\r\n", b""), 400),
    "two Hosts": (_with(("Host", "hooklog.test")), 400),
    "absolute target": (request(f"http://hooklog.test{TARGET}", GOOD_BODY), 400),
    "authority as target": (request("hooklog.test", GOOD_BODY), 400),
    "chunks in HTTP/1.0": (_chunked(_in_chunks(GOOD_BODY), version="1.0"), 400),
    "no version": (GOOD.replace(b" HTTP/1.1", b""), 400),
    "HTTP/2.0": (request(TARGET, GOOD_BODY, version="2.0"), 400),
    "unknown Expect": (_with(("Expect", "200-maybe")), 417),
    **{
        f"Host {host}": (GOOD.replace(b"hooklog.test", host.encode("latin-1")), 400)
        for host in (
            "a b",
            "a/b",
            "a,b",
            "a@b",
            "é",
            '"><',
            "x:99999",
            "x:-1",
            "x:1:2",
            "x:y",
            "[::1",
            "%0d%0a",
        )
    },
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_could_be_read_in_two_ways_is_refused(account: Account, port: int, name: str) -> None:
    raw, status = STRANGE[name]
    assert [200, status] == [reply.status for reply in _answers(account, port, GOOD + raw + GOOD)]


LAST: dict[str, bytes] = {
    "HTTP/1.0": request(TARGET, GOOD_BODY, version="1.0"),
    "HTTP/1.0 without Host": request(TARGET, GOOD_BODY, version="1.0").replace(
        b"Host: hooklog.test\r\n", b""
    ),
    "HTTP/1.0 with a second behind": request(TARGET, GOOD_BODY, version="1.0") + GOOD,
    "close with a second behind": _with(("Connection", "close")) + GOOD,
}


@pytest.mark.parametrize("name", LAST)
def test_behind_the_last_request_comes_nothing(account: Account, port: int, name: str) -> None:
    [reply] = _answers(account, port, LAST[name])
    assert 200 == reply.status
    assert "close" == reply.headers["connection"]


USUAL: dict[str, bytes] = {
    "chunks": _chunked(_in_chunks(GOOD_BODY)),
    "chunks of one byte": _chunked(_in_chunks(*(GOOD_BODY[at : at + 1] for at in range(len(GOOD_BODY))))),
    "chunks with extensions": _chunked(b"%x;a=b;c\r\n%s\r\n0\r\n\r\n" % (len(GOOD_BODY), GOOD_BODY)),
    "chunks with a trailer": _chunked(_in_chunks(GOOD_BODY)[:-2] + b"X-Checksum: 7\r\n\r\n"),
    "offer of HTTP/2": _with(
        ("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMA")
    ),
    "offer of WebSocket": _with(("Connection", "keep-alive, upgrade"), ("Upgrade", "websocket")),
    "offer with chunks": request(
        TARGET,
        _in_chunks(GOOD_BODY),
        has_length=False,
        headers=[*CHUNKED, ("Connection", "Upgrade"), ("Upgrade", "h2c")],
    ),
    "five thousand headers": _with(*((f"X-{number}", "a") for number in range(5_000))),
    "headers of almost 64 KiB": _with(("X-A", "a" * 65_000)),
    **{
        f"Host {host}": GOOD.replace(b"hooklog.test", host.encode())
        for host in ("", "x:", "x:65535", "a_b.c-d:80", "[::1]:80", "127.0.0.1:1")
    },
    "blank lines in front": b"\r\n\r\n" + GOOD,
    "id in capitals": request(TARGET.replace("ab", "AB"), GOOD_BODY),
    "id in percent codes": request(TARGET.replace("/ab", "/%61%62", 1), GOOD_BODY),
    "query": request(f"{TARGET}?source=x&source=y", GOOD_BODY),
}


@pytest.mark.parametrize("name", USUAL)
def test_what_http_allows_is_accepted_and_the_connection_goes_on(
    account: Account, port: int, name: str
) -> None:
    with Wire(port) as wire:
        for _ in range(2):
            account.send_good(wire, USUAL[name])
        account.send_good(wire)


def test_a_trailer_never_counts_as_a_header(account: Account, port: int) -> None:
    body = _in_chunks(GOOD_BODY)[:-2] + b"Content-Type: application/json\r\n\r\n"
    replies = _answers(account, port, _chunked(body, content_type=None), ends=True)
    assert [415] == [reply.status for reply in replies]


def test_pushes_in_one_packet_are_all_answered_in_order(account: Account, port: int) -> None:
    with Wire(port) as wire:
        wire.send(GOOD * 100)
        replies = [wire.reply() for _ in range(100)]
    ids = [account.note(reply) for reply in replies if reply is not None and reply.status == 200]
    assert 100 == len(ids)
    assert sorted(ids) == ids


def test_answers_of_different_kinds_keep_the_order_of_their_requests(account: Account, port: int) -> None:
    bad, nowhere = request(TARGET, b"no JSON"), request("/webhooks/nowhere", GOOD_BODY)
    big = request(TARGET, b'{"a":"' + b"x" * 600_000 + b'"}')
    replies = _answers(account, port, GOOD + bad + big + nowhere + GOOD, ends=True)
    assert [200, 400, 200, 404, 200] == [reply.status for reply in replies]


def test_who_closes_their_half_still_gets_all_answers(account: Account, port: int) -> None:
    replies = _answers(account, port, GOOD * 5, ends=True)
    assert [200] * 5 == [reply.status for reply in replies]


@pytest.mark.parametrize("size", [0, 1, 10, len(GOOD) - 1])
def test_a_push_that_breaks_off_leaves_nothing(account: Account, port: int, size: int) -> None:
    assert [] == _answers(account, port, GOOD[:size], ends=True)
    with Wire(port) as wire:
        wire.send(GOOD[:size])
    replies = _answers(account, port, GOOD + GOOD[: size or 1], ends=True)
    assert [200, 400] == [reply.status for reply in replies]


@pytest.mark.parametrize("size", [0, 10, len(GOOD) - len(GOOD_BODY) - 1], ids=["silent", "short", "almost"])
def test_headers_that_do_not_arrive_in_time_are_408(account: Account, port: int, size: int) -> None:
    assert [408] == [reply.status for reply in _answers(account, port, GOOD[:size])]


def test_a_body_that_does_not_arrive_in_time_is_408(account: Account, port: int) -> None:
    for push in (GOOD[:-1], _chunked(_in_chunks(GOOD_BODY)[:-5])):
        [reply] = _answers(account, port, push)
        assert 408 == reply.status
        assert ["code", "message"] == list(reply.json()["status"])


def test_a_push_that_comes_byte_by_byte_is_accepted_once(account: Account, port: int) -> None:
    with Wire(port) as wire:
        account.send_good(wire, *(GOOD[at : at + 1] for at in range(len(GOOD))))


@pytest.mark.parametrize("is_body", [False, True], ids=["headers", "body"])
def test_a_client_that_crawls_is_408(account: Account, port: int, is_body: bool) -> None:
    """The time is that of the whole, not of the next byte."""
    head, _, body = request(TARGET, GOOD_BODY + b" " * 500, headers=[("X-A", "a" * 500)]).partition(
        b"\r\n\r\n"
    )
    with Wire(port) as wire:
        wire.send(head + b"\r\n\r\n" if is_body else b"")
        reply = wire.crawl(body if is_body else head)
    assert reply is not None
    assert 408 == reply.status
    with Wire(port) as wire:
        account.send_good(wire)


@pytest.mark.parametrize(
    "headers",
    [[("X-A", "a" * 65_536)], [("X-A", "a" * 300_000)], [(f"X-{n}", "a" * 1_000) for n in range(70)]],
    ids=["64 KiB", "300 kB", "many"],
)
def test_headers_that_are_too_large_are_431(
    account: Account, port: int, headers: list[tuple[str, str]]
) -> None:
    push = request(TARGET, GOOD_BODY, headers=headers)
    assert [431] == [reply.status for reply in _answers(account, port, push)]
    assert [200, 431] == [reply.status for reply in _answers(account, port, GOOD + push)]


def test_a_target_that_is_too_long_is_431(account: Account, port: int) -> None:
    assert [431] == [reply.status for reply in _answers(account, port, request(TARGET + "?" + "a" * 65_536))]


def test_a_client_that_waits_for_100_is_told_to_go_on(account: Account, port: int) -> None:
    push = _with(("Expect", "100-continue"))
    with Wire(port) as wire:
        wire.send(push[: -len(GOOD_BODY)])
        first = wire.reply()
        assert first is not None
        assert 100 == first.status
        account.send_good(wire, push[-len(GOOD_BODY) :])
