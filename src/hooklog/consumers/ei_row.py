"""What of a settled event goes into the analytical export, and into which of its files."""

import datetime as dt

import msgspec

from hooklog.eventlog.record import Record, event_seconds

__all__ = ["Row", "day_of"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Row(msgspec.Struct, frozen=True):
    """One record to be written; the values of `hidden` attributes are not."""

    org_id: int
    id: bytes
    event_name: str
    status: str
    record: Record
    hidden: frozenset[str] = frozenset()


def day_of(record: Record) -> str:
    """The UTC day of the event's own time, YYYY-MM-DD."""
    return (_EPOCH + dt.timedelta(seconds=event_seconds(record))).date().isoformat()
