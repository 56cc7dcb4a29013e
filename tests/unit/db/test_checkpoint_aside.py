"""A thread moves the WAL into the file while commits go on; nothing is lost, and the WAL begins anew now and then."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import apsw
import pytest

from hooklog.db import checkpoint_aside
from hooklog.db.checkpoint_aside import CheckpointAside
from hooklog.db.sqlite import open_database, row_of
from hooklog.testing.program import wait_until

PAGES = 40
FRAME_BYTES = 4096 + 24


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


@pytest.fixture
def connection(path: Path) -> Iterator[apsw.Connection]:
    with closing(open_database(path)) as connection:
        connection.execute("CREATE TABLE some (number INTEGER PRIMARY KEY, body BLOB)")
        yield connection


def put(connection: apsw.Connection) -> None:
    connection.execute("INSERT INTO some (body) VALUES (zeroblob(8000))")


def wal_pages(path: Path) -> int:
    return path.with_name(path.name + "-wal").stat().st_size // FRAME_BYTES


def file_pages(path: Path) -> int:
    return path.stat().st_size // 4096


def test_the_thread_moves_what_the_writer_need_not_wait_for(connection: apsw.Connection, path: Path) -> None:
    aside = CheckpointAside(connection, path, PAGES)
    with patch.object(checkpoint_aside, "LEFT_PAGES_MAX", -1):
        while wal_pages(path) < PAGES:
            put(connection)
        wait_until("the thread has moved the WAL", lambda: file_pages(path) > PAGES // 2)
    aside.end()


def test_a_wal_that_was_moved_begins_anew(connection: apsw.Connection, path: Path) -> None:
    aside = CheckpointAside(connection, path, PAGES)
    count = row_of(connection, "SELECT count(*) FROM some")[0]

    def is_far_beyond_one_wal() -> bool:
        nonlocal count
        for _ in range(PAGES):
            put(connection)
        count += PAGES
        return file_pages(path) > 20 * PAGES

    wait_until("many WALs have been moved", is_far_beyond_one_wal)
    aside.end()
    assert wal_pages(path) < checkpoint_aside.LEFT_PAGES_MAX + 10 * PAGES
    assert (count,) == row_of(connection, "SELECT count(*) FROM some")
    assert ("ok",) == row_of(connection, "PRAGMA integrity_check")


def test_a_wal_that_grows_faster_than_the_thread_is_moved_by_the_writer(
    connection: apsw.Connection, path: Path
) -> None:
    with (
        patch.object(checkpoint_aside, "WAL_PAGES_MAX", PAGES),
        patch.object(CheckpointAside, "_move", lambda *_: 0),
    ):
        aside = CheckpointAside(connection, path, PAGES)
        while file_pages(path) < PAGES:
            put(connection)
        aside.end()
    assert wal_pages(path) < 3 * PAGES


def test_a_wal_that_was_long_once_does_not_stay_so(connection: apsw.Connection, path: Path) -> None:
    with patch.object(checkpoint_aside, "WAL_BYTES_KEPT", PAGES * FRAME_BYTES):
        aside = CheckpointAside(connection, path, PAGES)
    connection.execute("INSERT INTO some (body) VALUES (zeroblob(4000000))")
    assert wal_pages(path) > 10 * PAGES

    def is_short() -> bool:
        put(connection)
        return wal_pages(path) <= PAGES

    wait_until("the WAL is short again", is_short)
    aside.end()


def test_a_reader_of_an_old_state_neither_waits_nor_harms(connection: apsw.Connection, path: Path) -> None:
    aside = CheckpointAside(connection, path, PAGES)
    with closing(open_database(path, read_only=True)) as reader:
        reader.execute("BEGIN")
        before = row_of(reader, "SELECT count(*) FROM some")
        for _ in range(PAGES):
            put(connection)
        assert before == row_of(reader, "SELECT count(*) FROM some"), "a reader goes on seeing what it saw"
        reader.execute("COMMIT")
    aside.end()
    assert (PAGES,) == row_of(connection, "SELECT count(*) FROM some")


def test_one_that_never_had_anything_to_do_ends(connection: apsw.Connection, path: Path) -> None:
    CheckpointAside(connection, path, PAGES).end()
    put(connection)
