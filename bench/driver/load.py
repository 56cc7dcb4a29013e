"""One run of a load: so many connections, a warm-up, a window that counts, and what was still on its way."""

import asyncio
import contextlib
import gc
import os
import time
from collections import deque
from typing import Any

from bench.driver.connection import Answers, Connection
from bench.driver.figures import cpu_seconds, figures
from bench.driver.requests_made import Requests

# uvloop's timers count whole milliseconds; a shorter pause would spin and take a core from the server.
TICK_SECONDS = 0.001
DRAIN_SECONDS_MAX = 10.0


class Load:
    """Closed loop, or at a rate (`rate` may be changed at any time)."""

    def __init__(self, requests: Requests, answers: Answers, rate: float, *, is_owed: bool = True) -> None:
        """Args:
        rate: requests a second; 0 sends the next as soon as a connection has its answer.
        is_owed: what was due while no connection was free is sent later; else the rate is only a cap.
        """
        self.rate = rate
        self.is_stopped = asyncio.Event()  # Set it to close the window early.
        self._is_owed = is_owed
        self._requests = requests
        self._answers = answers
        self._is_paced = rate > 0
        self._is_over = False
        self._free: deque[Connection] = deque()
        # When requests were due that no connection was free for; each is sent as soon as one is.
        self._overdue: deque[float] = deque()

    async def run(self, connections: int, warm_up: float, seconds: float, pids: list[int]) -> dict[str, Any]:
        """The figures of the seconds behind the warm-up."""
        loop = asyncio.get_running_loop()
        answers, requests = self._answers, self._requests
        made = [
            (
                await loop.create_connection(
                    lambda: Connection(answers, self._idle), requests.host, requests.port
                )
            )[1]
            for _ in range(connections)
        ]
        gc.collect()
        gc.disable()  # Nothing here makes cycles.
        for connection in made:
            self._idle(connection)
        pace = asyncio.create_task(self._pace()) if self._is_paced else None
        await asyncio.sleep(warm_up)
        before = [cpu_seconds(pid) for pid in [os.getpid(), *pids]]
        answers.opens = time.perf_counter()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.is_stopped.wait(), seconds)
        answers.closes = time.perf_counter()
        after = [cpu_seconds(pid) for pid in [os.getpid(), *pids]]
        if pace is not None:
            pace.cancel()
        unanswered = await self._drain(made)
        found = figures(answers, answers.closes - answers.opens, unanswered)
        spent = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(before, after, strict=True)]
        each = max(1, answers.arrived)
        found["cpu_us_per_answer"] = {
            str(name): {"user": round(user / each * 1e6, 2), "system": round(system / each * 1e6, 2)}
            for name, (user, system) in zip(["driver", *pids], spent, strict=True)
        }
        for connection in made:
            connection.transport.close()
        return found

    def _idle(self, connection: Connection) -> None:
        """A connection has its answer."""
        if self._overdue:
            connection.send(self._requests.next(), self._overdue.popleft())
        elif self._is_paced or self._is_over:
            self._free.append(connection)
        else:
            connection.send(self._requests.next(), time.perf_counter())

    async def _pace(self) -> None:
        """Send what is due, on whichever connections are free."""
        due = time.perf_counter()
        while True:
            now = time.perf_counter()
            while due <= now:
                if self._free:
                    self._free.popleft().send(self._requests.next(), due)
                elif self._is_owed:
                    self._overdue.append(due)
                else:
                    due = now
                due += 1 / self.rate
            await asyncio.sleep(TICK_SECONDS)

    async def _drain(self, made: list[Connection]) -> int:
        """Wait for what counts and has no answer yet; returns how many still had none, whose time so far counts."""
        self._is_over = True
        deadline = time.perf_counter() + DRAIN_SECONDS_MAX
        while len(self._free) < len(made) and time.perf_counter() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(TICK_SECONDS)
        unanswered = [*self._overdue, *(one.begun for one in made if one not in self._free)]
        self._answers.give_up(unanswered)
        return len(unanswered)
