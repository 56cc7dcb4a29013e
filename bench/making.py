"""Events straight into a folder's journal, many times faster than any program takes them, and the worker behind them.

Their ids are spread over a month as if a worker that keeps up had seen them: bursts of `burst_ids` events at the
pace of `PER_MS`, with pauses between. Every second burst asks for uniqueness, so half the entries hold a claim.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Self

import msgspec

from bench.place import ROOT, Place
from bench.scale import Scale
from bench.setting import (
    AMOUNT,
    COMMON,
    ORG,
    PLAIN,
    RARE,
    UNIQUE,
    UNIQUE_NAME,
    WRONG_AMOUNT,
    body,
    customer_numbers,
)
from bench.usage import wait_idle
from hooklog.consumers.ei_store import EiStore
from hooklog.event import Event, RequestIds, id_to_text, instant_of
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.journal.sqlite import SqliteJournalWriter
from hooklog.testing.program import wait_until

__all__ = ["Feeder", "Known", "events", "export_nothing", "known_of", "make_large", "part"]

DAY_MS = 24 * 3600 * 1000
RETAINED_DAYS = 30
# What stands beyond retention's line, so that it has work while the worker is measured.
EXPIRED_SHARE = 0.05
PER_MS = 10
GROUP_EVENTS = 500
SLOW_MS = 100
RARE_EVERY = 100_000
WRONG_EVERY = 100
AHEAD_EVENTS_MAX = 100_000
KNOWN_EVERY = 1_000
TRIM_CALLS_MAX = 50
FEED_ROWS = 1_000


class Known(msgspec.Struct, frozen=True):
    """An event that is asked for later."""

    id: str
    at_ms: int
    mobile: str
    reference: str


def events(count: int, first: int, customers: int, ids: RequestIds, *, is_unique: bool) -> Iterator[Event]:
    """So many events of one webhook, numbered from `first`; no reference is said twice in a folder."""
    chosen = customer_numbers(customers, random.Random(first))
    name, webhook = (UNIQUE_NAME, UNIQUE) if is_unique else (COMMON, PLAIN)
    for number in range(first, first + count):
        is_rare = number % RARE_EVERY == 1 and not is_unique
        amount = WRONG_AMOUNT if number % WRONG_EVERY == 0 else AMOUNT
        text = body(RARE if is_rare else name, next(chosen), number, b"%010d" % number, amount)
        yield Event(ids.make(), ORG, webhook, text)


class Feeder:
    """Writes to a folder's journal. One at a time, and no edge beside it."""

    def __init__(self, folder: Path) -> None:
        """Args: `folder`: a prepared one."""
        self.log = SqliteEventLogReader(folder)
        self.journal = SqliteJournalWriter(folder, log_id=self.log.identity(), position=self.log.position())

    def put(self, some: Iterator[Event], ahead_max: int | None = None) -> Iterator[list[Event]]:
        """Append all in groups, each told after it is in; waits while the worker is too far behind."""
        group: list[Event] = []
        for event in some:
            group.append(event)
            if len(group) == GROUP_EVENTS:
                yield self._append(group, ahead_max)
                group = []
        if group:
            yield self._append(group, ahead_max)

    def _append(self, group: list[Event], ahead_max: int | None) -> list[Event]:
        while ahead_max is not None and self.journal.last - self.log.position() > ahead_max:
            self.trim()
            time.sleep(0.02)
        self.journal.append(group)
        return group

    def trim(self) -> None:
        """Let go of what is settled, as the edge does."""
        for _ in range(TRIM_CALLS_MAX):
            if not self.journal.trim(self.log.position()):
                break

    def close(self) -> None:
        """Let go of the files."""
        self.log.close()
        self.journal.close()


def make_large(place: Place, seen: Callable[[int], None] = lambda _: None) -> None:
    """Make the large folder, and the small one on the way.

    `seen` is told now and then how many are settled, and 0 whenever a worker starts. The analytical export begins
    behind all that is made.
    """
    scale = place.scale
    folder = place.begin("large")
    place.forget("small")
    known: list[Known] = []
    total = round(scale.entries * (1 + EXPIRED_SHARE))
    done = 0
    for until, copy in ((scale.entries_small, "small"), (total, None)):
        seen(0)
        with closing(Feeder(folder)) as feeder, PastWorker(folder) as worker:
            while done < until:
                some = min(scale.burst_ids, until - done)
                ids = RequestIds(_BurstClock(_instant(scale, done, total)))
                made = events(some, done, scale.customers, ids, is_unique=bool(done // scale.burst_ids % 2))
                for group in feeder.put(made, AHEAD_EVENTS_MAX):
                    done += len(group)
                    known += _some_of(group, done)
                    seen(feeder.log.position())
            worker.wait_for(feeder, done)
            seen(done)
        export_nothing(folder)
        _write_known(place, "large", known)
        if copy is not None:
            place.copy("large", copy)
            _write_known(place, copy, known)
            place.mark_made(copy)
    place.mark_made("large")


def make_slow(place: Place) -> Path:
    """A folder whose events came one by one, each settled alone: SLOW_EVENTS, a tenth of a second apart."""
    folder, count = place.begin("slow"), place.scale.slow_events
    ids = RequestIds(_BurstClock(time.time_ns() // 1_000_000 - count * SLOW_MS, 1 / SLOW_MS))
    with (
        closing(Feeder(folder)) as feeder,
        PastWorker(folder, {"HOOKLOG_PIPELINE__BATCH_EVENTS_MAX": "1"}) as worker,
    ):
        for _ in feeder.put(events(count, 0, place.scale.customers, ids, is_unique=False)):
            pass
        worker.wait_for(feeder, count)
    return folder


def export_nothing(folder: Path) -> None:
    """As if all that is settled had been exported."""
    with closing(SqliteEventLogReader(folder)) as log, closing(EiStore(folder, log.identity())) as store:
        last = store.cursor
        while rows := log.feed(last, FEED_ROWS):
            last = rows[-1].sequence
        store.advance(last)


class _BurstClock:
    """Epoch milliseconds that go on by one with so many ids."""

    def __init__(self, first_ms: int, per_ms: float = PER_MS) -> None:
        self._first_ms = first_ms
        self._per_ms = per_ms
        self._asked = 0

    def __call__(self) -> int:
        self._asked += 1
        return self._first_ms + int(self._asked / self._per_ms)


def _instant(scale: Scale, number: int, total: int) -> int:
    """When the burst that begins with an event was: the last one an hour ago, the first beyond retention."""
    now_ms = time.time_ns() // 1_000_000
    span_ms = RETAINED_DAYS * DAY_MS * total / scale.entries
    return round(now_ms - 3600 * 1000 - span_ms * (1 - number / total))


def _some_of(group: list[Event], done: int) -> list[Known]:
    """An event in KNOWN_EVERY; one that passes its validation."""
    if (done - len(group)) % KNOWN_EVERY:
        return []
    event = group[-1]
    said = msgspec.json.decode(event.body)
    return [Known(id_to_text(event.id), instant_of(event.id), said["mobile"], said["reference"])]


def _write_known(place: Place, name: str, known: list[Known]) -> None:
    place.path(f"{name}.known.json").write_bytes(msgspec.json.encode(known))


def known_of(place: Place, name: str) -> list[Known]:
    """Events of a folder that were noted when it was made, oldest first; those beyond retention are left out."""
    known = msgspec.json.decode(place.path(f"{name}.known.json").read_bytes(), type=list[Known])
    oldest_ms = time.time_ns() // 1_000_000 - (RETAINED_DAYS - 1) * DAY_MS
    return [one for one in known if one.at_ms > oldest_ms]


class PastWorker:
    """`bench.past` as a process; ended by SIGTERM, so that the folder is closed cleanly."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        """Args: `settings`: as in the environment."""
        # Weeks pass in minutes here, so the feed would expire before anybody could follow it.
        environment = {
            **os.environ,
            "HOOKLOG_RETENTION__FEED_DAYS": "36500",
            "HOOKLOG_EI__IS_ENABLED": "false",
            **(settings or {}),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.past", str(folder)], cwd=ROOT, env=environment
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(60)

    def wait_for(self, feeder: Feeder, position: int) -> None:
        """Until all is settled."""

        def is_there() -> bool:
            assert self._process.poll() is None, "the worker has ended"
            return feeder.log.position() >= position

        wait_until(f"position {position}", is_there, 3600.0)
        wait_idle([self._process.pid])
        feeder.trim()


def part(folder: Path, first: int, count: int, customers: int, *, is_unique: bool) -> int:
    """Put a part into the journal, accepted just now; returns the position of its last event."""
    with closing(Feeder(folder)) as feeder:
        feeder.trim()
        for _ in feeder.put(events(count, first, customers, RequestIds(), is_unique=is_unique)):
            pass
        return feeder.journal.last
