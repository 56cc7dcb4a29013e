"""A killed program's commit whose sync had failed harms nobody: the next one makes it durable, or it is gone whole."""

import random
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import apsw
import pytest

from hooklog.db.sqlite import open_database
from hooklog.db.taken_over import write_wal_anew
from hooklog.errors import HooklogError
from hooklog.testing.disk import Disk
from hooklog.testing.power import mounted

# One page a row, so that a commit of many changes many pages, all of which tear on their own.
_MAKE = """
CREATE TABLE t(x INTEGER PRIMARY KEY, y);
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 20) INSERT INTO t SELECT x, 0 FROM n
"""
_CHANGE = "UPDATE t SET y = zeroblob(3000)"
_SYNC_POINTS_MAX = 100


def _commit(folder: Path, vfs: str) -> None:
    with suppress(apsw.IOError), closing(open_database(folder / "a", vfs=vfs)) as connection:
        connection.execute(_CHANGE)


def _killed_after_a_failed_sync(scratch: Path) -> Disk:
    """The sync of the commit of `_CHANGE` failed, and the program was killed before it did anything about it."""
    sync_count = 0
    for fail_at_sync in (None, 1):
        folder = scratch / f"disk-{fail_at_sync}"
        folder.mkdir(parents=True)
        with closing(open_database(folder / "a")) as made:
            made.execute(_MAKE)
        disk = Disk(folder, fail_at_sync=fail_at_sync and sync_count)
        with mounted(disk) as vfs, suppress(apsw.IOError):
            connection = open_database(folder / "a", vfs=vfs)
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            with closing(connection):
                connection.execute(_CHANGE)
                sync_count = disk.sync_count
    return disk


def _wrecks(tmp_path: Path) -> Iterator[Path]:
    """What the power may leave at each sync point of the next program."""
    for cut in range(1, _SYNC_POINTS_MAX):
        disk = _killed_after_a_failed_sync(tmp_path / f"first-{cut}")
        second = disk.kill_programs(tmp_path / f"second-{cut}", power_off_at_sync=cut)
        with mounted(second) as vfs, suppress(HooklogError):
            _commit(second.root, vfs)
        for seed in range(6):
            folder = second.lose_power(tmp_path / f"left-{cut}-{seed}", random.Random(seed))
            yield folder
            shutil.rmtree(folder)
        if second.sync_count < cut:
            return
    raise AssertionError("the next program never comes to its end")


def _is_whole(folder: Path) -> bool:
    try:
        with closing(open_database(folder / "a")) as connection:
            sizes = connection.execute("SELECT DISTINCT length(y) FROM t").fetchall()
            return connection.execute("PRAGMA integrity_check").get == "ok" and sizes in ([(1,)], [(3_000,)])
    except (HooklogError, apsw.Error):
        return False


def test_commit_of_a_killed_program_whose_sync_failed_survives_whole_or_not_at_all(tmp_path: Path) -> None:
    assert all(_is_whole(folder) for folder in _wrecks(tmp_path))


def test_canary_taking_the_wal_over_as_it_lies_there_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hooklog.db.sqlite.write_wal_anew", lambda *_: None)
    assert not all(_is_whole(folder) for folder in _wrecks(tmp_path))


def test_wal_that_is_written_anew_has_the_same_bytes_and_its_readers_see_no_change(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "a")) as connection:
        connection.execute(_MAKE)
        connection.execute(_CHANGE)
        before = (tmp_path / "a-wal").read_bytes()
        with closing(open_database(tmp_path / "a", read_only=True)) as reader:
            write_wal_anew(connection, None)
            assert 20 == reader.execute("SELECT count(*) FROM t WHERE length(y) = 3000").get
        assert before == (tmp_path / "a-wal").read_bytes()
        assert not connection.in_transaction


def test_power_gone_is_told_and_leaves_no_transaction(tmp_path: Path) -> None:
    disk = _killed_after_a_failed_sync(tmp_path).kill_programs(tmp_path / "next")
    with mounted(disk) as vfs, closing(apsw.Connection(str(disk.root / "a"), vfs=vfs)) as connection:
        connection.execute("SELECT count(*) FROM t").get  # noqa: B018 - reads the WAL
        disk.cut_power()
        with pytest.raises(apsw.IOError):
            write_wal_anew(connection, vfs)
        assert not connection.in_transaction
