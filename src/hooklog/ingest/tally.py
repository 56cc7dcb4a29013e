"""Counting pushes in plain numbers, told to the metrics once a commit group: a metric costs as much as a push."""

from collections.abc import Callable, Iterable

import structlog

from hooklog.access.base import UNAVAILABLE, UNAVAILABLE_CODE
from hooklog.errors import HooklogError, JournalBusy, JournalUnavailable
from hooklog.ingest.push import Answer, refused
from hooklog.telemetry import metrics

__all__ = ["Tally"]

# The documented words for our own fault (contract I.1).
_OUR_FAULT = "All requests have failed due to errors"

diagnostics = structlog.get_logger()


class Tally:
    """Counts answers. For one thread."""

    def __init__(
        self,
        clock: Callable[[], float],
        call_soon: Callable[[Callable[[], None]], object],
        retry_seconds: int,
    ) -> None:
        """Args:
        clock: monotonic seconds.
        call_soon: runs something once the present callbacks are through.
        retry_seconds: when to come again, for refusals of overload.
        """
        self._clock = clock
        self._call_soon = call_soon
        self._retry = (("retry-after", str(retry_seconds)),)
        self._begun: list[float] = []
        self._accepted = metrics.pushes.labels(code=200)

    def accepted(self, begun: float) -> None:
        """A push that began then is durable now."""
        if not self._begun:
            self._call_soon(self._tell)
        self._begun.append(begun)

    def batch(self, begun: float, accepted: int, refused: Iterable[int]) -> None:
        """A batch that began then is answered: events that are durable now, and the codes of those refused."""
        metrics.batch_events.observe(accepted)
        if accepted:
            if not self._begun:
                self._call_soon(self._tell)
            self._begun += [begun] * accepted
        for code in refused:
            metrics.pushes.labels(code=code).inc()

    def _tell(self) -> None:
        now = self._clock()
        self._accepted.inc(len(self._begun))
        metrics.append_seconds.observe_all([now - begun for begun in self._begun])
        self._begun.clear()

    def refused(self, answer: Answer) -> Answer:
        """A push has another answer than the acknowledgement."""
        metrics.pushes.labels(code=answer.code).inc()
        return answer

    def overloaded(self, why: str, request_id: bytes) -> Answer:
        """Count and word the refusal of a push that cannot be taken now."""
        metrics.refusals_uncounted.labels(reason="overload").inc()
        return self.refused(refused(503, f"Try again later: {why}", request_id, headers=self._retry))

    def failed(self, error: HooklogError, request_id: bytes) -> Answer:
        """Count and word the refusal of a push that could not be stored. What has failed is the operator's affair: the
        message of an error may name places of the server's.
        """
        why = str(error) if isinstance(error, JournalBusy) else "the event could not be stored"
        if not isinstance(error, JournalUnavailable):  # The journal tells of that one, once for all who wait.
            diagnostics.error("push_not_stored", code=error.code, error=str(error), hint=error.hint)
        return self.overloaded(why, request_id)

    def unverified(self, request_id: bytes) -> Answer:
        """Count and word the refusal of a push whose credentials nobody can verify now (contract II.2.3)."""
        metrics.refusals_uncounted.labels(reason="unverified").inc()
        return self.refused(refused(503, UNAVAILABLE, request_id, code=UNAVAILABLE_CODE, headers=self._retry))

    def raised(self, error: Exception, request_id: bytes) -> Answer:
        """Count and word the answer to a push whose judging raised: our own fault, told to the operator whole."""
        diagnostics.error("push_raised", exc_info=error)
        metrics.refusals_uncounted.labels(reason="raised").inc()
        return self.refused(refused(500, _OUR_FAULT, request_id))
