"""What the directory in SQLite promises beside the suite that all directories pass: other processes, its file."""

import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hooklog.db.migrate import newest_version
from hooklog.db.sqlite import open_database
from hooklog.directory.base import Customer, Group, Identifier, Org, Till
from hooklog.directory.sqlite import FILE_NAME, SqliteDirectory
from hooklog.directory.sqlite_customers import FIND, FIND_ALL
from hooklog.directory.sqlite_user_ids import leave_out_user_ids
from hooklog.errors import FolderNotWritable, FolderTooNew, LoadError, StorageUnavailable

ORG = 100
MOBILE = Identifier("mobile", "919800000001")

Open = Callable[[], SqliteDirectory]


@pytest.fixture
def open_directory(tmp_path: Path) -> Iterator[Open]:
    """Opens the same directory as each process does."""
    opened: list[SqliteDirectory] = []

    def open_one() -> SqliteDirectory:
        opened.append(SqliteDirectory(tmp_path))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def test_another_process_sees_a_change_at_once(open_directory: Open) -> None:
    ours, theirs = open_directory(), open_directory()
    assert theirs.org(ORG) is None
    ours.put_org(Org(ORG, "name"))
    ours.put_till(Till(ORG, 1, "till01"))
    user_id = ours.add_customer(ORG, MOBILE)
    ours.put_group(Group(ORG, 5, "G", user_id, (user_id,)))
    assert Org(ORG, "name") == theirs.org(ORG)
    assert Till(ORG, 1, "till01") == theirs.till("till01")
    assert Customer(ORG, user_id, (MOBILE,)) == theirs.customer(ORG, user_id)
    assert [Group(ORG, 5, "G", user_id, (user_id,))] == theirs.groups_of(ORG, user_id)


def test_what_another_process_writes_shows_in_the_changes_seen(open_directory: Open) -> None:
    ours, theirs = open_directory(), open_directory()
    before = ours.changes_seen()
    theirs.put_org(Org(ORG))
    after = ours.changes_seen()
    assert (before[0] != after[0], before[1] == after[1]) == (True, True)
    theirs.org(ORG)
    assert after == ours.changes_seen()
    ours.put_till(Till(ORG, 1, "till01"))
    assert (after[0], after[1] + 1) == ours.changes_seen()


def test_rules_hold_across_processes(open_directory: Open) -> None:
    ours, theirs = open_directory(), open_directory()
    ours.put_till(Till(ORG, 1, "till01"))
    user_id = ours.add_customer(ORG, MOBILE)
    with pytest.raises(LoadError):
        theirs.put_till(Till(ORG, 2, "till01"))
    with pytest.raises(LoadError):
        theirs.put_customer(Customer(ORG, user_id + 1, (MOBILE,)))
    assert user_id == theirs.add_customer(ORG, MOBILE)


def test_directory_outlives_its_process(open_directory: Open) -> None:
    first = open_directory()
    user_id = first.add_customer(ORG, MOBILE)
    first.close()
    again = open_directory()
    assert user_id == again.find_customer(ORG, MOBILE)
    assert user_id != again.add_customer(ORG, Identifier("mobile", "919800000002"))


def test_customer_added_by_many_at_once_is_one_customer(open_directory: Open) -> None:
    """Goal: creating is idempotent by identifier also in a race. Six processes' worth of connections try together."""
    start = threading.Barrier(6)
    found: list[list[int]] = []

    def add(directory: SqliteDirectory) -> None:
        start.wait()
        found.append(
            [directory.add_customer(ORG, Identifier("mobile", f"9198{number:08}")) for number in range(10)]
        )

    threads = [threading.Thread(target=add, args=(open_directory(),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 6 == len(found)
    assert {tuple(found[0])} == set(map(tuple, found))
    assert 10 == len(set(found[0]))


def test_threads_may_share_it(open_directory: Open) -> None:
    directory = open_directory()
    failures: list[Exception] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 10):
                user_id = directory.add_customer(ORG, Identifier("mobile", f"9198{number:08}"))
                directory.put_group(Group(ORG, number, f"G{number}", user_id, (user_id,)))
                assert [number] == [group.id for group in directory.groups_of(ORG, user_id)]
        except Exception as error:  # noqa: BLE001  an error in a thread must reach the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, 10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failures


def test_storage_that_stays_locked_is_told(tmp_path: Path, open_directory: Open) -> None:
    directory = open_directory()
    directory._connection.set_busy_timeout(1)
    other = open_database(tmp_path / FILE_NAME)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable):
        directory.add_customer(ORG, MOBILE)
    assert directory.find_customer(ORG, MOBILE) is None, "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    assert directory.add_customer(ORG, MOBILE) > 0


def test_file_is_private(tmp_path: Path, open_directory: Open) -> None:
    open_directory()
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}


def test_directory_of_a_newer_program_is_refused(tmp_path: Path, open_directory: Open) -> None:
    open_directory()._connection.pragma("user_version", newest_version("directory") + 1)
    with pytest.raises(FolderTooNew):
        open_directory()


def test_folder_that_is_missing_is_said_to_be_unusable(tmp_path: Path) -> None:
    with pytest.raises(FolderNotWritable):
        SqliteDirectory(tmp_path / "missing")


@pytest.mark.parametrize(("statement", "marks"), [(FIND, 5), (FIND_ALL, 3)])
def test_customers_are_found_by_identifier_without_going_through_those_of_the_org(
    open_directory: Open, tmp_path: Path, statement: str, marks: int
) -> None:
    open_directory()
    connection = open_database(tmp_path / FILE_NAME, read_only=True)
    plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", tuple("1" * marks)).fetchall()
    connection.close()
    assert str(plan[0][3]).startswith("SEARCH identifier USING PRIMARY KEY (org=? AND type=? AND value=?")


@pytest.mark.parametrize(("last", "expected"), [(2**63 - 1, 10), (2**62, 10), (2**62 - 1, 2**62)])
def test_a_folder_whose_user_ids_were_exhausted_goes_on(
    tmp_path: Path, open_directory: Open, last: int, expected: int
) -> None:
    """The counter goes back to the highest id below 2**62; what lies above that stays its holder's."""
    top = 2**63 - 1
    with closing(SqliteDirectory(tmp_path)) as old:
        for user_id in (7, 9, 11):
            old.put_customer(Customer(ORG, user_id))
    with closing(open_database(tmp_path / FILE_NAME)) as connection:
        connection.execute("DROP TABLE far_user_id; PRAGMA user_version = 2")
        connection.execute("UPDATE customer SET user_id = ? WHERE user_id = 11", (min(last, top),))
        connection.execute("UPDATE user_counter SET last = ?", (last,))
    directory = open_directory()
    assert expected == directory.add_customer(ORG + 1, MOBILE)
    directory.put_customer(Customer(ORG, top))
    with closing(open_database(tmp_path / FILE_NAME)) as connection:
        leave_out_user_ids(connection, 1_000)
    assert expected + 1_001 == directory.add_customer(ORG + 2, MOBILE)
