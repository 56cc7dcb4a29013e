"""What judging an event costs: microseconds of CPU an event, stage by stage, beside a log that forgets.

The real stages judge batches from a list of decoded events: taking up, stages, settled objects; neither reading the
journal's file nor committing is in it. The folder has the demo's catalogue and one more org with many customers.

* `plain`: a customer by mobile who exists, four more attributes, both consumers, no unique key
* `unique`: the same with a unique key, each said once, on a webhook that asks for uniqueness
* `mixed`: five kinds of events, one push in ten is rejected by one of the stages
* `small`: the plain events in batches of 10

Each round takes as many new events, the first ones are not counted, and the median round counts.

Usage: python -m bench.pipeline [--customers 1000000] [--hot 100000] [--rounds 9] [--results FILE]
       [--folder DIR] [--only NAME]
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.row import tell
from bench.setting import (
    BODY_BYTES,
    COMMON,
    ORG,
    PLAIN,
    STORES,
    UNIQUE,
    UNIQUE_NAME,
    attributes,
    define,
    fill,
    mobile,
)
from hooklog.consumers.ei import EiConsumer
from hooklog.consumers.emf import CustomerCheck
from hooklog.event import Event, RequestIds
from hooklog.eventlog.base import Batch, Claim
from hooklog.eventlog.memory import MemoryEventLog, MemoryEventLogWriter
from hooklog.journal.base import READ_BYTES_MAX, Positioned
from hooklog.load.store import load_path
from hooklog.pipeline.runner import Runner
from hooklog.pipeline.settings import PipelineSettings
from hooklog.pipeline.stage import Outcome, PipelineStage, Work
from hooklog.pipeline.stages import build_line
from hooklog.server import Rooms, open_rooms
from hooklog.testing.setting import field

DEMO = Path(__file__).parent.parent / "src" / "hooklog" / "fixtures" / "demo.json"
ROUND_EVENTS = 10_000
BATCH_EVENTS = {"plain": 1_000, "unique": 1_000, "mixed": 1_000, "small": 10}


class ListJournal:
    """The decoded events of one round after another; its reading costs a slice."""

    def __init__(self) -> None:
        self.items: list[Positioned] = []
        self.first = 1

    def put(self, events: Sequence[Event]) -> None:
        """Nothing but these, behind all that were there before."""
        self.first += len(self.items)
        self.items = [Positioned(self.first + number, event) for number, event in enumerate(events)]

    def read(self, after: int, limit: int, bytes_max: int = READ_BYTES_MAX) -> list[Positioned]:  # noqa: ARG002
        """See JournalReader."""
        start = after + 1 - self.first
        return self.items[start : start + limit]

    def find(self, request_id: bytes, after: int) -> Event | None:
        """See JournalReader; nobody asks."""
        raise AssertionError(request_id, after)

    def close(self) -> None:
        """See JournalReader."""


class ForgetfulLog(MemoryEventLogWriter):
    """Commits by moving the position; nobody holds a key."""

    settled = 0

    def commit(self, batch: Batch) -> None:
        """See EventLogWriter."""
        self.position = batch.to_position
        self.settled += len(batch.settled)

    def claims(self, org_id: int, keys: Sequence[bytes]) -> dict[bytes, Claim]:  # noqa: ARG002
        """See EventLogWriter."""
        return {}


class TimedStage:
    """Adds up the CPU time of a stage."""

    def __init__(self, behind: PipelineStage, seconds: dict[str, float]) -> None:
        self.stage = behind.stage
        self._behind = behind
        self._seconds = seconds

    def run(self, batch: Sequence[Work]) -> Sequence[Outcome]:
        """See PipelineStage."""
        started = time.process_time()
        outcomes = self._behind.run(batch)
        self._seconds[self.stage.name.lower()] += time.process_time() - started
        return outcomes


def _define_more(rooms: Rooms) -> None:
    """The demo's catalogue, and what the mixed events are called."""
    load_path(rooms, DEMO)
    dated = field("eventDateTime", "date", isRequired="false")
    tiers = field("tier", "enum", possibleValues=("gold", "silver"))
    for name, fields in {
        "cart_abandoned": (*attributes(), field("reference", "string")),
        "booking": (*attributes(), dated),
        "tier_change": (*attributes(), tiers),
    }.items():
        define(rooms, name, fields)


class Pushes:
    """Makes events; four in five are about the hot customers."""

    def __init__(self, customers: int, hot: int, chooser: random.Random) -> None:
        self._customers = customers
        self._hot = min(hot, customers)
        self._chooser = chooser
        self._ids = RequestIds()
        self._number = 0

    def make(self, what: str, count: int) -> list[Event]:
        """So many of one scenario, each of BODY_BYTES."""
        return [self._event(what) for _ in range(count)]

    def _event(self, what: str) -> Event:
        self._number += 1
        number, chance = self._number, self._chooser
        known = self._hot if chance.random() < 0.8 else self._customers
        payload: dict[str, object] = {
            "event_name": UNIQUE_NAME if what == "unique" else COMMON,
            "mobile": str(mobile(chance.randrange(known))),
            "store": f"Store {number % STORES}, Palace Street",
            "amount": round(chance.random() * 5_000, 2),
            "channel": "app",
            "reference": f"V-{number:07}",
        }
        if what == "mixed":
            self._mix(payload, number)
        body = json.dumps(payload, separators=(",", ":"))
        body += " " * (BODY_BYTES - len(body))
        return Event(self._ids.make(), ORG, UNIQUE if what == "unique" else PLAIN, body.encode())

    def _mix(self, payload: dict[str, object], number: int) -> None:
        name = ("store_visit", "cart_abandoned", "booking", "tier_change", "tier_change")[number % 5]
        payload["event_name"] = name
        if name == "booking":
            payload["eventDateTime"] = f"2026-01-{number % 28 + 1:02} 10:11:12"
            del payload["reference"]
        if name == "tier_change":
            payload["tier"] = "gold"
            del payload["reference"]
        if number % 10 == 0:
            breaks = ("event_name", "amount", "mobile", "mobile")[number // 10 % 4]
            payload[breaks] = "nobody" if number % 20 else "919999999999"


def cpu_us(runner: Runner, journal: ListJournal, rounds: Iterator[list[Event]]) -> list[float]:
    """The CPU of each round, microseconds an event."""
    figures = []
    for events in rounds:
        journal.put(events)
        started = time.process_time()
        while runner.step():
            pass
        figures.append((time.process_time() - started) / len(events) * 1e6)
    return figures


def measure(folder: Path, what: str, options: argparse.Namespace) -> dict[str, object]:
    """The figures of one scenario."""
    rooms = open_rooms(folder)
    journal, log = ListJournal(), ForgetfulLog(MemoryEventLog())
    settings = PipelineSettings(batch_events_max=BATCH_EVENTS[what])
    line = build_line(
        catalog=rooms.catalog,
        directory=rooms.directory,
        log=log,
        ei=EiConsumer(),
        emf=CustomerCheck(),
        settings=settings,
        clock_us=lambda: time.time_ns() // 1000,
    )
    runner = Runner(journal, log, rooms.catalog, line, settings, lambda: time.time_ns() // 1_000_000)
    pushes = Pushes(options.customers, options.hot, random.Random(7))
    cpu_us(runner, journal, (pushes.make(what, ROUND_EVENTS) for _ in range(options.warm)))
    totals = cpu_us(runner, journal, (pushes.make(what, ROUND_EVENTS) for _ in range(options.rounds)))
    seconds: dict[str, float] = defaultdict(float)
    line.stages = tuple(TimedStage(stage, seconds) for stage in line.stages)
    staged = cpu_us(runner, journal, (pushes.make(what, ROUND_EVENTS) for _ in range(options.rounds)))
    rooms.close()
    stages = {name: value / ROUND_EVENTS / options.rounds * 1e6 for name, value in seconds.items()}
    stages["taking up and settling"] = statistics.mean(staged) - sum(stages.values())
    return {
        "cpu_us_per_event": round(statistics.median(totals), 2),
        "least": round(min(totals), 2),
        "stages": {name: round(value, 2) for name, value in stages.items()},
    }


def main() -> None:
    """Measure every scenario and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--hot", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--warm", type=int, default=20, help="rounds before those that count")
    parser.add_argument("--folder", type=Path, help="filled at the first use, kept for the next")
    parser.add_argument("--only", choices=BATCH_EVENTS)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        fill(folder, options.customers, _define_more)
        names = [options.only] if options.only else list(BATCH_EVENTS)
        figures = {
            "customers": options.customers,
            "hot": options.hot,
            **{name: measure(folder, name, options) for name in names},
        }
    tell(figures, options.results)


if __name__ == "__main__":
    main()
