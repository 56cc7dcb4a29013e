"""However records are asked for, SQLite walks the index from a key to a key: it never scans and never sorts."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from hooklog.eventlog.record_query import RecordKey, RecordQuery
from hooklog.eventlog.sqlite_record_lanes import lanes_of
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import ORG, START_MS, make_batch, make_id, make_record, make_settled

ONE = frozenset({(ORG, 1)})
KEY = RecordKey(START_MS // 1000, make_id(1))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[apsw.Connection]:
    writer = SqliteEventLogWriter(tmp_path)
    writer.take_over()
    record = make_record(user_id=1, group_id=1, event_at_ms=START_MS - 1_000)
    writer.commit(make_batch(0, *(make_settled(number, record=record) for number in range(50))))
    yield writer._connection
    writer.end()


@pytest.mark.parametrize("users", [None, ONE])
@pytest.mark.parametrize("groups", [None, ONE])
@pytest.mark.parametrize("event_name", [None, "visit"])
@pytest.mark.parametrize("is_duplicate", [None, False])
def test_every_lane_is_walked_by_its_key(
    connection: apsw.Connection,
    users: frozenset[tuple[int, int]] | None,
    groups: frozenset[tuple[int, int]] | None,
    event_name: str | None,
    is_duplicate: bool | None,
) -> None:
    ways = itertools.product((True, False), (None, 5), (None, 9), (None, KEY), (None, KEY))
    for is_ascending, from_at, until_at, after, worst in ways:
        query = RecordQuery(
            org_ids=(ORG,),
            from_at=from_at,
            until_at=until_at,
            after=after,
            is_ascending=is_ascending,
            event_name=event_name,
            is_duplicate=is_duplicate,
            users=users,
            groups=groups,
        )
        lanes = list(lanes_of(connection, query))
        assert lanes
        for lane in lanes:
            statement, values = lane.select("event_at, id", query, worst, 10)
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert 1 == len(plan), plan
            assert plan[0].startswith(f"SEARCH {lane.table} USING PRIMARY KEY"), plan
            bounds = from_at or after or worst
            assert not bounds or "event_at" in plan[0], plan


def test_a_customers_lanes_are_one_a_run(connection: apsw.Connection) -> None:
    query = RecordQuery(org_ids=(ORG, ORG + 1), users=frozenset({(ORG, 1), (ORG, 2), (ORG + 2, 1)}))
    assert [1, 2] == [dict(lane.equalities)["value"] for lane in lanes_of(connection, query)]
    connection.execute("UPDATE state SET records = 3 * 16384")
    runs = [dict(lane.equalities)["run"] for lane in lanes_of(connection, query)]
    assert [3, 3, 2, 2, 1, 1, 0, 0] == runs
