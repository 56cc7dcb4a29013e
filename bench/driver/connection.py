"""One connection of the load: a request in flight at most, its answer parsed as far as its end can be told."""

import asyncio
import math
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterable

HEAD_END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"
LOOKED_AT_EVERY = 64
SHOWN_MAX = 5


class Answers:
    """What came back within the window: seconds and statuses; errors also outside of it.

    Where requests have a due time, those that were due within the window count, whenever they are answered, or a
    server could hide a stall behind the window's end. Else those that are answered within it count.
    """

    def __init__(self, *, by_due: bool, expected: bytes = b"", expected_times: int = 1) -> None:
        """Args: `expected`: what one answer in 64 is searched for, so many times; nothing where empty."""
        self.by_due = by_due
        self.seconds = array("d")
        self.statuses: Counter[bytes] = Counter()
        self.errors: Counter[str] = Counter()
        self.unexpected: list[str] = []
        self.unexpected_count = 0
        self.looked_at = 0
        self.arrived = 0
        self.opens = math.inf
        self.closes = math.inf
        self._expected = expected
        self._expected_times = expected_times
        self._until_look = 1

    def add(self, begun: float, data: bytes) -> None:
        """An answer to a request that was begun, or due, at an instant of the performance counter."""
        now = time.perf_counter()
        is_within = self.opens <= now < self.closes
        if is_within:
            self.arrived += 1
        if self.opens <= begun < self.closes if self.by_due else is_within:
            self.seconds.append(now - begun)
            self.statuses[data[9:12]] += 1
        self._until_look -= 1
        if not self._until_look:
            self._until_look = LOOKED_AT_EVERY
            self._look(data)

    def give_up(self, begun: Iterable[float]) -> None:
        """Requests that are waited for no longer; the time they have taken so far counts where they are owed one."""
        if self.by_due:
            now = time.perf_counter()
            self.seconds.extend(now - one for one in begun if self.opens <= one < self.closes)

    def _look(self, data: bytes) -> None:
        self.looked_at += 1
        if data.count(self._expected) < self._expected_times if self._expected else False:
            self.unexpected_count += 1
            if len(self.unexpected) < SHOWN_MAX:
                self.unexpected.append(data[:2_000].decode(errors="replace"))


class Connection(asyncio.Protocol):
    """Tells `idle` whenever it can send again."""

    def __init__(self, answers: Answers, idle: Callable[["Connection"], None]) -> None:
        self._answers = answers
        self._idle = idle
        self.begun = 0.0  # When what is in flight was sent, or was due.
        self._rest = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def send(self, request: bytes, begun: float) -> None:
        """Send; `begun` is when it was due."""
        self.begun = begun
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
            self._rest = b""
        if not is_whole(data):
            self._rest = data
            return
        if data[9:12] == b"100":
            self._rest = data.partition(HEAD_END)[2]
            return
        self._answers.add(self.begun, data)
        if not self.transport.is_closing():
            self._idle(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._answers.errors[repr(exc) if exc else "closed"] += 1


def is_whole(data: bytes) -> bool:
    """Whether an answer is here up to its end."""
    end = data.find(HEAD_END)
    if end < 0:
        return False
    head = data[: end + 2].lower()
    at = head.find(LENGTH)
    if at >= 0:
        begin = at + len(LENGTH)
        return len(data) >= end + 4 + int(head[begin : head.find(b"\r", begin)])
    if b"\r\ntransfer-encoding:" in head:
        return data.endswith(b"0\r\n\r\n")
    return True
