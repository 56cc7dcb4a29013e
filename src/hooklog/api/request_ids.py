"""Naming answers: every one of the API says which request it answers (contract II.3).

`x-cap-request-id` is 32 hex digits, the id of the change where the request made one; `x-cap-requestid` says the same,
for both spellings are documented. `x-cap-api-request-uri` is the path as it was asked for. The query stays out of it:
it may name customers, and proxies keep headers.
"""

import os
from typing import Any
from urllib.parse import quote

import msgspec

from hooklog.access.rate_limit import Taken

__all__ = ["REQUEST_ID_HEADER", "name_answer", "naming_headers", "tell_rate"]

REQUEST_ID_HEADER = b"x-cap-request-id"
_OTHER_SPELLING = b"x-cap-requestid"
_URI_HEADER = b"x-cap-api-request-uri"
_URI_CHARS_MAX = 2_000
_RATE = "hooklog.rate"


async def name_answer(message: Any, scope: Any) -> None:
    """Add the headers to the start of an answer. For Litestar's `before_send`; never fails.

    Args:
        message: what is about to be sent; its headers are a list of pairs of bytes.
        scope: the request's.
    """
    if message["type"] != "http.response.start":
        return
    headers = list(message.get("headers", ()))
    known = next((value for name, value in headers if name.lower() == REQUEST_ID_HEADER), None)
    headers += [(_OTHER_SPELLING, known)] if known is not None else _named(_new_id())
    headers.append((_URI_HEADER, _uri(scope.get("raw_path") or scope["path"].encode("utf-8", "replace"))))
    headers += scope.get(_RATE, ())
    message["headers"] = headers


def tell_rate(scope: Any, taken: Taken, *, is_allowed: bool = False) -> None:
    """Have the answer to a request say what is left of a rate limit (contract I.17). `is_allowed` holds for this
    request, also where nothing is left for the next.
    """
    headers = msgspec.structs.replace(taken, is_allowed=is_allowed or taken.is_allowed).headers()
    scope[_RATE] = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]


def naming_headers(target: bytes | None) -> list[tuple[bytes, bytes]]:
    """The headers of an answer that never came as far as a route; `target` None where it is not known."""
    named = _named(_new_id())
    return named if target is None else [*named, (_URI_HEADER, _uri(target))]


def _named(request_id: bytes) -> list[tuple[bytes, bytes]]:
    return [(REQUEST_ID_HEADER, request_id), (_OTHER_SPELLING, request_id)]


def _new_id() -> bytes:
    return os.urandom(16).hex().encode("ascii")


def _uri(target: bytes) -> bytes:
    raw = target.partition(b"?")[0]
    # What is no part of a URI is escaped, so that nothing but a URI ever stands in the header.
    return quote(raw[:_URI_CHARS_MAX], safe="/%:@!$&'()*+,;=-._~").encode("ascii")
