"""How often a webhook may be pushed to (contract I.17)."""

from hooklog.access.rate_limit import TokenBuckets
from hooklog.catalog.base import Webhook
from hooklog.event import RequestIds
from hooklog.ingest.push import Answer, refused
from hooklog.telemetry import metrics

__all__ = ["PushRate"]


class PushRate:
    """One for a process; belongs to its event loop."""

    def __init__(self, buckets: TokenBuckets | None, ids: RequestIds) -> None:
        """Args: `buckets`: None for no limit; `ids`: makes request ids."""
        self._buckets = buckets
        self._ids = ids

    def refusal(self, webhook: Webhook, events: int = 1) -> Answer | None:
        """The refusal of so many events that come too soon; None when they do not, and are counted.

        0 events ask whether one could be taken.
        """
        if self._buckets is None:
            return None
        taken = self._buckets.take(webhook.id, events)
        if taken.is_allowed:
            return None
        metrics.rate_limited.labels(kind="webhook").inc()
        metrics.refusals_uncounted.labels(reason="rate_limit").inc()
        return refused(429, taken.message("this webhook"), self._ids.make(), headers=taken.headers())
