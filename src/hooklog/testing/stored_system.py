"""The real rooms of one data folder, edge and worker, in one thread: what a crash campaign drives.

A `Ledger` outlives the system, as the people outside do: it knows what was sent, what was answered 200, and
what the log has shown. After any accident a new system on what is left must agree with it.

As in the product, an edge whose journal fails is replaced and the worker tries again. That is done once; what
fails again is raised, so a run ends when the power is off.
"""

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol

import apsw
import msgspec

from hooklog.catalog.memory import MemoryCatalog
from hooklog.consumers.base import CONSUMED, Answer, Delivery, failed, retry_at
from hooklog.consumers.ei import EiConsumer
from hooklog.db.sqlite import make_durable, row_of
from hooklog.directory.memory import MemoryDirectory
from hooklog.directory.sqlite import SqliteDirectory
from hooklog.errors import Fenced, HooklogError, JournalUnavailable, StorageUnavailable
from hooklog.event import Entry, Event
from hooklog.eventlog.base import Batch
from hooklog.eventlog.query import LIMIT_MAX, Query
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.journal.files import files_in_order, mark_failed
from hooklog.journal.sqlite import SqliteJournalReader, SqliteJournalWriter
from hooklog.pipeline.runner import Runner
from hooklog.pipeline.settings import PipelineSettings
from hooklog.pipeline.stages import build_line
from hooklog.testing.clock import FakeClock
from hooklog.testing.scripted import ScriptedConsumer
from hooklog.testing.setting import ORG_ID, Setting, customer_field, field

__all__ = ["RETRY_MS", "Ledger", "Means", "StoredSystem", "prepare_directory"]

RETRY_MS = 250
# Small, so that groups fall apart between batches; a worker that takes over is careful for one batch.
_SETTINGS = PipelineSettings(batch_events_max=8)
_STEPS_MAX = 2_000
_ACCIDENTS = (HooklogError, apsw.Error, OSError)


class Ledger(msgspec.Struct):
    """What is known outside. `acknowledged` is by position; a loss of power is a worker's death too.

    `resettled` is what a worker settled although the log had it: the log keeps the first entry, so no entry tells.
    """

    submitted: dict[bytes, Event] = {}
    acknowledged: dict[int, Event] = {}
    shown: dict[bytes, Entry] = {}
    resettled: list[bytes] = []
    worker_deaths: int = 0


class Means(msgspec.Struct, frozen=True):
    """How files are opened; see `open_database`."""

    vfs: str | None = None
    journal_synchronous: str = "FULL"
    log_synchronous: str = "FULL"


class _WatchedLog(SqliteEventLogWriter):
    """Tells the ledger of every event that is settled again."""

    def watch(self, ledger: Ledger) -> None:
        """From now on."""
        self._ledger = ledger

    def commit(self, batch: Batch) -> None:
        """See EventLogWriter."""
        find = "SELECT count(*) FROM entry WHERE org = ? AND id = ?"
        keys = [(item.entry.org_id, item.entry.id) for item in batch.settled]
        again = [key[1] for key in keys if row_of(self._connection, find, key)[0]]
        super().commit(batch)
        self._ledger.resettled += again


class _Known(Setting):
    """The catalog of every system: what can happen to an event here."""

    def __init__(self, catalog: MemoryCatalog) -> None:
        super().__init__(catalog, MemoryDirectory())
        self.add_webhook(is_unique=True)
        self.define("visit", customer_field(), field("note", "string", isRequired="false"))
        self.define("signup", customer_field(addCustomerIfNotExists="true"))
        self.define(
            "bill",
            customer_field(),
            field("number", "string", isUniqueKeyField="true"),
            field("wish", "string", isRequired="false"),
        )


def prepare_directory(folder: Path) -> None:
    """Make `directory.db` with an org, its till and one customer, outside of any accident."""
    directory = SqliteDirectory(folder)
    Setting(MemoryCatalog(), directory).add_customer(1, mobile="919800000001")
    directory.close()


class StoredSystem:
    """Open from the beginning; `close` ends it cleanly. A directory must be there."""

    def __init__(self, folder: Path, ledger: Ledger, clock: FakeClock, means: Means) -> None:
        """Open everything as `hooklog serve` does.

        Raises:
            HooklogError, apsw.Error, OSError: the disk failed; whatever was opened is closed again.
        """
        self._folder = folder
        self._ledger = ledger
        self._clock = clock
        self._means = means
        self._closing = ExitStack()
        try:
            if not files_in_order(folder):
                # What `hooklog serve` does first; a supervisor that starts edge and worker again does not.
                _end_quietly(self._new_log())
            self.catalog = MemoryCatalog()
            _Known(self.catalog)
            self.directory = SqliteDirectory(folder, means.vfs)
            self._closing.callback(_quietly, self.directory)
            self._start_edge()
            self.trim()  # The edge looks at the position at once, whether there is a worker yet or not.
            self.start_worker()
        except BaseException:
            self._closing.close()
            raise

    def _new_log(self) -> _WatchedLog:
        return _WatchedLog(
            self._folder,
            clock_ms=self._clock.now_ms,
            synchronous=self._means.log_synchronous,
            vfs=self._means.vfs,
        )

    def _start_edge(self) -> None:
        make_durable(self._folder / FILE_NAME, self._means.vfs)  # As in `open_edge`.
        self.reader = SqliteEventLogReader(self._folder, self._means.vfs)
        self._closing.callback(_quietly, self.reader)
        self._open_journal()

    def _open_journal(self) -> None:
        try:
            self.journal = SqliteJournalWriter(
                self._folder,
                log_id=self.reader.identity(),
                position=self.reader.position(),
                synchronous=self._means.journal_synchronous,
                vfs=self._means.vfs,
            )
        except JournalUnavailable:
            self._mark_journal_failed()
            raise
        self._closing.callback(_quietly, self.journal)

    def start_worker(self) -> None:
        """A worker that takes the log over; one that was there before is taken for dead."""
        self._ledger.worker_deaths += hasattr(self, "log")
        try:
            self._start_worker()
        except StorageUnavailable:
            self._start_worker()

    def _start_worker(self) -> None:
        self.log = self._new_log()
        self.log.watch(self._ledger)
        self._closing.callback(_end_quietly, self.log)
        self.journal_reader = SqliteJournalReader(self._folder, log_id=self.log.log_id, vfs=self._means.vfs)
        self._closing.callback(_quietly, self.journal_reader)
        line = build_line(
            catalog=self.catalog,
            directory=self.directory,
            log=self.log,
            ei=EiConsumer(),
            emf=ScriptedConsumer(self._answer),
            settings=_SETTINGS,
            clock_us=self._clock.now_us,
        )
        self._runner = Runner(
            self.journal_reader, self.log, self.catalog, line, _SETTINGS, self._clock.now_ms
        )

    def _answer(self, delivery: Delivery) -> Answer:
        wish = delivery.record.attributes.get("wish", "")
        if wish == "wait" and delivery.attempt == 1:
            return retry_at(self._clock.now_ms() + RETRY_MS)
        return failed("as the event wishes") if wish == "fail" else CONSUMED

    def append(self, events: Sequence[Event]) -> bool:
        """Send events as one group; whether they were acknowledged."""
        self._ledger.submitted.update((event.id, event) for event in events)
        try:
            last = self.journal.append(events)
        except JournalUnavailable:
            self._replace_edge()
            return False
        first = last - len(events) + 1
        self._ledger.acknowledged.update((first + offset, event) for offset, event in enumerate(events))
        return True

    def step(self) -> int:
        """One step of the worker, which waits and tries again; returns how many events it held."""
        try:
            return self._runner.step()
        except StorageUnavailable:
            pass
        try:
            return self._runner.step()
        except Fenced:
            # The commit had worked, only the checkpoint behind it had not: SQLite would keep that to itself,
            # but what a VFS in Python raises is always told.
            self.start_worker()
            return self._runner.step()

    def settle_all(self) -> None:
        """Step until nothing is left, letting time jump to the instants at which parked events are due."""
        for _ in range(_STEPS_MAX):
            if self.step():
                continue
            due_ms = self._runner.next_due_ms()
            if due_ms is None:
                return
            self._clock.set_ms(max(due_ms, self._clock.now_ms()))
        raise AssertionError(f"events are left after {_STEPS_MAX} steps")

    def entries(self) -> list[Entry]:
        """Every entry, as the API would show it."""
        found: list[Entry] = []
        after = None
        for _ in range(_STEPS_MAX):
            query = Query(org_ids=(ORG_ID,), limit=LIMIT_MAX, after=after, is_ascending=True)
            page = self.reader.page(query)
            found += page
            if len(page) < LIMIT_MAX:
                return found
            after = page[-1].id
        raise AssertionError(f"more than {_STEPS_MAX} pages")

    def show(self) -> None:
        """Somebody outside reads the whole log."""
        self._ledger.shown.update((entry.id, entry) for entry in self.entries())

    def trim(self) -> None:
        """The edge lets go of what is settled."""
        try:
            position = self.reader.position()
            for _ in range(_STEPS_MAX):
                if not self.journal.trim(position):
                    return
        except (JournalUnavailable, OSError):
            self._replace_edge()
        else:
            raise AssertionError(f"not trimmed after {_STEPS_MAX} calls")

    def _replace_edge(self) -> None:
        """What happens after a failed journal: the edge exits, its supervisor starts the next."""
        _quietly(self.journal)
        self._mark_journal_failed()
        self._open_journal()

    def _mark_journal_failed(self) -> None:
        files = files_in_order(self._folder)
        if files:
            mark_failed(files[-1])

    def close(self, *, is_clean: bool = True) -> None:
        """End it: the worker first, or as if the worker had died where it stood. May be repeated."""
        if not is_clean:
            self._ledger.worker_deaths += 1
            _quietly(self.log._connection)  # noqa: SLF001 - a dead worker says no farewell
        self._closing.close()


class _Closable(Protocol):
    def close(self) -> None: ...


def _quietly(one: _Closable) -> None:
    with suppress(*_ACCIDENTS):
        one.close()


def _end_quietly(log: SqliteEventLogWriter) -> None:
    with suppress(*_ACCIDENTS):
        log.end()
