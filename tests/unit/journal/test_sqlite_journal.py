"""What the journal in SQLite promises beside the suite that all journals pass: its file, its owner, its gaps."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hooklog.db.migrate import newest_version
from hooklog.db.sqlite import open_database
from hooklog.errors import FolderNotWritable, FolderTooNew, HooklogError, JournalForeign, JournalGap
from hooklog.journal.base import Positioned
from hooklog.journal.files import file_path, files_in_order
from hooklog.journal.sqlite import SqliteJournalReader, SqliteJournalWriter
from hooklog.testing.builders import make_event, make_events
from hooklog.testing.journals import LOG_ID

Opened = Callable[..., SqliteJournalReader]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SqliteJournalWriter]:
    """A journal of four groups: positions 1-2, 3-5, 6, 7."""
    writer = SqliteJournalWriter(tmp_path, log_id=LOG_ID, position=0)
    for first, last in ((1, 2), (3, 5), (6, 6), (7, 7)):
        writer.append(make_events(first, last))
    yield writer
    writer.close()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Opened]:
    opened: list[SqliteJournalReader] = []

    def open_reader(*, accept_gap: bool = False) -> SqliteJournalReader:
        opened.append(SqliteJournalReader(tmp_path, log_id=LOG_ID, accept_gap=accept_gap))
        return opened[-1]

    yield open_reader
    for one in opened:
        one.close()


def behind_its_back(folder: Path, statement: str) -> None:
    """Do to the file what no program of ours does, as a restored backup or a bad disk would."""
    connection = open_database(file_path(folder, 1))
    connection.execute(statement)
    connection.close()


def positions(found: list[Positioned]) -> list[int]:
    return [item.position for item in found]


def test_every_file_of_the_journal_is_private(tmp_path: Path, writer: SqliteJournalWriter) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert {"journal-1.db": 0o600, "journal-1.db-shm": 0o600, "journal-1.db-wal": 0o600} == modes


def test_file_is_wal_and_syncs_every_commit(tmp_path: Path, writer: SqliteJournalWriter) -> None:
    assert "wal" == writer._connection.pragma("journal_mode")
    assert 2 == writer._connection.pragma("synchronous"), "2 is FULL"


def test_one_commit_group_is_one_row(tmp_path: Path, writer: SqliteJournalWriter) -> None:
    rows = writer._connection.execute("SELECT last, count FROM journal ORDER BY last").fetchall()
    assert [(2, 2), (5, 3), (6, 1), (7, 1)] == rows


def test_writer_refuses_the_journal_of_another_event_log(tmp_path: Path, writer: SqliteJournalWriter) -> None:
    writer.close()
    other = b"some other's log"
    with pytest.raises(JournalForeign) as caught:
        SqliteJournalWriter(tmp_path, log_id=other, position=0)
    assert LOG_ID.hex() in str(caught.value)
    assert other.hex() in str(caught.value)
    assert "journal-1.db" in str(caught.value)
    assert [file_path(tmp_path, 1)] == files_in_order(tmp_path)


def test_reader_refuses_the_journal_of_another_event_log(tmp_path: Path, writer: SqliteJournalWriter) -> None:
    reader = SqliteJournalReader(tmp_path, log_id=b"some other's log")
    with pytest.raises(JournalForeign):
        reader.read(0, 10)
    reader.close()


def test_journal_of_a_newer_program_is_refused_untouched(tmp_path: Path, writer: SqliteJournalWriter) -> None:
    writer.close()
    newer = newest_version("journal") + 1
    behind_its_back(tmp_path, f"PRAGMA user_version = {newer}")
    with pytest.raises(FolderTooNew) as caught:
        SqliteJournalWriter(tmp_path, log_id=LOG_ID, position=0)
    assert str(newer) in str(caught.value)
    with pytest.raises(FolderTooNew):
        SqliteJournalReader(tmp_path, log_id=LOG_ID).read(0, 10)
    connection = open_database(file_path(tmp_path, 1), read_only=True)
    assert [(newer,)] == connection.execute("PRAGMA user_version").fetchall()
    assert [(4,)] == connection.execute("SELECT count(*) FROM journal").fetchall()
    connection.close()


def test_folder_that_is_missing_is_said_to_be_unusable(tmp_path: Path) -> None:
    with pytest.raises(FolderNotWritable) as caught:
        SqliteJournalWriter(tmp_path / "missing", log_id=LOG_ID, position=0)
    assert str(tmp_path / "missing") in str(caught.value)
    assert "" != caught.value.hint


def test_journal_that_cannot_be_made_is_said_to_be_unusable(tmp_path: Path) -> None:
    # A folder of the journal's name refuses everybody, root too.
    file_path(tmp_path, 1).mkdir()
    with pytest.raises(FolderNotWritable):
        SqliteJournalWriter(tmp_path, log_id=LOG_ID, position=0)


def test_file_that_is_no_database_is_an_error_of_the_world(tmp_path: Path) -> None:
    file_path(tmp_path, 1).write_bytes(b"not a database " * 500)
    with pytest.raises(HooklogError):
        SqliteJournalWriter(tmp_path, log_id=LOG_ID, position=0)


def test_reader_of_a_folder_without_a_journal_finds_nothing(reader: Opened) -> None:
    assert [] == reader().read(0, 10)


def test_file_whose_making_was_cut_short_is_finished(tmp_path: Path, reader: Opened) -> None:
    file_path(tmp_path, 1).touch()
    assert [] == reader().read(0, 10)
    writer = SqliteJournalWriter(tmp_path, log_id=LOG_ID, position=8)
    assert 9 == writer.append([make_event(9)])
    assert [9] == positions(reader().read(8, 10))
    writer.close()


def test_next_number_is_above_the_position_also_in_a_journal_that_is_behind(
    tmp_path: Path, writer: SqliteJournalWriter, reader: Opened
) -> None:
    writer.close()
    again = SqliteJournalWriter(tmp_path, log_id=LOG_ID, position=20)
    assert 20 == again.last
    assert 21 == again.append([make_event(21)])
    assert [21] == positions(reader().read(20, 10))
    again.close()


@pytest.mark.parametrize(
    ("lost", "after", "first", "last"),
    [
        ("last = 2", 0, 1, 2),
        ("last = 2", 1, 2, 2),
        ("last = 5", 2, 3, 5),
        ("last = 5", 4, 5, 5),
        ("last IN (2, 5)", 0, 1, 5),
        ("last = 7", 6, 7, 7),
        ("last >= 6", 5, 6, 7),
        ("last > 0", 0, 1, 7),
    ],
)
def test_missing_positions_are_a_gap_that_names_them(
    tmp_path: Path, writer: SqliteJournalWriter, reader: Opened, lost: str, after: int, first: int, last: int
) -> None:
    behind_its_back(tmp_path, f"DELETE FROM journal WHERE {lost}")
    with pytest.raises(JournalGap) as caught:
        reader().read(after, 10)
    assert f"{first} to {last} " in str(caught.value)
    assert "--accept-gap" in caught.value.hint


def test_gap_ahead_does_not_hide_from_a_read_that_starts_before_it(
    tmp_path: Path, writer: SqliteJournalWriter, reader: Opened
) -> None:
    behind_its_back(tmp_path, "DELETE FROM journal WHERE last = 5")
    with pytest.raises(JournalGap):
        reader().read(0, 10)
    # What lies before the gap is whole and may be worked off.
    assert [1, 2] == positions(reader().read(0, 2))


def test_lost_tail_is_a_gap_once_a_read_reaches_it(
    tmp_path: Path, writer: SqliteJournalWriter, reader: Opened
) -> None:
    behind_its_back(tmp_path, "DELETE FROM journal WHERE last = 7")
    assert [1, 2, 3, 4, 5, 6] == positions(reader().read(0, 10))
    with pytest.raises(JournalGap):
        reader().read(6, 10)


def test_rows_missing_at_or_below_the_position_are_no_gap(
    tmp_path: Path, writer: SqliteJournalWriter, reader: Opened
) -> None:
    behind_its_back(tmp_path, "DELETE FROM journal WHERE last <= 5")
    assert [6, 7] == positions(reader().read(5, 10))


def test_accepted_gap_is_stepped_over_and_told_with_its_range(
    tmp_path: Path, writer: SqliteJournalWriter, reader: Opened
) -> None:
    behind_its_back(tmp_path, "DELETE FROM journal WHERE last = 5")
    with capture_logs() as told:
        found = reader(accept_gap=True).read(0, 10)
    assert [1, 2, 6, 7] == positions(found)
    expected = {"event": "journal_gap_accepted", "log_level": "error", "first": 3, "last": 5}
    assert [expected] == told


def test_accepted_lost_tail_lets_later_events_through(
    tmp_path: Path, writer: SqliteJournalWriter, reader: Opened
) -> None:
    behind_its_back(tmp_path, "DELETE FROM journal WHERE last >= 6")
    accepting = reader(accept_gap=True)
    with capture_logs() as told:
        assert [] == accepting.read(5, 10)
    assert [(6, 7)] == [(line["first"], line["last"]) for line in told]
    assert 8 == writer.append([make_event(8)])
    with capture_logs():
        assert [8] == positions(accepting.read(5, 10))
    assert [] == accepting.read(8, 10)
