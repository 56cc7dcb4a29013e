"""Whether a record lies in the log's own order: by far most do, since few events tell a time of their own.

Records are ordered by the event's time in whole seconds, then by request id, and an id begins with the instant of
acceptance. So where the event's time is the second of its acceptance, the order of records is that of entries, and
such a record needs no row in an index of its own (docs/decisions/0006-record-index.md).
"""

import enum

from hooklog.event import instant_of
from hooklog.eventlog.record import Record

__all__ = ["Dating", "dating_of"]


class Dating(enum.IntEnum):
    """What an entry's record is found by. The numbers are on disk: never change or reuse one."""

    NO_RECORD = 0
    UNDATED = 1
    UNDATED_DUPLICATE = 2
    DATED = 3


def dating_of(record: Record | None, request_id: bytes) -> Dating:
    """How the record of an event is found; computed once for every event that settles."""
    if record is None:
        return _NO_RECORD
    if record.event_at_ms // 1000 != instant_of(request_id) // 1000:
        return _DATED
    return _DUPLICATE if record.is_duplicate else _UNDATED


_NO_RECORD, _UNDATED, _DUPLICATE, _DATED = Dating  # An enum's members are slow to look up.
