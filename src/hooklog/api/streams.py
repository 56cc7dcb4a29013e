"""Answers that go on: how many there may be, that they end with the process, and who wakes those that wait for news.

A stream reads the log at its own pace from its own place, so a slow client costs a connection and no memory. All
that wait share one look at the feed.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from hooklog.api.envelope import ApiError
from hooklog.errors import HooklogError

__all__ = ["Streams"]

_LOOK_SECONDS = 0.05


class Streams:
    """One for a process; belongs to its event loop. `newest` tells the feed's last sequence number."""

    def __init__(self, newest: Callable[[], Awaitable[int]], streams_max: int) -> None:
        """Args: `newest`: may raise HooklogError, then it is asked again; `streams_max`: at once."""
        self._newest = newest
        self._streams_max = streams_max
        self._open = 0
        self._seen = 0
        self._news = asyncio.Condition()
        self._looking: asyncio.Task[None] | None = None
        self.is_closing = False

    def admit(self) -> None:
        """Look whether there is a place for one more, before its answer begins.

        Raises:
            ApiError: 503 when all are taken, or the process is stopping.
        """
        if self.is_closing or self._open >= self._streams_max:
            raise ApiError(
                503,
                f"{self._streams_max} streams are open already; try again later",
                headers={"retry-after": "5"},
            )

    @contextmanager
    def place(self) -> Iterator[None]:
        """One stream's place among all, from its first piece to its last; who hung up before takes none."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    async def wait(self, beyond: int, seconds: float) -> int:
        """Return when the feed has gone beyond a sequence number, the process stops, or so much time is over.

        Returns the last sequence number that is known of.
        """
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: self._seen > beyond or self.is_closing)
        return self._seen

    async def close(self) -> None:
        """Let every stream end; the process is stopping."""
        self.is_closing = True
        async with self._news:
            self._news.notify_all()

    async def _look(self) -> None:
        """As long as anybody is there to be told. Were it to raise, whoever waits next begins it anew."""
        try:
            while self._open and not self.is_closing:
                with contextlib.suppress(HooklogError):
                    newest = await self._newest()
                    if newest > self._seen:
                        self._seen = newest
                        async with self._news:
                            self._news.notify_all()
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self._looking = None
