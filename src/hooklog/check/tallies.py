"""What is counted by kind and time is what is in the log: neither a page misses an entry nor a count is wrong."""

from collections.abc import Iterable

import apsw

from hooklog.check.findings import Check
from hooklog.event import Status, instant_of
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.eventlog.sqlite_tallies import MOMENT_MS, Level

__all__ = ["check_tallies"]

_SUCCESS = int(Status.EVENT_SUCCESS)
_BITS = (1 << 64) - 1


class _Sum:
    """A sum over numbers of rows: equal for equal counts, and different for others but by an absurd accident."""

    def __init__(self) -> None:
        self.value = 0

    def add(self, key: Iterable[int], count: int = 1) -> None:
        self.value = self.value + count * hash(tuple(key)) & _BITS


def check_tallies(log: apsw.Connection) -> Check:
    """Moments, failures, rollups and kinds agree with the entries. Told by sums, since they may not fit into memory."""
    check = Check(FILE_NAME, "counts")
    told, counted = (
        {name: _Sum() for name in ("moment", "failure", *(level.name for level in Level))} for _ in range(2)
    )
    entries = (
        "SELECT e.org, e.id, e.kind, k.status FROM entry e NOT INDEXED CROSS JOIN kind k ON k.id = e.kind"
    )
    for org_id, request_id, kind, status in log.execute(entries):
        check.look()
        instant_ms = instant_of(request_id)
        counted["moment"].add((kind, instant_ms // MOMENT_MS))
        if status != _SUCCESS:
            counted["failure"].add((org_id, status, instant_ms // MOMENT_MS))
        for level in Level:
            counted[level.name].add((org_id, instant_ms // level.size_ms, kind))
    for table, key in (("moment", "kind, time"), ("failure", "org, status, time")):
        for *place, count in log.execute(f"SELECT {key}, count FROM {table}"):
            told[table].add(place, count)
    for number, *place, count in log.execute("SELECT level, org, time, kind, count FROM rollup"):
        if check.expect(number in list(Level), f"rollup has level {number}, which is none"):
            told[Level(number).name].add(place, count)
    for name, total in told.items():
        table = name if name in {"moment", "failure"} else f"rollup by {name.lower()}"
        check.expect(total.value == counted[name].value, f"{table} does not count what is in the log")
    unused = "SELECT id FROM kind WHERE NOT EXISTS (SELECT 1 FROM moment WHERE moment.kind = kind.id)"
    for (kind,) in log.execute(unused):
        check.wrong(f"kind {kind} is of no entry")
    return check
