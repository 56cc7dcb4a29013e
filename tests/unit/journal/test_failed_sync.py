"""A file whose sync failed is never synced again: the journal goes on in the next one (design, rule 2)."""

import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import pytest

from hooklog.db.sqlite import open_database
from hooklog.errors import JournalForeign, JournalGap, JournalUnavailable
from hooklog.journal.base import JournalReader, Positioned
from hooklog.journal.files import file_path, files_in_order, has_failed, mark_failed
from hooklog.journal.sqlite import SqliteJournalReader, SqliteJournalWriter
from hooklog.testing.bad_sync import BadSync, bad_sync
from hooklog.testing.builders import make_event, make_events
from hooklog.testing.journals import LOG_ID

Open = Callable[..., SqliteJournalWriter]


@pytest.fixture
def vfs() -> Iterator[BadSync]:
    with bad_sync() as vfs:
        yield vfs


@pytest.fixture
def open_writer(tmp_path: Path) -> Iterator[Open]:
    opened: list[SqliteJournalWriter] = []

    def open_one(position: int = 0, vfs: BadSync | None = None) -> SqliteJournalWriter:
        name = None if vfs is None else vfs.name
        opened.append(SqliteJournalWriter(tmp_path, log_id=LOG_ID, position=position, vfs=name))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[JournalReader]:
    reader = SqliteJournalReader(tmp_path, log_id=LOG_ID)
    yield reader
    reader.close()


@contextmanager
def file_bytes_max(limit: int) -> Iterator[None]:
    """The operating system refuses every write beyond this size, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def fail_with(writer: SqliteJournalWriter, folder: Path) -> None:
    """Leave the writer's file as an edge leaves it whose sync has failed."""
    newest = files_in_order(folder)[-1]
    writer.close()
    mark_failed(newest)


def behind_its_back(folder: Path, statement: str) -> None:
    """Do to the first file what no program of ours does, as a loss of power or a bad disk would."""
    connection = open_database(file_path(folder, 1))
    connection.execute(statement)
    connection.close()


def positions(found: list[Positioned]) -> list[int]:
    return [item.position for item in found]


def test_failed_sync_is_told_and_leaves_a_marker(tmp_path: Path, open_writer: Open, vfs: BadSync) -> None:
    writer = open_writer(vfs=vfs)
    writer.append(make_events(1, 2))
    vfs.fails_next = "-wal"
    with pytest.raises(JournalUnavailable) as caught:
        writer.append([make_event(3)])
    assert caught.value.retryable
    assert "journal-1.db" in str(caught.value)
    assert 2 == writer.last
    assert has_failed(file_path(tmp_path, 1))


def test_file_is_not_synced_again_after_its_sync_failed(
    tmp_path: Path, open_writer: Open, reader: JournalReader, vfs: BadSync
) -> None:
    writer = open_writer(vfs=vfs)
    writer.append(make_events(1, 2))
    vfs.fails_next = "-wal"
    with pytest.raises(JournalUnavailable):
        writer.append([make_event(3)])
    vfs.synced.clear()
    for _ in range(2):
        with pytest.raises(JournalUnavailable):
            writer.append([make_event(4)])
        with pytest.raises(JournalUnavailable):
            writer.trim(2)
    writer.close()
    again = open_writer(vfs=vfs)
    again.append([make_event(5)])
    assert [1, 2] == positions(reader.read(0, 2))
    again.trim(2)
    again.close()
    assert [] == [name for name in vfs.synced if name.startswith("journal-1")]


def test_failed_trim_ends_the_file_too(tmp_path: Path, open_writer: Open, vfs: BadSync) -> None:
    writer = open_writer(vfs=vfs)
    writer.append(make_events(1, 2))
    vfs.fails_next = "-wal"
    with pytest.raises(JournalUnavailable):
        writer.trim(2)
    assert has_failed(file_path(tmp_path, 1))


def append_until_it_fails(writer: SqliteJournalWriter, events_max: int) -> None:
    for number in range(1, events_max + 1):
        writer.append([make_event(number, body=b"x" * 1_000_000)])


def test_failed_checkpoint_ends_the_file_too(
    tmp_path: Path, open_writer: Open, reader: JournalReader
) -> None:
    # SQLite itself swallows errors of its automatic checkpoints: the file would be synced again and again.
    writer = open_writer()
    # The WAL is moved into the file every 16 MiB, so the second time goes beyond the limit.
    with file_bytes_max(20 * 1024 * 1024), pytest.raises(JournalUnavailable):
        append_until_it_fails(writer, 48)
    assert has_failed(file_path(tmp_path, 1))
    assert 30 <= writer.last <= 36, "it was the checkpoint that failed, not the growing WAL"
    again = open_writer()
    assert again.last >= writer.last
    last = again.append([make_event(100)])
    found = [position for after in range(last) for position in positions(reader.read(after, 1))]
    assert list(range(1, last + 1)) == found


def test_next_file_goes_on_with_the_numbers(tmp_path: Path, open_writer: Open, reader: JournalReader) -> None:
    writer = open_writer()
    writer.append(make_events(1, 2))
    writer.append(make_events(3, 5))
    fail_with(writer, tmp_path)
    again = open_writer()
    assert 5 == again.last
    assert 7 == again.append(make_events(6, 7))
    assert [file_path(tmp_path, 1), file_path(tmp_path, 2)] == files_in_order(tmp_path)
    assert [1, 2, 3, 4, 5] == positions(reader.read(0, 10))
    assert [6, 7] == positions(reader.read(5, 10))
    assert [5] == positions(reader.read(4, 1))


def test_next_file_starts_above_the_position_where_the_failed_one_is_behind(
    tmp_path: Path, open_writer: Open, reader: JournalReader
) -> None:
    writer = open_writer()
    writer.append(make_events(1, 2))
    fail_with(writer, tmp_path)
    again = open_writer(position=9)
    assert 10 == again.append([make_event(10)])
    assert [10] == positions(reader.read(9, 10))


def test_next_file_is_used_again_when_its_edge_ended_well(tmp_path: Path, open_writer: Open) -> None:
    writer = open_writer()
    writer.append([make_event(1)])
    fail_with(writer, tmp_path)
    second = open_writer()
    second.append([make_event(2)])
    second.close()
    assert 2 == open_writer().last
    assert [file_path(tmp_path, 1), file_path(tmp_path, 2)] == files_in_order(tmp_path)


@pytest.mark.parametrize("made", ["only a name", "tables but no origin"])
def test_next_file_whose_making_was_cut_short_does_not_give_out_old_numbers(
    tmp_path: Path, open_writer: Open, reader: JournalReader, made: str
) -> None:
    writer = open_writer()
    writer.append(make_events(1, 5))
    fail_with(writer, tmp_path)
    if made == "only a name":
        file_path(tmp_path, 2).touch()
    else:
        half = open_writer()
        half._connection.execute("DELETE FROM origin")
        half.close()
    again = open_writer(position=2)
    assert 5 == again.last
    assert 6 == again.append([make_event(6)])
    assert [3, 4, 5] == positions(reader.read(2, 10))
    assert [6] == positions(reader.read(5, 10))


def test_file_whose_making_was_cut_short_before_it_had_a_wal_holds_nothing(
    tmp_path: Path, open_writer: Open, reader: JournalReader
) -> None:
    """It lies there with a rollback journal, which a connection that only reads may not play back."""
    with closing(apsw.Connection(str(tmp_path / "half"))) as half:
        half.execute("PRAGMA cache_size = 1; CREATE TABLE t(x)")
        half.execute("BEGIN")
        half.execute("INSERT INTO t VALUES(zeroblob(100000))")
        shutil.copy(tmp_path / "half", file_path(tmp_path, 1))
        shutil.copy(tmp_path / "half-journal", tmp_path / "journal-1.db-journal")
    assert [] == reader.read(0, 10)
    mark_failed(file_path(tmp_path, 1))
    writer = open_writer()
    assert 2 == writer.append(make_events(1, 2))
    assert {100: 2} == writer.backlog_by_org(0)
    assert [1, 2] == positions(reader.read(0, 10))
    writer.trim(2)
    assert [] == list(tmp_path.glob("journal-1*"))


def test_old_file_is_never_read_beyond_where_the_next_one_starts(
    tmp_path: Path, open_writer: Open, reader: JournalReader
) -> None:
    writer = open_writer()
    writer.append(make_events(1, 2))
    writer.append([make_event(3)])
    fail_with(writer, tmp_path)
    open_writer().append(make_events(4, 5))
    # A group that was not acknowledged turns up in the old file after all, under a number now given twice.
    behind_its_back(tmp_path, "INSERT INTO journal SELECT 4, count, orgs, events FROM journal WHERE last = 3")
    assert make_events(1, 3) == [item.event for item in reader.read(0, 10)]
    assert make_events(4, 5) == [item.event for item in reader.read(3, 10)]
    assert reader.find(make_event(3).id, 3) is None


def test_file_that_was_never_finished_does_not_part_its_neighbours(
    tmp_path: Path, open_writer: Open, reader: JournalReader
) -> None:
    writer = open_writer()
    writer.append(make_events(1, 3))
    fail_with(writer, tmp_path)
    file_path(tmp_path, 2).touch()
    mark_failed(file_path(tmp_path, 2))
    again = open_writer()
    assert 4 == again.append([make_event(4)])
    assert [file_path(tmp_path, number) for number in (1, 2, 3)] == files_in_order(tmp_path)
    assert [1, 2, 3] == positions(reader.read(0, 10))
    assert [4] == positions(reader.read(3, 10))


def test_lost_tail_of_a_failed_file_was_never_acknowledged(
    tmp_path: Path, open_writer: Open, reader: JournalReader
) -> None:
    writer = open_writer()
    writer.append(make_events(1, 2))
    writer.append([make_event(3)])
    fail_with(writer, tmp_path)
    open_writer().append([make_event(4)])
    behind_its_back(tmp_path, "DELETE FROM journal WHERE last = 3")
    assert [1, 2] == positions(reader.read(0, 10))
    assert [4] == positions(reader.read(2, 10))


def test_missing_middle_of_a_failed_file_is_a_gap(
    tmp_path: Path, open_writer: Open, reader: JournalReader
) -> None:
    writer = open_writer()
    for number in (1, 2, 3):
        writer.append([make_event(number)])
    fail_with(writer, tmp_path)
    open_writer().append([make_event(4)])
    behind_its_back(tmp_path, "DELETE FROM journal WHERE last = 2")
    with pytest.raises(JournalGap):
        reader.read(0, 10)


def test_failed_journal_of_another_event_log_is_refused(tmp_path: Path, open_writer: Open) -> None:
    fail_with(open_writer(), tmp_path)
    with pytest.raises(JournalForeign):
        SqliteJournalWriter(tmp_path, log_id=b"some other's log", position=0)
    assert [file_path(tmp_path, 1)] == files_in_order(tmp_path)


def test_backlog_counts_what_lies_in_the_failed_file_too(tmp_path: Path, open_writer: Open) -> None:
    writer = open_writer()
    writer.append(make_events(1, 2, org_id=1))
    writer.append(make_events(3, 5, org_id=2))
    fail_with(writer, tmp_path)
    again = open_writer()
    again.append(make_events(6, 6, org_id=2))
    assert {1: 2, 2: 4} == again.backlog_by_org(0)
    assert {2: 4} == again.backlog_by_org(2)
    assert {2: 1} == again.backlog_by_org(5)


def test_trim_removes_old_files_once_all_they_held_is_settled(
    tmp_path: Path, open_writer: Open, reader: JournalReader
) -> None:
    for first, last in ((1, 2), (3, 4)):
        writer = open_writer()
        writer.append(make_events(first, last))
        fail_with(writer, tmp_path)
    newest = open_writer()
    newest.append(make_events(5, 6))
    assert [1, 2] == positions(reader.read(0, 10))
    newest.trim(3)
    assert [4] == positions(reader.read(3, 10))
    newest.trim(4)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert ["journal-3.db", "journal-3.db-shm", "journal-3.db-wal"] == left
    assert [5, 6] == positions(reader.read(4, 10))
    newest.close()
    assert 7 == open_writer(position=4).append([make_event(7)])
