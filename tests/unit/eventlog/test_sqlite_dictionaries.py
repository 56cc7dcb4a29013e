"""Small blocks are compressed against a dictionary, and are read whatever became of it meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hooklog.errors import StorageDamaged
from hooklog.eventlog.query import Query
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import ORG, make_batch, make_entry, make_id, make_record, make_settled
from hooklog.testing.clock import FakeClock

EVENTS = 200
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
BROKEN = make_record(side_effects=(object(),))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def writer(tmp_path: Path, clock: FakeClock) -> Iterator[SqliteEventLogWriter]:
    writer = SqliteEventLogWriter(tmp_path, clock_ms=clock.now_ms, synchronous="OFF")
    writer.take_over()
    yield writer
    writer._connection.close()


def settle_one_by_one(writer: SqliteEventLogWriter, count: int = EVENTS) -> None:
    for _ in range(count):
        number = writer.position + 1
        writer.commit(make_batch(writer.position, make_settled(number, record=make_record())))


def made(writer: SqliteEventLogWriter) -> int:
    return len(writer._connection.execute("SELECT id FROM dictionary").fetchall())


def sizes(writer: SqliteEventLogWriter) -> list[int]:
    return [size for (size,) in writer._connection.execute("SELECT length(body) FROM block ORDER BY id")]


def test_small_blocks_shrink_once_there_is_a_dictionary(writer: SqliteEventLogWriter) -> None:
    settle_one_by_one(writer)
    assert 1 == made(writer)
    assert sizes(writer)[-1] < sizes(writer)[0] / 2


def test_every_block_is_read_with_its_own_dictionary(
    writer: SqliteEventLogWriter, clock: FakeClock, tmp_path: Path
) -> None:
    settle_one_by_one(writer)
    for life_ms in (MINUTE_MS, HOUR_MS, DAY_MS, DAY_MS, DAY_MS):
        clock.advance(ms=life_ms)
        settle_one_by_one(writer)
    assert 6 == made(writer)
    reader = SqliteEventLogReader(tmp_path)
    last = writer.position
    expected = [make_entry(number) for number in range(last, last - 1_000, -1)]
    assert expected == reader.page(Query(org_ids=(ORG,), limit=1_000))
    assert [make_entry(number) for number in range(1, 1_001)] == reader.page(
        Query(org_ids=(ORG,), limit=1_000, is_ascending=True)
    )
    reader.close()


def test_dictionaries_are_few(writer: SqliteEventLogWriter, clock: FakeClock) -> None:
    counts = []
    for _ in range(30):
        settle_one_by_one(writer, 100)
        counts.append(made(writer))
        clock.advance(ms=HOUR_MS)
    assert [1, 2, *[3] * 24, *[4] * 4] == counts, "after a minute, an hour, and then a day"


def test_a_large_block_needs_no_dictionary(writer: SqliteEventLogWriter) -> None:
    writer.commit(make_batch(0, *(make_settled(number, record=make_record()) for number in range(1, 300))))
    assert 0 == made(writer)


def test_the_next_worker_goes_on_with_the_last_dictionary(
    writer: SqliteEventLogWriter, clock: FakeClock, tmp_path: Path
) -> None:
    settle_one_by_one(writer)
    writer.end()
    second = SqliteEventLogWriter(tmp_path, clock_ms=clock.now_ms)
    second.take_over()
    settle_one_by_one(second, 1)
    assert sizes(second)[-1] < sizes(second)[0] / 2
    second._connection.close()


def test_a_dictionary_of_a_broken_commit_is_not_used(writer: SqliteEventLogWriter, tmp_path: Path) -> None:
    while made(writer) == 0:
        before = writer.position
        good = make_settled(before + 1, record=make_record())
        # In a block of its own, behind one for which a dictionary may have been made.
        broken = make_settled(before + 2, record=BROKEN, input=b"x" * 40_000)
        with pytest.raises(TypeError):
            writer.commit(make_batch(before, good, broken))
        settle_one_by_one(writer, 1)
    settle_one_by_one(writer, 5)
    reader = SqliteEventLogReader(tmp_path)
    assert make_entry(writer.position) == reader.entry(ORG, make_id(writer.position))
    reader.close()


def test_a_lost_dictionary_is_said_to_be_damage(writer: SqliteEventLogWriter, tmp_path: Path) -> None:
    settle_one_by_one(writer)
    writer._connection.execute("DELETE FROM dictionary")
    reader = SqliteEventLogReader(tmp_path)
    with pytest.raises(StorageDamaged, match="dictionary 1 is missing"):
        reader.entry(ORG, make_id(EVENTS))
    assert make_entry(1) == reader.entry(ORG, make_id(1))
    reader.close()
