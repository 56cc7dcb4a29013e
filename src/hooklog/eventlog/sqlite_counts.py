"""Counting entries in `events.db` from what is kept by kind and time, without looking at the entries.

A range of time is cut into whole units, the coarsest that tell the buckets apart in its middle and ever finer ones
towards its ends; what is finer than a moment is counted in the tree. Only filters on kinds can be answered so.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, TypeAlias, cast

import apsw
import msgspec

from hooklog.db.sqlite import row_of
from hooklog.event import Status, id_lowest_at, instant_of
from hooklog.eventlog.counts import Bucket, By, CountKey, CountsQuery, bucket_start
from hooklog.eventlog.sqlite_kinds import KindTexts
from hooklog.eventlog.sqlite_rows import NO_NAME
from hooklog.eventlog.sqlite_tallies import MOMENT_MS, Level
from hooklog.eventlog.sqlite_walk import HIGHEST, Conditions, conditions_of, id_bound

__all__ = ["count_kinds", "count_where"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_COLUMNS = {
    By.STATUS: "k.status",
    By.EVENT_NAME: "k.name",
    By.WEBHOOK_ID: "k.webhook",
    By.PATTERN: "k.pattern",
}

Counts: TypeAlias = dict[CountKey, int]


class _Piece(msgspec.Struct, frozen=True):
    """Where a stretch of time is counted: the end of a statement, its values, and what its column `time` counts.

    A row's time is `base_ms` and so many units of `unit_ms`.
    """

    source: str
    values: tuple[object, ...]
    time: str
    base_ms: int
    unit_ms: int


def count_kinds(connection: apsw.Connection, asked: CountsQuery, texts: KindTexts) -> Counts:
    """The whole answer. Inside a snapshot."""
    found: Counts = {}
    for org_id in asked.query.org_ids:
        conditions = conditions_of(connection, asked.query, org_id)
        span = _span(connection, org_id, asked.query.from_id or b"", asked.query.until_id or HIGHEST)
        if conditions is None or span is None:
            continue
        for piece in _pieces(org_id, *span, _coarsest(asked, *span)):
            for key, count in _counted(connection, asked, piece, conditions, texts):
                found[key] = found.get(key, 0) + count
    return found


def _counted(
    connection: apsw.Connection, asked: CountsQuery, piece: _Piece, conditions: Conditions, texts: KindTexts
) -> Iterator[tuple[CountKey, int]]:
    by = asked.by
    columns = [column if one in by else "NULL" for one, column in _COLUMNS.items()]
    columns.append(piece.time if By.TIME in by else "NULL")
    groups = ",".join(str(number) for number in range(1, len(columns) + 1))
    statement = f"SELECT {','.join(columns)}, sum(t.count) {piece.source}{conditions.sql} GROUP BY {groups}"
    starts: dict[int, int] = {}
    for status, name, webhook, pattern, time, count in connection.execute(
        statement, (*piece.values, *conditions.values)
    ):
        if time is not None and time not in starts:
            instant_ms = piece.base_ms + time * piece.unit_ms
            starts[time] = bucket_start(instant_ms, asked.bucket, asked.zone)
        yield (
            CountKey(
                None if status is None else Status(status),
                None if name is None or name == NO_NAME else texts.text(connection, name),
                None if webhook is None else texts.text(connection, webhook),
                None if time is None else starts[time],
                None if pattern is None else texts.pattern(connection, pattern),
            ),
            count,
        )


def count_where(
    connection: apsw.Connection, org_id: int, low: bytes, high: bytes, conditions: Conditions
) -> int:
    """How many entries of an org meet conditions, from one id on and below another. Inside a snapshot."""
    span = _span(connection, org_id, low, high)
    if span is None:
        return 0
    return sum(
        row_of(
            connection,
            f"SELECT ifnull(sum(t.count), 0) {piece.source}{conditions.sql}",
            (*piece.values, *conditions.values),
        )[0]
        for piece in _pieces(org_id, *span, Level.DAY)
    )


def _span(connection: apsw.Connection, org_id: int, low: bytes, high: bytes) -> tuple[bytes, bytes] | None:
    """The ids from `low` on and below `high`, no wider than whole days that have entries."""
    find = "SELECT min(time), max(time) FROM rollup WHERE level = ? AND org = ?"
    first, last = cast("tuple[Any, Any]", connection.execute(find, (int(Level.DAY), org_id)).fetchone())
    if first is None:
        return None
    day = Level.DAY.size_ms
    low, high = max(low, id_lowest_at(first * day)), min(high, id_bound(last * day + day))
    return (low, high) if low < high else None


def _coarsest(asked: CountsQuery, low: bytes, high: bytes) -> Level:
    """The longest unit that lies in one bucket wherever it begins."""
    if By.TIME not in asked.by:
        return Level.DAY
    if asked.bucket is Bucket.MINUTE:
        return Level.MINUTE
    seconds = {_offset(asked.zone, day) for day in range(_day_of(low), _day_of(high) + 2)}
    if any(offset % 60 for offset in seconds):
        return Level.SECOND
    if any(offset % 900 for offset in seconds):
        return Level.MINUTE
    return Level.DAY if asked.bucket is Bucket.DAY and seconds == {0} else Level.QUARTER


def _day_of(request_id: bytes) -> int:
    return instant_of(request_id) // Level.DAY.size_ms


@lru_cache(maxsize=10_000)
def _offset(zone: tzinfo, day: int) -> int:
    """Seconds that a zone is ahead of UTC when a day of UTC begins."""
    ahead = (_EPOCH + day * _DAY).astimezone(zone).utcoffset()
    assert ahead is not None
    return int(ahead.total_seconds())


def _pieces(org_id: int, low: bytes, high: bytes, coarsest: Level) -> Iterator[_Piece]:
    """Cut the ids from `low` on and below `high`: whole moments and longer units, and what is left at both ends."""
    first_ms = instant_of(low)
    if low > id_lowest_at(first_ms):
        first_ms += 1
    first = -(-first_ms // MOMENT_MS) * MOMENT_MS
    end = instant_of(high) // MOMENT_MS * MOMENT_MS
    if instant_of(low) < first:
        yield _entries(org_id, low, min(high, id_lowest_at(first)))
    if first < end:
        yield from _units(org_id, first, end, coarsest)
    if first <= end and id_lowest_at(end) < high:
        yield _entries(org_id, max(low, id_lowest_at(end)), high)


def _units(org_id: int, first_ms: int, end_ms: int, coarsest: Level | None) -> Iterator[_Piece]:
    """Cut a range of whole moments into units up to the coarsest; None is the moment."""
    size = MOMENT_MS if coarsest is None else coarsest.size_ms
    first, end = -(-first_ms // size), end_ms // size
    finer = None if not coarsest else Level(coarsest - 1)
    if coarsest is None:
        yield _moments(org_id, first, end)
    elif first >= end:
        yield from _units(org_id, first_ms, end_ms, finer)
    else:
        if first_ms < first * size:
            yield from _units(org_id, first_ms, first * size, finer)
        yield _rollups(org_id, first, end, coarsest)
        if end * size < end_ms:
            yield from _units(org_id, end * size, end_ms, finer)


def _rollups(org_id: int, first: int, end: int, level: Level) -> _Piece:
    source = (
        "FROM rollup t CROSS JOIN kind k ON k.id = t.kind "
        "WHERE t.level = ? AND t.org = ? AND t.time >= ? AND t.time < ?"
    )
    return _Piece(source, (int(level), org_id, first, end), "t.time", 0, level.size_ms)


def _moments(org_id: int, first: int, end: int) -> _Piece:
    source = "FROM kind k CROSS JOIN moment t ON t.kind = k.id AND t.time >= ? AND t.time < ? WHERE k.org = ?"
    return _Piece(source, (first, end, org_id), "t.time", 0, MOMENT_MS)


def _entries(org_id: int, low: bytes, high: bytes) -> _Piece:
    """Less than a moment, entry by entry; all of it lies in one bucket."""
    source = (
        "FROM (SELECT kind, 1 AS count FROM entry NOT INDEXED WHERE org = ? AND id >= ? AND id < ?) t "
        "CROSS JOIN kind k ON k.id = t.kind WHERE TRUE"
    )
    return _Piece(source, (org_id, low, high), "0", instant_of(low), 1)
