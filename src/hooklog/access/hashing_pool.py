"""Where argon2 runs: two threads and a bounded line, so a flood of passwords takes no memory, no loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from hooklog.access.base import AccessBusy

__all__ = ["THREADS", "WAITING_MAX", "HashingPool"]

# Two verifications at a time hold 38 MiB; on a machine of two cores the event loop still gets its share.
THREADS = 2

# 64 waiting at 20 ms on two threads are served within 0.7 s; whoever comes later had better come again.
WAITING_MAX = 64

T = TypeVar("T")


class HashingPool:
    """Runs blocking verifications off the event loop. Belongs to one event loop."""

    def __init__(self, threads: int = THREADS, waiting_max: int = WAITING_MAX) -> None:
        """Args: `threads`: how many run at once; `waiting_max`: how many may stand in line besides."""
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="access")
        self._taken_max = threads + waiting_max
        self._taken = 0

    def submit(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Let a thread do the work; returns at once.

        Raises:
            AccessBusy: as many as may are waiting already.
        """
        if self._taken >= self._taken_max:
            raise AccessBusy(
                f"{self._taken_max} credentials are being verified or wait to be",
                "present it again in a second",
            )
        future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        self._taken += 1
        future.add_done_callback(self._leave)
        return future

    def close(self) -> None:
        """Take no more; what waits is still verified, 0.7 s at most, and is not waited for here."""
        self._executor.shutdown(wait=False)

    def _leave(self, _: "asyncio.Future[T]") -> None:
        self._taken -= 1
