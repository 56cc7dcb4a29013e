"""A walk by values comes further with every step, however short its steps are and however many orgs it crosses."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

import pytest

from hooklog.eventlog import sqlite_pages, sqlite_undated, sqlite_value_find
from hooklog.eventlog.base import Settled
from hooklog.eventlog.mapped import Mapped, SentIdentifier
from hooklog.eventlog.query import AttributeMatch, Match, Query, SentAs
from hooklog.eventlog.record_query import RecordQuery
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import ORG, START_MS, make_batch, make_id, make_record, make_settled

ORGS = (1, 2, 3, 4, 5)
USER = 7
SENT = SentIdentifier("mobile", "mobile", "91980")
PARTS_MAX = 200
Part = TypeVar("Part")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[SqliteEventLogReader]:
    """Entries of every org in the same milliseconds, whose ids begin alike, all of one customer."""
    settled = [
        make_settled(
            1,
            id=make_id(org, START_MS + ms),
            org_id=org,
            mapped=Mapped((SENT,), USER, {}),
            record=make_record(user_id=USER, event_at_ms=START_MS + ms),
        )
        for ms in range(4)
        for org in ORGS
    ]
    with log_of(tmp_path, settled) as reader:
        yield reader


@contextmanager
def log_of(folder: Path, settled: list[Settled]) -> Iterator[SqliteEventLogReader]:
    writer = SqliteEventLogWriter(folder, synchronous="OFF")
    writer.take_over()
    writer.commit(make_batch(0, *settled))
    reader = SqliteEventLogReader(folder)
    yield reader
    reader.close()
    writer.end()


def whole(parts: Iterator[list[Part]]) -> list[Part]:
    found = list(islice(parts, PARTS_MAX))
    assert len(found) < PARTS_MAX, "the walk does not end"
    return [one for part in found for one in part]


@pytest.mark.parametrize("is_ascending", [True, False])
def test_every_entry_is_found_in_steps_of_one(reader: SqliteEventLogReader, is_ascending: bool) -> None:
    query = Query(
        ORGS, 1_000, is_ascending=is_ascending, customers=Match(frozenset({SentAs("mobile", "91980")}))
    )
    expected = [(START_MS + ms, org) for ms in range(4) for org in ORGS]
    with patch.object(sqlite_pages, "STEP_SECONDS", 0.0):
        found = whole(reader.walk(query))
    assert sorted(expected, reverse=not is_ascending) == [(one.start_ms, one.org_id) for one in found]


@pytest.mark.parametrize("is_ascending", [True, False])
@pytest.mark.parametrize("both", range(8))
def test_a_step_that_ends_without_a_hit_leaves_none_behind(
    tmp_path: Path, both: int, is_ascending: bool
) -> None:
    """Two attributes by turns, and one entry that has both, somewhere around where the walk tells its place."""
    settled = [
        make_settled(
            number,
            record=make_record(
                attributes={
                    name: "x" for place, name in enumerate("ab") if number == both or number % 2 == place
                }
            ),
        )
        for number in range(12)
    ]
    wanted = tuple(AttributeMatch(name, Match(frozenset({"x"}))) for name in "ab")
    query = Query((ORG,), 1_000, is_ascending=is_ascending, attributes=wanted)
    with (
        log_of(tmp_path, settled) as reader,
        patch.object(sqlite_pages, "STEP_SECONDS", 0.0),
        patch.object(sqlite_value_find, "_LOOKS_MAX", 2),
    ):
        assert [settled[both].entry.id] == [one.id for one in whole(reader.walk(query))]


@pytest.mark.parametrize("is_ascending", [True, False])
def test_the_first_and_the_last_of_all_ids_that_begin_alike_are_found(
    tmp_path: Path, is_ascending: bool
) -> None:
    """One org's walk tells the place behind them all while another's has just come to the last of them."""
    begin = make_id(0)[:8]
    ids = [begin + rest for rest in (bytes(8), bytes(7) + b"\1", b"\xff" * 7 + b"\xfe", b"\xff" * 8)]
    settled = [
        make_settled(number, id=one, org_id=org, mapped=Mapped((SENT,), USER, {}))
        for number, (one, org) in enumerate(zip(ids, (2, 1, 1, 2), strict=True))
    ]
    query = Query(
        (1, 2), 1_000, is_ascending=is_ascending, customers=Match(frozenset({SentAs("mobile", "91980")}))
    )
    with log_of(tmp_path, settled) as reader, patch.object(sqlite_pages, "STEP_SECONDS", 0.0):
        found = [one.id for one in whole(reader.walk(query))]
    assert sorted(ids, reverse=not is_ascending) == found


@pytest.mark.parametrize("is_ascending", [True, False])
def test_what_does_not_match_ends_a_walk_in_steps_of_one(
    reader: SqliteEventLogReader, is_ascending: bool
) -> None:
    query = Query(
        ORGS,
        1_000,
        is_ascending=is_ascending,
        customers=Match(frozenset({SentAs("mobile", "91980")})),
        response_min_ms=1_000,
    )
    with patch.object(sqlite_pages, "STEP_SECONDS", 0.0):
        assert [] == whole(reader.walk(query))


@pytest.mark.parametrize("is_ascending", [True, False])
def test_every_record_is_found_in_steps_of_one(reader: SqliteEventLogReader, is_ascending: bool) -> None:
    users = frozenset((org, USER) for org in ORGS)
    query = RecordQuery(ORGS, is_ascending=is_ascending, users=users)
    with patch.object(sqlite_undated, "STEP_SECONDS", 0.0):
        found = whole(reader.records(query))
    assert len(ORGS) * 4 == len({(one.org_id, one.key.id) for one in found}) == len(found)
