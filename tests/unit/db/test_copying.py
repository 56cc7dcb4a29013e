"""A copy is one state of a database file, whatever is committed while it is made; and the WAL grows within bounds."""

from contextlib import closing
from pathlib import Path

import apsw
import pytest

from hooklog.db.copying import CopyLimits, copy_database, remove_companions
from hooklog.db.sqlite import open_database, row_of
from hooklog.errors import BackupError, FolderNotWritable

ROWS = 5_000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Some 20 MiB, thus several steps."""
    path = tmp_path / "source.db"
    with closing(open_database(path)) as connection:
        connection.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, body BLOB)")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO item SELECT i, randomblob(4000) FROM n",
            (ROWS,),
        )
    return path


def test_what_is_committed_during_the_copy_neither_gets_in_nor_begins_it_anew(
    source: Path, tmp_path: Path
) -> None:
    told: list[int] = []
    with closing(open_database(source)) as writer:

        def commit(count: int) -> None:
            told.append(count)
            writer.execute("UPDATE item SET body = randomblob(4000) WHERE id % 100 = 0")
            writer.execute("DELETE FROM item WHERE id = ?", (len(told),))
            writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

        copy_database(source, tmp_path / "copy.db", commit)
        assert ROWS - len(told) == row_of(writer, "SELECT count(*) FROM item")[0]
    with closing(open_database(tmp_path / "copy.db", read_only=True)) as copy:
        assert ROWS == row_of(copy, "SELECT count(*) FROM item")[0]
        assert "ok" == row_of(copy, "PRAGMA integrity_check")[0]
    assert 2 < len(told) < 10
    assert sum(told) == (tmp_path / "copy.db").stat().st_size


def test_what_is_in_the_wal_only_is_copied(source: Path, tmp_path: Path) -> None:
    with closing(open_database(source)) as writer:
        writer.wal_autocheckpoint(0)
        writer.execute("INSERT INTO item VALUES (?, 'new')", (ROWS + 1,))
        copy_database(source, tmp_path / "copy.db", lambda _: None)
    with closing(open_database(tmp_path / "copy.db", read_only=True)) as copy:
        assert ROWS + 1 == row_of(copy, "SELECT count(*) FROM item")[0]


@pytest.mark.parametrize(
    "limits",
    [CopyLimits(wal_bytes_max=1_000_000), CopyLimits(tight_wal_bytes_max=1_000_000, free_bytes_min=1 << 60)],
)
def test_a_wal_that_grows_too_far_ends_the_copy(source: Path, tmp_path: Path, limits: CopyLimits) -> None:
    with closing(open_database(source)) as writer:

        def commit(_: int) -> None:
            writer.execute("UPDATE item SET body = randomblob(4000) WHERE id % 10 = 0")

        with pytest.raises(BackupError, match=r"source\.db-wal has grown to"):
            copy_database(source, tmp_path / "copy.db", commit, limits)
        # The snapshot is let go of: the WAL can be moved into the file whole.
        assert 0 == writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)[0]


def test_nothing_is_written_over(source: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        copy_database(source, tmp_path / "copy.db", lambda _: None)
    assert b"mine" == (tmp_path / "copy.db").read_bytes()


def test_a_source_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FolderNotWritable, match=r"source\.db"):
        copy_database(tmp_path / "source.db", tmp_path / "copy.db", lambda _: None)


def test_companions_go_but_not_with_content(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.touch()
    for suffix in ("-shm", "-wal"):
        path.with_name(f"a.db{suffix}").touch()
    remove_companions(path)
    assert [path] == list(tmp_path.iterdir())
    path.with_name("a.db-wal").write_bytes(b"commits")
    with pytest.raises(AssertionError):
        remove_companions(path)
