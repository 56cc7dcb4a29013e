"""The power-loss disk when a sync fails, when programs are killed, and when files come by another way."""

import random
from contextlib import closing, suppress
from pathlib import Path

import apsw
import pytest

from hooklog.db.sqlite import open_database, storage_errors
from hooklog.errors import StorageUnavailable
from hooklog.journal.files import file_path, mark_failed, remove_file
from hooklog.testing.disk import Disk, PowerLoss, SyncFailed
from hooklog.testing.platter import StoredFile, Survival, Write
from hooklog.testing.power import mounted, power_cuts, sync_failures


def _disk(tmp_path: Path, fail_at_sync: int | None = None) -> Disk:
    root = tmp_path / "disk"
    root.mkdir()
    return Disk(root, fail_at_sync=fail_at_sync)


def _remains(stored: StoredFile) -> set[bytes]:
    return {stored.remains(random.Random(seed)) for seed in range(60)}


def test_failed_sync_leaves_its_changes_in_doubt_whatever_is_synced_later(tmp_path: Path) -> None:
    disk = _disk(tmp_path, fail_at_sync=2)
    stored = disk.open_file(disk.root / "a")
    disk.change(stored, Write(0, b"aaa"))
    disk.sync(stored)
    disk.change(stored, Write(0, b"b"))
    with pytest.raises(SyncFailed) as caught:
        disk.sync(stored)
    assert apsw.SQLITE_IOERR_FSYNC == caught.value.extendedresult
    assert not disk.is_off
    disk.change(stored, Write(2, b"c"))
    disk.sync(stored)
    assert b"aac" == stored.remains(Survival.NOTHING)
    assert b"bac" == stored.remains(Survival.EVERYTHING)
    assert {b"aac", b"bac"} == _remains(stored)


def test_what_is_written_and_synced_over_doubtful_changes_is_there(tmp_path: Path) -> None:
    disk = _disk(tmp_path, fail_at_sync=1)
    stored = disk.open_file(disk.root / "a")
    disk.change(stored, Write(0, b"bb"))
    with pytest.raises(SyncFailed):
        disk.sync(stored)
    disk.change(stored, Write(0, b"cc"))
    assert {b"", b"bb", b"cc"} == _remains(stored)
    disk.sync(stored)
    assert {b"cc"} == _remains(stored)


def test_names_wait_for_a_later_sync_of_their_folder(tmp_path: Path) -> None:
    disk = _disk(tmp_path, fail_at_sync=1)
    disk.open_file(disk.root / "a")
    with pytest.raises(SyncFailed):
        disk.sync_folder(disk.root)
    assert [] == list(disk.lose_power(tmp_path / "before", Survival.NOTHING).iterdir())
    disk.is_off = False
    disk.sync_folder(disk.root)
    assert ["a"] == [path.name for path in disk.lose_power(tmp_path / "after", Survival.NOTHING).iterdir()]


def test_commit_that_met_a_failed_sync_may_be_repeated_on_the_same_connection(tmp_path: Path) -> None:
    """Through SQLite: the end of the WAL has not moved, so the frames in doubt are written again."""
    failures = 0
    for disk in sync_failures(tmp_path):
        with mounted(disk) as vfs, closing(_open(disk.root, vfs)) as connection:
            for number in range(6):
                insert = "INSERT OR IGNORE INTO t VALUES(?)"
                try:
                    connection.execute(insert, (number,))
                except apsw.IOError:
                    failures += 1
                    connection.execute(insert, (number,))
            left = disk.lose_power(tmp_path / "left" / disk.root.name, Survival.NOTHING)
        with closing(_open(left)) as connection:
            assert 6 == connection.execute("SELECT count(*) FROM t").get, disk.root.name
    assert failures >= 6


def _open(folder: Path, vfs: str | None = None) -> apsw.Connection:
    """At the second attempt, as the first may meet the sync that fails."""
    with suppress(StorageUnavailable), storage_errors("first"):
        return _made(folder, vfs)
    return _made(folder, vfs)


def _made(folder: Path, vfs: str | None) -> apsw.Connection:
    connection = open_database(folder / "a.db", vfs=vfs)
    connection.execute("CREATE TABLE IF NOT EXISTS t(x INTEGER PRIMARY KEY)")
    return connection


def test_sync_failures_are_at_each_sync_point_with_each_cut(tmp_path: Path) -> None:
    names = []
    for disk in sync_failures(tmp_path, step=2, cuts=(None, 1)):
        names.append(disk.root.name)
        for _ in range(3):
            with suppress(PowerLoss, SyncFailed):
                disk.sync_folder(disk.root)
    fails = [f"disk-fails-{point}-cut-{cut}" for point in (1, 3) for cut in (None, 1)]
    assert [*fails, "disk-fails-5-cut-None"] == names


def test_disks_begin_with_the_files_that_were_prepared(tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    (prepared / "a").write_bytes(b"a")
    for disks in (power_cuts, sync_failures):
        for disk in disks(tmp_path / disks.__name__, prepared=prepared):
            left = disk.lose_power(tmp_path / "left" / disk.root.name, Survival.NOTHING)
            assert b"a" == (left / "a").read_bytes()


def test_names_that_came_or_went_by_another_way_are_noticed_and_not_yet_durable(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "old").write_bytes(b"o")
    disk = Disk(tmp_path / "disk")
    (disk.root / "old").unlink()
    (disk.root / "new").write_bytes(b"n")
    disk.notice(disk.root)
    assert {"old"} == _names(disk.lose_power(tmp_path / "nothing", Survival.NOTHING))
    assert {"new"} == _names(disk.lose_power(tmp_path / "everything", Survival.EVERYTHING))


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_renamed_file_keeps_what_was_durable_and_its_new_name_needs_the_folder_synced(tmp_path: Path) -> None:
    disk = _disk(tmp_path)
    stored = disk.open_file(disk.root / "old")
    (disk.root / "old").write_bytes(b"a")
    disk.change(stored, Write(0, b"a"))
    disk.sync(stored)
    disk.sync_folder(disk.root)
    (disk.root / "old").rename(disk.root / "new")
    disk.notice(disk.root)
    before = disk.lose_power(tmp_path / "before", Survival.NOTHING)
    assert {"old": b"a"} == {path.name: path.read_bytes() for path in before.iterdir()}
    disk.is_off = False
    disk.sync_folder(disk.root)
    after = disk.lose_power(tmp_path / "after", Survival.NOTHING)
    assert {"new": b"a"} == {path.name: path.read_bytes() for path in after.iterdir()}


def test_folder_that_the_product_syncs_is_synced_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "journal-1.db").write_bytes(b"1")
    disk = Disk(tmp_path / "disk")
    with mounted(disk):
        mark_failed(file_path(disk.root, 2))
        remove_file(file_path(disk.root, 1))
    assert {"journal-2.failed"} == _names(disk.lose_power(tmp_path / "left", Survival.NOTHING))


def test_failed_sync_of_a_folder_is_the_operating_systems_error_to_the_product(tmp_path: Path) -> None:
    disk = _disk(tmp_path, fail_at_sync=1)
    with mounted(disk), pytest.raises(OSError, match="refuses"):
        remove_file(file_path(disk.root, 1))


def test_next_program_sees_all_that_a_killed_one_wrote_and_the_power_still_takes_it(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "gone").touch()
    disk = Disk(tmp_path / "disk")
    stored = disk.open_file(disk.root / "a")
    disk.sync_folder(disk.root)
    disk.change(stored, Write(0, b"a"))
    disk.sync(stored)
    disk.change(stored, Write(1, b"b"))
    disk.delete(disk.root / "gone")
    after = disk.kill_programs(tmp_path / "after", power_off_at_sync=2)
    assert {"a"} == _names(after.root)
    assert b"ab" == (after.root / "a").read_bytes()
    assert (True, False, 0) == (disk.is_off, after.is_off, after.sync_count)
    again = after.open_file(after.root / "a")
    after.change(again, Write(2, b"c"))
    assert b"abc" == again.remains(Survival.EVERYTHING)
    assert b"ab" == stored.remains(Survival.EVERYTHING), "the first disk stays as it was"
    after.sync_folder(after.root)
    with pytest.raises(PowerLoss):
        after.sync(again)
    left = after.lose_power(tmp_path / "left", Survival.NOTHING)
    assert {"a"} == _names(left)
    assert b"a" == (left / "a").read_bytes()
