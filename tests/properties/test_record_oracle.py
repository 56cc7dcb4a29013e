"""Whatever is asked of whatever records, every event log answers what `matches_record` says of each of them.

Parts, counted slices and runs are made tiny, so that every walk crosses their borders. Hypothesis makes up logs and
questions; on a failure it prints the smallest one and how to repeat it.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import msgspec
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from hooklog.event import instant_of
from hooklog.eventlog import sqlite_record_index, sqlite_records
from hooklog.eventlog.base import EventLogReader, Settled
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.record import Record, StoredRecord, event_seconds
from hooklog.eventlog.record_query import (
    RecordHit,
    RecordKey,
    RecordQuery,
    attribute_filter,
    key_of,
    matches_record,
)
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import START_MS, make_batch, make_id, make_record, make_settled

ORGS = (1, 2)
NAMES = ("a", "b", "A", "")
USERS = (None, 1, 2, -(1 << 63), (1 << 63) - 1)
GROUPS = (None, 1, 7)
VALUES = ("Palace ABC", "palace", "abc palace hotel", "20.0", "*****", "ABC-palace")
START = START_MS // 1000
PARTS_MAX = 500
Part = TypeVar("Part")
SECONDS = st.integers(-3, 3)

# Of all instants within a few seconds, and some of the same millisecond.
instants = st.integers(-2_500, 2_500) | SECONDS | SECONDS.map(lambda second: second * 1_000)
ids = st.builds(lambda instant, number: make_id(number, START_MS + instant), instants, st.integers(0, 20))


def make(
    request_id: bytes,
    org: int,
    name: str,
    user: int | None,
    group: int | None,
    ms: int | None,
    **changes: Any,
) -> Settled:
    """`ms` is when the event says it was; None says nothing, so that it was when it was accepted."""
    at_ms = instant_of(request_id) if ms is None else START_MS + ms
    record = make_record(user_id=user, group_id=group, event_at_ms=at_ms, **changes)
    return make_settled(1, id=request_id, org_id=org, event_name=name, record=record)


records = st.builds(
    make,
    ids,
    st.sampled_from(ORGS),
    st.sampled_from(NAMES),
    st.sampled_from(USERS),
    st.sampled_from(GROUPS),
    st.none() | st.none() | st.integers(-3_000, 3_999) | st.sampled_from([0, 999, 1_000, -1]),
    is_duplicate=st.booleans(),
    attributes=st.dictionaries(st.sampled_from(["hotel", "room", "groupId"]), st.sampled_from(VALUES)),
    psi=st.sampled_from([(), ("room",)]),
)
without = st.builds(lambda request_id: make_settled(1, id=request_id, org_id=1, event_name="a"), ids)
logs = st.integers(5, 30).flatmap(
    lambda least: st.lists(
        records | records | records | without,
        min_size=least,
        max_size=40,
        unique_by=lambda item: item.entry.id,
    )
)


pairs = st.tuples(
    st.sampled_from([*ORGS, *ORGS, 9]), st.sampled_from([1, 1, 2, 7, -(1 << 63), (1 << 63) - 1])
)
asked_values = st.sampled_from([*VALUES, "ABC", "abc palace", "pal", "true", "1", "INSTORE", "*", "b"])
asked_names = st.sampled_from(
    ["hotel", "room", "groupId", "source", "isDuplicate", "eventName", "displayName"]
)
filters = st.builds(
    lambda name, values, is_exact: attribute_filter(name, values, is_exact=is_exact),
    asked_names,
    st.lists(asked_values, min_size=1, max_size=2),
    st.booleans(),
)
FILTERS: dict[str, st.SearchStrategy[Any]] = {
    "from_at": SECONDS.map(lambda second: START + second),
    "until_at": SECONDS.map(lambda second: START + second + 1),
    "after": st.builds(lambda second, one: RecordKey(START + second, one), SECONDS, ids),
    "event_name": st.sampled_from([*NAMES, "never"]),
    "is_duplicate": st.booleans(),
    "ids": st.frozensets(ids, max_size=40),
    "users": st.frozensets(pairs, max_size=8),
    "groups": st.frozensets(pairs, max_size=8),
    "attributes": st.lists(filters, min_size=1, max_size=2).map(tuple),
    "hidden": st.sampled_from([{}, {(1, "a"): frozenset({"hotel"})}]),
}


@st.composite
def queries(draw: st.DrawFn) -> RecordQuery:
    """A question with a few filters at most: one with many mostly has no answer, and tells nothing."""
    orgs = draw(st.permutations((*ORGS, 9)))[: draw(st.integers(1, 3))]
    asked = draw(st.lists(st.sampled_from(sorted(FILTERS)), max_size=3, unique=True))
    chosen = {name: draw(FILTERS[name]) for name in asked}
    return RecordQuery(org_ids=tuple(orgs), is_ascending=draw(st.booleans()), **chosen)


normal_run = settings(
    max_examples=120, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)


@contextmanager
def tiny() -> Iterator[None]:
    """Parts of 3 records, counted slices of 2, runs of 4."""
    with (
        patch.object(sqlite_records, "_PART_ROWS", 3),
        patch.object(sqlite_records, "_COUNTED_ROWS", 2),
        patch.object(sqlite_records, "_COUNTED_LANES", 2),
        patch.object(sqlite_record_index, "RUN_RECORDS", 4),
    ):
        yield


@contextmanager
def stored(log: list[Settled]) -> Iterator[tuple[SqliteEventLogReader, SqliteEventLogWriter]]:
    """The log in SQLite, committed in three batches. Without syncs: no power is lost here."""
    with tempfile.TemporaryDirectory() as folder, tiny():
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


def of(item: Settled) -> StoredRecord:
    assert item.record is not None
    return StoredRecord(item.entry.org_id, item.entry.id, item.entry.event_name or "", item.record)


def by_brute_force(log: list[Settled], query: RecordQuery) -> list[RecordHit]:
    """The definition of an answer: look at every record, order."""
    found = [of(item) for item in log if item.record is not None]
    hits = [RecordHit(one.org_id, key_of(one)) for one in found if matches_record(query, one)]
    return sorted(hits, key=lambda hit: hit.key, reverse=not query.is_ascending)


def whole(parts: Iterator[Part]) -> list[Part]:
    """All parts; a walk over a few dozen records that takes hundreds of them does not end."""
    found = list(islice(parts, PARTS_MAX))
    assert len(found) < PARTS_MAX, "the walk does not end"
    return found


def answer(reader: EventLogReader, query: RecordQuery) -> list[RecordHit]:
    return [hit for part in whole(reader.records(query)) for hit in part]


def count(reader: EventLogReader, query: RecordQuery) -> int:
    return sum(whole(reader.count_records(query)))


@normal_run
@given(logs, st.lists(queries(), min_size=4, max_size=12))
def test_every_answer_is_what_looking_at_every_record_gives(
    log: list[Settled], asked: list[RecordQuery]
) -> None:
    with stored(log) as (reader, _):
        memory = in_memory(log)
        for query in asked:
            expected = by_brute_force(log, query)
            event("no record" if not expected else "records")
            assert expected == answer(reader, query), query
            assert expected == answer(memory, query), query
            assert len(expected) == count(reader, query), query
            assert len(expected) == count(memory, query), query


@normal_run
@given(logs, queries(), st.integers(0, 12))
def test_going_on_behind_any_record_gives_the_rest(
    log: list[Settled], query: RecordQuery, place: int
) -> None:
    with stored(log) as (reader, _):
        found = answer(reader, query)
        if len(found) > place:
            rest = msgspec.structs.replace(query, after=found[place].key)
            assert found[place + 1 :] == answer(reader, rest)
            assert len(found) == place + 1 + count(reader, rest)


@normal_run
@given(logs, queries(), st.integers(1, 40))
def test_what_expired_is_found_no_more_and_all_else_is(
    log: list[Settled], query: RecordQuery, limit: int
) -> None:
    with stored(log) as (reader, writer):
        writer.remove_expired(1, START_MS + 1, limit)
        left = [item for item in log if reader.entry(item.entry.org_id, item.entry.id) is not None]
        assert by_brute_force(left, query) == answer(reader, query), query
        writer.remove_expired(1, START_MS + 10_000, 1_000)
        writer.remove_expired(2, START_MS + 10_000, 1_000)
        connection = writer._connection
        assert [0, 0] == [
            next(connection.execute(f"SELECT count(*) FROM {table}"))[0]
            for table in ("record_at", "record_of")
        ]


@normal_run
@given(logs, logs, queries())
def test_records_that_settle_during_a_walk_do_not_disturb_it(
    log: list[Settled], late: list[Settled], query: RecordQuery
) -> None:
    present = {item.entry.id for item in log}
    late = [item for item in late if item.entry.id not in present]
    expected = by_brute_force(log, query)
    walked: list[RecordHit] = []
    with stored(log) as (reader, writer):
        for part in islice(reader.records(query), PARTS_MAX):
            walked += part
            if late:
                writer.commit(make_batch(writer.position, late.pop()))
    assert len(walked) == len({hit.key.id for hit in walked}), "nothing comes twice"
    assert expected == [hit for hit in walked if hit.key.id in present]


@given(st.integers(-(1 << 62), 1 << 62))
def test_the_second_of_an_event_is_rounded_down(event_at_ms: int) -> None:
    record: Record = make_record(event_at_ms=event_at_ms)
    assert 0 <= event_at_ms - event_seconds(record) * 1000 < 1000
