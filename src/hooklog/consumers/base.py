"""A consumer's promise: told about an event any number of times, it says how the event fared with it.

It is called before the entry commits, so an answer may be asked for again after a crash: calls carry the request
id, and a receiver that must not act twice deduplicates by it.
"""

import enum
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from hooklog.eventlog.base import Record

__all__ = ["CONSUMED", "Answer", "Consumer", "Delivery", "Needs", "Outbound", "failed", "retry_at"]


class Delivery(msgspec.Struct, frozen=True):
    """What a consumer is told: the settled-to-be event and what it said of it before.

    `org_id` is whose consumer is meant, `home_org_id` the org in which the event is logged. `attempt` counts from
    1; `earlier` are the details of its earlier answers, `first_at_ms` the instant of the first (epoch ms).
    """

    org_id: int
    request_id: bytes
    event_name: str
    record: Record
    attempt: int
    home_org_id: int = 0
    earlier: tuple[Mapping[str, object], ...] = ()
    first_at_ms: int = 0

    @property
    def key(self) -> tuple[int, bytes]:
        """What names this delivery while it is under way."""
        return self.org_id, self.request_id


class Answer(msgspec.Struct, frozen=True):
    """`failure` is the definite error text; `next_at_ms` asks to be told again; neither means done.

    `begins` asks to be told through `Outbound.begin` once the wait is committed. `keeps_claim` goes with a failure
    after which the receiver may have acted all the same. `detail` goes into the timeline.
    """

    failure: str | None = None
    next_at_ms: int | None = None
    side_effects: tuple[object, ...] | None = None
    detail: dict[str, object] | None = None
    begins: bool = False
    keeps_claim: bool = False


CONSUMED = Answer()


def failed(why: str, *, keeps_claim: bool = False) -> Answer:
    """It will never work; the event ends with this message."""
    return Answer(failure=why, keeps_claim=keeps_claim)


def retry_at(next_at_ms: int, detail: dict[str, object] | None = None) -> Answer:
    """It may work at that instant (epoch milliseconds); the event is pending until then."""
    return Answer(next_at_ms=next_at_ms, detail=detail)


class Needs(enum.Enum):
    """Which events of an org a consumer must be told about; it is done with all others.

    NOTHING: none of them. CUSTOMER: those without a customer. DELIVERY: all of them.
    """

    NOTHING = "nothing"
    CUSTOMER = "customer"
    DELIVERY = "delivery"


class Consumer(Protocol):
    """Called from the worker's thread; must return within milliseconds."""

    def needs(self, org_id: int) -> Needs:
        """What the org's events need, so that nearly all of them need not be told. Asked once a batch."""

    def consume(self, delivery: Delivery) -> Answer:
        """Take the event. May be called again for the same one; never raises for what the receiver did."""


class Outbound(Protocol):
    """The other half of a consumer that calls somebody: it acts only on what is committed as pending."""

    def begin(self, deliveries: Sequence[Delivery]) -> None:
        """These are committed: call. Never blocks; may be repeated after a crash, with the same ids."""

    def answered(self) -> list[tuple[int, bytes]]:
        """The (home org, request id) of deliveries whose call has ended since the last time."""

    def close(self) -> None:
        """Let calls in flight go; they are pending and will be made again."""
