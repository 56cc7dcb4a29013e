"""Many waiting pushes share one commit: the bridge from an event loop to a blocking journal.

While a group is being synced, further events wait and become the next group, so the group grows with the load and
is a single event when idle. Everything that waits is bounded.

On a quick disk the loop commits a group itself: that takes less than to wake a thread and to fight it for the
interpreter's lock (docs/decisions/0017-commit-here.md). Once a commit was slow, a thread commits for a while, so that
the loop goes on meanwhile. Never both: one act is under way at a time. What waits belongs to the loop's thread alone,
which hands a whole group over; the other tells when it is durable.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import chain

import structlog

from hooklog.errors import HooklogError, JournalBusy
from hooklog.event import Event
from hooklog.journal.base import JournalSettings, JournalWriter
from hooklog.journal.writer_thread import WriterThread, failure_of

__all__ = ["Answer", "GroupCommit"]

# Called on the loop's thread: None when the event is durable, else why it is not.
Answer = Callable[[HooklogError | None], None]

_GROUPS_PER_TRIM = 64
# How long the thread commits after a commit that was slow.
_AWAY_SECONDS = 0.25

diagnostics = structlog.get_logger()

_Waiting = tuple[Sequence[Event], int, Answer]  # events, the bytes of their bodies, who is told


class GroupCommit:
    """Takes events on the loop's thread and answers each once its group is synced.

    `on_commit(last_position, events)` and `on_failure(error)` run on the loop's thread, before and after the answers.
    """

    def __init__(
        self,
        writer: JournalWriter,
        settings: JournalSettings,
        loop: asyncio.AbstractEventLoop,
        *,
        on_commit: Callable[[int, list[Event]], None],
        on_failure: Callable[[HooklogError], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start the writer's thread. The writer is used by it and by the loop's from now on, by one at a time.

        `clock` tells monotonic seconds.
        """
        self._writer = writer
        self._settings = settings
        self._loop = loop
        self._on_commit = on_commit
        self._on_failure = on_failure
        self._waiting: deque[_Waiting] = deque()
        # Handed over and not yet answered; more than one only while closing.
        self._handed_over: deque[list[_Waiting]] = deque()
        self._unanswered = 0
        self._unanswered_bytes = 0
        self._trim_to = 0
        self._groups_since_trim = 0
        # One act is the thread's at a time. An event that comes in is handed over behind all that came with it.
        self._is_under_way = False
        self._is_closing = False
        self._failure: HooklogError | None = None
        self._clock = clock
        # Until when the thread commits; None while the loop does.
        self._away_until: float | None = math.inf if settings.commit_here_seconds_max <= 0 else None
        self._thread = WriterThread(writer, loop, self._settled, self._trimmed, self._failed)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits for the disk."""
        return not self._is_under_way

    def submit(self, event: Event, answer: Answer) -> None:
        """Queue an event; `answer` is called exactly once, later. Never blocks.

        Raises:
            JournalUnavailable: too many are waiting already, or the journal has failed or is closed; `answer`
                is not called.
        """
        self._queue((event,), 1, len(event.body), answer)

    def submit_all(self, events: Sequence[Event], answer: Answer) -> None:
        """Queue events (not none) that become durable together, in order and without others in between, or not at all.

        `answer` is called exactly once, later. Never blocks.

        Raises:
            JournalUnavailable: see `submit`.
        """
        assert events, "nothing to make durable"
        self._queue(events, len(events), sum([len(event.body) for event in events]), answer)

    def _queue(self, events: Sequence[Event], count: int, size: int, answer: Answer) -> None:
        # What one submission brings may cross the line; what comes behind it may not.
        if (
            self._unanswered >= self._settings.waiting_events_max
            or self._unanswered_bytes + size > self._settings.waiting_bytes_max
            or self._is_closing
            or self._failure is not None
        ):
            raise self._refusal()
        self._unanswered += count
        self._unanswered_bytes += size
        self._waiting.append((events, size, answer))
        if not self._is_under_way:
            self._is_under_way = True
            self._loop.call_soon(self._hand_over)

    def _refusal(self) -> HooklogError:
        if self._failure is not None:
            return self._failure
        if self._is_closing:
            # The thread may have ended: nobody would answer any more.
            return JournalBusy("the server is stopping")
        return JournalBusy(f"{self._unanswered} pushes are waiting for the disk already")

    async def append(self, event: Event) -> None:
        """Return once the event is durable.

        Raises:
            JournalUnavailable: it is not; nothing was accepted.
        """
        await self.append_all((event,))

    async def append_all(self, events: Sequence[Event]) -> None:
        """Return once the events (not none) are durable, together as `submit_all` says; queued before it first waits.

        Raises:
            JournalUnavailable: they are not; nothing was accepted.
        """
        done: asyncio.Future[None] = self._loop.create_future()

        def answer(error: HooklogError | None) -> None:
            if done.cancelled():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        self.submit_all(events, answer)
        await done

    def trim(self, to: int) -> None:
        """Ask the writer's thread to let go of what lies at or below a committed position, between groups."""
        self._trim_to = max(self._trim_to, to)
        if not self._is_under_way and self._failure is None:
            self._hand_over()

    def close(self) -> None:
        """Commit what waits, then end the thread and close the writer. Blocks until done; on the loop's thread."""
        self._is_closing = True
        while self._waiting and self._failure is None:
            self._commit_next()
        self._thread.end()
        self._writer.close()

    def _hand_over(self) -> None:
        """Do what is next, if there is anything, here or by the thread. Whoever closes sees to the rest itself."""
        if self._is_closing:
            return
        # A trim costs a sync, so under load it waits for a few groups; it must not starve, or the file grows.
        self._is_under_way = True
        if self._trim_to and (not self._waiting or self._groups_since_trim >= _GROUPS_PER_TRIM):
            self._groups_since_trim = 0
            self._thread.trim(self._trim_to)
        elif self._waiting:
            self._groups_since_trim += 1
            self._commit_next()
        else:
            self._is_under_way = False

    def _commit_next(self) -> None:
        group = self._take_group()
        self._handed_over.append(group)
        events = list(chain.from_iterable([events for events, _, _ in group]))
        # While closing, the thread may still be at an earlier one.
        if self._away_until is not None or self._is_closing:
            self._thread.commit(events)
        else:
            self._commit_here(events)

    def _commit_here(self, events: list[Event]) -> None:
        begun = self._clock()
        try:
            last = self._writer.append(events)
        except Exception as error:  # noqa: BLE001 - whatever it was, nobody may be left without an answer
            self._failed(failure_of(error))
            return
        ended = self._clock()
        if ended - begun > self._settings.commit_here_seconds_max:
            self._away_until = ended + _AWAY_SECONDS
        self._answer(last, events)
        # What came in meanwhile is read first, to go with those that wait.
        self._loop.call_soon(self._hand_over)

    def _take_group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        room, bytes_room = self._settings.group_events_max, self._settings.group_bytes_max
        waiting = self._waiting
        while waiting:
            events, size, _ = waiting[0]
            room -= len(events)
            bytes_room -= size
            if group and (room < 0 or bytes_room < 0):
                break
            group.append(waiting.popleft())
        return group

    def _settled(self, last: int, events: list[Event]) -> None:
        """The thread has committed a group."""
        if self._away_until is not None and self._clock() >= self._away_until:
            self._away_until = None
        if self._away_until is None:
            self._loop.call_soon(self._hand_over)
        else:
            self._hand_over()  # the disk works while the answers are written
        self._answer(last, events)

    def _answer(self, last: int, events: list[Event]) -> None:
        """The oldest group that was handed over is durable."""
        group = self._handed_over.popleft()
        self._unanswered -= len(events)
        self._unanswered_bytes -= sum([size for _, size, _ in group])
        self._on_commit(last, events)
        for _, _, answer in group:
            answer(None)

    def _trimmed(self, to: int, went: int) -> None:
        if not went and self._trim_to == to:
            self._trim_to = 0
        self._hand_over()

    def _failed(self, error: HooklogError) -> None:
        diagnostics.error("journal_failed", error=str(error), hint=error.hint)
        self._failure = error
        unanswered = [*chain.from_iterable(self._handed_over), *self._waiting]
        self._handed_over.clear()
        self._waiting.clear()
        for _, _, answer in unanswered:
            answer(error)
        self._on_failure(error)
