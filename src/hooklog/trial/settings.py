"""Bounds of trials."""

import msgspec

__all__ = ["TrialSettings"]


class TrialSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What-if judges past entries in a process of its own, of low priority, which only reads.

    A trial looks at `entries_max` entries at most, the oldest first; `at_once_max` run at a time in the whole
    installation, `org_at_once_max` of them for one org, so that none keeps the others from asking. The last `kept_max`
    are remembered for `kept_seconds` after their end, `org_kept_max` of them for one org.
    """

    entries_max: int = 1_000_000
    at_once_max: int = 3
    org_at_once_max: int = 2
    kept_max: int = 100
    org_kept_max: int = 20
    kept_seconds: float = 3_600.0
