"""A file that bears a journal's name is whole, whatever failed while it was made (design, rule 2)."""

import random
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import apsw
import pytest

from hooklog.errors import HooklogError
from hooklog.journal.files import file_path, files_in_order, mark_failed
from hooklog.journal.sqlite import SqliteJournalReader, SqliteJournalWriter
from hooklog.testing.builders import make_events
from hooklog.testing.disk import Disk
from hooklog.testing.journals import LOG_ID
from hooklog.testing.power import mounted, power_cuts, sync_failures, wrecks


def _start(folder: Path, vfs: str | None = None) -> SqliteJournalWriter:
    return SqliteJournalWriter(folder, log_id=LOG_ID, position=0, vfs=vfs)


def _start_and_start_again(disk: Disk) -> bool:
    """As an edge and the next one do, with a supervisor between them; whether something was acknowledged."""
    acknowledged: list[int] = []
    with mounted(disk) as vfs:
        for _ in range(2):
            try:
                with suppress(apsw.Error), closing(_start(disk.root, vfs)) as writer:
                    if not acknowledged:
                        acknowledged.append(writer.append(make_events(1, 2)))
            except HooklogError:
                for path in files_in_order(disk.root)[-1:]:
                    mark_failed(path)
    return bool(acknowledged)


def _is_whole(folder: Path, *, is_acknowledged: bool) -> bool:
    """Whether the next edge starts, what was acknowledged is there, and what is sent now comes behind it."""
    try:
        with closing(SqliteJournalReader(folder, log_id=LOG_ID)) as reader:
            found = [item.event for item in reader.read(0, 10)]
            with closing(_start(folder)) as writer:
                before = writer.last
                last = writer.append(make_events(3, 4))
            fresh = [item.event for item in reader.read(before, 10)]
    except HooklogError:
        return False
    is_there = found == make_events(1, 2) or (found == [] and not is_acknowledged)
    return is_there and len(found) <= before == last - 2 and fresh == make_events(3, 4)


def _refused(disks: Iterator[Disk], scratch: Path, seeds: range) -> Iterator[str]:
    for disk in disks:
        is_acknowledged = _start_and_start_again(disk)
        for folder in wrecks(disk, scratch / "wrecks", seeds):
            if not _is_whole(folder, is_acknowledged=is_acknowledged):
                yield folder.name


def test_next_start_finds_whole_files_wherever_the_power_went(tmp_path: Path) -> None:
    assert [] == [*_refused(power_cuts(tmp_path / "disks"), tmp_path, range(8))]


def test_next_start_finds_whole_files_whichever_sync_failed_before_the_power_went(tmp_path: Path) -> None:
    disks = sync_failures(tmp_path / "disks", cuts=(None, 1, 2, 3))
    assert [] == [*_refused(disks, tmp_path, range(8))]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_canary_file_that_is_made_under_its_own_name_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose first sync failed, and of whose first page the power then took a part, is no database."""
    monkeypatch.setattr("hooklog.journal.sqlite.make_file", lambda *_, **__: None)
    assert any(_refused(sync_failures(tmp_path / "disks", cuts=(2,)), tmp_path, range(60)))


def test_what_a_making_left_behind_is_no_file_of_the_journal_and_goes_with_the_next(tmp_path: Path) -> None:
    for name in ("journal-1.new", "journal-1.new-wal", "journal-1.new-journal"):
        (tmp_path / name).write_bytes(b"cut short" * 1_000)
    with closing(SqliteJournalReader(tmp_path, log_id=LOG_ID)) as reader:
        assert [] == reader.read(0, 10)
        with closing(_start(tmp_path)) as writer:
            writer.append(make_events(1, 2))
        assert make_events(1, 2) == [item.event for item in reader.read(0, 10)]
    assert [] == list(tmp_path.glob("*.new*"))


def test_following_file_that_could_not_be_made_leaves_the_one_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(_start(tmp_path)) as writer:
        writer.append(make_events(1, 2))
    mark_failed(file_path(tmp_path, 1))
    with monkeypatch.context() as broken:
        broken.setattr("hooklog.journal.sqlite_making.finish_file", _disk_full)
        with pytest.raises(HooklogError) as caught:
            _start(tmp_path)
        assert caught.value.retryable
    assert [file_path(tmp_path, 1)] == files_in_order(tmp_path)
    with closing(_start(tmp_path)) as writer:
        assert 4 == writer.append(make_events(3, 4))


def test_file_that_is_no_database_is_never_set_aside(tmp_path: Path) -> None:
    """It may have held acknowledged events: only an operator can tell what became of it."""
    with closing(_start(tmp_path)) as writer:
        writer.append(make_events(1, 2))
    path = file_path(tmp_path, 1)
    kept = shutil.copy(path, tmp_path / "kept")
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))
    for _ in range(2):
        with pytest.raises(HooklogError) as caught:
            _start(tmp_path)
        assert "JOURNAL_UNAVAILABLE" == caught.value.code
        mark_failed(path)  # As a supervisor does.
    shutil.copy(kept, path)
    with closing(_start(tmp_path)) as writer:
        assert 2 == writer.last


def _disk_full(_path: Path) -> None:
    raise OSError(28, "No space left on device")
