"""Page cursors: opaque and signed, so that nobody can make one up or carry one to another question (contract I.3).

A cursor is the last id of a page, bound to org and filter. The next page is `id < last`, so every entry that was
present at the first page appears exactly once, whatever is committed meanwhile.
"""

import base64
import binascii
import hashlib
import hmac

import msgspec

from hooklog.eventlog.query import Query

__all__ = ["decode_cursor", "encode_cursor"]

_SIGNATURE_BYTES = 16
_ID_BYTES = 16
_VERSION = b"\x01"


def _question(query: Query) -> bytes:
    """What a cursor is bound to: all of the query but the page's size and place."""
    parts = (
        query.org_ids,
        query.from_id,
        query.until_id,
        query.is_ascending,
        *(
            (sorted(match.included), sorted(match.excluded))
            for match in (query.event_names, query.statuses, query.webhook_ids, query.ids)
        ),
    )
    return hashlib.sha256(msgspec.msgpack.encode(parts)).digest()


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
