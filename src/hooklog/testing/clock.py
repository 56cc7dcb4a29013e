"""Time that stands still until a test moves it."""

__all__ = ["START_MS", "FakeClock"]

START_MS = 1_767_607_200_000
"""2026-01-05T10:00:00Z, where every fake clock starts unless told otherwise."""


class FakeClock:
    """Tells epoch time in milliseconds and microseconds; both are views of one instant. Not thread-safe."""

    def __init__(self, start_ms: int = START_MS) -> None:
        """Args: `start_ms`: epoch milliseconds."""
        self._now_us = start_ms * 1_000

    def now_us(self) -> int:
        """Epoch microseconds."""
        return self._now_us

    def now_ms(self) -> int:
        """Epoch milliseconds, rounded down."""
        return self._now_us // 1_000

    def set_us(self, now_us: int) -> None:
        """Jump to an instant in epoch microseconds, also an earlier one: clocks do step back."""
        self._now_us = now_us

    def set_ms(self, now_ms: int) -> None:
        """Jump to an instant in epoch milliseconds, also an earlier one."""
        self._now_us = now_ms * 1_000

    def advance(self, *, seconds: int = 0, ms: int = 0, us: int = 0) -> None:
        """Let time pass, each part not negative."""
        assert min(seconds, ms, us) >= 0, "time passes forwards; set_ms steps back"
        self._now_us += seconds * 1_000_000 + ms * 1_000 + us
