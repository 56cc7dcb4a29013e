"""The forms in which the log takes a date (contract I.2)."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

__all__ = ["DATE_FORMS", "parse_instant"]

DATE_FORMS = (
    "YYYY-MM-DD (whole days), YYYY-MM-DD HH:MM:SS, ISO 8601 with or without offset, and epoch milliseconds"
)

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# As far as nanoseconds, which are written by default in several languages; and the basic format, without separators.
_FRACTION, _OFFSET = r"(?:[.,]\d{1,9})?", r"(?:Z|[+-]\d\d(?::?[0-5]\d)?)?"
_TIME = re.compile(
    rf"(?:\d{{4}}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d{_FRACTION})?|\d{{8}}T\d{{4}}(?:\d\d{_FRACTION})?){_OFFSET}",
    re.ASCII,
)
_EPOCH = re.compile(r"-?\d{1,15}", re.ASCII)
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def parse_instant(text: str, zone: tzinfo, *, is_end: bool) -> int | None:
    """Epoch milliseconds of a date as the log's parameters take it; None when it is none.

    Args:
        text: the parameter's value.
        zone: the org's time zone, for dates that name none.
        is_end: a whole day stands for its last millisecond instead of its first.
    """
    if _EPOCH.fullmatch(text):
        return int(text)
    try:
        if _DAY.fullmatch(text):
            return _bound_of_day(datetime.fromisoformat(text), zone, is_end=is_end)
        # In a URL a `+` that was not encoded arrives as a space: 10:00:00 05:30.
        text = re.sub(r"((?::|T\d\d|T\d{4})\d\d(?:[.,]\d+)?) (\d\d:?\d\d)$", r"\1+\2", text)
        if not _TIME.fullmatch(text):
            return None
        moment = datetime.fromisoformat(text)
        return _milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        return None


def _bound_of_day(day: datetime, zone: tzinfo, *, is_end: bool) -> int:
    if not is_end:
        return _milliseconds(datetime.combine(day, time(), zone))
    if day.date() == date.max:
        # Written for "no end"; it has no day after it.
        return _milliseconds(datetime.combine(day, time.max, zone))
    # Not 24 hours later: a day on which the clocks change has 23 or 25.
    return _milliseconds(datetime.combine(day + timedelta(days=1), time(), zone)) - 1


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH_START) // _MILLISECOND
