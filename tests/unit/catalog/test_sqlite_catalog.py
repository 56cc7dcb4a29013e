"""What the catalog in SQLite promises beside the suite that all catalogs pass: other processes, restarts, its file."""

import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from hooklog.catalog.base import PublishState
from hooklog.catalog.sqlite import FILE_NAME, SqliteCatalog
from hooklog.db.migrate import newest_version
from hooklog.db.sqlite import open_database
from hooklog.errors import FolderNotWritable, FolderTooNew, StorageUnavailable
from hooklog.testing.builders import ORG, WEBHOOK_ID, make_definition, make_field, make_webhook

FIRST = make_definition()
SECOND = make_definition(fields=(*FIRST.fields, make_field("hotel")))

Open = Callable[[], SqliteCatalog]


@pytest.fixture
def open_catalog(tmp_path: Path) -> Iterator[Open]:
    """Opens the same catalog as each process does, with a connection and a memory of its own."""
    opened: list[SqliteCatalog] = []

    def open_one() -> SqliteCatalog:
        opened.append(SqliteCatalog(tmp_path))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def test_another_process_sees_a_change_once_it_refreshes(open_catalog: Open) -> None:
    ours, theirs = open_catalog(), open_catalog()
    assert not theirs.refresh()
    ours.put_definition(FIRST)
    ours.put_webhook(make_webhook())
    assert theirs.refresh()
    assert FIRST == theirs.definition(ORG, "visit")
    assert make_webhook() == theirs.webhook(WEBHOOK_ID)
    assert not theirs.refresh(), "nothing has changed since"
    assert not ours.refresh(), "one's own changes are known"


@pytest.mark.parametrize(
    "change",
    [
        lambda catalog: catalog.put_definition(SECOND),
        lambda catalog: catalog.put_definition(msgspec.structs.replace(FIRST, state=PublishState.PUBLISHED)),
        lambda catalog: catalog.mark_verified(ORG, "visit", 1),
        lambda catalog: catalog.disable_definition(ORG, "visit"),
        lambda catalog: catalog.put_webhook(make_webhook(till_code="till02")),
        lambda catalog: catalog.disable_webhook(WEBHOOK_ID),
    ],
    ids=["version", "state", "verified", "disabled definition", "webhook", "disabled webhook"],
)
def test_every_kind_of_change_is_noticed(
    open_catalog: Open, change: Callable[[SqliteCatalog], object]
) -> None:
    ours, theirs = open_catalog(), open_catalog()
    ours.put_definition(FIRST)
    ours.put_webhook(make_webhook())
    assert theirs.refresh()
    change(ours)
    assert theirs.refresh()
    assert ours.definition(ORG, "visit") == theirs.definition(ORG, "visit") != FIRST or (
        ours.webhook(WEBHOOK_ID) == theirs.webhook(WEBHOOK_ID) != make_webhook()
    )


def test_change_is_made_to_what_is_stored_not_to_what_is_remembered(open_catalog: Open) -> None:
    ours, theirs = open_catalog(), open_catalog()
    ours.put_definition(FIRST)
    ours.put_webhook(make_webhook())
    ours.disable_definition(ORG, "visit")
    ours.disable_webhook(WEBHOOK_ID)
    # They have not refreshed: to their memory both are new.
    stored = theirs.put_definition(SECOND)
    assert (2, PublishState.DISABLED) == (stored.version, stored.state)
    assert theirs.put_webhook(make_webhook()).is_disabled
    assert ours.refresh()
    assert stored == ours.definition(ORG, "visit")


def test_own_change_does_not_hide_the_others(open_catalog: Open) -> None:
    ours, theirs = open_catalog(), open_catalog()
    ours.put_definition(make_definition("a"))
    theirs.put_definition(make_definition("b"))
    assert theirs.refresh()
    assert ours.refresh()
    for catalog in (ours, theirs):
        assert ["a", "b"] == [definition.name for definition in catalog.definitions(ORG)]


def test_catalog_outlives_its_process(open_catalog: Open) -> None:
    first = open_catalog()
    for definition in (FIRST, SECOND):
        first.put_definition(definition)
    first.put_webhook(make_webhook())
    expected = first.definition(ORG, "visit"), first.definition_version(ORG, "visit", 1)
    first.close()
    again = open_catalog()
    assert expected == (again.definition(ORG, "visit"), again.definition_version(ORG, "visit", 1))
    assert make_webhook() == again.webhook(WEBHOOK_ID)
    assert 3 == again.put_definition(FIRST).version


def test_version_made_elsewhere_is_found_without_a_refresh(open_catalog: Open) -> None:
    ours, theirs = open_catalog(), open_catalog()
    ours.put_definition(FIRST)
    ours.put_definition(SECOND)
    assert FIRST == theirs.definition_version(ORG, "visit", 1)
    assert msgspec.structs.replace(SECOND, version=2) == theirs.definition_version(ORG, "visit", 2)


def test_change_that_fails_is_not_remembered(tmp_path: Path, open_catalog: Open) -> None:
    catalog = open_catalog()
    catalog.put_definition(FIRST)
    catalog._connection.set_busy_timeout(1)
    other = open_database(tmp_path / FILE_NAME)
    other.execute("BEGIN IMMEDIATE")
    for change in (
        lambda: catalog.put_definition(SECOND),
        lambda: catalog.put_webhook(make_webhook()),
        lambda: catalog.disable_definition(ORG, "visit"),
    ):
        with pytest.raises(StorageUnavailable):
            change()
    other.execute("ROLLBACK")
    other.close()
    catalog.refresh()
    assert FIRST == catalog.definition(ORG, "visit")
    assert catalog.webhook(WEBHOOK_ID) is None


def test_threads_may_share_it(open_catalog: Open) -> None:
    catalog = open_catalog()

    def change(first: int) -> None:
        for number in range(first, first + 10):
            catalog.put_definition(make_definition(f"event{number:02}"))
            catalog.mark_verified(ORG, f"event{number:02}", 1)
            catalog.refresh()

    threads = [threading.Thread(target=change, args=(first,)) for first in (0, 10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [make_definition(f"event{number:02}", is_verified=True) for number in range(30)]
    assert expected == catalog.definitions(ORG)
    assert expected == open_catalog().definitions(ORG)


def test_file_is_private(tmp_path: Path, open_catalog: Open) -> None:
    open_catalog()
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}


def test_catalog_of_a_newer_program_is_refused(tmp_path: Path, open_catalog: Open) -> None:
    open_catalog()._connection.pragma("user_version", newest_version("catalog") + 1)
    with pytest.raises(FolderTooNew):
        open_catalog()


def test_folder_that_is_missing_is_said_to_be_unusable(tmp_path: Path) -> None:
    with pytest.raises(FolderNotWritable):
        SqliteCatalog(tmp_path / "missing")
