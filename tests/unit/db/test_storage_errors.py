"""What SQLite says of the world is a typed error with a code and a hint; a mistake in our own SQL is not."""

from contextlib import closing
from pathlib import Path

import apsw
import pytest

from hooklog.db.sqlite import open_database, storage_errors
from hooklog.errors import HooklogError, StorageDamaged, StorageUnavailable


def _raised(path: Path, statement: str, *, pages_max: int | None = None) -> HooklogError:
    with closing(apsw.Connection(str(path))) as connection:
        if pages_max is not None:
            connection.pragma("max_page_count", pages_max)
        with pytest.raises(StorageUnavailable) as caught, storage_errors("event log"):
            connection.execute(statement).fetchall()
    assert str(caught.value).startswith("event log: ")
    assert caught.value.hint
    assert caught.value.retryable
    assert isinstance(caught.value.__cause__, apsw.Error)
    return caught.value


def _filled(path: Path) -> Path:
    with closing(open_database(path)) as connection:
        connection.execute("CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(100000))")
    return path


def test_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"no database at all" * 1_000)
    assert "STORAGE_DAMAGED" == _raised(tmp_path / "a", "SELECT * FROM t").code
    with pytest.raises(StorageDamaged) as caught:
        open_database(tmp_path / "a")
    assert "hooklog check" in caught.value.hint


def test_malformed_file_is_damaged(tmp_path: Path) -> None:
    content = bytearray(_filled(tmp_path / "a").read_bytes())
    content[4096:] = bytes([0x55]) * (len(content) - 4096)
    (tmp_path / "a").write_bytes(content)
    assert "STORAGE_DAMAGED" == _raised(tmp_path / "a", "SELECT * FROM t").code


@pytest.mark.parametrize("statement", ["SELECT * FROM gone", "SELECT gone FROM t"])
def test_file_without_its_tables_is_damaged(tmp_path: Path, statement: str) -> None:
    assert "STORAGE_DAMAGED" == _raised(_filled(tmp_path / "a"), statement).code


def test_full_disk_is_no_damage(tmp_path: Path) -> None:
    path = _filled(tmp_path / "a")
    error = _raised(path, "INSERT INTO t VALUES(zeroblob(1000000))", pages_max=30)
    assert "STORAGE_UNAVAILABLE" == error.code


@pytest.mark.parametrize("statement", ["SELECT FROM", "SELECT * FROM t LIMIT 'x'"])
def test_mistake_in_our_own_sql_passes_through(tmp_path: Path, statement: str) -> None:
    with (
        closing(open_database(_filled(tmp_path / "a"))) as connection,
        pytest.raises(apsw.Error),
        storage_errors("event log"),
    ):
        connection.execute(statement).fetchall()
