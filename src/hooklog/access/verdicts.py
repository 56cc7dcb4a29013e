"""What was found out about credentials lately, and one verification for all who present the same at once.

The memory holds digests, never a credential. Accepted and refused ones are kept apart, so that a flood of
wrong ones cannot push out the right ones. A verdict that was on its way when something changed is given but
not remembered.
"""

import asyncio
import enum
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from hooklog.access.hashing_pool import HashingPool

__all__ = ["ACCEPTED_SECONDS", "ENTRIES_MAX", "REFUSED_SECONDS", "UNKNOWN", "Unknown", "VerdictMemory"]

# A change clears the memory at once; this bounds what a change that nobody noticed could do.
ACCEPTED_SECONDS = 300.0

# Long enough that a client stuck with a wrong password costs next to nothing.
REFUSED_SECONDS = 3.0

# Of each kind. An entry is below 400 bytes, so both together stay below 8 MB.
ENTRIES_MAX = 10_000

V = TypeVar("V")


class Unknown(enum.Enum):
    """The answer of a memory that must ask first."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


class VerdictMemory(Generic[V]):
    """Verdicts by the digest of a credential. Belongs to one event loop; instants are the clock's seconds."""

    def __init__(self, pool: HashingPool, clock: Callable[[], float], entries_max: int = ENTRIES_MAX) -> None:
        """Args: `pool`: verifies; `clock`: seconds, never stepping back; `entries_max`: of each kind."""
        self._pool = pool
        self._clock = clock
        self._entries_max = entries_max
        self._accepted: OrderedDict[bytes, tuple[float, V]] = OrderedDict()
        self._refused: OrderedDict[bytes, float] = OrderedDict()
        self._running: dict[bytes, asyncio.Future[V | None]] = {}
        self._changes = 0

    def recall(self, digest: bytes, now: float) -> V | Unknown | None:
        """The verdict as remembered: what was accepted, None for a refusal, or UNKNOWN."""
        accepted = self._accepted.get(digest)
        if accepted is not None:
            if now < accepted[0]:
                self._accepted.move_to_end(digest)
                return accepted[1]
            del self._accepted[digest]
        refused_until = self._refused.get(digest)
        if refused_until is not None:
            if now < refused_until:
                return None
            del self._refused[digest]
        return UNKNOWN

    def remember(self, digest: bytes, verdict: V | None, seconds_max: float = ACCEPTED_SECONDS) -> None:
        """Keep a verdict for its time, an accepted one for `seconds_max` at most."""
        now = self._clock()
        if verdict is None:
            self._refused[digest] = now + REFUSED_SECONDS
            if len(self._refused) > self._entries_max:
                self._refused.popitem(last=False)
        else:
            self._accepted[digest] = (now + min(ACCEPTED_SECONDS, seconds_max), verdict)
            if len(self._accepted) > self._entries_max:
                self._accepted.popitem(last=False)

    async def verify(self, digest: bytes, work: Callable[[], V | None]) -> V | None:
        """The verdict of blocking work, which runs once for all who ask for this digest meanwhile.

        Raises:
            AccessBusy: too many wait.
            HooklogError: what the work raised; it is not remembered.
        """
        future = self._running.get(digest)
        if future is None:
            future = self._pool.submit(work)
            self._running[digest] = future
            future.add_done_callback(partial(self._settle, digest, self._changes))
        # One who hangs up must not take the verdict from the others.
        return await asyncio.shield(future)

    def forget(self) -> None:
        """Something changed: nothing remembered or under way holds for those who come from now on."""
        self._accepted.clear()
        self._refused.clear()
        self._running.clear()
        self._changes += 1

    def _settle(self, digest: bytes, changes: int, future: asyncio.Future[V | None]) -> None:
        if self._running.get(digest) is future:
            del self._running[digest]
        if not future.cancelled() and future.exception() is None and changes == self._changes:
            self.remember(digest, future.result())
