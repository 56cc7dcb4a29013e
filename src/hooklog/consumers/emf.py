"""EMF, the loyalty consumer (contract I.5 (g), I.15; design.md, durability rule 4).

At least once with a stable id: the wait is committed before the call is made, and every attempt carries the
request id as `webhook-id`. Without an endpoint it is done once there is a customer.
"""

import ipaddress
import random
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from hooklog.consumers.base import CONSUMED, Answer, Delivery, Needs, failed, retry_at
from hooklog.consumers.breaker import Breaker
from hooklog.consumers.call import Call, Caller, CallResult, Calls
from hooklog.consumers.dispatch import Dispatcher
from hooklog.consumers.emf_settings import EmfEndpoint, EmfSettings
from hooklog.event import id_to_text, wall_clock_ms

__all__ = ["CUSTOMER_MISSING", "CustomerCheck", "EmfConsumer", "build_emf"]

CUSTOMER_MISSING = "customerId not present,cant proceed further"
_BEGUN = "begun"
_BUSY_MS_MIN = 1_000
_BUSY_MS_MAX = 30_000
_CONNECTIONS_MAX = 1_024
_LEASE_EXTRA_MS = 5_000
_CIRCUIT_OPEN = "the endpoint fails, its circuit is open"


class CustomerCheck:
    """EMF where no org has an endpoint: done once there is a customer."""

    def needs(self, org_id: int) -> Needs:  # noqa: ARG002 - the same for every org
        """See Consumer."""
        return Needs.CUSTOMER

    def consume(self, delivery: Delivery) -> Answer:
        """See Consumer."""
        return failed(CUSTOMER_MISSING) if delivery.record.user_id is None else CONSUMED


class EmfConsumer:
    """Consumer and Outbound in one; `consume` on the worker's thread, calls on the dispatcher's."""

    def __init__(
        self,
        settings: EmfSettings,
        dispatcher: Calls,
        render: Callable[[Delivery], bytes],
        clock_ms: Callable[[], int] = wall_clock_ms,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Args:
        settings: endpoints and bounds.
        dispatcher: makes the calls.
        render: the body to post for a delivery, the record as documented.
        clock_ms: epoch milliseconds.
        jitter: between 0 and 1.
        """
        self._settings = settings
        self._dispatcher = dispatcher
        self._render = render
        self._clock_ms = clock_ms
        self._jitter = jitter
        self._breakers: dict[int, Breaker] = {}
        # Told to begin once they are committed; bounded by a batch, and begun or promised again after it.
        self._promised: set[tuple[int, bytes]] = set()
        # Longer than a call can take: when it has passed without a result, a crash has swallowed it.
        self._lease_ms = int(settings.timeout_seconds * 1000) + _LEASE_EXTRA_MS

    def needs(self, org_id: int) -> Needs:
        """See Consumer."""
        return Needs.DELIVERY if str(org_id) in self._settings.endpoints else Needs.CUSTOMER

    def consume(self, delivery: Delivery) -> Answer:
        """See Consumer."""
        if delivery.record.user_id is None:
            return failed(CUSTOMER_MISSING)
        if self._endpoint(delivery) is None:
            return CONSUMED
        # Asked before `take`: a call that ends in between is reported as answered, and never made once more.
        is_under_way = self._dispatcher.is_under_way(delivery)
        result = self._dispatcher.take(delivery)
        if result is not None:
            return self._judge(delivery, result)
        if is_under_way:
            return retry_at(self._clock_ms() + self._lease_ms, {"waits": "the call is under way"})
        return self._wait(delivery) or self._begin(delivery)

    def _wait(self, delivery: Delivery) -> Answer | None:
        """Why no call is made now; None when one may be."""
        now_ms = self._clock_ms()
        promised = sum(org_id == delivery.org_id for org_id, _ in self._promised - {delivery.key})
        if self._dispatcher.under_way(delivery.org_id) + promised >= self._settings.waiting_max:
            # Who has waited long asks seldom, so that a long queue is not rewritten every second.
            waited_ms = now_ms - delivery.first_at_ms
            pause_ms = min(max(waited_ms // 2, _BUSY_MS_MIN), _BUSY_MS_MAX)
            return retry_at(now_ms + pause_ms, {"waits": "too many calls are under way"})
        wait_until_ms = self._breaker(delivery.org_id).wait_until_ms()
        if wait_until_ms is None:
            return None
        if now_ms >= self._deadline_ms(delivery):
            return failed(_CIRCUIT_OPEN, keeps_claim=_may_have_arrived(delivery, _begun(delivery)))
        detail: dict[str, object] = {"waits": _CIRCUIT_OPEN, "since": self._since_ms(delivery)}
        return retry_at(wait_until_ms + int(self._jitter() * 1000), detail)

    def _begin(self, delivery: Delivery) -> Answer:
        self._promised.add(delivery.key)
        detail: dict[str, object] = {
            "call": _BEGUN,
            "attempt": len(_begun(delivery)) + 1,
            "since": self._since_ms(delivery),
        }
        return Answer(next_at_ms=self._clock_ms() + self._lease_ms, detail=detail, begins=True)

    def _since_ms(self, delivery: Delivery) -> int:
        """Since when it is being tried; waiting for a turn does not count."""
        found = (detail["since"] for detail in delivery.earlier if "since" in detail)
        since_ms = next(found, self._clock_ms())
        assert isinstance(since_ms, int)
        return since_ms

    def _deadline_ms(self, delivery: Delivery) -> int:
        return self._since_ms(delivery) + self._settings.retry_seconds_max * 1000

    def begin(self, deliveries: Sequence[Delivery]) -> None:
        """See Outbound."""
        self._promised.clear()
        self._dispatcher.begin([(one, self._call(one)) for one in deliveries])

    def answered(self) -> list[tuple[int, bytes]]:
        """See Outbound."""
        return self._dispatcher.ended()

    def close(self) -> None:
        """See Outbound."""
        self._dispatcher.close()

    def _endpoint(self, delivery: Delivery) -> EmfEndpoint | None:
        return self._settings.endpoints.get(str(delivery.org_id))

    def _call(self, delivery: Delivery) -> Call:
        endpoint = self._endpoint(delivery)
        assert endpoint is not None, f"org {delivery.org_id} has no endpoint"
        return Call(endpoint.url, endpoint.secret, id_to_text(delivery.request_id), self._render(delivery))

    def _breaker(self, org_id: int) -> Breaker:
        if org_id not in self._breakers:
            open_ms = int(self._settings.breaker_seconds * 1000)
            self._breakers[org_id] = Breaker(self._settings.breaker_failures, open_ms, self._clock_ms)
        return self._breakers[org_id]

    def _judge(self, delivery: Delivery, result: CallResult) -> Answer:
        is_trouble = bool(result.error) and not result.is_definite
        self._breaker(delivery.org_id).note(has_failed=is_trouble)
        if not result.error:
            return _taken(result)
        begun = _begun(delivery)
        attempt = max(1, len(begun))
        may_have_arrived = result.may_have_arrived or _may_have_arrived(delivery, begun - {attempt})
        if result.is_definite:
            return failed(result.error, keeps_claim=may_have_arrived)
        now_ms, deadline_ms = self._clock_ms(), self._deadline_ms(delivery)
        if now_ms >= deadline_ms:
            return failed(f"{result.error}, after {attempt} attempts", keeps_claim=may_have_arrived)
        # The last attempt is made at the deadline, however long the wait would be.
        next_at_ms = min(now_ms + self._pause_ms(attempt, result), deadline_ms)
        detail: dict[str, object] = {
            "attempt": attempt,
            "error": result.error,
            "mayHaveArrived": result.may_have_arrived,
        }
        return retry_at(next_at_ms, detail)

    def _pause_ms(self, attempt: int, result: CallResult) -> int:
        """Doubling, with full jitter above the half, or the receiver's wish where that is longer."""
        doubled = self._settings.backoff_seconds_min * 2 ** min(attempt - 1, 20)
        seconds = min(doubled, self._settings.backoff_seconds_max) * (0.5 + self._jitter() / 2)
        return int(max(seconds, result.retry_after_seconds) * 1000)


def _begun(delivery: Delivery) -> frozenset[object]:
    """The numbers of the attempts that were begun before."""
    return frozenset(detail.get("attempt") for detail in delivery.earlier if detail.get("call") == _BEGUN)


def _may_have_arrived(delivery: Delivery, attempts: AbstractSet[object]) -> bool:
    """Whether one of these attempts may have reached the receiver: it said so, or a crash swallowed its result."""
    known = {detail.get("attempt"): detail for detail in delivery.earlier if "error" in detail}
    return any(bool(known[one].get("mayHaveArrived")) if one in known else True for one in attempts)


def build_emf(
    settings: EmfSettings, render: Callable[[Delivery], bytes], wake: Callable[[], None]
) -> EmfConsumer:
    """The consumer with its own dispatcher. `wake` is called from another thread when a call has ended."""
    networks = [ipaddress.ip_network(one) for one in settings.allowed_networks]
    connections_max = min(settings.calls_max * len(settings.endpoints), _CONNECTIONS_MAX)
    dispatcher = Dispatcher(
        lambda: Caller(networks, settings.timeout_seconds, connections_max), settings.calls_max, wake
    )
    return EmfConsumer(settings, dispatcher, render)


def _taken(result: CallResult) -> Answer:
    if not result.not_kept:
        return Answer(side_effects=result.side_effects)
    return Answer(side_effects=result.side_effects, detail={"sideEffectsNotKept": result.not_kept})
