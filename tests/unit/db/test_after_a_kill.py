"""What a killed program wrote but did not sync is made durable before anybody builds on it."""

from contextlib import ExitStack, closing, suppress
from pathlib import Path

import apsw
import pytest

from hooklog.db.sqlite import make_durable, open_database
from hooklog.testing.disk import Disk
from hooklog.testing.platter import Survival
from hooklog.testing.power import mounted


def _killed_between_writing_and_syncing(tmp_path: Path) -> Disk:
    """A disk on which row 1 is synced and row 2 is written: its program died in the sync of its commit."""
    sync_count = 0
    for power_off_at_sync in (None, 1):
        folder = tmp_path / f"disk-{power_off_at_sync}"
        folder.mkdir()
        disk = Disk(folder, power_off_at_sync=power_off_at_sync and sync_count)
        with mounted(disk) as vfs, suppress(apsw.IOError), closing(open_database(folder / "a", vfs=vfs)) as c:
            c.execute("CREATE TABLE t(x); INSERT INTO t VALUES(1)")
            c.execute("INSERT INTO t VALUES(2)")
            sync_count = disk.sync_count
    return disk.kill_programs(tmp_path / "after")


def _rows(folder: Path, vfs: str | None = None) -> list[int]:
    with closing(open_database(folder / "a", read_only=True, vfs=vfs)) as connection:
        return [x for (x,) in connection.execute("SELECT x FROM t ORDER BY x")]


def test_canary_what_was_read_after_a_kill_is_lost_with_the_power(tmp_path: Path) -> None:
    disk = _killed_between_writing_and_syncing(tmp_path)
    with mounted(disk) as vfs:
        assert [1, 2] == _rows(disk.root, vfs)
    assert [1] == _rows(disk.lose_power(tmp_path / "left", Survival.NOTHING))


@pytest.mark.parametrize("is_reader_first", [False, True])
def test_what_was_read_after_a_kill_survives_the_power_once_a_writer_has_opened(
    tmp_path: Path, is_reader_first: bool
) -> None:
    disk = _killed_between_writing_and_syncing(tmp_path)
    with mounted(disk) as vfs, ExitStack() as open_files:
        if is_reader_first:
            reader = open_files.enter_context(
                closing(open_database(disk.root / "a", read_only=True, vfs=vfs))
            )
            assert 2 == reader.execute("SELECT count(*) FROM t").get
        open_files.enter_context(closing(open_database(disk.root / "a", vfs=vfs)))
        left = disk.lose_power(tmp_path / "left", Survival.NOTHING)
    assert [1, 2] == _rows(left)


def test_what_was_read_after_a_kill_survives_the_power_once_made_durable(tmp_path: Path) -> None:
    disk = _killed_between_writing_and_syncing(tmp_path)
    with mounted(disk) as vfs:
        make_durable(disk.root / "a", vfs)
    assert [1, 2] == _rows(disk.lose_power(tmp_path / "left", Survival.NOTHING))


def test_file_is_made_durable_while_others_use_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hooklog.db.sqlite.BUSY_TIMEOUT_MS", 1)
    with closing(open_database(tmp_path / "a")) as other:
        other.execute("CREATE TABLE t(x)")
        make_durable(tmp_path / "a")
        other.execute("BEGIN IMMEDIATE")
        make_durable(tmp_path / "a")
        other.execute("INSERT INTO t VALUES(1)")
        other.execute("COMMIT")
        assert [1] == _rows(tmp_path)
