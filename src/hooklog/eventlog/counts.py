"""Counting entries by what they have in common (contract I.3, I.18 `/logs/counts`).

`count_by` is the definition that backends follow: look at every matching entry and add up.
"""

import enum
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, tzinfo

import msgspec

from hooklog.event import Entry, Status
from hooklog.eventlog.buckets import Bucket, bucket_start
from hooklog.eventlog.query import EVERYTHING, Query

__all__ = ["Bucket", "By", "CountKey", "CountsQuery", "bucket_start", "count_by", "key_of", "unbounded"]


class By(enum.StrEnum):
    """What is counted apart."""

    STATUS = "status"
    EVENT_NAME = "event_name"
    WEBHOOK_ID = "webhook_id"
    TIME = "time"
    PATTERN = "pattern"


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
    pattern: str | None = None


def key_of(asked: CountsQuery, entry: Entry, pattern: Callable[[Entry], str]) -> CountKey:
    """What an entry is counted as."""
    return CountKey(
        entry.status if By.STATUS in asked.by else None,
        entry.event_name if By.EVENT_NAME in asked.by else None,
        entry.webhook_id if By.WEBHOOK_ID in asked.by else None,
        bucket_start(entry.start_ms, asked.bucket, asked.zone) if By.TIME in asked.by else None,
        pattern(entry) if By.PATTERN in asked.by else None,
    )


def count_by(
    asked: CountsQuery, entries: Iterable[Entry], pattern: Callable[[Entry], str]
) -> dict[CountKey, int]:
    """How many of these entries are alike in what is asked; `pattern` tells that of an entry's message."""
    return dict(Counter(key_of(asked, entry, pattern) for entry in entries))


def unbounded(query: Query) -> Query:
    """The same question from its start, oldest first, to its end."""
    return msgspec.structs.replace(query, after=None, is_ascending=True, limit=EVERYTHING)
