"""A page is read once as long as nothing is committed, and never shown when something was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hooklog.db.sqlite import open_database
from hooklog.event import Entry
from hooklog.eventlog.query import Query
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.eventlog.sqlite_page_memory import PageMemory
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import ORG, make_batch, make_entry, make_id, make_settled

NEWEST = Query(org_ids=(ORG,), limit=10)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SqliteEventLogWriter]:
    writer = SqliteEventLogWriter(tmp_path)
    writer.take_over()
    yield writer
    writer.end()


class Pages:
    """Makes pages, and counts."""

    def __init__(self, page: list[Entry]) -> None:
        self.page = page
        self.reads = 0

    def read(self) -> list[Entry]:
        self.reads += 1
        return self.page


@pytest.fixture
def memory(tmp_path: Path, writer: SqliteEventLogWriter) -> Iterator[PageMemory]:
    connection = open_database(tmp_path / FILE_NAME, read_only=True)
    yield PageMemory(connection)
    connection.close()


def test_page_is_read_once_while_nothing_is_committed(memory: PageMemory) -> None:
    pages = Pages([make_entry(1)])
    assert [pages.page] * 3 == [memory.page((ORG, 10), pages.read) for _ in range(3)]
    assert 1 == pages.reads


def test_pages_of_other_places_are_others(memory: PageMemory) -> None:
    ones, twos = Pages([make_entry(1)]), Pages([make_entry(2)])
    assert ones.page == memory.page((ORG, 10), ones.read)
    assert twos.page == memory.page((ORG, 20), twos.read)
    assert twos.page == memory.page((ORG + 1, 10), twos.read)


def test_after_each_commit_the_page_is_read_again(tmp_path: Path, writer: SqliteEventLogWriter) -> None:
    reader = SqliteEventLogReader(tmp_path)
    assert [] == reader.page(NEWEST)
    for number in range(1, 20):
        writer.commit(make_batch(number - 1, make_settled(number)))
        expected = list(range(number, max(0, number - 10), -1))
        assert [make_id(one) for one in expected] == [entry.id for entry in reader.page(NEWEST)]
        assert [make_id(one) for one in expected] == [entry.id for entry in reader.page(NEWEST)]
    reader.close()


def test_commit_while_a_page_is_read_makes_it_be_read_again(
    memory: PageMemory, writer: SqliteEventLogWriter
) -> None:
    pages = Pages([make_entry(1)])

    def overtaken() -> list[Entry]:
        page = pages.read()
        writer.commit(make_batch(0, make_settled(1)))
        return page

    memory.page((ORG, 10), overtaken)
    memory.page((ORG, 10), pages.read)
    assert 2 == pages.reads


def test_pages_with_large_inputs_are_not_kept(memory: PageMemory) -> None:
    pages = Pages([make_entry(1, input=b"x" * (3 * 1024 * 1024))])
    for _ in range(2):
        memory.page((ORG, 10), pages.read)
    assert 2 == pages.reads


def test_only_so_many_pages_are_kept(memory: PageMemory) -> None:
    pages = Pages([])
    for number in range(1_000):
        memory.page((ORG, number), pages.read)
    assert len(memory._pages) <= 128
