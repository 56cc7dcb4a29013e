"""EMF, the loyalty consumer (contract I.5 (g), I.15; design.md, durability rule 4).

At least once with a stable id: the wait is committed before the call is made, and every attempt carries the
request id as `webhook-id`. Without an endpoint it is done once there is a customer.
"""

import ipaddress
import random
from collections.abc import Callable, Sequence

import msgspec

from hooklog.consumers.base import CONSUMED, Answer, Delivery, failed, retry_at
from hooklog.consumers.breaker import Breaker
from hooklog.consumers.call import Call, Caller, CallResult
from hooklog.consumers.dispatch import Dispatcher
from hooklog.event import id_to_text, wall_clock_ms

__all__ = ["CUSTOMER_MISSING", "CustomerCheck", "EmfConsumer", "EmfEndpoint", "EmfSettings", "build_emf"]

CUSTOMER_MISSING = "customerId not present,cant proceed further"
_BEGUN = "begun"
_BUSY_MS = 1_000
_LEASE_EXTRA_MS = 5_000


class EmfEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where an org's loyalty engine listens; calls are signed with `secret` (Standard Webhooks)."""

    url: str
    secret: str = ""


class EmfSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`endpoints` maps an org's id to its endpoint. A call may take `timeout_seconds`; it is repeated with growing,
    jittered waits between `backoff_seconds_min` and `_max` for `retry_seconds_max`. An org has at most `calls_max`
    calls in flight and `waiting_max` under way; after `breaker_failures` in a row it is left alone for
    `breaker_seconds`. Private addresses are refused unless in `allowed_networks` (CIDR).
    """

    endpoints: dict[str, EmfEndpoint] = {}
    timeout_seconds: float = 10.0
    retry_seconds_max: int = 900
    backoff_seconds_min: float = 1.0
    backoff_seconds_max: float = 60.0
    calls_max: int = 16
    waiting_max: int = 200
    breaker_failures: int = 10
    breaker_seconds: float = 30.0
    allowed_networks: tuple[str, ...] = ()


class CustomerCheck:
    """EMF where no org has an endpoint: done once there is a customer."""

    def consume(self, delivery: Delivery) -> Answer:
        """See Consumer."""
        return failed(CUSTOMER_MISSING) if delivery.record.user_id is None else CONSUMED


class EmfConsumer:
    """Consumer and Outbound in one; `consume` on the worker's thread, calls on the dispatcher's."""

    def __init__(
        self,
        settings: EmfSettings,
        dispatcher: Dispatcher,
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
        # Longer than a call can take: when it has passed without a result, a crash has swallowed it.
        self._lease_ms = int(settings.timeout_seconds * 1000) + _LEASE_EXTRA_MS

    def consume(self, delivery: Delivery) -> Answer:
        """See Consumer."""
        if delivery.record.user_id is None:
            return failed(CUSTOMER_MISSING)
        if self._endpoint(delivery) is None:
            return CONSUMED
        result = self._dispatcher.take(delivery)
        if result is not None:
            return self._judge(delivery, result)
        return self._wait(delivery) or self._begin(delivery)

    def _wait(self, delivery: Delivery) -> Answer | None:
        """Why no call is made now; None when one may be."""
        now_ms = self._clock_ms()
        if self._dispatcher.is_under_way(delivery):
            return retry_at(now_ms + self._lease_ms, {"waits": "the call is under way"})
        if self._dispatcher.under_way(delivery.org_id) >= self._settings.waiting_max:
            return retry_at(now_ms + _BUSY_MS, {"waits": "too many calls are under way"})
        wait_until_ms = self._breaker(delivery.org_id).wait_until_ms()
        if wait_until_ms is not None:
            pause_ms = int(self._jitter() * 1000)
            return retry_at(wait_until_ms + pause_ms, {"waits": "the endpoint fails, its circuit is open"})
        return None

    def _begin(self, delivery: Delivery) -> Answer:
        detail: dict[str, object] = {"call": _BEGUN, "attempt": _calls(delivery) + 1}
        return Answer(next_at_ms=self._clock_ms() + self._lease_ms, detail=detail, begins=True)

    def begin(self, deliveries: Sequence[Delivery]) -> None:
        """See Outbound."""
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
            return Answer(side_effects=result.side_effects)
        may_have_arrived = result.may_have_arrived or _may_have_arrived(delivery)
        if result.is_definite:
            return failed(result.error, keeps_claim=may_have_arrived)
        attempt = max(1, _calls(delivery))
        next_at_ms = self._clock_ms() + self._pause_ms(attempt, result)
        if next_at_ms - delivery.first_at_ms > self._settings.retry_seconds_max * 1000:
            return failed(f"{result.error}, after {attempt} attempts", keeps_claim=may_have_arrived)
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


def _calls(delivery: Delivery) -> int:
    return sum(detail.get("call") == _BEGUN for detail in delivery.earlier)


def _may_have_arrived(delivery: Delivery) -> bool:
    """Whether an earlier attempt may have reached the receiver: one said so, or a crash swallowed its result."""
    earlier = delivery.earlier
    begun = {detail.get("attempt") for detail in earlier if detail.get("call") == _BEGUN}
    known = {detail.get("attempt"): detail for detail in earlier if "error" in detail}
    return any(
        bool(known[one].get("mayHaveArrived")) if one in known else True for one in begun - {_calls(delivery)}
    )


def build_emf(
    settings: EmfSettings, render: Callable[[Delivery], bytes], wake: Callable[[], None]
) -> EmfConsumer:
    """The consumer with its own dispatcher. `wake` is called from another thread when a call has ended."""
    networks = [ipaddress.ip_network(one) for one in settings.allowed_networks]
    connections_max = max(64, settings.calls_max)
    dispatcher = Dispatcher(
        lambda: Caller(networks, settings.timeout_seconds, connections_max), settings.calls_max, wake
    )
    return EmfConsumer(settings, dispatcher, render)
