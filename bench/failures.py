"""How long counts and causes of failures take over a large log. `python bench/failures.py --entries 1000000`.

Writes a log of its own into a temporary folder: a fifth of the entries fail, for ten causes, over 30 days.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from hooklog.api.context import Context
from hooklog.api.counts import counted
from hooklog.api.failures import Window, tallied
from hooklog.event import USUAL_MESSAGES, Entry, Status, id_lowest_at
from hooklog.eventlog.base import Batch, EventLogReader, Settled
from hooklog.eventlog.buckets import Bucket
from hooklog.eventlog.counts import By, CountsQuery
from hooklog.eventlog.query import Match, Query
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter

ORG, BATCH = 1, 1_000
SPAN_MS = 30 * 86_400_000
START_MS = 1_767_607_200_000
ROUNDS = 5
Result = TypeVar("Result")


class OnlyLog:
    """The part of a Context that is needed here, without threads."""

    def __init__(self, log: EventLogReader) -> None:
        self.log = log

    async def read(self, question: Callable[[], Result]) -> Result:
        return question()


def settled(number: int, entries: int) -> Settled:
    at_ms = START_MS + number * SPAN_MS // entries
    request_id = ((at_ms << 80) | (0x7 << 76) | (0b10 << 62) | number).to_bytes(16, "big")
    name = f"event_{number % 10}"
    kind = number % 25
    if kind >= 5:
        status, message = Status.EVENT_SUCCESS, USUAL_MESSAGES[Status.EVENT_SUCCESS]
    elif kind < 2:
        status, message = Status.INVALID_GROUP_IDENTIFIER_PASSED, f"Invalid group identifier passed {number}"
    elif kind == 2:
        status, message = Status.INVALID_TILL_CODE, f"Invalid till code {number}"
    else:
        status, message = Status.EMF_PROCESSOR_FAILED, "Error while processing emfEvent: answered 503"
    body = b'{"event_name":"%s","mobile":"9198%08d","amount":%d}' % (
        name.encode(),
        number % 100_000_000,
        number,
    )
    return Settled(Entry(ORG, request_id, status, name, body, "w" * 32, message, 3), passage=())


def fill(folder: Path, entries: int) -> float:
    """Seconds that writing took."""
    writer = SqliteEventLogWriter(folder, synchronous="OFF")
    writer.take_over()
    start = time.perf_counter()
    for first in range(0, entries, BATCH):
        items = tuple(settled(number, entries) for number in range(first, min(entries, first + BATCH)))
        writer.commit(Batch(first, first + len(items), settled=items))
    took = time.perf_counter() - start
    writer.end()
    return took


def timed(question: Callable[[], Awaitable[Any]]) -> float:
    """The median of a few rounds, in milliseconds."""
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        asyncio.run(cast("Any", question()))
        took.append((time.perf_counter() - start) * 1_000)
    return round(statistics.median(took), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--results", type=Path)
    parser.add_argument("--folder", type=Path, help="keep the log here, and use it where it is there already")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "events.db").exists():
            fill(folder, given.entries)
        reader = SqliteEventLogReader(folder)
        context = cast("Context", OnlyLog(reader))
        everything = Query(org_ids=(ORG,), limit=1_000)
        day = Query(
            org_ids=(ORG,),
            limit=1_000,
            from_id=id_lowest_at(START_MS + SPAN_MS // 2 + 1_234_567),
            until_id=id_lowest_at(START_MS + SPAN_MS // 2 + 1_234_567 + 86_400_000),
        )
        by_name = Query(org_ids=(ORG,), limit=1_000, event_names=Match(frozenset({"event_1"})))
        # A filter that no count tells: each failure of that day is looked at.
        looked = msgspec.structs.replace(day, ids=Match(excluded=frozenset({bytes(16)})))
        end_ms = START_MS + SPAN_MS

        def causes(query: Query, bucket: Bucket) -> Callable[[], Awaitable[Any]]:
            return lambda: tallied(context, query, Window(None, end_ms, bucket, UTC), 50)

        def counts(query: Query, bucket: Bucket, *by: By) -> Callable[[], Awaitable[Any]]:
            return lambda: counted(context, CountsQuery(query, frozenset(by), bucket, UTC))

        figures = {
            "entries": given.entries,
            "causes_all_by_day_ms": timed(causes(everything, Bucket.DAY)),
            "causes_all_by_hour_ms": timed(causes(everything, Bucket.HOUR)),
            "causes_one_day_by_hour_ms": timed(causes(day, Bucket.HOUR)),
            "causes_one_name_by_day_ms": timed(causes(by_name, Bucket.DAY)),
            "causes_one_day_by_looking_at_each_ms": timed(causes(looked, Bucket.DAY)),
            "counts_all_ms": timed(counts(everything, Bucket.DAY)),
            "counts_by_status_and_day_ms": timed(counts(everything, Bucket.DAY, By.STATUS, By.TIME)),
            "counts_one_day_by_minute_ms": timed(counts(day, Bucket.MINUTE, By.STATUS, By.TIME)),
        }
        reader.close()
    text = json.dumps(figures, indent=2)
    print(text)
    if given.results:
        given.results.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
