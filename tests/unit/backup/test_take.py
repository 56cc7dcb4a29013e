"""A backup is refused before anything is made, or is whole; what the copy lacks is where the other files say."""

import shutil
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from tests.unit.backup.conftest import Watching
from tests.unit.check.conftest import NOW_MS, damage, make_success, open_writer, problems_of, report_on

from hooklog.backup import take
from hooklog.backup.note import BackupNote, read_note
from hooklog.consumers.ei_store import EiStore
from hooklog.db.copying import copy_database
from hooklog.db.sqlite import open_database, row_of
from hooklog.errors import BackupError, FolderError, HooklogError
from hooklog.eventlog.retention import RetentionSettings
from hooklog.files import BACKUP_NOTE, prepare_folder
from hooklog.journal.files import mark_failed
from hooklog.journal.sqlite import SqliteJournalReader, SqliteJournalWriter
from hooklog.testing.builders import make_batch, make_events


def back_up(folder: Path, to: Path, watching: Watching) -> BackupNote:
    return take.take_backup(folder, to, RetentionSettings(), lambda: NOW_MS, watching)


def content_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_backup_is_whole_sound_and_private(folder: Path, tmp_path: Path, watching: Watching) -> None:
    to = tmp_path / "backups" / "monday"
    note = back_up(folder, to, watching)
    assert {} == problems_of(report_on(to))
    assert ["copying", "checking", "noting digests"] == watching.acts
    assert (note, 7) == (read_note(to), note.position)
    assert [] == list(to.parent.glob(".*"))
    made = [path for path in [to, *to.rglob("*")] if path.is_dir()]
    assert {0o700} == {path.stat().st_mode & 0o777 for path in made}


def test_a_backup_has_every_file_noted_and_no_other(folder: Path, tmp_path: Path, watching: Watching) -> None:
    note = back_up(folder, tmp_path / "to", watching)
    assert {file.name for file in note.files} | {BACKUP_NOTE} == content_of(tmp_path / "to").keys()
    expected = {"access.db", "catalog.db", "directory.db", "events.db", "jobs.db", "journal-1.db"}
    assert expected | {"keys/installation.key", "keys/token-k1.pem"} == {file.name for file in note.files}
    assert watching.bytes == note.bytes


def test_the_folder_that_is_copied_stays_as_it_was(folder: Path, tmp_path: Path, watching: Watching) -> None:
    before = content_of(folder)
    back_up(folder, tmp_path / "to", watching)
    after = content_of(folder)
    assert before == {name: body for name, body in after.items() if not name.endswith(("-shm", "-wal"))}


def test_an_empty_folder_is_taken_over(folder: Path, tmp_path: Path, watching: Watching) -> None:
    (tmp_path / "to").mkdir()
    back_up(folder, tmp_path / "to", watching)
    assert (tmp_path / "to" / BACKUP_NOTE).is_file()


def test_what_cannot_be_is_refused_before_anything_is_made(
    folder: Path, tmp_path: Path, watching: Watching
) -> None:
    taken, file = tmp_path / "taken", tmp_path / "file"
    taken.mkdir()
    (taken / "x").touch()
    file.touch()
    wrong = [
        (folder, taken, "is not empty"),
        (folder, file, "is no folder"),
        (folder, folder / "backup", "lies in the data folder"),
        (folder, folder, "lies in the data folder"),
        (folder, Path("/proc"), "is where a disk is mounted"),
        (taken, tmp_path / "to", "is no data folder"),
        (tmp_path / "nowhere", tmp_path / "to", "is no data folder"),
    ]
    before = content_of(tmp_path)
    for source, to, problem in wrong:
        with pytest.raises(FolderError, match=problem):
            back_up(source, to, watching)
    assert before == content_of(tmp_path)


def test_a_backup_is_neither_backed_up_nor_served(folder: Path, tmp_path: Path, watching: Watching) -> None:
    back_up(folder, tmp_path / "to", watching)
    with pytest.raises(FolderError, match="no data folder"):
        back_up(tmp_path / "to", tmp_path / "again", watching)
    with pytest.raises(FolderError, match="is a backup"):
        prepare_folder(tmp_path / "to")


def test_what_is_not_sound_becomes_no_backup(folder: Path, tmp_path: Path, watching: Watching) -> None:
    damage(folder, "events.db", "DELETE FROM feed WHERE sequence = 2")
    with pytest.raises(BackupError, match=r"not sound.*rows 2 to 2 are missing"):
        back_up(folder, tmp_path / "backups" / "to", watching)
    assert [] == list((tmp_path / "backups").iterdir())


def test_without_the_look_a_backup_says_so(folder: Path, tmp_path: Path, watching: Watching) -> None:
    note = take.take_backup(folder, tmp_path / "to", None, lambda: NOW_MS, watching)
    assert ["copying", "noting digests"] == watching.acts
    assert (note, False) == (read_note(tmp_path / "to"), note.is_checked)
    assert {} == problems_of(report_on(tmp_path / "to"))
    assert back_up(folder, tmp_path / "looked at", watching).is_checked


def test_a_file_that_cannot_be_read_leaves_nothing(folder: Path, tmp_path: Path, watching: Watching) -> None:
    (folder / "catalog.db").write_bytes(b"no database" * 1_000)
    with pytest.raises(HooklogError, match=r"catalog\.db"):
        back_up(folder, tmp_path / "backups" / "to", watching)
    assert [] == list((tmp_path / "backups").iterdir())


def test_a_disk_without_room_is_told_beforehand(
    folder: Path, tmp_path: Path, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take, "_ROOM_BYTES", 1 << 60)
    with pytest.raises(BackupError, match="are free at"):
        back_up(folder, tmp_path / "to", watching)
    assert not (tmp_path / "to").exists()


def test_the_copy_of_the_log_is_no_dead_workers(folder: Path, tmp_path: Path, watching: Watching) -> None:
    damage(folder, "events.db", "UPDATE state SET is_running = 1")
    back_up(folder, tmp_path / "to", watching)
    with closing(open_database(tmp_path / "to" / "events.db", read_only=True)) as log:
        assert (0,) == row_of(log, "SELECT is_running FROM state")


def test_numbers_that_settled_while_the_journal_was_copied_do_not_come_again(
    folder: Path, tmp_path: Path, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is copied later: what it has settled by then the journal's copy may lack."""

    def and_go_on(source: Path, *rest: object) -> None:
        copy_database(source, *rest)  # type: ignore[arg-type]
        if source.name == "journal-1.db":
            with open_writer(folder) as log:
                with closing(SqliteJournalWriter(folder, log_id=log.log_id, position=7)) as journal:
                    journal.append(make_events(10, 12))
                log.commit(make_batch(7, *(make_success(number) for number in range(8, 13))))

    monkeypatch.setattr(take, "copy_database", and_go_on)
    to = tmp_path / "to"
    assert 12 == back_up(folder, to, watching).position
    assert {} == problems_of(report_on(to))
    log_id = bytes.fromhex(read_note(to).log_id)
    (to / BACKUP_NOTE).unlink()
    with closing(SqliteJournalReader(to, log_id=log_id)) as reader:
        assert [] == reader.read(12, 10)
    with closing(SqliteJournalWriter(to, log_id=log_id, position=12)) as journal:
        assert 13 == journal.append(make_events(13, 13))


def test_a_journal_that_failed_is_copied_with_its_successor(
    folder: Path, tmp_path: Path, watching: Watching
) -> None:
    mark_failed(folder / "journal-1.db")
    with open_writer(folder) as log:
        log_id = log.log_id
    with closing(SqliteJournalWriter(folder, log_id=log_id, position=7)) as journal:
        journal.append(make_events(10, 10))
    back_up(folder, tmp_path / "to", watching)
    names = {path.name for path in (tmp_path / "to").iterdir() if path.name.startswith("journal")}
    assert {"journal-1.db", "journal-1.failed", "journal-2.db"} == names
    with closing(SqliteJournalReader(tmp_path / "to", log_id=log_id)) as reader:
        assert [8, 9, 10] == [item.position for after in (7, 9) for item in reader.read(after, 10)]


def test_files_of_the_export_are_copied_up_to_its_cursor(
    folder: Path, tmp_path: Path, watching: Watching
) -> None:
    """What is being written belongs to no file yet: it is written once more from the copy."""
    with open_writer(folder) as log, closing(EiStore(folder, log.log_id)) as store:
        store.advance(2)
        store.plan(3)
    day = folder / "ei" / "org=1" / "date=2026-01-01"
    day.mkdir(parents=True, mode=0o700)
    written = f"{1:012d}-{2:012d}.parquet"
    for name in (written, f"{3:012d}-{3:012d}.parquet", f".{3:012d}-{3:012d}.parquet.part", "mine.parquet"):
        (day / name).write_bytes(name.encode())
    back_up(folder, tmp_path / "to", watching)
    copied = tmp_path / "to" / "ei" / "org=1" / "date=2026-01-01"
    assert {written: written.encode()} == content_of(copied)


def test_what_is_taken_away_meanwhile_is_left_out_and_said(
    folder: Path, tmp_path: Path, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = folder / "ei" / "org=1" / "date=2026-01-01" / "1-2.parquet"
    monkeypatch.setattr(take, "exported_files", lambda *_: [gone] if watching.bytes else [])
    note = back_up(folder, tmp_path / "to", watching)
    assert [f"{gone.relative_to(folder)} was taken away meanwhile; it is left out"] == watching.said
    assert not (tmp_path / "to" / "ei").exists()
    assert not [file for file in note.files if "parquet" in file.name]


def test_a_folder_without_a_journal_or_jobs_is_backed_up(
    folder: Path, tmp_path: Path, watching: Watching
) -> None:
    """As `load` makes it before the first start."""
    fresh = tmp_path / "fresh"
    shutil.copytree(folder, fresh)
    for name in ("journal-1.db", "jobs.db"):
        (fresh / name).unlink()
    with closing(open_database(fresh / "events.db")) as log:
        for table in ("entry", "block", "feed", "claim", "pending", "kind", "moment", "failure", "rollup"):
            log.execute(f"DELETE FROM {table}")
        for table in ("record_at", "record_of", "value_run", "value_part", "value_id", "word"):
            log.execute(f"DELETE FROM {table}")
        log.execute("UPDATE state SET position = 0, records = 0, blocks = 0")
        log.execute("DELETE FROM sqlite_sequence")
    assert 0 == back_up(fresh, tmp_path / "to", watching).position


def test_nobody_holds_the_copy_when_it_is_done(folder: Path, tmp_path: Path, watching: Watching) -> None:
    back_up(folder, tmp_path / "to", watching)
    for path in (tmp_path / "to").glob("*.db"):
        assert not path.with_name(f"{path.name}-wal").exists()
        with closing(apsw.Connection(str(path))) as connection:
            assert "wal" == connection.pragma("journal_mode")
