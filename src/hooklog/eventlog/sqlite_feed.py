"""The feed in `events.db`: one row a commit, which says where its entries are instead of naming each.

The entries of a commit lie close to each other in the clustered tree, so a few spans of milliseconds tell them, and
their places tell them from others in these spans, and their order.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import apsw
import msgspec

from hooklog.event import id_lowest_at
from hooklog.eventlog.base import FeedRow
from hooklog.eventlog.sqlite_tallies import Owner, Tally

__all__ = [
    "FeedSpans",
    "Span",
    "encode_spans",
    "entries_in",
    "read_feed",
    "rows_behind",
    "spans_of",
    "write_feed",
]

# Instants that lie farther apart begin a new span: within one, at most a few entries of others are read over.
_GAP_MS = 4

encode_spans = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[int, list[int]]]).decode


class Span(msgspec.Struct, frozen=True):
    """The milliseconds of acceptance from `first_ms` to `last_ms`, in which `count` entries of an org lie."""

    org_id: int
    first_ms: int
    last_ms: int
    count: int


def write_feed(
    connection: apsw.Connection,
    at_ms: int,
    tally: Tally,
    owners: Mapping[int, Owner],
    places: tuple[int, int],
) -> None:
    """Tell followers of a commit. Inside its transaction.

    Args:
        connection: the writer's own.
        at_ms: epoch milliseconds of the commit.
        tally: what settled.
        owners: those of all kinds in it.
        places: the first and the last place of these entries.
    """
    counts: dict[int, dict[bytes, int]] = {}
    for (kind, instant), count in tally.items():
        of_org = counts.setdefault(owners[kind][0], {})
        of_org[instant] = of_org.get(instant, 0) + count
    spans = [(org_id, _steps(sorted(some.items()))) for org_id, some in sorted(counts.items())]
    row = (at_ms, places[0], places[1] - places[0], encode_spans(spans))
    connection.execute("INSERT INTO feed (at_ms, place, places, spans) VALUES (?,?,?,?)", row)


def _steps(instants: Iterable[tuple[bytes, int]]) -> list[int]:
    """Spans as three numbers each: milliseconds since the end of the one before, its length, how many entries.

    Args: `instants`: milliseconds in order, as request ids have them, and how many entries each has.
    """
    steps: list[int] = []
    before_ms = 0
    for instant, count in instants:
        instant_ms = int.from_bytes(instant, "big")
        if not steps or instant_ms - before_ms > _GAP_MS:
            steps += (instant_ms - before_ms, 0, count)
        else:
            steps[-2] += instant_ms - before_ms
            steps[-1] += count
        before_ms = instant_ms
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
