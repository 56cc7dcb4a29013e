"""How often a webhook may be pushed to (contract I.17)."""

import msgspec

from hooklog.access.rate_limit import TokenBuckets
from hooklog.catalog.base import Webhook
from hooklog.event import RequestIds
from hooklog.ingest.push import Answer, accepted, refused
from hooklog.ingest.tally import Tally
from hooklog.ingest.waiter import Waiter
from hooklog.telemetry import metrics

__all__ = ["PushRate"]


class PushRate:
    """One for a process; belongs to its event loop."""

    def __init__(self, buckets: TokenBuckets | None, ids: RequestIds, tally: Tally) -> None:
        """Args: `buckets`: None for no limit; `ids`: makes request ids; `tally`: counts answers."""
        self._buckets = buckets
        self._ids = ids
        self._tally = tally

    def paced(self, webhook: Webhook, waiter: Waiter, events: int = 1) -> Waiter | None:
        """Who is to be told what becomes of so many events, which are counted; None when they come too soon, and the
        waiter has been told so.

        Where there is a limit, whatever is answered says what is left of it. 0 events ask whether one could be taken.
        """
        if self._buckets is None:
            return waiter
        taken = self._buckets.take(webhook.id, events)
        if taken.is_allowed:
            return _Paced(waiter, taken.headers()) if events else waiter
        metrics.rate_limited.labels(kind="webhook").inc()
        metrics.refusals_uncounted.labels(reason="rate_limit").inc()
        answer = refused(429, taken.message("this webhook"), self._ids.make(), headers=taken.headers())
        waiter.answered(self._tally.refused(answer))
        return None


class _Paced(Waiter):
    """Another waiter, whose answer gets further headers."""

    __slots__ = ("_headers", "_waiter")

    def __init__(self, waiter: Waiter, headers: tuple[tuple[str, str], ...]) -> None:
        self._waiter = waiter
        self._headers = headers
        self.begun, self.tally = waiter.begun, waiter.tally

    @property
    def is_told(self) -> bool:
        """See Waiter."""
        return self._waiter.is_told

    def accepted(self) -> None:
        """See Waiter."""
        self.answered(accepted(self.request_id))

    def answered(self, answer: Answer) -> None:
        """See Waiter."""
        self._waiter.answered(msgspec.structs.replace(answer, headers=(*answer.headers, *self._headers)))
