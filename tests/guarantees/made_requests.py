"""Requests to webhooks by the thousand: a corpus made by hand, and what hypothesis makes up, mutates and cuts.

They fit the webhooks and the bounds of listeners.py.
"""

from collections.abc import Sequence

from hypothesis import strategies as st

from hooklog.testing.account import GOOD_BODY
from hooklog.testing.listeners import DISABLED, OPEN, PROTECTED, SETTINGS, good_login
from hooklog.testing.odd_requests import GOOD, LAST, MALFORMED, STRANGE, USUAL, in_chunks, with_headers
from hooklog.testing.wire import request

__all__ = ["CORPUS", "conversations", "mutations", "pieces"]

_MAX, _BATCH_MAX = SETTINGS.body_bytes_max, SETTINGS.batch_bytes_max
_LINES, _ARRAY = GOOD_BODY + b"\n" + GOOD_BODY, b"[%b,%b]" % (GOOD_BODY, GOOD_BODY)

_TARGETS = (
    f"/webhooks/{OPEN}",
    f"/webhooks/{PROTECTED}",
    f"/webhooks/{DISABLED}",
    f"/webhooks/{OPEN}/batch",
    f"/webhooks/{PROTECTED}/batch",
    f"/webhooks/{OPEN.upper()}",
    f"/webhooks/{OPEN}?a=b#c",
    f"/webhooks/%61%62{OPEN[2:]}",
    f"/webhooks/{OPEN}%2Fbatch",
    f"/webhooks%2F{OPEN}",
    f"/webhooks/{OPEN}/",
    f"//webhooks/{OPEN}",
    f"/./webhooks/{OPEN}",
    f"/webhooks/{OPEN}/batch/",
    f"/webhooks/{OPEN}/x",
    "/webhooks/nowhere",
    "/webhooks/nowhere/batch",
    "/webhooks/%",
    "/webhooks/%zz%ff%c3%a9",
    "/webhooks/",
    "/webhooks",
    "/webhooks//batch",
    "/",
    "/v2/events/logs",
    "*",
    "?",
)
_METHODS = (
    "POST",
    "GET",
    "HEAD",
    "OPTIONS",
    "PUT",
    "DELETE",
    "PATCH",
    "TRACE",
    "PROPFIND",
    "QUERY",
    "post",
    "CONNECT",
)
_TYPES = (
    "application/json",
    "Application/JSON; charset=utf-8",
    "application/json;charset=latin-1",
    "application/x-ndjson",
    "application/jsonl",
    "text/plain",
    "",
    None,
)
_BODIES = {
    "good": GOOD_BODY,
    "empty": b"",
    "no JSON": b"{",
    "array": b"[]",
    "too deep": b'{"a":' * 6 + b"1" + b"}" * 6,
    "no UTF-8": b'{"a":"\xff"}',
    "at the cap": b'{"a":"' + b"x" * (_MAX - 8) + b'"}',
    "beyond the cap": b'{"a":"' + b"x" * (_MAX - 7) + b'"}',
    "far beyond the cap": b"x" * (_MAX * 20),
    "lines": _LINES,
    "elements": _ARRAY,
    "some elements are bad": b'[{},1,{"a":%s}]' % (b"[" * 9 + b"]" * 9),
    "too many events": b"{}\n" * 30,
    "batch at the cap": b'{"a":"' + b"x" * (_BATCH_MAX - 8) + b'"}',
    "batch beyond the cap": b"{}\n" * _BATCH_MAX,
}
_ODD_HEADERS = (
    ("Connection", "close"),
    ("Connection", "keep-alive"),
    ("Connection", "Upgrade"),
    ("Connection", "Upgrade, HTTP2-Settings"),
    ("Upgrade", "h2c"),
    ("Upgrade", "websocket"),
    ("HTTP2-Settings", "AAMA"),
    ("Expect", "100-continue"),
    ("Expect", "100-Continue"),
    ("Expect", "202-accepted"),
    ("Host", "hooklog.test"),
    ("Host", "a b"),
    ("Content-Length", "5"),
    ("Content-Length", "5000"),
    ("Content-Length", "x"),
    ("Transfer-Encoding", "chunked"),
    ("Transfer-Encoding", "gzip, chunked"),
    ("Transfer-Encoding", "identity"),
    ("Content-Type", "application/json"),
    ("Authorization", good_login()),
    ("Authorization", "Basic eA=="),
    ("Authorization", "Basic =="),
    ("Authorization", "Bearer x"),
    ("Trailer", "X-Sum"),
    ("X-A", "a" * 60_000),
    ("X-A", "é"),
    ("X-A", ""),
    ("Cookie", "a=b"),
)


def _chunked(raw: bytes) -> bytes:
    return request(_TARGETS[0], raw, has_length=False, headers=[("Transfer-Encoding", "chunked")])


def _with_trailer(line: bytes) -> bytes:
    return _chunked(in_chunks(GOOD_BODY)[:-2] + line + b"\r\n\r\n")


def _corpus() -> dict[str, bytes]:
    corpus = {
        **MALFORMED,
        **{name: raw for name, (raw, _) in STRANGE.items()},
        **LAST,
        **USUAL,
        "Expect": with_headers(("Expect", "100-continue")),
        "Expect in HTTP/1.0": request(
            _TARGETS[0], GOOD_BODY, version="1.0", headers=[("Expect", "100-continue")]
        ),
        "trailer of 60 kB": _with_trailer(b"X-A: " + b"a" * 60_000),
        "trailer of 300 kB": _with_trailer(b"X-A: " + b"a" * 300_000),
        "chunk extension of 300 kB": _chunked(b"5;" + b"a" * 300_000 + b"\r\nabcde\r\n0\r\n\r\n"),
        "right password": request(_TARGETS[1], GOOD_BODY, headers=[("Authorization", good_login())]),
        "wrong password": request(_TARGETS[1], GOOD_BODY, headers=[("Authorization", "Basic eDp5")]),
        "HEAD, then no HTTP": request(_TARGETS[0], GOOD_BODY, method="HEAD") + b"\x16\x03\x01",
        "HEAD, then a broken chunk": request(_TARGETS[0], GOOD_BODY, method="HEAD") + _chunked(b"zz\r\n"),
        "batch of lines": request(_TARGETS[3], _LINES, content_type="application/x-ndjson"),
        "batch as an array": request(_TARGETS[3], _ARRAY),
    }
    corpus |= {f"{method} /webhooks": request(_TARGETS[0], GOOD_BODY, method=method) for method in _METHODS}
    corpus |= {f"to {target}": request(target, GOOD_BODY) for target in _TARGETS}
    corpus |= {f"of type {kind}": request(_TARGETS[0], GOOD_BODY, content_type=kind) for kind in _TYPES}
    corpus |= {f"body {name}": request(_TARGETS[0], body) for name, body in _BODIES.items()}
    corpus |= {f"batch {name}": request(_TARGETS[3], body) for name, body in _BODIES.items()}
    corpus |= {
        f"batch lines {name}": request(_TARGETS[3], body, content_type="application/x-ndjson")
        for name, body in _BODIES.items()
    }
    return corpus


CORPUS = _corpus()


def _mostly(usual: object, *others: object) -> st.SearchStrategy[object]:
    return st.sampled_from([usual] * (2 * len(others)) + list(others))


@st.composite
def _requests(draw: st.DrawFn) -> bytes:
    """One request of parts that fit together, mostly."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(list(CORPUS.values())))
    target = draw(st.sampled_from(_TARGETS[:6]) | st.sampled_from(_TARGETS))
    kind = draw(_mostly("application/json", *_TYPES))
    headers = draw(st.just([]) | st.lists(st.sampled_from(_ODD_HEADERS), max_size=2))
    if PROTECTED in target:
        headers.append(("Authorization", str(draw(_mostly(good_login(), "Basic eDp5", "x")))))
    body = draw(st.sampled_from(list(_BODIES.values())))
    framing = draw(_mostly("length", "chunks", "neither", "too long"))
    if framing == "chunks":
        headers.append(("Transfer-Encoding", "chunked"))
        body = _chunks(draw, body)
    elif framing == "too long":
        headers.append(("Content-Length", str(len(body) + 3)))
    return request(
        target,
        body,
        method=str(draw(_mostly("POST", *_METHODS))),
        version=str(draw(_mostly("1.1", "1.0", "2.0", "0.9"))),
        content_type=None if kind is None else str(kind),
        headers=headers,
        has_length=framing == "length",
    )


def _chunks(draw: st.DrawFn, body: bytes) -> bytes:
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=4)))
    chunks = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True) if a < b]
    raw = in_chunks(*chunks)
    extension = draw(_mostly(b"", b";a=b", b" ;a", b";" + b"x" * 300))
    trailer = draw(_mostly(b"", b"X-Sum: 1\r\n", b"Content-Length: 7\r\n", b"bad\r\n"))
    assert isinstance(extension, bytes)
    assert isinstance(trailer, bytes)
    return raw[:-5].replace(b"\r\n", extension + b"\r\n", 1) + b"0\r\n" + trailer + b"\r\n"


def conversations() -> st.SearchStrategy[bytes]:
    """One to five requests behind each other."""
    return st.lists(_requests() | st.just(GOOD), min_size=1, max_size=5).map(b"".join)


@st.composite
def mutations(draw: st.DrawFn, raw: bytes) -> bytes:
    """Mostly the same; else with a few bytes changed, lost, doubled or put in."""
    if draw(st.integers(0, 3)):
        return raw
    changed = bytearray(raw)
    for _ in range(draw(st.integers(1, 3))):
        # The first kilobytes are where heads are.
        at = draw(st.integers(0, min(len(changed), 3_000)))
        what = draw(st.integers(0, 3))
        if what == 0:
            changed[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        elif what == 1:
            del changed[at : at + draw(st.integers(1, 40))]
        elif what == 2:
            changed[at:at] = changed[at : at + draw(st.integers(1, 40))]
        else:
            changed[at:at] = draw(
                st.sampled_from([b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b":", b"\x00", b"\xff"])
            )
    return bytes(changed)


@st.composite
def pieces(draw: st.DrawFn, raw: bytes) -> Sequence[bytes]:
    """The bytes as they come in, cut anywhere."""
    cuts = sorted(draw(st.lists(st.integers(0, len(raw)), max_size=5)))
    return [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True) if a < b]
