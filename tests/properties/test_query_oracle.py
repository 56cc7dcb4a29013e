"""Whatever is asked of whatever log, SQLite answers what `matches` says by looking at every entry.

Hypothesis makes up logs and questions; on a failure it prints the smallest one and how to repeat it.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from hooklog.event import Entry, Status, id_lowest_at
from hooklog.eventlog.base import EventLogReader, Settled
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.query import Match, Query, matches
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import START_MS, make_batch, make_id, make_settled

ORGS = (1, 2, 3)
NAMES = (None, "", "a", "b", "A", "a ")
WEBHOOKS = ("w1", "w2", "a")  # One is an event name too: texts are kept in one table.
STATUSES = (Status.EVENT_SUCCESS, Status.INVALID_EVENT_NAME, Status.UNAUTHORIZED, Status.INVALID_TILL_CODE)
INSTANTS = st.integers(0, 12)

ids = st.builds(lambda instant, number: make_id(number, START_MS + instant), INSTANTS, st.integers(0, 9))
asked_ids = ids | INSTANTS.map(lambda instant: id_lowest_at(START_MS + instant))


def make(request_id: bytes, org: int, name: str | None, status: Status, webhook: str, size: int) -> Settled:
    fields = {"org_id": org, "event_name": name, "status": status, "webhook_id": webhook}
    return make_settled(1, id=request_id, input=b"x" * size, **fields)


entries = st.builds(
    make,
    ids,
    st.sampled_from(ORGS),
    st.sampled_from(NAMES),
    st.sampled_from(STATUSES),
    st.sampled_from(WEBHOOKS),
    st.sampled_from([0, 20, 900]),
)
logs = st.integers(0, 20).flatmap(
    lambda least: st.lists(entries, min_size=least, max_size=40, unique_by=lambda item: item.entry.id)
)


def mostly(usual: object, otherwise: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly the usual value, so that a question with many parts still has an answer."""
    return st.sampled_from([True, True, True, False]).flatmap(
        lambda is_usual: st.just(usual) if is_usual else otherwise
    )


def match_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Match[Any]]:
    """Mostly all; included and excluded values may overlap."""
    some = st.frozensets(values, max_size=4)
    only, but, both = (
        st.builds(Match, some),
        st.builds(Match, st.just(frozenset()), some),
        st.builds(Match, some, some),
    )
    return mostly(Match(), only | but | both)


queries = st.builds(
    Query,
    org_ids=st.lists(st.sampled_from((*ORGS, 9)), min_size=1, max_size=4, unique=True).map(tuple),
    limit=st.sampled_from([1, 2, 3, 10, 1_000]),
    from_id=mostly(None, asked_ids),
    until_id=mostly(None, asked_ids),
    after=mostly(None, asked_ids),
    is_ascending=st.booleans(),
    event_names=match_of(st.sampled_from(["", "a", "b", "A", "a ", "w1", "never"])),
    statuses=match_of(st.sampled_from([*STATUSES, Status.EMF_PROCESSOR_FAILED])),
    webhook_ids=match_of(st.sampled_from([*WEBHOOKS, "W1", "never"])),
    ids=match_of(ids),
    patterns=match_of(st.sampled_from(["INVALID_EVENT_NAME x", "Unauthorized", "", "never", "w1"])),
)

normal_run = settings(
    max_examples=200, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)


@contextmanager
def stored(log: list[Settled]) -> Iterator[EventLogReader]:
    """The log in SQLite, committed in three batches. Without syncs: no power is lost here."""
    with tempfile.TemporaryDirectory() as folder:
        writer = SqliteEventLogWriter(Path(folder), synchronous="OFF")
        writer.take_over()
        for part in (log[::3], log[1::3], log[2::3]):
            writer.commit(make_batch(writer.position, *part))
        reader = SqliteEventLogReader(Path(folder))
        try:
            yield reader
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
    found = [
        item.entry for item in log if matches(query, item.entry) and query.patterns.accepts(item.pattern)
    ]
    return sorted(found, key=lambda entry: entry.id, reverse=not query.is_ascending)[: query.limit]


@normal_run
@given(logs, st.lists(queries, min_size=1, max_size=8))
def test_every_page_is_what_looking_at_every_entry_gives(log: list[Settled], asked: list[Query]) -> None:
    with stored(log) as reader:
        memory = in_memory(log)
        for query in asked:
            expected = by_brute_force(log, query)
            event("empty page" if not expected else "page of entries")
            assert expected == reader.page(query), query
            assert expected == memory.page(query), query


@normal_run
@given(logs, queries.map(lambda query: msgspec.structs.replace(query, after=None)))
def test_walking_the_pages_shows_every_matching_entry_once(log: list[Settled], query: Query) -> None:
    expected = by_brute_force(log, msgspec.structs.replace(query, limit=1_000))
    walked: list[Entry] = []
    with stored(log) as reader:
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
@given(logs, logs, queries.map(lambda query: msgspec.structs.replace(query, after=None)))
def test_entries_committed_during_a_walk_do_not_disturb_it(
    log: list[Settled], late: list[Settled], query: Query
) -> None:
    present = {item.entry.id for item in log}
    late = [item for item in late if item.entry.id not in present]
    expected = by_brute_force(log, msgspec.structs.replace(query, limit=1_000))
    walked: list[Entry] = []
    with tempfile.TemporaryDirectory() as folder:
        writer = SqliteEventLogWriter(Path(folder), synchronous="OFF")
        writer.take_over()
        writer.commit(make_batch(0, *log))
        reader = SqliteEventLogReader(Path(folder))
        while page := reader.page(query):
            walked += page
            query = msgspec.structs.replace(query, after=page[-1].id)
            if late:
                writer.commit(make_batch(writer.position, late.pop()))
        reader.close()
        writer.end()
    assert len(walked) == len({entry.id for entry in walked}), "nothing comes twice"
    assert expected == [entry for entry in walked if entry.id in present]
