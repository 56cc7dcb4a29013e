"""What the index of records costs a settled event, and how fast it answers.

The real pipeline settles events from a journal in memory into `events.db`, once with the index and once without:
events a second, bytes of the file and bytes written for each event. Then questions are asked of what was written.

Each is done a few times in turn and the least disturbed run counts: other programs only ever slow it down.

Usage: python -m bench.record_index [--events 200000] [--rounds 3] [--customers 1000000] [--runs 16384] [--results FILE]
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from bench.row import tell
from hooklog.catalog.base import EI_CONSUMER
from hooklog.catalog.memory import MemoryCatalog
from hooklog.consumers.ei import EiConsumer
from hooklog.directory.base import Identifier
from hooklog.directory.memory import MemoryDirectory
from hooklog.event import Event, RequestIds
from hooklog.eventlog import sqlite_entries, sqlite_record_index
from hooklog.eventlog.base import EventLogReader
from hooklog.eventlog.record_query import RecordQuery, attribute_filter
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.journal.memory import MemoryJournal
from hooklog.pipeline.runner import Runner
from hooklog.pipeline.settings import PipelineSettings
from hooklog.pipeline.stages import build_line
from hooklog.testing.setting import ORG_ID, WEBHOOK_ID, Setting, customer_field, field

APPEND_EVENTS = 1_000
NAMES = ("store_visit", "cart", "login", "rare")


class _AnyCustomer(MemoryDirectory):
    """Knows every mobile: the directory's own cost is not what is measured here."""

    def find_customer(self, org_id: int, identifier: Identifier) -> int | None:  # noqa: ARG002 - any org's
        """The number itself."""
        return int(identifier.value) % 10**9


def events(count: int, customers: int, chooser: random.Random) -> Iterator[list[Event]]:
    """Pushes of 150 bytes or so; one in ten tells a time of its own within the last month."""
    ids = RequestIds()
    for first in range(0, count, APPEND_EVENTS):
        group = []
        for number in range(first, min(first + APPEND_EVENTS, count)):
            name = NAMES[3] if number % 10_000 == 0 else NAMES[number % 3]
            own = ""
            if number % 10 == 0:
                day = f"2026-01-{chooser.randrange(1, 29):02}"
                own = f',"eventDateTime":"{day} {chooser.randrange(24):02}:00:00"'
            mobile = 919_000_000_000 + chooser.randrange(customers)
            body = (
                f'{{"event_name":"{name}","mobile":"{mobile}","store":"Store {number % 50} in Palace Street",'
                f'"amount":{number % 1000},"reference":"V-{number}"{own}}}'
            )
            group.append(Event(ids.make(), ORG_ID, WEBHOOK_ID, body.encode()))
        yield group


def settle(folder: Path, count: int, customers: int) -> dict[str, float]:
    """Take so many events through the pipeline; returns the figures."""
    directory = _AnyCustomer()
    setting = Setting(MemoryCatalog(), directory)
    for name in NAMES:
        fields = (customer_field(), field("store", "string"), field("amount", "double"))
        setting.define(name, *fields, field("reference", "string"), actions=(EI_CONSUMER,))
    log = SqliteEventLogWriter(folder)
    journal = MemoryJournal()
    settings = PipelineSettings(batch_events_max=APPEND_EVENTS)
    line = build_line(
        catalog=setting.catalog,
        directory=directory,
        log=log,
        ei=EiConsumer(),
        emf=EiConsumer(),
        settings=settings,
        clock_us=lambda: time.time_ns() // 1000,
    )
    runner = Runner(journal, log, setting.catalog, line, settings, lambda: time.time_ns() // 1_000_000)
    written = _bytes_written()
    seconds = cpu_seconds = 0.0
    commits: list[float] = []
    for group in events(count, customers, random.Random(7)):
        journal.append(group)
        started, cpu_started = time.perf_counter(), time.process_time()
        assert runner.step() == len(group)
        commits.append(time.perf_counter() - started)
        cpu_seconds += time.process_time() - cpu_started
        seconds += commits[-1]
        journal.trim(log.position)
    log.end()
    return {
        "events_per_second": round(count / seconds),
        "cpu_us_per_event": round(cpu_seconds / count * 1e6, 1),
        "last_tenth_events_per_second": round(
            APPEND_EVENTS / statistics.mean(commits[-len(commits) // 10 :])
        ),
        "file_bytes_per_event": round((folder / FILE_NAME).stat().st_size / count),
        "written_bytes_per_event": round((_bytes_written() - written) / count),
    }


def _least_disturbed(rounds: list[dict[str, float]]) -> dict[str, float]:
    return max(rounds, key=lambda figures: figures["events_per_second"])


def _bytes_written() -> int:
    """What this process has handed to write calls so far; 0 where the system does not tell."""
    try:
        text = Path("/proc/self/io").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(text.split("wchar:")[1].split()[0])


def ask(folder: Path, customers: int) -> dict[str, float]:
    """Medians in milliseconds of questions to what was written."""
    reader = SqliteEventLogReader(folder)
    chooser = random.Random(11)
    own = RecordQuery(org_ids=(ORG_ID,))
    figures = {
        "customer_newest": _median(
            lambda: _first(
                reader,
                RecordQuery(
                    org_ids=(ORG_ID,),
                    users=frozenset({(ORG_ID, 919_000_000_000 % 10**9 + chooser.randrange(customers))}),
                ),
            ),
            50,
        ),
        "newest_10_of_all": _median(lambda: _first(reader, own), 20),
        "count_all": _median(lambda: sum(reader.count_records(own)), 3),
        "count_rare_name": _median(
            lambda: sum(reader.count_records(RecordQuery(org_ids=(ORG_ID,), event_name="rare"))), 20
        ),
        "attribute_over_all": _median(
            lambda: sum(
                reader.count_records(
                    RecordQuery(
                        org_ids=(ORG_ID,),
                        attributes=(attribute_filter("reference", ["V-4711"], is_exact=True),),
                    )
                )
            ),
            1,
        ),
    }
    reader.close()
    return figures


def _first(reader: EventLogReader, query: RecordQuery) -> object:
    return next(reader.records(query))


def _median(question: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        question()
        taken.append(time.perf_counter() - started)
    return round(statistics.median(taken) * 1000, 3)


@contextmanager
def without_index() -> Iterator[None]:
    """The writer as it was before there was an index."""
    with patch.object(sqlite_entries, "index_records", lambda *_: 0):
        yield


def main() -> None:
    """Run in fresh folders and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=sqlite_record_index.RUN_RECORDS)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    before: list[dict[str, float]] = []
    after: list[dict[str, float]] = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as plain, without_index():
            before.append(settle(Path(plain), options.events, options.customers))
        with (
            tempfile.TemporaryDirectory() as indexed,
            patch.object(sqlite_record_index, "RUN_RECORDS", options.runs),
        ):
            after.append(settle(Path(indexed), options.events, options.customers))
            answers = ask(Path(indexed), options.customers)
    figures = {
        "events": options.events,
        "customers": options.customers,
        "run_records": options.runs,
        "without_index": _least_disturbed(before),
        "with_index": _least_disturbed(after),
        "milliseconds": answers,
    }
    tell(figures, options.results)


if __name__ == "__main__":
    main()
