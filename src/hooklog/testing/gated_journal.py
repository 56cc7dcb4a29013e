"""A group commit on a journal that works only while a gate is open, so that tests decide who waits."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from hooklog.errors import HooklogError, JournalUnavailable
from hooklog.event import Event
from hooklog.journal.base import JournalSettings
from hooklog.journal.group_commit import GroupCommit
from hooklog.journal.memory import MemoryJournal
from hooklog.testing.builders import make_event, make_events

__all__ = ["GatedJournal", "GroupCommitBench", "run_law", "until"]

WAIT_SECONDS_MAX = 20.0


class GatedJournal:
    """A journal in memory that works only while its gate is open, and keeps a diary of what it was asked.

    `entered` tells that it was asked for something; `fails_on` is the act ("append", "trim") that fails.
    """

    def __init__(self, *, is_open: bool = True) -> None:
        """Args: `is_open`: whether the gate is open at first."""
        self.memory = MemoryJournal()
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.diary: list[tuple[str, int]] = []
        self.fails_on = ""
        self.is_closed = False
        if is_open:
            self.gate.set()

    @property
    def last(self) -> int:
        """See JournalWriter."""
        return self.memory.last

    def _pass(self, act: str, number: int) -> None:
        self.diary.append((act, number))
        self.entered.set()
        assert self.gate.wait(WAIT_SECONDS_MAX)
        if self.fails_on == act:
            raise JournalUnavailable("the disk refuses", "look at it")

    def append(self, events: Sequence[Event]) -> int:
        """See JournalWriter."""
        self._pass("append", len(events))
        return self.memory.append(events)

    def trim(self, to: int) -> int:
        """See JournalWriter; lets go of one group a call, as bounded as can be."""
        self._pass("trim", to)
        groups = self.memory._groups  # noqa: SLF001  a test's own journal may be looked into
        first = next((begin + len(events) - 1 for begin, events in groups), to + 1)
        return self.memory.trim(first) if first <= to else 0

    def backlog_by_org(self, after: int) -> dict[int, int]:
        """See JournalWriter."""
        return self.memory.backlog_by_org(after)

    def close(self) -> None:
        """See JournalWriter."""
        self.is_closed = True

    def appended(self) -> list[int]:
        """How many events each append brought."""
        return [number for act, number in self.diary if act == "append"]


class GroupCommitBench:
    """A group commit under test with all it told, in order and by event. Make it inside a running loop."""

    def __init__(
        self, journal: GatedJournal, *, clock: Callable[[], float] = time.monotonic, **settings: float
    ) -> None:
        """The thread commits, unless the settings say otherwise.

        Args:
            journal: the writer.
            clock: monotonic seconds.
            settings: fields of JournalSettings.
        """
        self.journal = journal
        self.told: list[str] = []
        self.commits: list[tuple[int, list[Event]]] = []
        self.failures: list[HooklogError] = []
        self.answers: dict[bytes, list[HooklogError | None]] = {}
        self.threads: set[int] = set()
        self.commit = GroupCommit(
            journal,
            msgspec.convert({"commit_here_seconds_max": 0, **settings}, JournalSettings),
            asyncio.get_running_loop(),
            on_commit=self._committed,
            on_failure=self._failed,
            clock=clock,
        )

    def _committed(self, last: int, events: list[Event]) -> None:
        self.threads.add(threading.get_ident())
        self.told.append("commit")
        self.commits.append((last, events))

    def _failed(self, error: HooklogError) -> None:
        self.threads.add(threading.get_ident())
        self.told.append("failure")
        self.failures.append(error)

    def submit(self, event: Event) -> None:
        """Submit an event whose answers are kept under its id."""

        def answer(error: HooklogError | None) -> None:
            self.threads.add(threading.get_ident())
            self.told.append("answer")
            self.answers[event.id].append(error)

        self.answers.setdefault(event.id, [])
        self.commit.submit(event, answer)

    async def fill(self, first: int, last: int) -> None:
        """With the gate closed: bring the first event to the gate, and let those up to `last` wait behind it."""
        self.submit(make_event(first))
        await until(self.journal.entered.is_set)
        for event in make_events(first + 1, last):
            self.submit(event)

    async def answered(self, count: int) -> None:
        """Wait for that many answers in all."""
        await until(lambda: sum(map(len, self.answers.values())) >= count)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds that other threads bring about; TimeoutError when it does not."""
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while not holds():  # noqa: ASYNC110  the threads under test know of no asyncio.Event
            await asyncio.sleep(0.001)


def run_law(law: Callable[[], Awaitable[None]]) -> None:
    """Run a test's body in a loop of its own."""

    async def main() -> None:
        await law()
        # What the thread handed over last is answered before the loop ends.
        await asyncio.sleep(0)

    asyncio.run(main())
