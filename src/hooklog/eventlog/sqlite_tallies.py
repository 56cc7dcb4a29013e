"""How many entries there are, by kind and time, in `events.db`: kept within the commits that change it.

`moment` and `failure` say where to look in the clustered tree, instead of an index that has a row for each entry;
`rollup` answers counts. All of them agree with `entry` at every commit.
"""

import enum
from collections.abc import Mapping
from typing import TypeAlias

import apsw

from hooklog.event import Status

__all__ = ["INSTANT_BYTES", "MOMENT_MS", "Level", "Owner", "Tally", "add", "moment_of", "subtract"]

MOMENT_MS = 4
_SUCCESS = int(Status.EVENT_SUCCESS)

INSTANT_BYTES = 6
"""As many bytes at the beginning of a request id tell its millisecond."""

Tally: TypeAlias = Mapping[tuple[int, bytes], int]
"""How many entries there are of a kind, by number, in a millisecond."""

Owner: TypeAlias = tuple[int, int]
"""The org and the status of a kind."""

_Rows: TypeAlias = dict[tuple[int, ...], int]


class Level(enum.IntEnum):
    """The units of `rollup`. The numbers are on disk: never change or reuse one."""

    SECOND = 0
    MINUTE = 1
    QUARTER = 2
    DAY = 3

    @property
    def size_ms(self) -> int:
        """How long a unit is."""
        return _SIZES_MS[self]


# A quarter of an hour, because some zones are ahead of others by so much.
_SIZES_MS = (1_000, 60_000, 900_000, 86_400_000)


def moment_of(request_id: bytes) -> int:
    """The moment of acceptance, as `moment` counts them."""
    return int.from_bytes(request_id[:INSTANT_BYTES], "big") // MOMENT_MS


def add(connection: apsw.Connection, tally: Tally, owners: Mapping[int, Owner]) -> None:
    """Count new entries; `owners` are those of all kinds among them. Inside a transaction."""
    for table, columns, rows in _tables(tally, owners):
        keys = ",".join("?" * (columns + 1))
        connection.executemany(
            f"INSERT INTO {table} VALUES ({keys}) ON CONFLICT DO UPDATE SET count = count + excluded.count",
            [(*key, count) for key, count in sorted(rows.items())],
        )


def subtract(connection: apsw.Connection, tally: Tally, owners: Mapping[int, Owner]) -> None:
    """Count entries no more; see `add`. Inside a transaction."""
    names = {"moment": "kind time", "failure": "org status time", "rollup": "level org time kind"}
    for table, _, rows in _tables(tally, owners):
        place = " AND ".join(f"{name} = ?" for name in names[table].split())
        keys = sorted(rows)
        connection.executemany(
            f"UPDATE {table} SET count = count - ? WHERE {place}", [(rows[key], *key) for key in keys]
        )
        connection.executemany(f"DELETE FROM {table} WHERE {place} AND count <= 0", keys)


def _tables(tally: Tally, owners: Mapping[int, Owner]) -> tuple[tuple[str, int, _Rows], ...]:
    """For each table the number of its key's columns, and how many entries each of its rows gains."""
    moments: _Rows = {}
    failures: _Rows = {}
    seconds: _Rows = {}
    for (kind, instant), count in tally.items():
        org_id, status = owners[kind]
        instant_ms = int.from_bytes(instant, "big")
        _gain(moments, (kind, instant_ms // MOMENT_MS), count)
        _gain(seconds, (org_id, instant_ms // 1_000, kind), count)
        if status != _SUCCESS:
            _gain(failures, (org_id, status, instant_ms // MOMENT_MS), count)
    return ("moment", 2, moments), ("failure", 3, failures), ("rollup", 4, _rollups(seconds))


def _gain(rows: _Rows, key: tuple[int, ...], count: int) -> None:
    rows[key] = rows.get(key, 0) + count


def _rollups(seconds: _Rows) -> _Rows:
    rows: _Rows = {}
    for level in Level:
        size_s = level.size_ms // 1_000
        for (org_id, second, kind), count in seconds.items():
            _gain(rows, (int(level), org_id, second // size_s, kind), count)
    return rows
