"""A consumer's promise: told about an event any number of times, it says how the event fared with it.

It is called before the entry commits, so an answer may be asked for again after a crash: calls carry the request
id, and a receiver that must not act twice deduplicates by it.
"""

from typing import Protocol

import msgspec

from hooklog.eventlog.base import Record

__all__ = ["CONSUMED", "Answer", "Consumer", "Delivery", "failed", "retry_at"]


class Delivery(msgspec.Struct, frozen=True):
    """What a consumer is told: the settled-to-be event and which attempt this is, from 1."""

    org_id: int
    request_id: bytes
    event_name: str
    record: Record
    attempt: int


class Answer(msgspec.Struct, frozen=True):
    """`failure` is the definite error text; `next_at_ms` asks for another attempt; neither means done."""

    failure: str | None = None
    next_at_ms: int | None = None
    side_effects: tuple[object, ...] | None = None


CONSUMED = Answer()


def failed(why: str) -> Answer:
    """It will never work; the event ends with this message."""
    return Answer(failure=why)


def retry_at(next_at_ms: int) -> Answer:
    """It may work at that instant (epoch milliseconds); the event is pending until then."""
    return Answer(next_at_ms=next_at_ms)


class Consumer(Protocol):
    """Called from the worker's thread; must return within milliseconds."""

    def consume(self, delivery: Delivery) -> Answer:
        """Take the event. May be called again for the same one; never raises for what the receiver did."""
