"""Page cursors: opaque and signed, so that nobody can make one up or carry one to another question (contract I.3).

A cursor is the last id of a page, bound to org and filter. The next page is `id < last`, so every entry that was
present at the first page appears exactly once, whatever is committed meanwhile.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Any

import msgspec

from hooklog.eventlog.query import Match, Query, SentAs

__all__ = ["decode_cursor", "encode_cursor"]

_SIGNATURE_BYTES = 16
_ID_BYTES = 16
_VERSION = b"\x01"


def _question(query: Query) -> bytes:
    """What a cursor is bound to: all that was asked but the page's size and place.

    Whom the identifiers name, and what the caller may see, may be another tomorrow.
    """
    asked = Match(
        *(
            frozenset(one for one in some if isinstance(one, SentAs))
            for some in (query.customers.included, query.customers.excluded)
        )
    )
    parts = (
        query.org_ids,
        query.from_id,
        query.until_id,
        query.is_ascending,
        *(
            _in_order(match)
            for match in (query.event_names, query.statuses, query.webhook_ids, query.ids, asked)
        ),
        [(one.name, _in_order(one.values)) for one in query.attributes],
        [sorted(map(sorted, words)) for words in (query.words.included, query.words.excluded)],
        query.response_min_ms,
        query.response_below_ms,
    )
    return hashlib.sha256(msgspec.msgpack.encode(parts)).digest()


def _in_order(match: Match[Any]) -> tuple[list[Any], list[Any]]:
    if not match.is_asked:
        return [], []
    return sorted(match.included, key=_place), sorted(match.excluded, key=_place)


def _place(value: object) -> bytes:
    return msgspec.msgpack.encode(value)


def _sign(key: bytes, question: bytes, last: bytes) -> bytes:
    return hmac.digest(key, b"cursor" + question + last, "sha256")[:_SIGNATURE_BYTES]


def encode_cursor(key: bytes, query: Query, last: bytes) -> str:
    """The cursor behind the page that ended in `last` (16 bytes), URL-safe text."""
    raw = _VERSION + last + _sign(key, _question(query), last)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode_cursor(key: bytes, query: Query, cursor: str) -> bytes | None:
    """The id that a cursor stands for; None when it was not made by us for this very question."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    last, signature = raw[1 : 1 + _ID_BYTES], raw[1 + _ID_BYTES :]
    if raw[:1] != _VERSION or not hmac.compare_digest(signature, _sign(key, _question(query), last)):
        return None
    return last
