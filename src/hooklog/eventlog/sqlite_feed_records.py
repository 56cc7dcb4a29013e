"""Reading the records of the feed from `events.db`: in the order of the commits, each block unpacked and decoded once.

Whoever follows the feed takes every record; asked for one by one, they cost ten times as much.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import TypeAlias

import apsw
import msgspec

from hooklog.db.sqlite import snapshot
from hooklog.errors import StorageDamaged
from hooklog.eventlog.base import FeedRecords
from hooklog.eventlog.block import judged_records
from hooklog.eventlog.record import JudgedRecord
from hooklog.eventlog.sqlite_blocks import BlockReader, block_of, slot_of
from hooklog.eventlog.sqlite_feed import FeedSpans, entries_in, rows_behind
from hooklog.eventlog.sqlite_kinds import Kind, KindTexts

__all__ = ["read_feed_records"]

# What a snapshot may look at, some milliseconds; a single commit may be larger, and is read whole.
_ROWS_MAX = 16
_ENTRIES_MAX = 1_000
_BLOCKS_MAX = 16

_Item: TypeAlias = tuple[int, bytes, int, int]
"""Place, request id, kind, org."""


class _Taken(msgspec.Struct, frozen=True):
    """What is read of a row inside the snapshot: its entries in order, the blocks that they lie in, their kinds."""

    sequence: int
    settled: int
    items: list[_Item]
    blocks: dict[int, bytes]
    kinds: dict[int, Kind]


def read_feed_records(
    connection: apsw.Connection, after: int, blocks: BlockReader, texts: KindTexts
) -> list[FeedRecords]:
    """See EventLogReader.feed_records.

    Raises:
        StorageDamaged: a block is missing or is none.
    """
    with snapshot(connection):
        taken = [_take(connection, row, blocks, texts) for row in _some_rows(connection, after)]
    return [_decoded(row) for row in taken]


def _some_rows(connection: apsw.Connection, after: int) -> Iterator[FeedSpans]:
    entries = blocks = 0
    for row in rows_behind(connection, after, _ROWS_MAX):
        is_first = not blocks
        entries += row.settled
        blocks += block_of(row.places[1]) - block_of(row.places[0]) + 1
        if not is_first and (entries > _ENTRIES_MAX or blocks > _BLOCKS_MAX):
            return
        yield row


def _take(connection: apsw.Connection, row: FeedSpans, blocks: BlockReader, texts: KindTexts) -> _Taken:
    items = [
        (place, request_id, kind, span.org_id)
        for span in row.spans
        for place, request_id, kind in entries_in(connection, span, row.places)
    ]
    items.sort()
    first, last = row.places
    unpacked = blocks.unpacked(connection, block_of(first), block_of(last)) if items else {}
    kinds = {number: texts.kind(connection, number) for number in {item[2] for item in items}}
    return _Taken(row.sequence, row.settled, items, unpacked, kinds)


def _decoded(row: _Taken) -> FeedRecords:
    records: list[JudgedRecord] = []
    for number, some in groupby(row.items, lambda item: block_of(item[0])):
        records += _records_of(number, list(some), row)
    return FeedRecords(row.sequence, records, row.settled, sum(map(len, row.blocks.values())))


def _records_of(number: int, items: list[_Item], row: _Taken) -> Iterator[JudgedRecord]:
    """The records in a block."""
    raw = row.blocks.get(number)
    if raw is None:
        raise StorageDamaged(f"event log: block {number} is missing", "run `hooklog check`")
    try:
        told = judged_records(raw, [(slot_of(place), request_id) for place, request_id, _, _ in items])
    except msgspec.MsgspecError as error:
        raise StorageDamaged(f"event log: block {number}: {error}", "run `hooklog check`") from error
    for (_, request_id, kind_number, org_id), (version, record) in zip(items, told, strict=True):
        kind = row.kinds[kind_number]
        if record is not None and kind.event_name is not None:
            yield JudgedRecord(org_id, request_id, kind.event_name, record, kind.status, version)
