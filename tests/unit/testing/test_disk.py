"""The power-loss disk keeps the promises of its docstring, without SQLite."""

import random
from pathlib import Path

import pytest

from hooklog.testing.disk import Disk, PowerLoss
from hooklog.testing.platter import SECTOR_BYTES, StoredFile, Survival, Truncate, Write


def _disk(tmp_path: Path, power_off_at_sync: int | None = None, *, before: bool = True) -> Disk:
    root = tmp_path / "disk"
    root.mkdir()
    return Disk(root, power_off_at_sync=power_off_at_sync, before=before)


def test_write_tears_where_the_disk_has_its_sectors_not_where_the_write_begins() -> None:
    stored = StoredFile(bytes(3 * SECTOR_BYTES))
    stored.unsynced.append(Write(500, b"n" * 600))
    parts = [(500, 512), (512, 1024), (1024, 1100)]
    for seed in range(100):
        left = stored.remains(random.Random(seed))
        for start, stop in parts:
            assert left[start:stop] in {bytes(stop - start), b"n" * (stop - start)}, f"seed {seed}"
        assert not any(left[:500] + left[1100:]), f"seed {seed}"


def test_unsynced_changes_survive_in_any_subset_and_any_order() -> None:
    stored = StoredFile(b"0")
    stored.unsynced += [Write(0, b"1"), Write(0, b"2"), Truncate(0)]
    assert {b"0", b"1", b"2", b""} == {stored.remains(random.Random(seed)) for seed in range(200)}
    assert b"0" == stored.remains(Survival.NOTHING)
    assert b"" == stored.remains(Survival.EVERYTHING)


def test_synced_bytes_are_there_whatever_the_fate() -> None:
    stored = StoredFile()
    stored.unsynced += [Write(3, b"abc"), Truncate(5), Write(7, b"z")]
    stored.settle()
    fates: list[Survival | random.Random] = [*Survival, *(random.Random(seed) for seed in range(20))]
    assert {b"\0\0\0ab\0\0z"} == {stored.remains(fate) for fate in fates}


def test_longer_truncation_fills_with_zeros() -> None:
    stored = StoredFile(b"a")
    stored.unsynced.append(Truncate(3))
    assert b"a\0\0" == stored.remains(Survival.EVERYTHING)


def test_new_name_needs_its_folder_synced(tmp_path: Path) -> None:
    disk = _disk(tmp_path)
    stored = disk.open_file(disk.root / "new")
    disk.change(stored, Write(0, b"a"))
    disk.sync(stored)
    assert [] == list(disk.lose_power(tmp_path / "lost", Survival.NOTHING).iterdir())
    assert b"a" == (disk.lose_power(tmp_path / "kept", Survival.EVERYTHING) / "new").read_bytes()
    there = {
        (disk.lose_power(tmp_path / str(seed), random.Random(seed)) / "new").exists() for seed in range(20)
    }
    assert {False, True} == there


def test_synced_folder_keeps_new_names_and_deletions(tmp_path: Path) -> None:
    root = tmp_path / "disk"
    (root / "inner").mkdir(parents=True)
    (root / "inner" / "old").write_bytes(b"o")
    (root / "outer").write_bytes(b"p")
    disk = Disk(root)
    disk.delete(disk.root / "outer")
    disk.delete(disk.root / "inner" / "old")
    disk.open_file(disk.root / "inner" / "new")
    disk.sync_folder(root / "inner")
    left = disk.lose_power(tmp_path / "left", Survival.NOTHING)
    # The synced folder shows both changes; the other one, not synced, has its deleted file back.
    assert ["inner/new", "outer"] == sorted(str(p.relative_to(left)) for p in left.rglob("*") if p.is_file())
    assert b"p" == (left / "outer").read_bytes()


def test_file_made_anew_does_not_inherit_the_deleted_ones_bytes(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "a").write_bytes(b"old")
    disk = Disk(tmp_path / "disk")
    disk.delete(disk.root / "a")
    disk.change(disk.open_file(disk.root / "a"), Write(0, b"n"))
    assert b"old" == (disk.lose_power(tmp_path / "nothing", Survival.NOTHING) / "a").read_bytes()
    assert b"n" == (disk.lose_power(tmp_path / "everything", Survival.EVERYTHING) / "a").read_bytes()


@pytest.mark.parametrize(("before", "expected"), [(True, b""), (False, b"a")])
def test_cut_is_before_or_after_the_sync_took_effect(tmp_path: Path, before: bool, expected: bytes) -> None:
    disk = _disk(tmp_path, 2, before=before)
    stored = disk.open_file(disk.root / "a")
    disk.sync_folder(disk.root)
    assert not disk.is_off
    disk.change(stored, Write(0, b"a"))
    with pytest.raises(PowerLoss):
        disk.sync(stored)
    assert (True, 2) == (disk.is_off, disk.sync_count)
    assert expected == (disk.lose_power(tmp_path / "left", Survival.NOTHING) / "a").read_bytes()
