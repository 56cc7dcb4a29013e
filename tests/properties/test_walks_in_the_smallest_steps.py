"""Every walk comes further with each step and misses nothing, however short its steps are: of one look each, over ids
that begin alike in many orgs, and at both ends of what ids and instants can be.

No walk is waited for: one that would never end has more parts than its log can have places.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.properties.log_questions import ORGS, entries_at, mostly, queries

from hooklog.eventlog import sqlite_pages, sqlite_records, sqlite_undated, sqlite_value_find, sqlite_walk
from hooklog.eventlog.base import EventLogReader, Settled
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.query import EVERYTHING, Query
from hooklog.eventlog.record_query import RecordKey, RecordQuery
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import START_MS, make_batch

PARTS_MAX = 200
SMALLEST = (
    (sqlite_pages, "STEP_SECONDS", 0.0),
    (sqlite_undated, "STEP_SECONDS", 0.0),
    (sqlite_value_find, "_LOOKS_MAX", 1),
    (sqlite_walk, "_MOMENTS_MAX", 1),
    (sqlite_records, "_PART_ROWS", 1),
    (sqlite_records, "_COUNTED_ROWS", 1),
)
HIGHEST = (1 << 63) - 1
Part = TypeVar("Part")

_usual = START_MS << 16
_begins = st.sampled_from([0, 1, _usual, _usual + 1, _usual + (4 << 16), HIGHEST - 1, HIGHEST])
_rests = st.sampled_from([0, 1, 1 << 63, (1 << 64) - 2, (1 << 64) - 1])
ids = st.builds(lambda begin, rest: begin.to_bytes(8, "big") + rest.to_bytes(8, "big"), _begins, _rests)
bounds = mostly(None, ids | st.just(bytes(16)) | st.just(b"\xff" * 16))
logs = st.lists(entries_at(ids), min_size=5, max_size=30, unique_by=lambda item: item.entry.id)
questions = st.builds(
    msgspec.structs.replace,
    queries(),
    from_id=bounds,
    until_id=bounds,
    after=bounds,
    limit=st.sampled_from([1, 2, EVERYTHING]),
)

_seconds = st.sampled_from([0, START_MS // 1000, START_MS // 1000 + 1, HIGHEST >> 16, (1 << 48) // 1000])
_of_orgs = st.frozensets(st.tuples(st.sampled_from(ORGS), st.sampled_from([1, 2, 7])), max_size=4)
record_questions = st.builds(
    RecordQuery,
    st.permutations(ORGS).map(tuple),
    is_ascending=st.booleans(),
    after=mostly(None, st.builds(RecordKey, _seconds, ids)),
    from_at=mostly(None, _seconds),
    until_at=mostly(None, _seconds),
    is_duplicate=mostly(None, st.booleans()),
    users=st.none() | _of_orgs,
    groups=mostly(None, _of_orgs),
)


@contextmanager
def stored(log: list[Settled]) -> Iterator[tuple[EventLogReader, EventLogReader]]:
    """The log in SQLite, committed in two batches, and in memory."""
    memory = MemoryEventLog()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as smallest:
        for module, name, value in SMALLEST:
            smallest.enter_context(patch.object(module, name, value))
        writers = SqliteEventLogWriter(Path(folder), synchronous="OFF"), memory.writer()
        for writer in writers:
            writer.take_over()
            for part in (log[::2], log[1::2]):
                writer.commit(make_batch(writer.position, *part))
        reader = SqliteEventLogReader(Path(folder))
        try:
            yield reader, memory
        finally:
            reader.close()
            writers[0].end()


def all_of(parts: Iterator[Part]) -> list[Part]:
    found = list(islice(parts, PARTS_MAX))
    assert len(found) < PARTS_MAX, "the walk does not end"
    return found


@settings(max_examples=60, deadline=None, print_blob=True)
@given(logs, st.lists(questions, min_size=10, max_size=10))
def test_walks_through_entries(log: list[Settled], asked: list[Query]) -> None:
    with stored(log) as (reader, memory):
        for query in asked:
            found = [entry for part in all_of(reader.walk(query)) for entry in part]
            assert memory.page(query) == found, query


@settings(max_examples=60, deadline=None, print_blob=True)
@given(logs, st.lists(record_questions, min_size=10, max_size=10))
def test_walks_through_records_and_counts_of_them(log: list[Settled], asked: list[RecordQuery]) -> None:
    with stored(log) as (reader, memory):
        for query in asked:
            expected = [hit for part in memory.records(query) for hit in part]
            assert expected == [hit for part in all_of(reader.records(query)) for hit in part], query
            assert len(expected) == sum(all_of(reader.count_records(query))), query
