"""SQLite on the power-loss disk: FULL keeps what it acknowledged, and the alarm rings at NORMAL."""

import random
from contextlib import closing, suppress
from pathlib import Path

import apsw
import pytest

from hooklog.db.sqlite import open_database, storage_errors, transaction
from hooklog.errors import StorageUnavailable
from hooklog.testing import power
from hooklog.testing.disk import Disk, PowerLoss
from hooklog.testing.platter import SECTOR_BYTES, Survival
from hooklog.testing.power import mounted, power_cuts, wrecks

TRANSACTIONS = 20
SEEDS = range(6)
FILL = "x" * 1500  # Three rows to a page, so that the tree grows while it is being cut.


def _run(root: Path, vfs: str, synchronous: str = "FULL") -> list[int]:
    """Insert 0, 1, 2, ... until done or the power is off; returns what was acknowledged."""
    acknowledged: list[int] = []
    with suppress(StorageUnavailable), storage_errors("run"):
        connection = open_database(root / "a.db", synchronous=synchronous, vfs=vfs)
        with closing(connection):
            connection.execute("CREATE TABLE t(x INTEGER PRIMARY KEY, fill TEXT)")
            for number in range(TRANSACTIONS):
                with transaction(connection):
                    connection.execute("INSERT INTO t VALUES(?, ?)", (number, FILL))
                acknowledged.append(number)
                if number == TRANSACTIONS // 2:
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return acknowledged


def _rows_left(folder: Path) -> list[int]:
    """What an ordinary start on the folder finds, after SQLite's own recovery and check."""
    # OFF: looking at a wreck need not survive another loss of power, and is quicker so.
    with closing(open_database(folder / "a.db", synchronous="OFF")) as connection:
        assert connection.execute("PRAGMA integrity_check").get == "ok", folder
        if not connection.table_exists(None, "t"):
            return []
        return [number for (number,) in connection.execute("SELECT x FROM t ORDER BY x")]


def _campaign(scratch: Path, synchronous: str) -> tuple[int, list[str]]:
    """Every cut and every fate: how many wrecks there were, and those that lost an acknowledged row."""
    looked_at, losses = 0, []
    for disk in power_cuts(scratch):
        with mounted(disk) as vfs:
            acknowledged = _run(disk.root, vfs, synchronous)
        for folder in wrecks(disk, scratch, SEEDS):
            looked_at += 1
            left = _rows_left(folder)
            assert list(range(len(left))) == left, folder
            assert len(left) <= len(acknowledged) + 1, folder
            if len(left) < len(acknowledged):
                losses.append(folder.name)
    return looked_at, losses


def _disk(tmp_path: Path, power_off_at_sync: int | None = None, *, before: bool = True) -> Disk:
    root = tmp_path / "disk"
    root.mkdir()
    return Disk(root, power_off_at_sync=power_off_at_sync, before=before)


def test_committed_row_survives_every_cut_when_synchronous_is_full(tmp_path: Path) -> None:
    looked_at, losses = _campaign(tmp_path, "FULL")
    assert [] == losses
    # Each transaction syncs at least once; each sync point is cut twice; each cut has all fates.
    assert looked_at >= TRANSACTIONS * 2 * (2 + len(SEEDS))


def test_canary_committed_row_is_lost_when_synchronous_is_normal(tmp_path: Path) -> None:
    _, losses = _campaign(tmp_path, "NORMAL")
    assert any(name.endswith(Survival.NOTHING.value) for name in losses)
    assert any("seed" in name for name in losses)
    assert not any(name.endswith(Survival.EVERYTHING.value) for name in losses)


def test_same_seed_leaves_the_same_bytes(tmp_path: Path) -> None:
    disk = _disk(tmp_path)
    with mounted(disk) as vfs:
        _run(disk.root, vfs, "NORMAL")
    contents = []
    for label, seed in (("first", 7), ("again", 7), ("other", 8)):
        folder = disk.lose_power(tmp_path / label, random.Random(seed))
        contents.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert contents[0] == contents[1]
    assert contents[0] != contents[2]


def test_unsynced_write_tears_at_sectors_and_nowhere_else(tmp_path: Path) -> None:
    """Through the VFS's own file: a page over synced bytes becomes a mix of old and new whole sectors."""
    disk = _disk(tmp_path)
    path = disk.root / "a.db"
    old, new = b"o" * 4096, b"n" * 4096
    with mounted(disk) as vfs:
        file = apsw.VFSFile(vfs, str(path), [apsw.SQLITE_OPEN_MAIN_DB | 0x6, 0])
        file.xWrite(old, 0)
        file.xSync(apsw.SQLITE_SYNC_NORMAL)
        disk.sync_folder(disk.root)
        file.xWrite(new, 0)
        file.xClose()
    seen = set()
    for seed in range(100):
        left = (disk.lose_power(tmp_path / str(seed), random.Random(seed)) / "a.db").read_bytes()
        sectors = [left[start : start + SECTOR_BYTES] for start in range(0, len(left), SECTOR_BYTES)]
        assert {*sectors} <= {b"o" * SECTOR_BYTES, b"n" * SECTOR_BYTES}, f"seed {seed}"
        assert len(old) == len(left), f"seed {seed}"
        seen.add(left)
    assert {old, new} <= seen
    assert len(seen) > 10


def test_disk_without_power_refuses_everything_and_connections_still_close(tmp_path: Path) -> None:
    disk = _disk(tmp_path)
    with mounted(disk) as vfs:
        writer = open_database(disk.root / "a.db", vfs=vfs)
        writer.execute("CREATE TABLE t(x)")
        reader = open_database(disk.root / "a.db", vfs=vfs, read_only=True)
        assert 0 == reader.execute("SELECT count(*) FROM t").get
        disk.cut_power()
        with pytest.raises(StorageUnavailable), storage_errors("insert"), transaction(writer):
            writer.execute("INSERT INTO t VALUES(1)")
        with pytest.raises(StorageUnavailable):
            open_database(disk.root / "a.db", vfs=vfs)
        writer.close()
        reader.close()
    syncs = disk.sync_count
    for operation in (disk.sync_folder, disk.open_file, disk.delete):
        with pytest.raises(PowerLoss):
            operation(disk.root / "b")
    assert syncs == disk.sync_count


@pytest.mark.parametrize(("synchronous", "expected"), [("FULL", [0]), ("EXTRA", [0, 1])])
def test_deleted_rollback_journal_comes_back_unless_its_folder_was_synced(
    tmp_path: Path, synchronous: str, expected: list[int]
) -> None:
    """SQLite documents this difference between FULL and EXTRA without a WAL: the disk must show it."""
    disk = _disk(tmp_path)
    with mounted(disk) as vfs, closing(apsw.Connection(str(disk.root / "a.db"), vfs=vfs)) as connection:
        connection.pragma("synchronous", synchronous)
        connection.execute("CREATE TABLE t(x INTEGER PRIMARY KEY); INSERT INTO t VALUES(0)")
        disk.sync_folder(disk.root)
        connection.execute("INSERT INTO t VALUES(1)")
        left = disk.lose_power(tmp_path / "left", Survival.NOTHING)
    assert expected == _rows_left(left)


def test_temporary_files_are_no_part_of_the_disk(tmp_path: Path) -> None:
    disk = _disk(tmp_path)
    with mounted(disk) as vfs, closing(apsw.Connection(str(disk.root / "a.db"), vfs=vfs)) as connection:
        connection.pragma("temp_store", "file")
        connection.pragma("cache_size", 1, schema="temp")  # So that the table spills to its file at once.
        connection.execute("CREATE TEMP TABLE t AS SELECT randomblob(100000) AS x")
        assert 100_000 == connection.execute("SELECT length(x) FROM t").get
        left = disk.lose_power(tmp_path / "left", Survival.EVERYTHING)
    assert {"a.db"} >= {path.name for path in left.iterdir()}


def test_second_connection_writes_to_the_same_file(tmp_path: Path) -> None:
    disk = _disk(tmp_path)
    with mounted(disk) as vfs:
        first = open_database(disk.root / "a.db", vfs=vfs)
        first.execute("CREATE TABLE t(x INTEGER PRIMARY KEY)")
        second = open_database(disk.root / "a.db", vfs=vfs)
        for number, connection in enumerate((first, second, first, second)):
            connection.execute("INSERT INTO t VALUES(?)", (number,))
        left = disk.lose_power(tmp_path / "left", Survival.NOTHING)
        first.close()
        second.close()
    assert [0, 1, 2, 3] == _rows_left(left)


def test_wreck_can_be_put_under_a_new_disk_and_wrecked_again(tmp_path: Path) -> None:
    folder = tmp_path / "0"
    folder.mkdir()
    for life in range(3):
        disk = Disk(folder)
        with mounted(disk) as vfs:
            connection = open_database(disk.root / "a.db", vfs=vfs)
            connection.execute("CREATE TABLE IF NOT EXISTS t(x INTEGER PRIMARY KEY)")
            connection.execute("INSERT INTO t VALUES(?)", (life,))
            folder = disk.lose_power(tmp_path / str(life + 1), Survival.NOTHING)
            connection.close()
    assert [0, 1, 2] == _rows_left(folder)


def test_database_filled_behind_the_disks_back_is_our_bug(tmp_path: Path) -> None:
    disk = _disk(tmp_path)
    other = open_database(disk.root / "a.db")
    other.execute("CREATE TABLE t(x)")
    other.close()
    with mounted(disk) as vfs, pytest.raises(AssertionError, match="behind the disk's back"):
        open_database(disk.root / "a.db", vfs=vfs)


def test_script_that_never_stops_syncing_is_our_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sync_without_end() -> None:
        for disk in power_cuts(tmp_path):
            with suppress(PowerLoss):
                while True:
                    disk.sync_folder(disk.root)

    monkeypatch.setattr(power, "SYNC_POINTS_MAX", 2)
    with pytest.raises(AssertionError, match="still syncs"):
        sync_without_end()


def test_cuts_are_before_and_after_each_sync_point_and_at_the_end(tmp_path: Path) -> None:
    names = []
    for disk in power_cuts(tmp_path, step=2):
        names.append(disk.root.name)
        with suppress(PowerLoss):
            for _ in range(3):
                disk.sync_folder(disk.root)
    expected = ["disk-1-before", "disk-1-after", "disk-3-before", "disk-3-after", "disk-5-before"]
    assert expected == names
    assert not disk.is_off


def test_vfs_is_gone_after_use(tmp_path: Path) -> None:
    with mounted(_disk(tmp_path)) as vfs:
        assert vfs in apsw.vfs_names()
    assert vfs not in apsw.vfs_names()
