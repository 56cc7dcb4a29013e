"""A journal and an event log of each backend, as edge, worker and reader see them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hooklog.catalog.base import Catalog
from hooklog.catalog.memory import MemoryCatalog
from hooklog.catalog.sqlite import SqliteCatalog
from hooklog.eventlog.base import EventLogReader, EventLogWriter
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.clock import FakeClock
from hooklog.testing.journals import InMemory, InSqlite, Journal

Opened = tuple[Callable[[], EventLogWriter], EventLogReader]


@pytest.fixture(params=["memory", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    """A journal without events."""
    journal: Journal = InMemory() if request.param == "memory" else InSqlite(tmp_path)
    yield journal
    journal.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["memory", "sqlite"])
def catalog(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Catalog]:
    """A catalog in which nothing is set up."""
    catalog: Catalog = (
        MemoryCatalog(clock.now_ms)
        if request.param == "memory"
        else SqliteCatalog(tmp_path, clock_ms=clock.now_ms)
    )
    yield catalog
    catalog.close()


@pytest.fixture(params=["memory", "sqlite"])
def event_log(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Opened]:
    """A log and its reader: the first part opens a writer, each time as a new worker does."""
    if request.param == "memory":
        memory = MemoryEventLog(clock.now_ms)
        yield memory.writer, memory
        return
    opened: list[SqliteEventLogWriter] = []

    def open_one() -> SqliteEventLogWriter:
        opened.append(SqliteEventLogWriter(tmp_path, clock_ms=clock.now_ms))
        return opened[-1]

    open_one()
    reader = SqliteEventLogReader(tmp_path)
    yield open_one, reader
    reader.close()
    for writer in opened:
        writer._connection.close()


@pytest.fixture
def open_writer(event_log: Opened) -> Callable[[], EventLogWriter]:
    """Opens a writer that has not taken over yet."""
    return event_log[0]


@pytest.fixture
def writer(open_writer: Callable[[], EventLogWriter]) -> EventLogWriter:
    """The worker's writer; it has taken over."""
    writer = open_writer()
    writer.take_over()
    return writer


@pytest.fixture
def reader(event_log: Opened) -> EventLogReader:
    return event_log[1]
