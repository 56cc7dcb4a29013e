"""Whatever failed in whatever log, the causes that are told are those that looking at every entry gives.

Hypothesis makes up logs and questions; on a failure it prints the smallest one and how to repeat it.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from hooklog.api.context import Context
from hooklog.api.failures import Window, failure_views, tallied
from hooklog.event import Stage, StageOutcome, StageRecord, Status, id_lowest_at, id_to_text
from hooklog.eventlog.base import EventLogReader, Settled
from hooklog.eventlog.buckets import Bucket, bucket_start
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.pattern import pattern_of
from hooklog.eventlog.query import Match, Query
from hooklog.eventlog.query_match import passes_entry
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import START_MS, make_batch, make_id, make_settled

Result = TypeVar("Result")

ORGS = (1, 2, 3)
SPAN_MINUTES = 3 * 24 * 60
MESSAGES = {
    Status.EVENT_SUCCESS: ["Event processed successfully"],
    Status.INVALID_EVENT_NAME: ["Invalid event name a", "Invalid event name b"],
    Status.UNAUTHORIZED: ["Unauthorized"],
    Status.EMF_PROCESSOR_FAILED: [
        "Error while processing emfEvent: answered 422",
        "Error while processing emfEvent: answered 503, after 3 attempts",
        "Error while processing emfEvent: answered 503, after 4 attempts",
    ],
    Status.FIELD_VALIDATION_FAILED: ["Field validation failed: visits: double, received x, send a number"],
}


def make(at: tuple[int, int], org: int, name: str | None, told: tuple[Status, str], rule: str) -> Settled:
    status, message = told
    detail: dict[str, Any] = {
        "fields": [{"field": "visits", "rule": rule, "value": "x", "hint": "send another"}]
    }
    stages = (StageRecord(Stage.VALIDATE, 0, 1, StageOutcome.REJECTED, detail),)
    minute, number = at
    request_id = make_id(number, START_MS + minute * 60_000)
    return make_settled(
        1, id=request_id, org_id=org, event_name=name, status=status, message=message, stages=stages
    )


logs = st.lists(
    st.builds(
        make,
        st.tuples(st.integers(0, SPAN_MINUTES), st.integers(0, 3)),
        st.sampled_from(ORGS),
        st.sampled_from([None, "", "a", "b"]),
        st.sampled_from([(status, text) for status, texts in MESSAGES.items() for text in texts]),
        st.sampled_from(["double", "isRequired"]),
    ),
    max_size=60,
    unique_by=lambda item: item.entry.id,
)


def mostly(usual: object, otherwise: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly the usual value, so that a question with many parts still has an answer."""
    return st.integers(0, 3).flatmap(lambda number: st.just(usual) if number else otherwise)


bounds = st.integers(0, SPAN_MINUTES).map(lambda minute: id_lowest_at(START_MS + minute * 60_000))
queries = st.builds(
    Query,
    org_ids=st.lists(st.sampled_from(ORGS), min_size=1, max_size=3, unique=True).map(tuple),
    limit=st.sampled_from([1, 7, 1_000]),
    from_id=mostly(None, bounds),
    until_id=mostly(None, bounds),
    event_names=mostly(Match(), st.builds(Match, st.frozensets(st.sampled_from(["a", "b"]), max_size=2))),
    ids=mostly(Match(), st.builds(Match, st.just(frozenset()), st.just(frozenset({make_id(0)})))),
    statuses=mostly(
        Match(),
        st.builds(
            Match,
            st.frozensets(st.sampled_from(sorted(MESSAGES)), max_size=2),
            st.frozensets(st.sampled_from(sorted(MESSAGES)), max_size=1),
        ),
    ),
)
zones = st.sampled_from([UTC, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York")])


class OnlyLog:
    """The part of a Context that is needed here."""

    def __init__(self, log: EventLogReader) -> None:
        self.log = log

    async def read(self, question: Callable[[], Result]) -> Result:
        return question()


def by_brute_force(
    log: list[Settled], query: Query, window: Window
) -> dict[tuple[str, str | None, str], dict[str, Any]]:
    """Each cause with what its row must say, from every entry."""
    found: dict[tuple[str, str | None, str], list[Settled]] = {}
    for item in sorted(log, key=lambda item: item.entry.id, reverse=True):
        entry = item.entry
        if passes_entry(query, entry) and entry.status is not Status.EVENT_SUCCESS:
            key = entry.status.name, entry.event_name, item.pattern
            found.setdefault(key, []).append(item)
    return {
        key: {
            "count": len(items),
            "first": items[-1].entry.start_ms,
            "last": items[0].entry.start_ms,
            "samples": [id_to_text(item.entry.id) for item in items[:3]],
            "times": sorted(bucket_start(item.entry.start_ms, window.bucket, window.zone) for item in items),
        }
        for key, items in found.items()
    }


@contextmanager
def readers(log: list[Settled]) -> Iterator[list[EventLogReader]]:
    """The log in memory and in SQLite, which is not synced: no power is lost here."""
    memory = MemoryEventLog()
    with tempfile.TemporaryDirectory() as folder:
        in_file = SqliteEventLogWriter(Path(folder), synchronous="OFF")
        for writer in (memory.writer(), in_file):
            writer.take_over()
            for part in (log[::3], log[1::3], log[2::3]):
                writer.commit(make_batch(writer.position, *part))
        reader = SqliteEventLogReader(Path(folder))
        yield [memory, reader]
        reader.close()
        in_file.end()


@settings(max_examples=150, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
@given(logs, queries, st.sampled_from([Bucket.HOUR, Bucket.DAY]), zones)
def test_causes_are_what_looking_at_every_entry_gives(
    log: list[Settled], query: Query, bucket: Bucket, zone: Any
) -> None:
    window = Window(None, START_MS + (SPAN_MINUTES + 1) * 60_000, bucket, zone)
    expected = by_brute_force(log, query, window)
    event(f"{min(len(expected), 5)} causes or more")
    with readers(log) as both:
        for reader in both:
            context = cast("Context", OnlyLog(reader))
            _, groups = asyncio.run(tallied(context, query, window, 1_000))
            views = failure_views(groups, window)
            told = {(one.status, one.event_name, one.pattern): one for one in views}
            assert set(expected) == set(told)
            assert sorted((one.count for one in views), reverse=True) == [one.count for one in views]
            for key, row in expected.items():
                one = told[key]
                assert (row["count"], row["first"], row["last"]) == (one.count, one.first_seen, one.last_seen)
                assert row["samples"] == one.sample_ids
                assert row["count"] == sum(one.trend), "every failure lies in a bucket"
                assert row["times"][0] >= one.trend_from


def test_the_questions_of_this_test_are_not_all_alike() -> None:
    """A canary: the made-up messages have more patterns than statuses, and fewer than texts."""
    patterns = {pattern_of(status, text, ()) for status, texts in MESSAGES.items() for text in texts}
    assert len(MESSAGES) < len(patterns) < sum(map(len, MESSAGES.values()))
