"""A stretch of the feed on its way into files of the analytical export: one for each org and day."""

import datetime as dt
from typing import TYPE_CHECKING

from hooklog.eventlog.base import FeedRecords, JudgedRecord

if TYPE_CHECKING:
    from hooklog.consumers.ei_columns import Columns

__all__ = ["Stretch"]

_DAY_MS = 86_400_000
_EPOCH_DAY = dt.date(1970, 1, 1).toordinal()
# Records that are not columns yet keep to about these bytes.
_UNTURNED_BYTES_MAX = 4 * 1024 * 1024


class Stretch:
    """What was gathered so far; `last` is the sequence number that it goes to. Not thread-safe."""

    def __init__(self, after: int) -> None:
        """Nothing yet. Args: `after`: the sequence number that it begins behind."""
        self.last = after
        self.files: dict[tuple[int, str], Columns] = {}
        self.records = 0
        self.settled = 0
        self.size = 0
        self.is_full = False
        self._by_day: dict[tuple[int, int], Columns] = {}
        self._unturned = 0

    def add(self, record: JudgedRecord, hidden: frozenset[str]) -> None:
        """One more record, behind the others; the values of `hidden` attributes will not be written."""
        key = record.org_id, record.record.event_at_ms // _DAY_MS
        columns = self._by_day.get(key)
        if columns is None:
            columns = self._begin(*key)
        columns.add(record, hidden)
        self.records += 1

    def end_row(self, row: FeedRecords) -> None:
        """All that is wanted of a row of the feed was added."""
        self.last = row.sequence
        self.settled += row.settled
        self.size += row.size
        self._unturned += row.size
        if self._unturned >= _UNTURNED_BYTES_MAX:
            self._unturned = 0
            for columns in self._by_day.values():
                columns.turn()

    def _begin(self, org_id: int, day: int) -> "Columns":
        # Loading the library takes long, so nobody waits for it who never writes a file.
        from hooklog.consumers.ei_columns import Columns

        columns = self._by_day[org_id, day] = Columns()
        self.files[org_id, _day_text(day)] = columns
        return columns


def _day_text(day: int) -> str:
    """The UTC day of the events' own time, YYYY-MM-DD."""
    return dt.date.fromordinal(_EPOCH_DAY + day).isoformat()
