"""Counting entries by what they have in common (contract I.3, I.18 `/logs/counts`).

`count_by` is the definition that backends follow: look at every matching entry and add up.
"""

import enum
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from hooklog.event import Entry, Status
from hooklog.eventlog.query import Query

__all__ = ["Bucket", "By", "CountKey", "CountsQuery", "bucket_start", "count_by", "key_of", "unbounded"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class By(enum.StrEnum):
    """What is counted apart."""

    STATUS = "status"
    EVENT_NAME = "event_name"
    WEBHOOK_ID = "webhook_id"
    TIME = "time"


class Bucket(enum.StrEnum):
    """How finely times are told apart; hours and days are those of a time zone."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


class CountsQuery(msgspec.Struct, frozen=True):
    """One question, ready to run.

    `query` says which entries count; its `limit`, `after` and order have no meaning here. `by` says what is counted
    apart (nothing: all as one), `bucket` and `zone` how times are, where they are.
    """

    query: Query
    by: frozenset[By] = frozenset()
    bucket: Bucket = Bucket.DAY
    zone: tzinfo = UTC


class CountKey(msgspec.Struct, frozen=True):
    """What entries that are counted together have in common; None where it was not asked for.

    `event_name` is None for entries without a name too. `time_ms` is the bucket's start, epoch milliseconds.
    """

    status: Status | None = None
    event_name: str | None = None
    webhook_id: str | None = None
    time_ms: int | None = None


def bucket_start(instant_ms: int, bucket: Bucket, zone: tzinfo) -> int:
    """The start of the bucket that an instant lies in; both epoch milliseconds.

    Where a zone's clock goes back over midnight, the day that then comes twice is one bucket.
    """
    if bucket is Bucket.MINUTE:
        return instant_ms // 60_000 * 60_000
    local = (_EPOCH + timedelta(milliseconds=instant_ms)).astimezone(zone)
    start = local.replace(minute=0, second=0, microsecond=0)
    if bucket is Bucket.DAY:
        start = start.replace(hour=0, fold=0)
    return (start.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)


def key_of(asked: CountsQuery, entry: Entry) -> CountKey:
    """What an entry is counted as."""
    return CountKey(
        entry.status if By.STATUS in asked.by else None,
        entry.event_name if By.EVENT_NAME in asked.by else None,
        entry.webhook_id if By.WEBHOOK_ID in asked.by else None,
        bucket_start(entry.start_ms, asked.bucket, asked.zone) if By.TIME in asked.by else None,
    )


def count_by(asked: CountsQuery, entries: Iterable[Entry]) -> dict[CountKey, int]:
    """How many of these entries are alike in what is asked."""
    return dict(Counter(key_of(asked, entry) for entry in entries))


def unbounded(query: Query, limit: int) -> Query:
    """The same question from its start, oldest first, so many at a time."""
    return msgspec.structs.replace(query, after=None, is_ascending=True, limit=limit)
