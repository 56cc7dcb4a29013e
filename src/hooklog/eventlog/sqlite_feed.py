"""The feed in `events.db`: one row a commit, which says where its entries are instead of naming each.

The entries of a commit lie close to each other in the clustered tree, so a few spans of milliseconds tell them, and
their places tell them from others in these spans, and their order.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import cast

import apsw
import msgspec

from hooklog.event import id_lowest_at
from hooklog.eventlog.base import FeedRow

__all__ = ["FeedSpans", "Span", "entries_in", "read_feed", "rows_behind", "spans_of", "write_feed"]

# Instants that lie farther apart begin a new span: within one, at most a few entries of others are read over.
_GAP_MS = 4

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[int, list[int]]]).decode


class Span(msgspec.Struct, frozen=True):
    """The milliseconds of acceptance from `first_ms` to `last_ms`, in which `count` entries of an org lie."""

    org_id: int
    first_ms: int
    last_ms: int
    count: int


def write_feed(
    connection: apsw.Connection, at_ms: int, keys: Iterable[tuple[int, bytes]], places: tuple[int, int]
) -> None:
    """Tell followers of a commit. Inside its transaction.

    Args:
        connection: the writer's own.
        at_ms: epoch milliseconds of the commit.
        keys: org and request id of what settled.
        places: the first and the last place of these entries.
    """
    instants = sorted([(org_id, request_id[:6]) for org_id, request_id in keys])
    spans = [
        (org_id, _steps([int.from_bytes(instant, "big") for _, instant in some]))
        for org_id, some in groupby(instants, itemgetter(0))
    ]
    row = (at_ms, places[0], places[1] - places[0], _encode(spans))
    connection.execute("INSERT INTO feed (at_ms, place, places, spans) VALUES (?,?,?,?)", row)


def _steps(instants: Sequence[int]) -> list[int]:
    """Spans as three numbers each: milliseconds since the end of the one before, its length, how many entries."""
    steps: list[int] = []
    before = 0
    for instant in instants:
        if not steps or instant - before > _GAP_MS:
            steps += (instant - before, 0, 1)
        else:
            steps[-2] += instant - before
            steps[-1] += 1
        before = instant
    return steps


def spans_of(spans: bytes) -> Iterator[Span]:
    """What a row of the feed says. Raises msgspec.MsgspecError: it is none."""
    for org_id, steps in _decode(spans):
        last_ms = 0
        for gap, length, count in zip(steps[::3], steps[1::3], steps[2::3], strict=True):
            first_ms = last_ms + gap
            last_ms = first_ms + length
            yield Span(org_id, first_ms, last_ms, count)


class FeedSpans(msgspec.Struct, frozen=True):
    """One row of the feed as it is stored: the first and the last place of its entries, and where they lie."""

    sequence: int
    places: tuple[int, int]
    spans: list[Span]

    @property
    def settled(self) -> int:
        """How many entries the commit had."""
        return sum(span.count for span in self.spans)


def rows_behind(connection: apsw.Connection, after: int, limit: int) -> Iterator[FeedSpans]:
    """The rows behind a sequence number, in order, at most `limit`. Inside a snapshot."""
    find = (
        "SELECT sequence, place, place + places, spans FROM feed WHERE sequence > ? ORDER BY sequence LIMIT ?"
    )
    for row in connection.execute(find, (after, limit)):
        sequence, first, last, spans = cast("tuple[int, int, int, bytes]", row)
        yield FeedSpans(sequence, (first, last), list(spans_of(spans)))


def read_feed(connection: apsw.Connection, after: int, limit: int) -> list[FeedRow]:
    """See EventLogReader.feed. Inside a snapshot."""
    rows = []
    for row in rows_behind(connection, after, limit):
        found = sorted(
            (place, span.org_id, request_id)
            for span in row.spans
            for place, request_id, _ in entries_in(connection, span, row.places)
        )
        ids = tuple((org_id, request_id) for _, org_id, request_id in found)
        offsets = tuple(place - row.places[0] for place, _, _ in found)
        rows.append(FeedRow(row.sequence, ids, offsets))
    return rows


def entries_in(
    connection: apsw.Connection, span: Span, places: tuple[int, int]
) -> list[tuple[int, bytes, int]]:
    """Place, id and kind of the entries of a commit in a span; `places` are the commit's first and last."""
    find = (
        "SELECT place, id, kind FROM entry NOT INDEXED "
        "WHERE org = ? AND id >= ? AND id < ? AND place BETWEEN ? AND ?"
    )
    bounds = id_lowest_at(span.first_ms), id_lowest_at(span.last_ms + 1)
    rows = connection.execute(find, (span.org_id, *bounds, *places)).fetchall()
    return cast("list[tuple[int, bytes, int]]", rows)
