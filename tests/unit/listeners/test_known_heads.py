"""Which heads are kept, and that there is a bound."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from hooklog.ingest.head import PushHead, head_of
from hooklog.listeners.known_heads import HEAD_BYTES_KEPT_MAX, KnownHeads

LENGTH_MAX = 1_000
PLAIN = {"host": "a", "content-type": "application/json", "content-length": "5"}
HEAD = b"POST /webhooks/ab HTTP/1.1\r\n\r\n"


def _push(method: str = "POST") -> PushHead:
    push = head_of("/webhooks/ab", method, PLAIN)
    assert push is not None
    return push


def _learned(
    head: bytes = HEAD, method: str = "POST", headers: Mapping[str, str] = MappingProxyType({})
) -> bool:
    heads = KnownHeads()
    heads.learn(head, _push(method), PLAIN | dict(headers), LENGTH_MAX)
    return heads.get(head) is not None


def test_a_plain_head_is_kept_with_what_it_says() -> None:
    heads = KnownHeads()
    heads.learn(HEAD, _push(), PLAIN | {"x-a": "b"}, LENGTH_MAX)
    known = heads.get(HEAD)
    assert known is not None
    assert 5 == known.length
    assert ("ab", True, {"content-type": "application/json"}) == (
        known.push.webhook_id,
        known.push.is_json,
        known.push.headers,
    )


@pytest.mark.parametrize(
    "name",
    [
        *("transfer-encoding", "expect", "upgrade", "authorization", "proxy-authorization", "cookie"),
        *("x-api-key", "x-cap-api-oauth-token", "cap-api-access-token"),
    ],
)
def test_what_is_not_plain_or_secret_is_not_kept(name: str) -> None:
    assert not _learned(headers={name: "x"})


@pytest.mark.parametrize(("length", "is_kept"), [("0", False), ("1", True), ("1000", True), ("1001", False)])
def test_both_sides_of_the_length_of_a_body(length: str, is_kept: bool) -> None:
    assert is_kept == _learned(headers={"content-length": length})


def test_both_sides_of_the_length_of_a_head() -> None:
    assert _learned(b"x" * HEAD_BYTES_KEPT_MAX)
    assert not _learned(b"x" * (HEAD_BYTES_KEPT_MAX + 1))
    assert not _learned(method="GET")


def test_there_are_never_more_than_4096() -> None:
    heads = KnownHeads()
    for number in range(4_096):
        heads.learn(b"%d" % number, _push(), PLAIN, LENGTH_MAX)
    assert heads.get(b"0") is not None
    heads.learn(HEAD, _push(), PLAIN, LENGTH_MAX)
    assert heads.get(b"0") is None
    assert heads.get(HEAD) is not None
