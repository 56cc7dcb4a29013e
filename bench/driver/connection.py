"""One connection of the load: a request in flight at most, its answer parsed as far as its end can be told."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

HEAD_END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"


class Answers:
    """What came back: seconds and statuses of the answers that count, errors of all."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.statuses: Counter[bytes] = Counter()
        self.errors: Counter[str] = Counter()
        self.is_counting = False


class Connection(asyncio.Protocol):
    """Tells `idle` whenever it can send again."""

    def __init__(self, answers: Answers, idle: Callable[["Connection"], None]) -> None:
        self._answers = answers
        self._idle = idle
        self._begun = 0.0
        self._rest = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def send(self, request: bytes, begun: float) -> None:
        """Send; `begun` is when it was due."""
        self._begun = begun
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
            self._rest = b""
        if not is_whole(data):
            self._rest = data
            return
        status = data[9:12]
        if status == b"100":
            self._rest = data.partition(HEAD_END)[2]
            return
        answers = self._answers
        if answers.is_counting:
            answers.seconds.append(time.perf_counter() - self._begun)
            answers.statuses[status] += 1
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
