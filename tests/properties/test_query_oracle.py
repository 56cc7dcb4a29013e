"""Whatever is asked of whatever log, every event log answers what `matches` says by looking at every entry.

Steps are made tiny, so that every walk crosses their borders. Hypothesis makes up logs and questions; on a failure
it prints the smallest one and how to repeat it.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import msgspec
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.properties.log_questions import logs, queries

from hooklog.event import Entry
from hooklog.eventlog import sqlite_pages, sqlite_value_merge
from hooklog.eventlog.base import EventLogReader, Settled
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.query import Query
from hooklog.eventlog.query_match import matches
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import make_batch

QUESTIONS = 8
LOGS = 63

normal_run = settings(
    max_examples=150, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
walks = queries().map(lambda query: msgspec.structs.replace(query, after=None))


@contextmanager
def stored(log: list[Settled]) -> Iterator[tuple[EventLogReader, SqliteEventLogWriter]]:
    """The log in SQLite, committed in three batches. Without syncs: no power is lost here."""
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.object(sqlite_pages, "STEP_ENTRIES", 3),
        patch.object(sqlite_value_merge, "FAN_IN", 2),
        patch.object(sqlite_value_merge, "ONE_GO_ITEMS", 40),
    ):
        writer = SqliteEventLogWriter(Path(folder), synchronous="OFF")
        writer.take_over()
        for part in (log[::3], log[1::3], log[2::3]):
            writer.commit(make_batch(writer.position, *part))
        reader = SqliteEventLogReader(Path(folder))
        try:
            yield reader, writer
        finally:
            reader.close()
            writer.end()


def in_memory(log: list[Settled]) -> EventLogReader:
    memory = MemoryEventLog()
    writer = memory.writer()
    writer.take_over()
    writer.commit(make_batch(0, *log))
    return memory


def by_brute_force(log: list[Settled], query: Query) -> list[Entry]:
    """The definition of a page: look at every entry, order, cut."""
    found = [item.entry for item in log if matches(query, item)]
    return sorted(found, key=lambda entry: entry.id, reverse=not query.is_ascending)[: query.limit]


def answers_agree(log: list[Settled], asked: list[Query]) -> None:
    """Of each question: the log in SQLite and the one in memory give what the definition does."""
    with stored(log) as (reader, _):
        memory = in_memory(log)
        for query in asked:
            expected = by_brute_force(log, query)
            event("empty page" if not expected else "page of entries")
            assert expected == reader.page(query), query
            assert expected == memory.page(query), query


questions = st.lists(queries(), min_size=QUESTIONS, max_size=QUESTIONS)


@settings(normal_run, max_examples=LOGS)
@given(logs, questions)
def test_every_page_is_what_looking_at_every_entry_gives(log: list[Settled], asked: list[Query]) -> None:
    answers_agree(log, asked)


@normal_run
@given(logs, walks)
def test_walking_the_pages_shows_every_matching_entry_once(log: list[Settled], query: Query) -> None:
    expected = by_brute_force(log, msgspec.structs.replace(query, limit=1_000))
    walked: list[Entry] = []
    with stored(log) as (reader, _):
        for _ in range(len(log) + 1):
            page = reader.page(query)
            assert len(page) <= query.limit
            if not page:
                break
            walked += page
            query = msgspec.structs.replace(query, after=page[-1].id)
        else:
            raise AssertionError("the walk does not end")
    assert expected == walked


@normal_run
@given(logs, logs, walks)
def test_entries_committed_during_a_walk_do_not_disturb_it(
    log: list[Settled], late: list[Settled], query: Query
) -> None:
    present = {item.entry.id for item in log}
    late = [item for item in late if item.entry.id not in present]
    expected = by_brute_force(log, msgspec.structs.replace(query, limit=1_000))
    walked: list[Entry] = []
    with stored(log) as (reader, writer):
        while page := reader.page(query):
            walked += page
            query = msgspec.structs.replace(query, after=page[-1].id)
            if late:
                writer.commit(make_batch(writer.position, late.pop()))
    assert len(walked) == len({entry.id for entry in walked}), "nothing comes twice"
    assert expected == [entry for entry in walked if entry.id in present]


@normal_run
@given(logs, walks, st.integers(1, 40))
def test_what_expires_between_two_parts_is_the_only_thing_that_is_missing(
    log: list[Settled], query: Query, limit: int
) -> None:
    everything = by_brute_force(log, query)
    with stored(log) as (reader, writer):
        found: list[Entry] = []
        for part in reader.walk(query):
            found += part
            writer.remove_expired(1, 1 << 48, limit)
        kept = [one for one in everything if reader.entry(one.org_id, one.id) is not None]
    assert len(found) == len({entry.id for entry in found})
    assert [one for one in found if one in kept] == [one for one in kept if one in found]
    assert all(one in found for one in kept)
