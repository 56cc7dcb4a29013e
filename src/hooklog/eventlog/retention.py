"""How long entries are kept, and letting go of older ones in small bounded steps (contract I.16). On by default."""

from collections.abc import Callable

import msgspec

from hooklog.directory.base import Directory
from hooklog.eventlog.base import EventLogWriter

__all__ = ["Retention", "RetentionSettings"]

_DAY_MS = 24 * 3600 * 1000


class RetentionSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Entries are kept for `days`; `orgs` maps an org's id, `events` "<orgId>/<eventName>" to another number.

    A step deletes at most `entries_per_step_max`; the feed is kept for `feed_days`.
    """

    days: int = 30
    orgs: dict[str, int] = {}
    events: dict[str, int] = {}
    feed_days: int = 7
    entries_per_step_max: int = 500

    def __post_init__(self) -> None:
        """Refuse settings with which nothing would ever be deleted, or what has just come.

        Raises:
            ValueError: names the settings.
        """
        if self.entries_per_step_max <= 0:
            raise ValueError("entries_per_step_max must be above 0")
        if min(self.days, self.feed_days, *self.orgs.values(), *self.events.values()) < 0:
            raise ValueError("days, feed_days and the days in orgs and events must not be below 0")

    def days_of(self, org_id: int) -> int:
        """How many days an org's entries are kept, but for events with a life of their own."""
        return self.orgs.get(str(org_id), self.days)

    def named_days(self, org_id: int) -> dict[str, int]:
        """The org's event names that have a life of their own, in days."""
        prefix = f"{org_id}/"
        return {key.removeprefix(prefix): days for key, days in self.events.items() if key.startswith(prefix)}


class Retention:
    """Carried out by the worker between batches, so that nobody waits for it."""

    def __init__(
        self,
        settings: RetentionSettings,
        log: EventLogWriter,
        directory: Directory,
        clock_ms: Callable[[], int],
    ) -> None:
        """Args: `settings`: how long; `log`: where; `directory`: which orgs; `clock_ms`: epoch milliseconds."""
        self._settings = settings
        self._log = log
        self._directory = directory
        self._clock_ms = clock_ms

    @property
    def step_entries_max(self) -> int:
        """A step that deleted so many may have left some."""
        return self._settings.entries_per_step_max

    def step(self) -> int:
        """Delete a bounded number of expired entries, over all orgs; returns how many. May be repeated."""
        now_ms = self._clock_ms()
        left = self._settings.entries_per_step_max
        for org in self._directory.orgs():
            named = self._settings.named_days(org.id)
            days = self._settings.days_of(org.id)
            for name, own_days in named.items():
                left -= self._log.remove_expired(org.id, now_ms - own_days * _DAY_MS, left, name)
            left -= self._log.remove_expired(org.id, now_ms - days * _DAY_MS, left, None, frozenset(named))
        self._log.trim_feed(now_ms - self._settings.feed_days * _DAY_MS, self._settings.entries_per_step_max)
        return self._settings.entries_per_step_max - left
