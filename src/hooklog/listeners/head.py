"""Whether the head of a request may pass: what RFC 9112 demands and the HTTP server lets slip.

Proxies and servers that read such a head in different ways are how one request is hidden in another.
"""

import enum
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

__all__ = [
    "HEADER_BYTES_MAX",
    "MALFORMED",
    "REST_BYTES_MAX",
    "TOO_LARGE",
    "TOO_MANY",
    "TOO_SLOW",
    "HeadAnswer",
    "Place",
    "Refused",
    "head_without_offer",
    "judge_head",
    "rendered",
]

# Target and headers together, as a browser's or proxy's largest are.
HEADER_BYTES_MAX = 64 * 1024
# Of a body whose answer is out already: read on for a while, or the sender would see a reset, not the answer.
REST_BYTES_MAX = 16 * 1024 * 1024

_HOST = re.compile(rb"(?:[A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::([0-9]{0,5}))?")
_PORT_MAX = 65_535
_CONTINUE = b"100-continue"
_OF_AN_OFFER = frozenset({b"upgrade", b"http2-settings"})


class Place(enum.Enum):
    """What the next byte of a connection belongs to."""

    BETWEEN = enum.auto()
    HEAD = enum.auto()
    BODY = enum.auto()


class Refused(Exception):
    """Ends the parsing of a request from inside one of the parser's callbacks."""


class HeadAnswer(msgspec.Struct, frozen=True):
    """The answer to a request that is not looked at further; the connection is closed behind it."""

    status: bytes
    text: bytes
    retry_after_seconds: int | None = None


MALFORMED = HeadAnswer(b"400 Bad Request", b"This is not a valid HTTP/1.1 request.")
TOO_LARGE = HeadAnswer(b"431 Request Header Fields Too Large", b"The request's headers are too large.")
TOO_SLOW = HeadAnswer(b"408 Request Timeout", b"The request's headers took too long to arrive.")
TOO_MANY = HeadAnswer(
    b"503 Service Unavailable", b"Too many connections are open; try again later.", retry_after_seconds=5
)
_WRONG_HOST = HeadAnswer(
    b"400 Bad Request", b"There must be one Host header with a host and, if need be, a port."
)
_WRONG_TARGET = HeadAnswer(
    b"400 Bad Request", b"The request's target must be a path that begins with a slash."
)
_WRONG_CODING = HeadAnswer(b"400 Bad Request", b"HTTP/1.0 knows no Transfer-Encoding.")
_WRONG_EXPECT = HeadAnswer(b"417 Expectation Failed", b"Nothing but 100-continue can be expected.")


def judge_head(
    method: bytes, target: bytes, version: str, headers: Sequence[tuple[bytes, bytes]]
) -> HeadAnswer | None:
    """Why a head may not pass; None when it may. Never raises.

    Args:
        method: as in the request line.
        target: likewise.
        version: such as "1.1".
        headers: names in lower case, in order.
    """
    size = len(target) + sum(len(name) + len(value) + 4 for name, value in headers)
    if size > HEADER_BYTES_MAX:
        return TOO_LARGE
    if method == b"CONNECT" or version not in {"1.0", "1.1"}:
        return MALFORMED
    # "*" is for OPTIONS; no path is like this, so it is not found.
    if not target.startswith(b"/") and target != b"*":
        return _WRONG_TARGET
    if not _is_one_host([value for name, value in headers if name == b"host"], version):
        return _WRONG_HOST
    return _judge_promises(version, dict(headers))


def rendered(answer: HeadAnswer, further: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """The answer as it goes over the wire; `further` are more headers."""
    lines = [
        b"HTTP/1.1 " + answer.status,
        b"content-type: text/plain; charset=utf-8",
        b"content-length: %d" % len(answer.text),
        b"connection: close",
    ]
    if answer.retry_after_seconds is not None:
        lines.append(b"retry-after: %d" % answer.retry_after_seconds)
    lines += [b"%s: %s" % header for header in further]
    return b"\r\n".join([*lines, b"", answer.text])


def head_without_offer(
    method: bytes, target: bytes, version: str, headers: Sequence[tuple[bytes, bytes]]
) -> bytes:
    """A head again, as a client that offers no upgrade would have sent it: the offer is ignored (RFC 9110 7.8).

    httptools would drop the body of a request that offers one.
    """
    lines = [b"%s %s HTTP/%s" % (method, target, version.encode("ascii"))]
    for name, value in headers:
        kept = value
        if name == b"connection":
            tokens = [token.strip() for token in value.split(b",")]
            kept = b", ".join(token for token in tokens if token.lower() not in _OF_AN_OFFER)
        if name not in _OF_AN_OFFER:
            lines.append(b"%s: %s" % (name, kept))
    return b"\r\n".join([*lines, b"", b""])


def _judge_promises(version: str, headers: Mapping[bytes, bytes]) -> HeadAnswer | None:
    if version == "1.0" and b"transfer-encoding" in headers:
        return _WRONG_CODING
    if headers.get(b"expect", _CONTINUE).lower() != _CONTINUE:
        return _WRONG_EXPECT
    return None


def _is_one_host(values: Sequence[bytes], version: str) -> bool:
    """HTTP/1.0 may do without; an empty one is allowed (RFC 9112 3.2)."""
    if not values:
        return version == "1.0"
    match = _HOST.fullmatch(values[0])
    return len(values) == 1 and match is not None and int(match[1] or 0) <= _PORT_MAX
