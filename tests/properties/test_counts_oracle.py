"""Whatever is counted in whatever log, SQLite answers what looking at every entry gives, before and after retention."""

import tempfile
from collections import Counter
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.properties.log_questions import FILTERS, ORGS, STATUSES, WEBHOOKS, entries_at, match_of, mostly

from hooklog.event import id_lowest_at
from hooklog.eventlog.base import EventLogReader, EventLogWriter, Settled
from hooklog.eventlog.counts import Bucket, By, CountKey, CountsQuery, count_by
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.query import Match, Query
from hooklog.eventlog.query_match import matches
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import START_MS, make_batch, make_id

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
# Around the ends of every unit, and over the change to daylight saving time in March 2026.
instants = st.builds(
    lambda days, unit, number, ms: START_MS + days * DAY + unit * number + ms,
    st.sampled_from([0, 0, 1, 2, 40, 82]),
    st.sampled_from([SECOND, MINUTE, HOUR]),
    st.integers(-2, 26),
    st.integers(-3, 9),
)
ids = st.builds(lambda instant, number: make_id(number, instant), instants, st.integers(0, 3))
bounds = ids | instants.map(id_lowest_at) | instants.map(lambda instant: id_lowest_at(instant // DAY * DAY))
zones = st.sampled_from(
    [UTC, ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin"), timezone(timedelta(hours=-8))]
)
logs = st.lists(entries_at(ids), max_size=40, unique_by=lambda item: item.entry.id)
queries = st.builds(
    Query,
    org_ids=st.lists(st.sampled_from((*ORGS, 9)), min_size=1, max_size=4, unique=True).map(tuple),
    limit=st.sampled_from([1, 10]),
    from_id=mostly(None, bounds),
    until_id=mostly(None, bounds),
    after=mostly(None, bounds),
    is_ascending=st.booleans(),
    event_names=mostly(Match(), match_of(st.sampled_from(["", "a", "b", "A", "w1", "never"]))),
    statuses=mostly(Match(), match_of(st.sampled_from(STATUSES))),
    webhook_ids=mostly(Match(), match_of(st.sampled_from([*WEBHOOKS, "never"]))),
    ids=mostly(Match(), match_of(ids)),
    patterns=mostly(Match(), match_of(st.sampled_from(["INVALID_EVENT_NAME x", "", "never"]))),
    attributes=mostly((), FILTERS["attributes"]),
    customers=mostly(Match(), FILTERS["customers"]),
    response_min_ms=mostly(None, st.integers(0, 5)),
)
questions = st.builds(
    CountsQuery,
    query=queries,
    by=st.frozensets(st.sampled_from(By)),
    bucket=st.sampled_from(Bucket),
    zone=zones,
)


def by_brute_force(log: list[Settled], asked: CountsQuery) -> dict[CountKey, int]:
    query = Query(**{**{name: getattr(asked.query, name) for name in Query.__struct_fields__}, "after": None})
    found = {item.entry: item for item in log if matches(query, item)}
    return count_by(asked, found, lambda entry: found[entry].pattern)


def counted(reader: EventLogReader, asked: CountsQuery) -> dict[CountKey, int]:
    total: Counter[CountKey] = Counter()
    for part in reader.counts(asked):
        total.update(part)
    return dict(total)


@settings(max_examples=200, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
@given(logs, st.lists(questions, min_size=1, max_size=8), instants, st.sampled_from([0, 3, 100]))
def test_counts_are_what_looking_at_every_entry_gives(
    log: list[Settled], asked: list[CountsQuery], before_ms: int, expired_max: int
) -> None:
    memory = MemoryEventLog()
    with tempfile.TemporaryDirectory() as folder:
        stored = SqliteEventLogWriter(Path(folder), synchronous="OFF")
        writers: tuple[EventLogWriter, EventLogWriter] = memory.writer(), stored
        gone: list[Any] = []
        for writer in writers:
            writer.take_over()
            for part in (log[::2], log[1::2]):
                writer.commit(make_batch(writer.position, *part))
            gone.append([writer.remove_expired(org, before_ms, expired_max) for org in ORGS])
        assert gone[0] == gone[1]
        left = list(memory.settled.values())
        reader = SqliteEventLogReader(Path(folder))
        for one in asked:
            expected = by_brute_force(left, one)
            event("nothing counts" if not expected else "entries count")
            assert expected == counted(reader, one), one
            assert expected == counted(memory, one), one
        reader.close()
        stored.end()
