"""A circuit breaker: an endpoint that only fails is left alone for a while, then tried with one call at a time.

Permission to try is lent for as long as the circuit stays open: a probe whose end nobody tells delays the next
one and blocks nothing.
"""

from collections.abc import Callable

__all__ = ["Breaker"]


class Breaker:
    """One for each endpoint. Not thread-safe."""

    def __init__(self, failures_max: int, open_ms: int, clock_ms: Callable[[], int]) -> None:
        """Args: `failures_max` in a row open it for `open_ms`; `clock_ms`: epoch milliseconds."""
        self._failures_max = failures_max
        self._open_ms = open_ms
        self._clock_ms = clock_ms
        self._failures = 0
        self._open_until_ms = 0

    def wait_until_ms(self) -> int | None:
        """None when a call may be made now (and counts as the probe); else when to ask again."""
        if self._failures < self._failures_max:
            return None
        now_ms = self._clock_ms()
        if now_ms < self._open_until_ms:
            return self._open_until_ms
        self._open_until_ms = now_ms + self._open_ms
        return None

    def note(self, *, has_failed: bool) -> None:
        """A call has ended."""
        self._failures = self._failures + 1 if has_failed else 0
        if self._failures >= self._failures_max:
            self._open_until_ms = self._clock_ms() + self._open_ms
