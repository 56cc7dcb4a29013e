"""Bounds of the worker."""

import msgspec

__all__ = ["PipelineSettings"]


class PipelineSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of the worker.

    A batch holds at most `batch_events_max` events. A stage that raises is tried `attempts_max` times on an
    event. `definitions_cached_max` compiled definitions are kept. `uniqueness_window_seconds` maps
    "<orgId>/<eventName>" to how long a unique key counts; left out means for ever.
    """

    batch_events_max: int = 4_000
    attempts_max: int = 3
    definitions_cached_max: int = 10_000
    uniqueness_window_seconds: dict[str, int] = {}

    def __post_init__(self) -> None:
        """Refuse settings with which no event would ever settle.

        Raises:
            ValueError: names the settings.
        """
        if min(self.batch_events_max, self.attempts_max, self.definitions_cached_max) <= 0:
            raise ValueError("batch_events_max, attempts_max and definitions_cached_max must be above 0")
