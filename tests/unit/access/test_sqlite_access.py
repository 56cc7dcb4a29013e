"""What only the file of the SQLite store can get right or wrong."""

import stat
import threading
from pathlib import Path

import apsw
import pytest

from hooklog.access.base import ApiKey, Client, TillLogin
from hooklog.access.scopes import Scope
from hooklog.access.sqlite import ACCESS_FILE, SqliteAccessStore
from hooklog.db.migrate import newest_version
from hooklog.db.sqlite import open_database
from hooklog.errors import FolderNotWritable, FolderTooNew, StorageUnavailable

LOGIN = TillLogin(1, 11, "till01", "$argon2id$one", frozenset({Scope.EVENTS_READ}))
CLIENT = Client(1, 7, "shop", "shop-key", "$argon2id$one", "till01", 60, None, True)
KEY = ApiKey(1, "reports", "beef", "$argon2id$one", frozenset())


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    store = SqliteAccessStore(tmp_path)
    store.put_till_login(LOGIN)
    store.put_client(CLIENT)
    store.put_api_key(KEY)
    store.close()
    again = SqliteAccessStore(tmp_path)
    assert LOGIN == again.till_login("till01")
    assert CLIENT == again.client("shop-key")
    assert [KEY] == again.api_keys("beef")
    assert not again.refresh()
    again.close()


def test_the_file_is_private(tmp_path: Path) -> None:
    store = SqliteAccessStore(tmp_path)
    store.put_till_login(LOGIN)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert {0o600} == set(modes.values()), modes
    store.close()


def test_every_write_waits_for_the_disk(tmp_path: Path) -> None:
    store = SqliteAccessStore(tmp_path)
    assert 2 == store._writer.pragma("synchronous")
    assert "wal" == store._writer.pragma("journal_mode")
    store.close()


def test_a_file_of_a_newer_version_is_refused_untouched(tmp_path: Path) -> None:
    connection = open_database(tmp_path / ACCESS_FILE)
    connection.pragma("user_version", newest_version("access") + 1)
    with pytest.raises(FolderTooNew):
        SqliteAccessStore(tmp_path)
    assert newest_version("access") + 1 == connection.pragma("user_version")
    connection.close()


def test_a_missing_folder_is_an_error_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises((FolderNotWritable, FileNotFoundError)):
        SqliteAccessStore(tmp_path / "missing")


def test_reads_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    store = SqliteAccessStore(tmp_path)
    store.put_till_login(LOGIN)
    store.refresh()
    other = open_database(tmp_path / ACCESS_FILE)
    other.execute("BEGIN IMMEDIATE")
    writer = threading.Thread(target=store.remove_till_login, args=("till01",))
    writer.start()
    # The writer waits for the other's transaction, with its own lock held or about to be.
    assert not store.refresh()
    assert LOGIN == store.till_login("till01")
    other.execute("COMMIT")
    writer.join()
    assert store.refresh()
    assert store.till_login("till01") is None
    other.close()
    store.close()


def test_a_lock_held_too_long_is_an_error_of_the_world(tmp_path: Path) -> None:
    store = SqliteAccessStore(tmp_path)
    store._writer.set_busy_timeout(1)
    other = open_database(tmp_path / ACCESS_FILE)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable):
        store.put_till_login(LOGIN)
    other.execute("COMMIT")
    other.close()
    store.put_till_login(LOGIN)
    assert LOGIN == store.till_login("till01")
    store.close()


def test_a_scope_that_this_version_does_not_know_is_not_read_as_something_else(tmp_path: Path) -> None:
    store = SqliteAccessStore(tmp_path)
    store.put_till_login(LOGIN)
    store._writer.execute("UPDATE till_login SET scopes = 'events:read all:everything'")
    with pytest.raises(ValueError, match="all:everything"):
        store.till_login("till01")
    store.close()


def test_the_tables_hold_only_the_types_they_say(tmp_path: Path) -> None:
    store = SqliteAccessStore(tmp_path)
    with pytest.raises(apsw.ConstraintError):
        store._writer.execute("INSERT INTO api_key VALUES ('one', 'n', 'beef', 'h', '')")
    store.close()
