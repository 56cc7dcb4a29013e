"""How many refused pushes of a webhook are logged: ten a second, the rest only counted (contract I.4)."""

from collections import OrderedDict
from collections.abc import Callable

__all__ = ["RefusalQuota"]

_WEBHOOKS_MAX = 10_000


class RefusalQuota:
    """A token bucket for each webhook that was refused lately; the longest quiet one is forgotten first."""

    def __init__(self, per_second: int, clock: Callable[[], float]) -> None:
        """Args: `per_second`: refill and burst; `clock`: monotonic seconds."""
        self._per_second = per_second
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, webhook_id: str) -> bool:
        """Whether one more refusal of this webhook is logged."""
        now = self._clock()
        tokens, then = self._buckets.pop(webhook_id, (float(self._per_second), now))
        tokens = min(float(self._per_second), tokens + (now - then) * self._per_second)
        is_logged = tokens >= 1.0
        self._buckets[webhook_id] = (tokens - 1.0 if is_logged else tokens, now)
        if len(self._buckets) > _WEBHOOKS_MAX:
            self._buckets.popitem(last=False)
        return is_logged
