"""What the event log's storage costs and gives, without pipeline, journal and HTTP.

Settled events as the pipeline makes them go to the writer a thousand at a time: one org's, with a body of 153 bytes,
four attributes and a record each; one in a hundred fails, one in 100,000 has a rare name. Their ids are `--per-ms` a
millisecond. The making of events is not timed. Then the reader is asked, in this process.

Usage: python -m bench.eventlog [--events 1000000] [--batch 1000] [--unique] [--expire] [--folder DIR] [--results FILE]
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.row import tell
from bench.setting import (
    COMMON,
    FIRST_USER,
    ORG,
    PLAIN,
    RARE,
    STORES,
    UNIQUE,
    UNIQUE_NAME,
    body,
    customer_numbers,
)
from hooklog.db.sqlite import open_database
from hooklog.event import (
    USUAL_MESSAGES,
    Entry,
    RequestIds,
    Stage,
    StageOutcome,
    Status,
    id_lowest_at,
    id_to_text,
)
from hooklog.eventlog.base import Batch, Record, Settled
from hooklog.eventlog.counts import Bucket, By, CountsQuery
from hooklog.eventlog.query import Match, Query
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.passage import Passage, Turn

BEGIN_MS = 1_767_607_200_000
CUSTOMERS = 1_000_000
ASKED = 200
SIZES = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC"


class Clock:
    """Epoch milliseconds of the data: one more with so many ids."""

    def __init__(self, per_ms: float) -> None:
        self.asked = 0.0
        self._step = 1 / per_ms

    def now_ms(self) -> int:
        self.asked += self._step
        return BEGIN_MS + int(self.asked)


def batches(options: argparse.Namespace, clock: Clock) -> Iterator[list[Settled]]:
    """The events of one commit after another."""
    ids, chosen = RequestIds(clock.now_ms), customer_numbers(CUSTOMERS, random.Random(7))
    for first in range(0, options.events, options.batch):
        started_us = clock.now_ms() * 1000
        stages = [stage for stage in Stage if stage is not Stage.INTAKE]
        turns = [Turn(stage, started_us + number * 900, 850) for number, stage in enumerate(stages)]
        numbers = range(first, min(first + options.batch, options.events))
        yield [_settled(number, ids.make(), next(chosen), turns, options) for number in numbers]


def _settled(
    number: int, request_id: bytes, customer: int, turns: list[Turn], options: argparse.Namespace
) -> Settled:
    is_unique = options.unique and number % 2 == 1
    name, webhook = (UNIQUE_NAME, UNIQUE) if is_unique else (COMMON, PLAIN)
    if number % 100_000 == 50_000:
        name = RARE
    amount = random.randrange(100, 500_000) / 100
    text = body(name, customer, number, b"%010d" % number, b"%.2f" % amount)
    key = random.randbytes(16) if is_unique else None
    if number % 100 == 99:
        message = f"Field validation failed: amount: double, received {amount}x, send a number such as 12.5"
        entry = _entry(request_id, Status.FIELD_VALIDATION_FAILED, name, text, webhook, message)
        details: dict[int, dict[str, object] | None] = {
            4: {"version": 1},
            5: {"field": "amount", "rule": "double"},
        }
        return Settled(entry, Passage(turns, 4, details, StageOutcome.REJECTED), None, 1)
    user = FIRST_USER + customer
    details = {4: {"version": 1}, 6: {"tillId": 77}, 7: {"found": True, "userId": user}}
    if key is not None:
        details[9] = {"uniqueId": key.hex()}
    now_ms = int.from_bytes(request_id[:6], "big") + 12
    attributes = {
        "store": f"Store {number % STORES:02}, Palace Street, Delhi",
        "amount": str(amount),
        "channel": "app",
        "reference": f"V-{number:010}",
    }
    record = Record(
        user_id=user,
        source="INSTORE",
        till_id=77,
        till_code="bench01",
        sent_till_code=None,
        event_at_ms=now_ms,
        sent_offset=None,
        updated_at_ms=now_ms,
        is_duplicate=False,
        unique_id=id_to_text(request_id) if key is None else key.hex(),
        display_name=None,
        group_id=None,
        attributes=attributes,
        psi=(),
    )
    message = USUAL_MESSAGES[Status.EVENT_SUCCESS]
    entry = _entry(request_id, Status.EVENT_SUCCESS, name, text, webhook, message)
    return Settled(entry, Passage(turns, len(turns), details), record, 1, claim_key=key)


def _entry(request_id: bytes, status: Status, name: str, text: bytes, webhook: str, message: str) -> Entry:
    return Entry(ORG, request_id, status, name, text, webhook, message, 12)


def fill(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """Write all events, and with --expire delete as many as come beyond half of them; returns the figures."""
    clock = Clock(options.per_ms)
    log = SqliteEventLogWriter(folder, clock_ms=lambda: BEGIN_MS + int(clock.asked))
    log.take_over()
    wall = cpu = expiring = 0.0
    gone = 0
    written = _bytes_written()
    last: list[float] = []
    steps: list[float] = []
    for settled in batches(options, clock):
        started, started_cpu = time.perf_counter(), time.process_time()
        log.commit(Batch(log.position, log.position + len(settled), tuple(settled)))
        took = time.perf_counter() - started
        cpu += time.process_time() - started_cpu
        wall += took
        last.append(took)
        while options.expire and log.position - gone > options.events // 2:
            started = time.perf_counter()
            gone += log.remove_expired(ORG, BEGIN_MS + 2**40, 500)
            steps.append(time.perf_counter() - started)
            expiring += steps[-1]
    tenth = last[-max(1, len(last) // 10) :]
    figures: dict[str, object] = {
        "events": options.events,
        "commit_us_per_event": round(wall / options.events * 1e6, 2),
        "cpu_us_per_event": round(cpu / options.events * 1e6, 2),
        "last_tenth_us_per_event": round(sum(tenth) / len(tenth) / options.batch * 1e6, 2),
        "slowest_commit_ms": round(max(last) * 1e3, 1),
        "written_bytes_per_event": round((_bytes_written() - written) / options.events),
    }
    if gone:
        figures["expire_us_per_event"] = round(expiring / gone * 1e6, 2)
        figures["expire_step_ms"] = _quantiles(steps)
    log.end()
    with open_database(folder / FILE_NAME) as connection:
        left = max(1, options.events - gone)
        figures["file_bytes_per_event"] = round((folder / FILE_NAME).stat().st_size / left, 1)
        sizes = connection.execute(SIZES).fetchall()
    figures["bytes_by_table"] = {str(name): round(float(str(size)) / left, 1) for name, size in sizes}
    return figures


def ask(folder: Path, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Milliseconds of questions to what was written, in this process: median, 99th percentile and worst of ASKED."""
    reader = SqliteEventLogReader(folder)
    chooser = random.Random(11)
    own = Query(org_ids=(ORG,))
    entries = options.events // 2 if options.expire else options.events
    newest = reader.page(own)[0].start_ms
    oldest = reader.page(Query(org_ids=(ORG,), limit=1, is_ascending=True))[0].start_ms

    def instant() -> bytes:
        return id_lowest_at(chooser.randrange(oldest, newest + 1))

    some = [
        found[0].id for _ in range(ASKED) if (found := reader.page(_with(own, limit=1, until_id=instant())))
    ]
    failed = Match(frozenset({Status.FIELD_VALIDATION_FAILED}))
    day_ago = CountsQuery(
        Query(org_ids=(ORG,), from_id=id_lowest_at(newest - 86_400_000)),
        frozenset({By.STATUS, By.TIME}),
        Bucket.HOUR,
    )
    questions: dict[str, Callable[[], object]] = {
        "newest_10": lambda: reader.page(own),
        "page_somewhere": lambda: reader.page(_with(own, after=instant())),
        "page_of_1000": lambda: reader.page(_with(own, after=instant(), limit=1_000)),
        "by_id": lambda: reader.entry(ORG, chooser.choice(some)),
        "record": lambda: reader.record(ORG, chooser.choice(some)),
        "rare_name": lambda: reader.page(_with(own, event_names=Match(frozenset({RARE})), after=instant())),
        "status_range": lambda: reader.page(
            _with(own, statuses=failed, from_id=instant(), until_id=id_lowest_at(newest))
        ),
        "success": lambda: reader.page(_with(own, statuses=Match(frozenset({Status.EVENT_SUCCESS})))),
        "webhook": lambda: reader.page(_with(own, webhook_ids=Match(frozenset({PLAIN})), after=instant())),
        "not_success": lambda: reader.page(
            _with(own, statuses=Match(excluded=frozenset({Status.EVENT_SUCCESS})))
        ),
        "counts_24_h": lambda: list(reader.counts(day_ago)),
        "counts_all": lambda: list(reader.counts(CountsQuery(own, frozenset({By.STATUS})))),
        "counts_ragged": lambda: list(
            reader.counts(CountsQuery(_with(own, from_id=instant()), frozenset({By.STATUS, By.EVENT_NAME})))
        ),
        "feed_100_rows": lambda: reader.feed(chooser.randrange(max(1, entries // options.batch - 100)), 100),
    }
    figures = {name: _quantiles(_timed(question)) for name, question in questions.items()}
    reader.close()
    return figures


def _with(query: Query, **changes: object) -> Query:
    return Query(**{**{name: getattr(query, name) for name in Query.__struct_fields__}, **changes})


def _timed(question: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(ASKED):
        started = time.perf_counter()
        question()
        taken.append(time.perf_counter() - started)
    return taken


def _quantiles(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    places = {"p50": len(ordered) // 2, "p99": int(len(ordered) * 0.99), "max": -1}
    return {name: round(ordered[place] * 1e3, 3) for name, place in places.items()}


def _bytes_written() -> int:
    """What this process has handed to write calls so far."""
    text = Path("/proc/self/io").read_text(encoding="ascii")
    return int(text.split("wchar:")[1].split()[0])


def main() -> None:
    """Fill a fresh folder, ask it, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--per-ms", type=float, default=20)
    parser.add_argument("--unique", action="store_true", help="every second event claims a key")
    parser.add_argument("--expire", action="store_true", help="keep half of the events")
    parser.add_argument("--folder", type=Path, help="kept; a fresh one")
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        folder.mkdir(exist_ok=True)
        figures = fill(folder, options)
        figures["milliseconds"] = ask(folder, options)
    tell(figures, options.results)


if __name__ == "__main__":
    main()
