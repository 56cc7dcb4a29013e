"""Heads of requests: what RFC 9112 demands. The whole protocol is tried in tests/guarantees/test_hostile_http.py."""

from itertools import product

import httptools
import pytest

from hooklog.listeners.head import HEADER_BYTES_MAX, TOO_LARGE, Refused, head_without_offer, judge_head

HOST = (b"host", b"hooklog.test")


def _status(
    *headers: tuple[bytes, bytes], method: bytes = b"POST", target: bytes = b"/", version: str = "1.1"
) -> bytes:
    wrong = judge_head(method, target, version, headers)
    return b"" if wrong is None else wrong.status[:3]


@pytest.mark.parametrize(
    "host",
    [b"", b"a", b"a:", b"a:0", b"a:65535", b"A-b_c.d:80", b"127.0.0.1", b"[::1]", b"[2001:db8::1]:443"],
)
def test_a_host_with_or_without_port_passes(host: bytes) -> None:
    assert b"" == _status((b"host", host))


@pytest.mark.parametrize(
    "host",
    [
        b"a b",
        b"a/b",
        b"a,b",
        b"a@b",
        b"a?b",
        b"a#b",
        b"a\\b",
        b"a>",
        b'"',
        b"%41",
        b"\xff",
        b"a:65536",
        b"a:-1",
        b"a:1:2",
    ],
)
def test_what_is_no_host_is_refused(host: bytes) -> None:
    assert b"400" == _status((b"host", host))


def test_one_host_is_needed_since_http_1_1() -> None:
    assert b"400" == _status()
    assert b"" == _status(version="1.0")
    for version in ("1.0", "1.1"):
        assert b"400" == _status(HOST, HOST, version=version)


@pytest.mark.parametrize("target", [b"http://hooklog.test/", b"hooklog.test", b"", b"webhooks/1", b"**"])
def test_a_target_begins_with_a_slash(target: bytes) -> None:
    assert b"400" == _status(HOST, target=target)
    assert b"" == _status(HOST, target=b"/" + target)
    assert b"" == _status(HOST, target=b"*", method=b"OPTIONS")


def test_tunnels_and_other_versions_are_refused() -> None:
    assert b"400" == _status(HOST, method=b"CONNECT")
    for version in ("0.9", "2.0", "1.2"):
        assert b"400" == _status(HOST, version=version)


def test_chunks_came_with_http_1_1() -> None:
    chunked = (b"transfer-encoding", b"chunked")
    assert b"" == _status(HOST, chunked)
    assert b"400" == _status(HOST, chunked, version="1.0")


def test_only_100_continue_can_be_expected() -> None:
    assert b"" == _status(HOST, (b"expect", b"100-Continue"))
    assert b"417" == _status(HOST, (b"expect", b"200-maybe"))


def test_both_sides_of_the_size_of_a_head() -> None:
    used = len(b"/") + len(b"host") + len(b"hooklog.test") + 4 + len(b"a") + 4
    fitting = (b"a", b"x" * (HEADER_BYTES_MAX - used))
    assert b"" == _status(HOST, fitting)
    assert TOO_LARGE == judge_head(b"POST", b"//", "1.1", [HOST, fitting])


class Parsed:
    """A head, read as both listeners read one."""

    def __init__(self) -> None:
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.parser = httptools.HttpRequestParser(self)

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if judge_head(self.parser.get_method(), self.url, self.parser.get_http_version(), self.headers):
            raise Refused

    def rest(self, head: bytes) -> bytes | None:
        """The head to be read in its place; None where it offers no upgrade, or is refused."""
        try:
            self.parser.feed_data(head)
        except httptools.HttpParserUpgrade:
            version = self.parser.get_http_version()
            return head_without_offer(self.parser.get_method(), self.url, version, self.headers)
        except httptools.HttpParserError:
            pass
        return None


METHODS = (b"GET", b"POST", b"CONNECT", b"PRI", b"SOURCE", b"M-SEARCH", b"OPTIONS", b"HEAD")
CONNECTIONS = (
    b"connection: upgrade",
    b"Connection: \tUpgrade , close",
    b"connection: close\r\nconnection: upgrade",
    b"connection: upgrade,upgrade, http2-settings",
)
OFFERS = (
    b"upgrade: websocket",
    b"UPGRADE: h2c\r\nhttp2-settings: x",
    b"upgrade:",
    b"upgrade: a\r\nupgrade: b",
)


def test_a_head_that_is_read_again_makes_no_offer() -> None:
    """Or it would be read for ever: every turn of the listeners' loops takes one head away."""
    read_again = 0
    lengths = (b"", b"content-length: 3\r\n", b"transfer-encoding: chunked\r\n")
    for method, connection, offer, length in product(METHODS, CONNECTIONS, OFFERS, lengths):
        head = b"%s /a HTTP/1.1\r\nhost: x\r\n%s\r\n%s\r\n%s\r\n" % (method, connection, offer, length)
        again = Parsed().rest(head)
        assert again is None or Parsed().rest(again) is None, again
        read_again += again is not None
    assert read_again > 100
