"""How entries, timelines and records lie in the rows of `events.db`; shared by its writer and its reader."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from hooklog.event import ID_BYTES, NO_PARENT, USUAL_MESSAGES, Entry, StageRecord, Status
from hooklog.eventlog.base import Parked, Record, Settled

__all__ = [
    "ENTRY_COLUMNS",
    "NO_NAME",
    "decode_feed",
    "decode_parked",
    "decode_record",
    "decode_stages",
    "encode_feed",
    "encode_parked",
    "encode_record",
    "encode_stages",
    "entry_from_row",
    "entry_to_row",
]

NO_NAME = 0
_ORG_BYTES = 8
# A cell of a WITHOUT ROWID tree overflows beyond about a quarter page; the other columns take up to 100 bytes.
INPUT_INLINE_BYTES_MAX = 800
ENTRY_COLUMNS = "org, id, status, name, webhook, response_ms, parent_org, version, message, input"

encode_stages = msgspec.msgpack.Encoder().encode
decode_stages = msgspec.msgpack.Decoder(tuple[StageRecord, ...]).decode
encode_record = msgspec.msgpack.Encoder().encode
decode_record = msgspec.msgpack.Decoder(Record).decode
encode_parked = msgspec.msgpack.Encoder().encode
decode_parked = msgspec.msgpack.Decoder(Parked).decode


def entry_to_row(settled: Settled, word: Callable[[int, str], int]) -> tuple[object, ...]:
    """The row of ENTRY_COLUMNS; `word` gives the number of a text in an org. Long input is left NULL."""
    entry = settled.entry
    return (
        entry.org_id,
        entry.id,
        int(entry.status),
        NO_NAME if entry.event_name is None else word(entry.org_id, entry.event_name),
        word(entry.org_id, entry.webhook_id),
        entry.response_ms,
        None if entry.parent_org_id == NO_PARENT else entry.parent_org_id,
        settled.definition_version,
        None if entry.message == USUAL_MESSAGES.get(entry.status) else entry.message,
        entry.input if len(entry.input) <= INPUT_INLINE_BYTES_MAX else None,
    )


def entry_from_row(
    row: tuple[Any, ...], text: Callable[[int], str], long_input: Callable[[int, bytes], bytes]
) -> Entry:
    """The entry of a row; `text` gives the text of a word's number, `long_input` what was too long for the row."""
    org_id, request_id, status_number, name, webhook, response_ms, parent_org, _, message, body = row
    status = Status(status_number)
    return Entry(
        org_id=org_id,
        id=request_id,
        status=status,
        event_name=None if name == NO_NAME else text(name),
        input=long_input(org_id, request_id) if body is None else body,
        webhook_id=text(webhook),
        message=USUAL_MESSAGES[status] if message is None else message,
        response_ms=response_ms,
        parent_org_id=NO_PARENT if parent_org is None else parent_org,
    )


def encode_feed(ids: Iterable[tuple[int, bytes]]) -> bytes:
    """The (org, request id) of a commit, end to end."""
    return b"".join(
        org_id.to_bytes(_ORG_BYTES, "big", signed=True) + request_id for org_id, request_id in ids
    )


def decode_feed(ids: bytes) -> tuple[tuple[int, bytes], ...]:
    """What `encode_feed` wrote."""
    size = _ORG_BYTES + ID_BYTES
    assert len(ids) % size == 0, f"{len(ids)} bytes are no whole ids"
    return tuple(
        (
            int.from_bytes(ids[start : start + _ORG_BYTES], "big", signed=True),
            ids[start + _ORG_BYTES : start + size],
        )
        for start in range(0, len(ids), size)
    )
