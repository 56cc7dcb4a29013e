"""How finely times are told apart where entries are counted (contract I.18)."""

import enum
from datetime import UTC, datetime, timedelta, tzinfo

__all__ = ["Bucket", "bucket_start"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Bucket(enum.StrEnum):
    """How finely times are told apart; hours and days are those of a time zone."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


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
