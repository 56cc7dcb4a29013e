"""A walk over records in `events.db` is made of short steps: it holds nothing between them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from unittest.mock import patch

import pytest

from hooklog.eventlog import sqlite_record_index, sqlite_records
from hooklog.eventlog.record_query import RecordQuery, attribute_filter
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import ORG, START_MS, make_batch, make_id, make_record, make_settled

RECORDS = 40
EVERY = RecordQuery(org_ids=(ORG,))
USER = RecordQuery(org_ids=(ORG,), users=frozenset({(ORG, 1)}))
FAMILY = RecordQuery(org_ids=(ORG,), groups=frozenset({(ORG, 1)}))
RITZ = RecordQuery(org_ids=(ORG,), attributes=(attribute_filter("hotel", ["Ritz"], is_exact=True),))


@pytest.fixture(autouse=True)
def tiny() -> Iterator[None]:
    with (
        patch.object(sqlite_records, "_PART_ROWS", 3),
        patch.object(sqlite_records, "_COUNTED_ROWS", 3),
        patch.object(sqlite_record_index, "RUN_RECORDS", 16),
    ):
        yield


@pytest.fixture(params=["dated", "undated", "mixed"])
def writer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteEventLogWriter]:
    """Events a second apart, accepted then, or all of them in the first second, or in turn."""
    writer = SqliteEventLogWriter(tmp_path)
    writer.take_over()
    for number in range(RECORDS):
        at_ms = START_MS + number * 1_000
        record = make_record(user_id=number % 2, group_id=number % 2, event_at_ms=at_ms)
        is_dated = {"dated": True, "undated": False, "mixed": number % 3 == 0}[request.param]
        request_id = make_id(number) if is_dated else make_id(number, at_ms)
        writer.commit(make_batch(number, make_settled(number, id=request_id, record=record)))
    yield writer
    writer._connection.close()


@pytest.fixture
def reader(writer: SqliteEventLogWriter, tmp_path: Path) -> Iterator[SqliteEventLogReader]:
    reader = SqliteEventLogReader(tmp_path)
    yield reader
    reader.close()


@pytest.mark.parametrize("query", [EVERY, USER, FAMILY, RITZ])
def test_no_checkpoint_waits_for_a_walk(
    writer: SqliteEventLogWriter,
    reader: SqliteEventLogReader,
    query: RecordQuery,
    request: pytest.FixtureRequest,
) -> None:
    whole = list(reader.records(query))
    assert len(whole) > 5, "a walk has many steps"
    parts = reader.records(query)
    first = next(parts)
    _commit_and_checkpoint(writer)
    # How far a step comes depends on the clock, so the hits are compared and not the steps.
    assert list(chain.from_iterable(whole)) == list(chain(first, *parts))
    counted = sum(reader.count_records(query))
    counts = reader.count_records(query)
    first_count = next(counts)
    _commit_and_checkpoint(writer)
    rest = list(counts)
    # Undated ones are counted by their tree, in one step.
    is_counted_at_once = query is EVERY and request.node.callspec.params["writer"] == "undated"
    assert is_counted_at_once or len(rest) > 3, "so does counting"
    assert counted == first_count + sum(rest)


def _commit_and_checkpoint(writer: SqliteEventLogWriter) -> None:
    writer.commit(make_batch(writer.position, to_position=writer.position + 1))
    log_frames, checkpointed = writer._connection.wal_checkpoint(mode=2)
    assert log_frames == checkpointed, "all of the WAL could be taken over"


@pytest.mark.parametrize("query", [EVERY, USER, FAMILY, RITZ])
def test_the_steps_of_a_walk_may_be_taken_by_any_thread(
    reader: SqliteEventLogReader, query: RecordQuery
) -> None:
    expected = [hit for part in reader.records(query) for hit in part]
    parts = reader.records(query)
    found = []
    pools = [ThreadPoolExecutor(1) for _ in range(3)]
    for turn in range(RECORDS):
        part = pools[turn % 3].submit(next, parts, None).result()
        if part is None:
            break
        found += part
    for pool in pools:
        pool.shutdown()
    assert expected == found


def test_a_customer_is_found_in_every_run(reader: SqliteEventLogReader) -> None:
    found = [hit.key.event_at - START_MS // 1000 for part in reader.records(USER) for hit in part]
    assert list(range(RECORDS - 1, 0, -2)) == found
    assert RECORDS // 2 == sum(reader.count_records(USER))


@pytest.mark.parametrize("writer", ["dated"], indirect=True)
def test_runs_go_on_where_the_last_worker_left_them(
    writer: SqliteEventLogWriter, reader: SqliteEventLogReader, tmp_path: Path
) -> None:
    writer.end()
    second = SqliteEventLogWriter(tmp_path)
    second.take_over()
    record = make_record(user_id=1, event_at_ms=START_MS + 10**6)
    second.commit(make_batch(second.position, make_settled(1_000, record=record)))
    runs = second._connection.execute(
        "SELECT run, count(*) FROM record_of WHERE kind = 0 GROUP BY run"
    ).fetchall()
    second.end()
    assert [(0, 16), (1, 16), (2, 8)] == runs, "the first record is undated"
    assert 1_000 == int.from_bytes(next(reader.records(USER))[0].key.id[-4:], "big")
