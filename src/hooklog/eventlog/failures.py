"""Failures that have the same cause, as one: by status, event name and the pattern of the message (contract I.18).

Pure adding up, bounded in memory; the same whether entries are looked at one by one or counted by others.
"""

from collections.abc import Sequence
from datetime import tzinfo

import msgspec

from hooklog.event import Entry, Status
from hooklog.eventlog.buckets import Bucket, bucket_start

__all__ = [
    "GROUPS_MAX",
    "SAMPLES_MAX",
    "TREND_MAX",
    "FailureGroup",
    "FailureKey",
    "FailureTally",
    "bucket_fitting",
    "trend_starts",
]

GROUPS_MAX = 5_000  # sources may send ever new names
SAMPLES_MAX = 3
TREND_MAX = 1_000
_STEP_MS = {Bucket.MINUTE: 60_000, Bucket.HOUR: 3_600_000, Bucket.DAY: 86_400_000}
_USUAL_BUCKETS_MAX = 120


class FailureKey(msgspec.Struct, frozen=True):
    """What failures of one cause have in common."""

    status: Status
    event_name: str | None
    pattern: str


class FailureGroup(msgspec.Struct):
    """Failures of one cause: how many in all and by the start of their bucket, the first, the last, the newest few."""

    key: FailureKey
    count: int = 0
    times: dict[int, int] = {}
    first: bytes = b""
    last: bytes = b""
    samples: list[bytes] = []


class FailureTally:
    """Adds failures up by their cause. For one thread at a time."""

    def __init__(
        self, bucket: Bucket, zone: tzinfo, trend_from_ms: int, groups_max: int = GROUPS_MAX
    ) -> None:
        """Args:
        bucket: how finely times are told apart, in days and hours of `zone`.
        zone: a time zone.
        trend_from_ms: what came before is counted without its time; epoch milliseconds.
        groups_max: how many causes are told apart; what else there is is counted as `left_out`.
        """
        self._bucket = bucket
        self._zone = zone
        self._trend_from_ms = trend_from_ms
        self._groups_max = groups_max
        self._groups: dict[FailureKey, FailureGroup] = {}
        self.left_out = 0

    def add(self, entry: Entry, pattern: str) -> None:
        """One more failure; they come newest first."""
        key = FailureKey(entry.status, entry.event_name, pattern)
        time_ms = bucket_start(entry.start_ms, self._bucket, self._zone)
        group = self.count(key, time_ms, 1)
        if group is not None:
            group.first = entry.id
            group.last = group.last or entry.id
            if len(group.samples) < SAMPLES_MAX:
                group.samples.append(entry.id)

    def count(self, key: FailureKey, time_ms: int, count: int) -> FailureGroup | None:
        """So many more in a bucket, by its start; the group, or None where there are too many causes."""
        group = self._groups.get(key)
        if group is None:
            if len(self._groups) >= self._groups_max:
                self.left_out += count
                return None
            group = self._groups[key] = FailureGroup(key)
        group.count += count
        if time_ms >= self._trend_from_ms:
            group.times[time_ms] = group.times.get(time_ms, 0) + count
        return group

    def largest(self, limit: int) -> list[FailureGroup]:
        """The causes of the most failures, at most `limit`; of equally many, in the order of their keys."""
        return sorted(self._groups.values(), key=_place)[:limit]

    def names(self, status: Status, pattern: str) -> frozenset[str]:
        """The event names of the causes that are alike but for them; that of none is left out."""
        return frozenset(
            key.event_name
            for key in self._groups
            if (key.status, key.pattern) == (status, pattern) and key.event_name is not None
        )

    @property
    def groups(self) -> int:
        """How many causes there are."""
        return len(self._groups)


def _place(group: FailureGroup) -> tuple[int, int, str, str]:
    key = group.key
    return -group.count, key.status, key.event_name or "", key.pattern


def bucket_fitting(from_ms: int | None, to_ms: int) -> Bucket:
    """The finest bucket that cuts a window into a number that is still easy to look at; the day without a start."""
    if from_ms is None:
        return Bucket.DAY
    fitting = (one for one in Bucket if (to_ms - from_ms) / _STEP_MS[one] <= _USUAL_BUCKETS_MAX)
    return next(fitting, Bucket.DAY)


def trend_starts(from_ms: int, to_ms: int, bucket: Bucket, zone: tzinfo) -> Sequence[int]:
    """The starts of the buckets from one instant to another, in order; of more than a thousand, the last ones.

    Args:
        from_ms: epoch milliseconds, like all instants here.
        to_ms: inclusive; not before `from_ms`.
        bucket: how long each is, in days and hours of `zone`.
        zone: a time zone.
    """
    step_ms = _STEP_MS[bucket]
    at_ms = max(from_ms, to_ms - TREND_MAX * step_ms)
    starts = [bucket_start(at_ms, bucket, zone)]
    while len(starts) <= TREND_MAX + 1:
        # Half a bucket into the next one, however the clock is changed there.
        following = bucket_start(starts[-1] + step_ms + step_ms // 2, bucket, zone)
        following = following if following > starts[-1] else starts[-1] + step_ms
        if following > to_ms:
            break
        starts.append(following)
    return starts[-TREND_MAX:]
