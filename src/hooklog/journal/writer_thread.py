"""The one thread that blocks on the journal: it does what the loop asks for, in order, and tells the loop."""

import asyncio
import queue
import threading
from collections.abc import Callable

from hooklog.errors import HooklogError, JournalUnavailable
from hooklog.event import Event
from hooklog.journal.base import JournalWriter

__all__ = ["WriterThread", "failure_of"]


class WriterThread:
    """Owns a writer. The three answers are called on the loop's thread; after `failed` nothing is done any more."""

    def __init__(
        self,
        writer: JournalWriter,
        loop: asyncio.AbstractEventLoop,
        committed: Callable[[int, list[Event]], None],
        trimmed: Callable[[int, int], None],
        failed: Callable[[HooklogError], None],
    ) -> None:
        """Start it.

        Args:
            writer: used by this thread while it does what it was asked for.
            loop: whose thread is answered.
            committed: told the last position and the events of a group that is durable.
            trimmed: told how far was asked for and how many groups went.
            failed: told once; what was asked for and not answered by then never will be.
        """
        self._writer = writer
        self._loop = loop
        self._committed = committed
        self._trimmed = trimmed
        self._failed = failed
        # Events to commit, or a position to trim to; None ends the thread. Bounded by who asks: one at a time.
        self._asked: queue.SimpleQueue[list[Event] | int | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def commit(self, events: list[Event]) -> None:
        """Have a group made durable. Never blocks."""
        self._asked.put(events)

    def trim(self, to: int) -> None:
        """Have some groups at or below a position let go. Never blocks."""
        self._asked.put(to)

    def end(self) -> None:
        """Do what was asked for, then end. Blocks until then; may be repeated."""
        self._asked.put(None)
        self._thread.join()

    def _run(self) -> None:
        tell = self._loop.call_soon_threadsafe
        try:
            while (asked := self._asked.get()) is not None:
                if isinstance(asked, int):
                    tell(self._trimmed, asked, self._writer.trim(asked))
                else:
                    tell(self._committed, self._writer.append(asked), asked)
        except Exception as error:  # noqa: BLE001 - whatever it was, nobody may be left without an answer
            tell(self._failed, failure_of(error))


def failure_of(error: Exception) -> HooklogError:
    """What those are told who wait for a writer that raised."""
    return error if isinstance(error, HooklogError) else JournalUnavailable(f"the journal failed: {error!r}")
