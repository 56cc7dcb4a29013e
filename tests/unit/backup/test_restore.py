"""What is restored is what was backed up, or nothing; and no number that was given out behind it comes again."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.unit.backup.conftest import Watching
from tests.unit.check.conftest import NOW_MS, make_success, open_writer, problems_of, report_on

from hooklog.backup.restore import restore
from hooklog.backup.take import take_backup
from hooklog.db.sqlite import open_database, row_of
from hooklog.directory.base import Identifier
from hooklog.directory.sqlite import SqliteDirectory
from hooklog.errors import BackupError, FolderError
from hooklog.eventlog.retention import RetentionSettings
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.files import BACKUP_NOTE
from hooklog.testing.builders import ORG, make_batch

HOUR_MS = 3_600_000


@pytest.fixture
def backup(folder: Path, tmp_path: Path, watching: Watching) -> Path:
    take_backup(folder, tmp_path / "backup", RetentionSettings(), lambda: NOW_MS, watching)
    watching.bytes = 0
    return tmp_path / "backup"


def test_a_restored_folder_is_sound_and_goes_on(backup: Path, tmp_path: Path, watching: Watching) -> None:
    restored = restore(backup, tmp_path / "restored", NOW_MS + HOUR_MS, watching)
    assert (HOUR_MS, restored.backup.bytes) == (restored.age_ms, watching.bytes)
    assert {} == problems_of(report_on(tmp_path / "restored"))
    assert not (tmp_path / "restored" / BACKUP_NOTE).exists()
    with open_writer(tmp_path / "restored") as log:
        log.commit(make_batch(7, make_success(8)))
    assert {} == problems_of(report_on(tmp_path / "restored"))


def test_a_backup_may_be_restored_again(backup: Path, tmp_path: Path, watching: Watching) -> None:
    before = {path: path.read_bytes() for path in backup.rglob("*") if path.is_file()}
    first = restore(backup, tmp_path / "restored", NOW_MS, watching)
    later = restore(backup, tmp_path / "again", NOW_MS + HOUR_MS, watching)
    assert before == {path: path.read_bytes() for path in backup.rglob("*") if path.is_file()}
    # What the first one may have committed in an hour comes before the second one's.
    assert HOUR_MS < later.first_sequence - first.first_sequence


@pytest.mark.parametrize("age_ms", [-HOUR_MS, 0, HOUR_MS])
def test_the_feed_goes_on_behind_whatever_may_have_been_lost(
    backup: Path, tmp_path: Path, watching: Watching, age_ms: int
) -> None:
    restored = restore(backup, tmp_path / "restored", NOW_MS + age_ms, watching)
    with open_writer(tmp_path / "restored") as log:
        log.commit(make_batch(7, make_success(8)))
    with closing(SqliteEventLogReader(tmp_path / "restored")) as reader:
        rows = reader.feed(0, 10)
        assert [1, 2, 3, restored.first_sequence, restored.first_sequence + 1] == [
            one.sequence for one in rows
        ]
        assert () == tuple(rows[3].ids)
        assert [0, 1] == [len(one.records) for one in reader.feed_records(3)]
    assert 3 + max(0, age_ms) * 10 < restored.first_sequence


def test_customers_get_no_id_that_may_have_been_lost(
    backup: Path, tmp_path: Path, watching: Watching
) -> None:
    restore(backup, tmp_path / "restored", NOW_MS + HOUR_MS, watching)
    with closing(SqliteDirectory(tmp_path / "restored")) as directory:
        assert 7 + HOUR_MS < directory.add_customer(ORG, Identifier("mobile", "917744876499"))
        assert 7 == directory.find_customer(ORG, Identifier("mobile", "917744876415"))


def _cut(backup: Path) -> None:
    path = backup / "events.db"
    path.write_bytes(path.read_bytes()[:-1])


def _flip(backup: Path) -> None:
    path = backup / "keys" / "installation.key"
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])


def _change_note(**changes: Any) -> Callable[[Path], None]:
    def change(backup: Path) -> None:
        note = json.loads((backup / BACKUP_NOTE).read_text())
        (backup / BACKUP_NOTE).write_text(json.dumps({**note, **changes}))

    return change


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (_cut, r"events\.db is not as it was"),
        (_flip, r"installation\.key is not as it was"),
        (lambda backup: (backup / "jobs.db").unlink(), r"jobs\.db is missing"),
        (lambda backup: (backup / BACKUP_NOTE).unlink(), r"is no backup: backup\.json cannot be read"),
        (lambda backup: (backup / BACKUP_NOTE).write_bytes(b"{"), r"backup\.json cannot be read"),
        (_change_note(form=2), "has form 2"),
        (_change_note(files=[{"name": "../x", "bytes": 0, "sha256": ""}]), "lies elsewhere"),
        (_change_note(files=[{"name": "/x", "bytes": 0, "sha256": ""}]), "lies elsewhere"),
    ],
)
def test_a_backup_that_is_not_as_it_was_is_not_restored(
    backup: Path, tmp_path: Path, watching: Watching, harm: Callable[[Path], object], problem: str
) -> None:
    harm(backup)
    with pytest.raises(BackupError, match=problem):
        restore(backup, tmp_path / "some" / "data", NOW_MS, watching)
    assert [] == list(tmp_path.glob("some/*")) + list(tmp_path.glob("some/.*"))


def test_nothing_is_written_over(backup: Path, folder: Path, tmp_path: Path, watching: Watching) -> None:
    for to, problem in ((folder, "is not empty"), (backup / "data", "lies in the backup")):
        with pytest.raises(FolderError, match=problem):
            restore(backup, to, NOW_MS, watching)
    (tmp_path / "empty").mkdir()
    restore(backup, tmp_path / "empty", NOW_MS, watching)
    assert (tmp_path / "empty" / "events.db").is_file()


def test_a_backup_of_a_restored_folder_is_sound(backup: Path, tmp_path: Path, watching: Watching) -> None:
    restore(backup, tmp_path / "restored", NOW_MS, watching)
    note = take_backup(
        tmp_path / "restored", tmp_path / "again", RetentionSettings(), lambda: NOW_MS, watching
    )
    restored = restore(tmp_path / "again", tmp_path / "third", NOW_MS, watching)
    assert note.sequence < restored.first_sequence
    assert {} == problems_of(report_on(tmp_path / "third"))


def test_the_worker_that_was_copied_has_not_died(backup: Path, tmp_path: Path, watching: Watching) -> None:
    restore(backup, tmp_path / "restored", NOW_MS, watching)
    with closing(open_database(tmp_path / "restored" / "events.db", read_only=True)) as log:
        assert (0,) == row_of(log, "SELECT is_running FROM state")
