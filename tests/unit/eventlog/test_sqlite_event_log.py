"""What the event log in SQLite promises beside the suite that all event logs pass: its file, failures, readers."""

import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from hooklog.db.migrate import newest_version
from hooklog.db.sqlite import open_database
from hooklog.errors import FolderNotWritable, FolderTooNew, StorageUnavailable
from hooklog.event import Status
from hooklog.eventlog.query import Match, Query
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.bad_sync import BadSync, bad_sync
from hooklog.testing.builders import (
    ORG,
    START_MS,
    make_batch,
    make_entry,
    make_id,
    make_parked,
    make_record,
    make_settled,
)

EVERYTHING = Query(org_ids=(ORG,), limit=1_000)
# No encoder takes it: what a bug of ours in a record would do in the middle of a commit.
BROKEN = make_record(side_effects=(object(),))


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SqliteEventLogWriter]:
    writer = SqliteEventLogWriter(tmp_path)
    writer.take_over()
    yield writer
    writer._connection.close()


@pytest.fixture
def reader(tmp_path: Path, writer: SqliteEventLogWriter) -> Iterator[SqliteEventLogReader]:
    reader = SqliteEventLogReader(tmp_path)
    yield reader
    reader.close()


@pytest.fixture
def vfs() -> Iterator[BadSync]:
    with bad_sync() as vfs:
        yield vfs


def assert_untouched(writer: SqliteEventLogWriter, reader: SqliteEventLogReader, position: int) -> None:
    assert position == reader.position()
    assert list(range(position, 0, -1)) == [entry.start_ms - START_MS for entry in reader.page(EVERYTHING)]
    assert reader.parked(ORG, make_id(50)) is None
    assert {} == writer.claims(ORG, [b"k", b"p"])
    assert position == len(writer._connection.execute("SELECT sequence FROM feed").fetchall())


def test_every_file_of_the_log_is_private(tmp_path: Path, writer: SqliteEventLogWriter) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert {FILE_NAME: 0o600, f"{FILE_NAME}-shm": 0o600, f"{FILE_NAME}-wal": 0o600} == modes


def test_file_is_wal_and_syncs_every_commit(writer: SqliteEventLogWriter) -> None:
    assert "wal" == writer._connection.pragma("journal_mode")
    assert 2 == writer._connection.pragma("synchronous"), "2 is FULL"


def test_log_of_a_newer_program_is_refused_untouched(tmp_path: Path, writer: SqliteEventLogWriter) -> None:
    newer = newest_version("eventlog") + 1
    writer._connection.pragma("user_version", newer)
    with pytest.raises(FolderTooNew) as caught:
        SqliteEventLogWriter(tmp_path)
    assert str(newer) in str(caught.value)
    assert newer == writer._connection.pragma("user_version")
    writer.commit(make_batch(0, make_settled(1)))


def test_folder_that_is_missing_is_said_to_be_unusable(tmp_path: Path) -> None:
    with pytest.raises(FolderNotWritable) as caught:
        SqliteEventLogWriter(tmp_path / "missing")
    assert "missing" in str(caught.value)
    with pytest.raises(FolderNotWritable):
        SqliteEventLogReader(tmp_path).position()


def test_commit_that_breaks_in_the_middle_leaves_nothing(
    writer: SqliteEventLogWriter, reader: SqliteEventLogReader
) -> None:
    writer.commit(make_batch(0, make_settled(1)))
    broken = make_batch(
        1, make_settled(2, claim_key=b"k"), make_parked(50, claim_key=b"p"), make_settled(3, record=BROKEN)
    )
    with pytest.raises(TypeError):
        writer.commit(broken)
    assert_untouched(writer, reader, 1)
    assert 1 == writer.position
    writer.commit(make_batch(1, make_settled(2)))
    assert_untouched(writer, reader, 2)


def test_names_first_seen_in_a_broken_commit_are_not_mixed_up_later(
    writer: SqliteEventLogWriter, reader: SqliteEventLogReader
) -> None:
    with pytest.raises(TypeError):
        writer.commit(make_batch(0, make_settled(1, event_name="lost", record=BROKEN)))
    writer.commit(make_batch(0, make_settled(1, event_name="kept")))
    writer.commit(make_batch(1, make_settled(2, event_name="lost")))
    assert ["lost", "kept"] == [entry.event_name for entry in reader.page(EVERYTHING)]


def test_commit_whose_sync_fails_is_told_and_leaves_nothing(tmp_path: Path, vfs: BadSync) -> None:
    writer = SqliteEventLogWriter(tmp_path, vfs=vfs.name)
    writer.take_over()
    writer.commit(make_batch(0, make_settled(1)))
    reader = SqliteEventLogReader(tmp_path)
    vfs.fails_next = "-wal"
    with pytest.raises(StorageUnavailable) as caught:
        writer.commit(make_batch(1, make_settled(2, claim_key=b"k"), make_parked(50)))
    assert caught.value.retryable
    assert 1 == writer.position
    assert_untouched(writer, reader, 1)
    reader.close()
    writer.end()


def test_file_that_is_locked_for_too_long_is_told(tmp_path: Path, writer: SqliteEventLogWriter) -> None:
    writer._connection.set_busy_timeout(1)
    other = open_database(tmp_path / FILE_NAME)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable):
        writer.commit(make_batch(0, make_settled(1)))
    other.execute("ROLLBACK")
    writer.commit(make_batch(0, make_settled(1)))
    other.close()


def test_commit_that_worked_although_it_was_told_as_failed_may_be_repeated(
    writer: SqliteEventLogWriter, reader: SqliteEventLogReader
) -> None:
    """It may have moved no position: what was parked before settled with it."""
    writer.commit(make_batch(0, make_parked(1)))
    settles = make_batch(1, make_settled(1, record=make_record(user_id=1)), to_position=1)
    writer.commit(settles)
    writer.commit(settles)
    writer.commit(make_batch(1, make_settled(2)))
    assert [make_entry(2), make_entry(1)] == reader.page(EVERYTHING)
    assert [((ORG, make_id(1)),), ((ORG, make_id(2)),)] == [row.ids for row in reader.feed(0, 10)]


def test_event_that_was_settled_before_is_told_to_the_operator(writer: SqliteEventLogWriter) -> None:
    with capture_logs() as told:
        writer.commit(make_batch(0, make_settled(1)))
        assert [] == told
        writer.commit(make_batch(1, make_settled(2), make_settled(1)))
    assert ["entry_was_there_already"] == [line["event"] for line in told]


def test_reader_sees_an_entry_never_before_its_position_nor_after(
    tmp_path: Path, writer: SqliteEventLogWriter
) -> None:
    """Goal: entries and position change in one step. A reader looks all the time while another thread commits."""
    batches, size = 60, 5
    done = threading.Event()
    wrong: list[str] = []
    looks = 0

    def look() -> None:
        nonlocal looks
        reader = SqliteEventLogReader(tmp_path)
        while not done.is_set() or looks == 0:
            before = reader.position()
            shown = len(reader.page(EVERYTHING))
            after = reader.position()
            looks += 1
            if not before <= shown <= after or shown % size:
                wrong.append(f"{shown} entries between positions {before} and {after}")
        reader.close()

    thread = threading.Thread(target=look)
    thread.start()
    for number in range(batches):
        first = number * size
        writer.commit(make_batch(first, *(make_settled(first + n) for n in range(1, size + 1))))
    done.set()
    thread.join()
    assert [] == wrong
    assert looks > 0


def test_page_of_an_open_reader_never_blocks_the_writer(
    writer: SqliteEventLogWriter, reader: SqliteEventLogReader
) -> None:
    writer._connection.set_busy_timeout(1)
    for number in range(1, 20):
        writer.commit(make_batch(number - 1, make_settled(number)))
        assert number == len(reader.page(EVERYTHING))


def test_one_reader_serves_many_threads(writer: SqliteEventLogWriter, reader: SqliteEventLogReader) -> None:
    writer.commit(make_batch(0, *(make_settled(number, input=b"x" * 2_000) for number in range(1, 101))))
    expected = reader.page(EVERYTHING)
    found: list[bool] = []

    def look() -> None:
        found.extend(expected == reader.page(EVERYTHING) for _ in range(10))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [True] * 40 == found


def test_retention_leaves_no_row_behind(writer: SqliteEventLogWriter) -> None:
    entries = [make_settled(number, input=b"x" * 2_000, record=make_record()) for number in range(1, 6)]
    writer.commit(make_batch(0, *entries))
    assert 5 == writer.remove_expired(ORG, START_MS + 100, 10)
    for table in ("entry", "block", "kind", "word", "moment", "failure", "rollup", "record_at", "record_of"):
        assert [(0,)] == writer._connection.execute(f"SELECT count(*) FROM {table}").fetchall()


@pytest.mark.parametrize(
    "query",
    [
        Query(org_ids=(ORG,)),
        Query(org_ids=(ORG,), event_names=Match(frozenset({"visit"}))),
        Query(org_ids=(ORG,), event_names=Match(frozenset({"visit"})), after=make_id(50)),
        Query(org_ids=(ORG,), statuses=Match(frozenset({Status.INVALID_EVENT_NAME}))),
        Query(org_ids=(ORG,), webhook_ids=Match(frozenset({"rare"}))),
        Query(org_ids=(ORG,), ids=Match(frozenset({make_id(7)}))),
        Query(org_ids=(ORG,), from_id=make_id(3), until_id=make_id(9), is_ascending=True),
    ],
)
def test_no_page_sorts_or_scans(
    writer: SqliteEventLogWriter, reader: SqliteEventLogReader, query: Query
) -> None:
    """A page walks trees that are in order already; a sort would read all that matches to show ten."""
    rare = make_settled(1, status=Status.INVALID_EVENT_NAME, webhook_id="rare")
    writer.commit(make_batch(0, rare, *(make_settled(number) for number in range(2, 100))))
    assert len(reader.page(query)) > 0
    connection = reader._pool.connection()
    seen: list[tuple[str, Any]] = []

    def note(_: object, sql: str, values: Any) -> bool:
        seen.append((sql, values))
        return True

    connection.exec_trace = note
    list(reader.walk(query))
    connection.exec_trace = None
    walks = [(sql, values) for sql, values in seen if "FROM entry e" in sql]
    assert walks
    for sql, values in walks:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
        steps = " ".join(str(row[3]) for row in plan)
        assert "SEARCH e USING PRIMARY KEY" in steps, steps
        assert "SCAN" not in steps, steps
        assert "TEMP B-TREE" not in steps, steps


def test_entry_is_found_by_id_whatever_lies_around(
    writer: SqliteEventLogWriter, reader: SqliteEventLogReader
) -> None:
    writer.commit(make_batch(0, *(make_settled(number) for number in range(1, 300))))
    assert make_entry(123) == reader.entry(ORG, make_id(123))
