"""How fast replays may go."""

import msgspec

__all__ = ["ReplaySettings"]


class ReplaySettings(msgspec.Struct, frozen=True, kw_only=True):
    """Bulk replays append at most `events_per_second_max` events together, and none while `backlog_events_max` or more
    wait to be worked on: live events go first.
    """

    events_per_second_max: int = 2_000
    backlog_events_max: int = 1_000

    def __post_init__(self) -> None:
        """Refuse settings with which no job would ever go on.

        Raises:
            ValueError: names the setting.
        """
        if self.backlog_events_max <= 0:
            raise ValueError("backlog_events_max must be above 0")
