"""Guarantee G8, one level below the body: requests that break HTTP, crawl, or try to hide a second one.

Good pushes beside them are all accepted, and the log holds exactly one entry for each answer that promises one.
"""

from collections.abc import Iterator

import pytest

from hooklog.testing.account import GOOD_BODY, Account, accounting
from hooklog.testing.odd_requests import (
    GOOD,
    LAST,
    MALFORMED,
    STRANGE,
    TARGET,
    USUAL,
    chunked,
    in_chunks,
    with_headers,
)
from hooklog.testing.wire import Reply, Wire, request

PORTS = ("ingest port", "main port")


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    times = {"HOOKLOG_HEADER_SECONDS_MAX": "0.5", "HOOKLOG_INGEST__BODY_SECONDS_MAX": "0.5"}
    with accounting(tmp_path_factory.mktemp("hostile_http") / "data", environment=times) as account:
        yield account


@pytest.fixture(params=PORTS)
def port(request: pytest.FixtureRequest, account: Account) -> int:
    return account.ports[request.param]


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


@pytest.mark.parametrize("name", STRANGE)
def test_what_could_be_read_in_two_ways_is_refused(account: Account, port: int, name: str) -> None:
    raw, status = STRANGE[name]
    assert [200, status] == [reply.status for reply in _answers(account, port, GOOD + raw + GOOD)]


@pytest.mark.parametrize("name", LAST)
def test_behind_the_last_request_comes_nothing(account: Account, port: int, name: str) -> None:
    [reply] = _answers(account, port, LAST[name])
    assert 200 == reply.status
    assert "close" == reply.headers["connection"]


@pytest.mark.parametrize("name", USUAL)
def test_what_http_allows_is_accepted_and_the_connection_goes_on(
    account: Account, port: int, name: str
) -> None:
    with Wire(port) as wire:
        for _ in range(2):
            account.send_good(wire, USUAL[name])
        account.send_good(wire)


def test_a_trailer_never_counts_as_a_header(account: Account, port: int) -> None:
    body = in_chunks(GOOD_BODY)[:-2] + b"Content-Type: application/json\r\n\r\n"
    replies = _answers(account, port, chunked(body, content_type=None), ends=True)
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
    # Where the first was answered before the end was seen, nobody waits for a word on the rest, as above.
    assert [reply.status for reply in replies] in ([200, 400], [200])


@pytest.mark.parametrize("size", [0, 10, len(GOOD) - len(GOOD_BODY) - 1], ids=["silent", "short", "almost"])
def test_headers_that_do_not_arrive_in_time_are_408(account: Account, port: int, size: int) -> None:
    assert [408] == [reply.status for reply in _answers(account, port, GOOD[:size])]


def test_a_body_that_does_not_arrive_in_time_is_408(account: Account, port: int) -> None:
    for push in (GOOD[:-1], chunked(in_chunks(GOOD_BODY)[:-5])):
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
    push = with_headers(("Expect", "100-continue"))
    with Wire(port) as wire:
        wire.send(push[: -len(GOOD_BODY)])
        first = wire.reply()
        assert first is not None
        assert 100 == first.status
        account.send_good(wire, push[-len(GOOD_BODY) :])
