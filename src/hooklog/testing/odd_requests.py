"""Requests that break HTTP, bend it, or use what few use: one push each, but for what they break.

Whatever listener they are sent to, it must do the same with them; tests/guarantees says what.
"""

from typing import Any

from hooklog.testing.account import GOOD_BODY, WEBHOOK_ID
from hooklog.testing.wire import request

__all__ = ["GOOD", "LAST", "MALFORMED", "STRANGE", "TARGET", "USUAL", "chunked", "in_chunks", "with_headers"]

TARGET = f"/webhooks/{WEBHOOK_ID}"
GOOD = request(TARGET, GOOD_BODY)
_CHUNKED = [("Transfer-Encoding", "chunked")]


def in_chunks(*chunks: bytes) -> bytes:
    """A body in these chunks."""
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def chunked(body: bytes, **changes: Any) -> bytes:
    """A push whose body is sent as it is, announced as chunks; `changes` are arguments of `request`."""
    return request(TARGET, body, has_length=False, headers=_CHUNKED, **changes)


def with_headers(*headers: tuple[str, str], body: bytes = GOOD_BODY, has_length: bool = True) -> bytes:
    """A push with further headers."""
    return request(TARGET, body, headers=headers, has_length=has_length)


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
    "header without name": with_headers(("", "x")),
    "blank before the colon": with_headers(("X-A ", "x")),
    "folded header": with_headers(("X-A", "a\r\n b")),
    "NUL in a header": with_headers(("X-A", "a\x00b")),
    "CR in a header": with_headers(("X-A", "a\rb")),
    "two lengths": with_headers(("Content-Length", "5")),
    "two equal lengths": with_headers(("Content-Length", str(len(GOOD_BODY)))),
    "length with a plus": with_headers(("Content-Length", "+5"), has_length=False),
    "length below zero": with_headers(("Content-Length", "-1"), has_length=False),
    "length of 30 digits": with_headers(("Content-Length", "9" * 30), has_length=False),
    "length in hexadecimal": with_headers(("Content-Length", "0x10"), has_length=False),
    "length in superscript": with_headers(("Content-Length", "²"), has_length=False),
    "lengths with comma": with_headers(("Content-Length", "5, 5"), has_length=False),
    "chunks and length": request(TARGET, b"0\r\n\r\n" + GOOD, headers=_CHUNKED),
    "unknown encoding": with_headers(
        ("Transfer-Encoding", "xchunked"), body=b"0\r\n\r\n" + GOOD, has_length=False
    ),
    "chunked not last": with_headers(
        ("Transfer-Encoding", "chunked, gzip"), body=b"0\r\n\r\n" + GOOD, has_length=False
    ),
    "chunked behind a tab": with_headers(
        ("Transfer-Encoding", "\x0bchunked"), body=b"0\r\n\r\n" + GOOD, has_length=False
    ),
    "chunk size of no digits": chunked(b"zz\r\n" + GOOD_BODY),
    "chunk size below zero": chunked(b"-5\r\n" + GOOD_BODY),
    "chunk size in 0x": chunked(b"0x5\r\nabcde\r\n0\r\n\r\n"),
    "chunk size of 18 digits": chunked(b"f" * 18 + b"\r\n" + GOOD_BODY),
    "chunk longer than told": chunked(b"5\r\n" + GOOD_BODY + b"\r\n0\r\n\r\n"),
    "chunk lines end in LF": chunked(b"5\nabcde\n0\n\n"),
}


# They would all be understood; other servers on the way may understand them differently.
STRANGE: dict[str, tuple[bytes, int]] = {
    "no Host": (GOOD.replace(b"Host: hooklog.test\r\n", b""), 400),
    "two Hosts": (with_headers(("Host", "hooklog.test")), 400),
    "absolute target": (request(f"http://hooklog.test{TARGET}", GOOD_BODY), 400),
    "authority as target": (request("hooklog.test", GOOD_BODY), 400),
    "chunks in HTTP/1.0": (chunked(in_chunks(GOOD_BODY), version="1.0"), 400),
    "no version": (GOOD.replace(b" HTTP/1.1", b""), 400),
    "HTTP/2.0": (request(TARGET, GOOD_BODY, version="2.0"), 400),
    "unknown Expect": (with_headers(("Expect", "200-maybe")), 417),
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


LAST: dict[str, bytes] = {
    "HTTP/1.0": request(TARGET, GOOD_BODY, version="1.0"),
    "HTTP/1.0 without Host": request(TARGET, GOOD_BODY, version="1.0").replace(
        b"Host: hooklog.test\r\n", b""
    ),
    "HTTP/1.0 with a second behind": request(TARGET, GOOD_BODY, version="1.0") + GOOD,
    "close with a second behind": with_headers(("Connection", "close")) + GOOD,
}


USUAL: dict[str, bytes] = {
    "chunks": chunked(in_chunks(GOOD_BODY)),
    "chunks of one byte": chunked(in_chunks(*(GOOD_BODY[at : at + 1] for at in range(len(GOOD_BODY))))),
    "chunks with extensions": chunked(b"%x;a=b;c\r\n%s\r\n0\r\n\r\n" % (len(GOOD_BODY), GOOD_BODY)),
    "chunks with a trailer": chunked(in_chunks(GOOD_BODY)[:-2] + b"X-Checksum: 7\r\n\r\n"),
    "offer of HTTP/2": with_headers(
        ("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMA")
    ),
    "offer of WebSocket": with_headers(("Connection", "keep-alive, upgrade"), ("Upgrade", "websocket")),
    "offer with chunks": request(
        TARGET,
        in_chunks(GOOD_BODY),
        has_length=False,
        headers=[*_CHUNKED, ("Connection", "Upgrade"), ("Upgrade", "h2c")],
    ),
    "five thousand headers": with_headers(*((f"X-{number}", "a") for number in range(5_000))),
    "headers of almost 64 KiB": with_headers(("X-A", "a" * 65_000)),
    **{
        f"Host {host}": GOOD.replace(b"hooklog.test", host.encode())
        for host in ("", "x:", "x:65535", "a_b.c-d:80", "[::1]:80", "127.0.0.1:1")
    },
    "blank lines in front": b"\r\n\r\n" + GOOD,
    "id in capitals": request(TARGET.replace("ab", "AB"), GOOD_BODY),
    "id in percent codes": request(TARGET.replace("/ab", "/%61%62", 1), GOOD_BODY),
    "query": request(f"{TARGET}?source=x&source=y", GOOD_BODY),
}
