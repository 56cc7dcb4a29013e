"""The feed in `events.db`: one row a commit, which says where its entries are instead of naming each.

The entries of a commit lie close to each other in the clustered tree, so a few ranges of ids tell them, and their
places tell them from others in these ranges, and their order.
"""

from collections.abc import Iterator, Sequence
from typing import cast

import apsw
import msgspec

from hooklog.event import instant_of
from hooklog.eventlog.base import FeedRow

__all__ = ["Span", "entries_in", "read_feed", "spans_of", "write_feed"]

# Ids that lie farther apart begin a new range: within one, at most a few entries of others are read over.
_GAP_MS = 4

_encode = msgspec.msgpack.Encoder().encode


class Span(msgspec.Struct, frozen=True, array_like=True):
    """The ids from `first` to `last` of an org, among which `count` entries of a commit lie."""

    org_id: int
    first: bytes
    last: bytes
    count: int


spans_of = msgspec.msgpack.Decoder(list[Span]).decode


def write_feed(
    connection: apsw.Connection, at_ms: int, keys: Sequence[tuple[int, bytes]], places: tuple[int, int]
) -> None:
    """Tell followers of a commit. Inside its transaction.

    Args:
        connection: the writer's own.
        at_ms: epoch milliseconds of the commit.
        keys: org and request id of what settled.
        places: the first and the last place of these entries.
    """
    row = (at_ms, *places, _encode(list(_spans(sorted(keys)))))
    connection.execute("INSERT INTO feed (at_ms, first_place, last_place, spans) VALUES (?,?,?,?)", row)


def _spans(keys: Sequence[tuple[int, bytes]]) -> Iterator[Span]:
    start = 0
    for number in range(1, len(keys) + 1):
        if number == len(keys) or _is_far(keys[number - 1], keys[number]):
            org_id, first = keys[start]
            yield Span(org_id, first, keys[number - 1][1], number - start)
            start = number


def _is_far(one: tuple[int, bytes], other: tuple[int, bytes]) -> bool:
    if one[0] != other[0]:
        return True
    # Mostly of one millisecond: bytes are compared faster than numbers are made of them.
    return one[1][:6] != other[1][:6] and instant_of(other[1]) - instant_of(one[1]) > _GAP_MS


def read_feed(connection: apsw.Connection, after: int, limit: int) -> list[FeedRow]:
    """See EventLogReader.feed. Inside a snapshot."""
    find = "SELECT sequence, first_place, last_place, spans FROM feed WHERE sequence > ? ORDER BY sequence LIMIT ?"
    rows = []
    for sequence, first, last, spans in connection.execute(find, (after, limit)):
        places = cast("int", first), cast("int", last)
        found = sorted(
            (place, span.org_id, request_id)
            for span in spans_of(cast("bytes", spans))
            for place, request_id in entries_in(connection, span, places)
        )
        ids = tuple((org_id, request_id) for _, org_id, request_id in found)
        offsets = tuple(place - places[0] for place, _, _ in found)
        rows.append(FeedRow(cast("int", sequence), ids, offsets))
    return rows


def entries_in(
    connection: apsw.Connection, span: Span, places: tuple[int, int]
) -> Iterator[tuple[int, bytes]]:
    """Place and id of the entries of a commit in a span; `places` are the commit's first and last."""
    find = (
        "SELECT place, id FROM entry NOT INDEXED "
        "WHERE org = ? AND id BETWEEN ? AND ? AND place BETWEEN ? AND ?"
    )
    rows = connection.execute(find, (span.org_id, span.first, span.last, *places))
    return iter(cast("list[tuple[int, bytes]]", rows.fetchall()))
