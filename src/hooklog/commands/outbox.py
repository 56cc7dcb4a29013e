"""Events that were read and wait to be sent: bounded in number and bytes, taken some at a time."""

import threading
import time
from collections import deque

from hooklog.commands.event_file import Outgoing

__all__ = ["Outbox"]

# What is taken at once beyond one event; below what proxies usually let pass.
_TAKEN_BYTES_MAX = 1_000_000
# A source that is slower than this sends what there is.
_LINGER_SECONDS = 0.05


class Outbox:
    """Between one thread that puts and many that take."""

    def __init__(self, taken_max: int, takers: int) -> None:
        """Args: `taken_max`: events taken at once; `takers`: how many threads take."""
        self._taken_max = taken_max
        self._events_max = 2 * taken_max * takers
        self._bytes_max = 2 * _TAKEN_BYTES_MAX * takers
        self._events: deque[Outgoing] = deque()
        self._bytes = 0
        self._is_complete = False
        self._changed = threading.Condition()
        # One at a time, or all would fill up slowly with a few events each.
        self._taking = threading.Lock()

    def put(self, event: Outgoing, seconds: float) -> bool:
        """Add an event behind the others; waits so long for room, False where there was none."""
        with self._changed:
            if not self._has_room() and not self._changed.wait_for(self._has_room, seconds):
                return False
            self._events.append(event)
            self._bytes += len(event.body)
            if len(self._events) == 1 or self._is_plenty():
                self._changed.notify_all()
            return True

    def complete(self) -> None:
        """Nothing more is put."""
        with self._changed:
            self._is_complete = True
            self._changed.notify_all()

    def take(self, seconds: float) -> list[Outgoing] | None:
        """The next events, once there are enough for one sending or no more seem to come; an empty list after so many
        seconds without any, None once there will be none.
        """
        with self._taking, self._changed:
            if not self._events and not self._is_complete:
                self._changed.wait_for(lambda: bool(self._events) or self._is_complete, seconds)
            until = time.monotonic() + _LINGER_SECONDS
            if self._events and not self._is_plenty():
                self._changed.wait_for(self._is_plenty, until - time.monotonic())
            taken: list[Outgoing] = []
            size = 0
            while self._events and len(taken) < self._taken_max:
                size += len(self._events[0].body)
                if taken and size > _TAKEN_BYTES_MAX:
                    break
                taken.append(self._events.popleft())
            self._bytes -= sum(len(event.body) for event in taken)
            self._changed.notify_all()
            return None if not taken and self._is_complete else taken

    def _has_room(self) -> bool:
        return not self._events or (len(self._events) < self._events_max and self._bytes < self._bytes_max)

    def _is_plenty(self) -> bool:
        return self._is_complete or len(self._events) >= self._taken_max or self._bytes >= _TAKEN_BYTES_MAX
