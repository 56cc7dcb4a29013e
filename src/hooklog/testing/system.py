"""A whole system in one process: the real pipeline between a journal and an event log in memory.

Every `settle` checks the guarantee that the product is built around: each pushed event is either settled by
exactly one entry or visibly pending, and the position has reached the end of the journal. So does every test
that uses it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from hooklog.catalog.memory import MemoryCatalog
from hooklog.consumers.base import Consumer
from hooklog.consumers.ei import EiConsumer
from hooklog.consumers.emf import CustomerCheck
from hooklog.directory.memory import MemoryDirectory
from hooklog.event import Entry, Event, Refusal, RequestIds, Stage, StageRecord
from hooklog.eventlog.base import Batch, Parked, Record
from hooklog.eventlog.memory import MemoryEventLog, MemoryEventLogWriter
from hooklog.journal.memory import MemoryJournal
from hooklog.pipeline.runner import Runner
from hooklog.pipeline.settings import PipelineSettings
from hooklog.pipeline.stage import Work
from hooklog.pipeline.stages import build_line
from hooklog.testing.clock import FakeClock
from hooklog.testing.scripted import TrappedStage
from hooklog.testing.setting import WEBHOOK_ID, Setting

__all__ = ["MemorySystem"]

_STEPS_MAX = 10_000


class MemorySystem(Setting):
    """See Setting for what it begins with and how to add to it. Not thread-safe."""

    def __init__(
        self,
        *,
        ei: Consumer | None = None,
        emf: Consumer | None = None,
        directory: MemoryDirectory | None = None,
        settings: PipelineSettings | None = None,
    ) -> None:
        """Args:
        ei: the analytical consumer, the product's own by default.
        emf: the loyalty consumer, the product's own by default.
        directory: an empty one, by default one that never fails.
        settings: bounds of the worker.
        """
        self.clock = FakeClock()
        super().__init__(MemoryCatalog(self.clock.now_ms), directory or MemoryDirectory())
        self.journal = MemoryJournal()
        self.log = MemoryEventLog(self.clock.now_ms)
        self.ei = ei or EiConsumer()
        self.emf = emf or CustomerCheck()
        self.settings = settings or PipelineSettings()
        self.traps: dict[Stage, Callable[[Work], None]] = {}
        self.batches: list[Batch] = []
        self._ids = RequestIds(self.clock.now_ms)
        self._pushed: dict[bytes, Event] = {}
        self._redelivered: set[bytes] = set()
        self.start_worker()

    def start_worker(self) -> None:
        """A new worker over the same journal and log; one that was there before is taken for dead."""
        self.writer = _WatchedWriter(self.log, self.batches)
        self.line = build_line(
            catalog=self.catalog,
            directory=self.directory,
            log=self.writer,
            ei=self.ei,
            emf=self.emf,
            settings=self.settings,
            clock_us=self.clock.now_us,
        )
        self.line.stages = tuple(TrappedStage(stage, self.traps) for stage in self.line.stages)
        self.runner = Runner(
            self.journal, self.writer, self.catalog, self.line, self.settings, self.clock.now_ms
        )

    def restart_worker(self) -> None:
        """A clean end and a new start."""
        self.writer.end()
        self.start_worker()

    def push(
        self,
        body: Mapping[str, object] | bytes | str,
        webhook_id: str = WEBHOOK_ID,
        refusal: Refusal | None = None,
    ) -> bytes:
        """What the edge does with a push that it judged already: make an id, append. Returns the request id."""
        webhook = self.catalog.webhook(webhook_id)
        assert webhook is not None, "a push to an unknown webhook never reaches the journal"
        raw = msgspec.json.encode(body) if isinstance(body, Mapping) else body
        event = Event(
            self._ids.make(),
            webhook.org_id,
            webhook_id,
            raw.encode() if isinstance(raw, str) else raw,
            refusal,
        )
        self.take([event])
        return event.id

    def take(self, events: Sequence[Event]) -> None:
        """What the edge does with events that it has made, pushed or replayed: they are in the journal together."""
        self._pushed.update((event.id, event) for event in events)
        self.journal.append(events)

    def redeliver(self, request_id: bytes) -> None:
        """Put the same accepted push into the journal again, as a restored journal may."""
        self._redelivered.add(request_id)
        self.journal.append([self._pushed[request_id]])

    def settle(self) -> None:
        """Step until there is nothing to do at this instant, then check that nothing is lost or doubled."""
        for _ in range(_STEPS_MAX):
            if self.runner.step() == 0:
                self.check()
                return
        raise AssertionError(f"not idle after {_STEPS_MAX} steps")

    def settle_all(self) -> None:
        """Settle, letting time jump to each instant at which a parked event is due, until none is."""
        self.settle()
        for _ in range(_STEPS_MAX):
            due_ms = self.runner.next_due_ms()
            if due_ms is None:
                return
            self.clock.set_ms(max(due_ms, self.clock.now_ms()))
            self.settle()
        raise AssertionError(f"events are still parked after {_STEPS_MAX} rounds")

    def check(self) -> None:
        """Every pushed event has exactly one entry or is pending, and the position is at the end."""
        assert self.journal.last == self.writer.position
        settled = Counter(item.entry.id for batch in self.batches for item in batch.settled)
        assert set(settled) <= set(self._pushed)
        entries = Counter(request_id for _, request_id in self.log.settled)
        pending = Counter(request_id for _, request_id in self.log.waiting)
        for request_id in self._pushed:
            assert entries[request_id] + pending[request_id] == 1, request_id.hex()
            assert settled[request_id] <= 1 or request_id in self._redelivered, request_id.hex()

    def entry(self, request_id: bytes) -> Entry:
        """The one entry of an event, in whatever org it lies."""
        found = [item.entry for (_, other), item in self.log.settled.items() if other == request_id]
        assert len(found) == 1, f"{len(found)} entries of {request_id.hex()}"
        return found[0]

    def said(self, request_id: bytes) -> tuple[str, str]:
        """The status' name and the message of an event's entry."""
        entry = self.entry(request_id)
        return entry.status.name, entry.message

    def record(self, request_id: bytes) -> Record:
        """The stored record of a settled event that has one."""
        record = self.log.record(self.entry(request_id).org_id, request_id)
        assert record is not None, f"{request_id.hex()} has no record"
        return record

    def timeline(self, request_id: bytes) -> tuple[StageRecord, ...]:
        """The stages that a settled event passed, in order."""
        return self.log.stages(self.entry(request_id).org_id, request_id)

    def pending(self) -> list[Parked]:
        """The events that are parked, oldest first."""
        return sorted(self.log.waiting.values(), key=lambda parked: parked.event.id)


class _WatchedWriter(MemoryEventLogWriter):
    """Keeps every committed batch, so that an event that settles twice is seen although the log keeps one entry."""

    def __init__(self, log: MemoryEventLog, batches: list[Batch]) -> None:
        super().__init__(log)
        self._batches = batches

    def commit(self, batch: Batch) -> None:
        """See EventLogWriter."""
        super().commit(batch)
        self._batches.append(batch)
