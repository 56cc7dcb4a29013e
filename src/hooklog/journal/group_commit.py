"""Many waiting pushes share one commit: the bridge from an event loop to a blocking journal.

One thread owns the writer. While it is syncing a group, further events wait and become the next group, so the
group grows with the load and is a single event when idle. Everything that waits is bounded.
"""

import asyncio
import threading
from collections.abc import Callable

import structlog

from hooklog.errors import HooklogError, JournalUnavailable
from hooklog.event import Event
from hooklog.journal.base import JournalSettings, JournalWriter

__all__ = ["Answer", "GroupCommit"]

# Called on the loop's thread: None when the event is durable, else why it is not.
Answer = Callable[[HooklogError | None], None]

_GROUPS_PER_TRIM = 64

diagnostics = structlog.get_logger()


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
    ) -> None:
        """Start the writer's thread. The writer belongs to it from now on."""
        self._writer = writer
        self._settings = settings
        self._loop = loop
        self._on_commit = on_commit
        self._on_failure = on_failure
        self._waiting: list[tuple[Event, Answer]] = []
        self._waiting_bytes = 0
        self._unanswered = 0
        self._trim_to = 0
        self._groups_since_trim = 0
        self._is_closing = False
        self._failure: HooklogError | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def submit(self, event: Event, answer: Answer) -> None:
        """Queue an event; `answer` is called exactly once, later. Never blocks.

        Raises:
            JournalUnavailable: too many are waiting already, or the journal has failed or is closed; `answer`
                is not called.
        """
        with self._changed:
            if self._failure is not None:
                raise self._failure
            if self._is_closing:
                # The thread may have ended: nobody would answer any more.
                raise JournalUnavailable("the journal is closed")
            size = len(event.body)
            if (
                self._unanswered >= self._settings.waiting_events_max
                or self._waiting_bytes + size > self._settings.waiting_bytes_max
            ):
                raise JournalUnavailable(f"{self._unanswered} pushes are waiting for the disk already")
            self._waiting.append((event, answer))
            self._waiting_bytes += size
            self._unanswered += 1
            if len(self._waiting) == 1:
                self._changed.notify()

    async def append(self, event: Event) -> None:
        """Return once the event is durable.

        Raises:
            JournalUnavailable: it is not; nothing was accepted.
        """
        done: asyncio.Future[None] = self._loop.create_future()

        def answer(error: HooklogError | None) -> None:
            if done.cancelled():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        self.submit(event, answer)
        await done

    def trim(self, to: int) -> None:
        """Ask the writer's thread to let go of what lies at or below a committed position, between groups."""
        with self._changed:
            self._trim_to = max(self._trim_to, to)
            self._changed.notify()

    def close(self) -> None:
        """Commit what waits, then end the thread and close the writer. Blocks until done."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join()
        self._writer.close()

    def _run(self) -> None:
        try:
            while self._step():
                pass
        except Exception as error:  # noqa: BLE001 - whatever it was, nobody may be left without an answer
            failure = (
                error
                if isinstance(error, HooklogError)
                else JournalUnavailable(f"the journal's thread failed: {error!r}")
            )
            self._fail(failure)

    def _step(self) -> bool:
        """Commit one group, trim once, or both; False when there is nothing left to do for good."""
        with self._changed:
            while not self._waiting and not self._trim_to and not self._is_closing:
                self._changed.wait()
            group = self._take_group()
        if group:
            self._commit(group)
            self._groups_since_trim += 1
        # A trim costs a sync, so under load it waits for a few groups; it must not starve, or the file grows.
        if self._trim_to and (not group or self._groups_since_trim >= _GROUPS_PER_TRIM):
            self._groups_since_trim = 0
            self._trim_once()
            return True
        return bool(group)

    def _commit(self, group: list[tuple[Event, Answer]]) -> None:
        try:
            last = self._writer.append([event for event, _ in group])
        except BaseException:
            with self._changed:
                # Back to the front, so that `_fail` answers these too.
                self._waiting[:0] = group
            raise
        self._loop.call_soon_threadsafe(self._settled, last, group)

    def _trim_once(self) -> None:
        trim_to = self._trim_to
        went = self._writer.trim(trim_to)
        with self._changed:
            if not went and self._trim_to == trim_to:
                self._trim_to = 0

    def _take_group(self) -> list[tuple[Event, Answer]]:
        count = size = 0
        for event, _ in self._waiting[: self._settings.group_events_max]:
            if count and size + len(event.body) > self._settings.group_bytes_max:
                break
            count += 1
            size += len(event.body)
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    def _settled(self, last: int, group: list[tuple[Event, Answer]]) -> None:
        with self._changed:
            self._unanswered -= len(group)
            self._waiting_bytes -= sum(len(event.body) for event, _ in group)
        self._on_commit(last, [event for event, _ in group])
        for _, answer in group:
            answer(None)

    def _fail(self, error: HooklogError) -> None:
        diagnostics.error("journal_failed", error=str(error), hint=error.hint)
        with self._changed:
            self._failure = error
            waiting, self._waiting = self._waiting, []

        def answer_all() -> None:
            for _, answer in waiting:
                answer(error)
            self._on_failure(error)

        self._loop.call_soon_threadsafe(answer_all)
