"""What a stage is, what it works on and what it may decide.

Bad data is an outcome, never an exception. A stage may be run again on the same work: it must give the same
outcome and repeat no side effect. What it learns it writes into the work, for the stages behind it.
"""

import enum
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final, Protocol, cast

import msgspec

from hooklog.catalog.base import Definition, Webhook
from hooklog.consumers.base import Delivery
from hooklog.directory.base import Till
from hooklog.event import NO_PARENT, Event, Stage, StageRecord, Status
from hooklog.eventlog.base import Record
from hooklog.eventlog.mapped import SentIdentifier
from hooklog.pipeline.plan import NO_PLAN, Plan

__all__ = [
    "PASS",
    "SKIP",
    "Decision",
    "Outcome",
    "PipelineStage",
    "Work",
    "again",
    "as_sent",
    "park",
    "passed",
    "reject",
    "shown",
]

VALUE_CHARACTERS_MAX = 1_000
# What no stage has written yet: shared, so that it costs an event nothing, and never changed.
_NOTHING: Final = cast("dict[str, Any]", MappingProxyType({}))


class Decision(enum.Enum):
    """What a stage can say of an event."""

    PASS = "pass"  # noqa: S105 - a decision, no password
    REJECT = "reject"
    PARK = "park"
    AGAIN = "again"
    SKIP = "skip"


class Outcome(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A stage's decision on one event; `detail` goes into its timeline.

    REJECT carries status and message, and whether the event keeps its unique key all the same; PARK carries when
    to try again (epoch milliseconds); SKIP goes on without a line in the timeline; AGAIN asks for the same stage
    once more after the rest of this batch has been decided. An outcome that says the same of many is made once.
    """

    decision: Decision
    detail: dict[str, object] | None = None
    status: Status | None = None
    message: str = ""
    next_at_ms: int = 0
    keeps_claim: bool = False


PASS = Outcome(Decision.PASS)
SKIP = Outcome(Decision.SKIP)


def passed(detail: dict[str, object]) -> Outcome:
    """Go on, with something worth telling."""
    return Outcome(Decision.PASS, detail)


def reject(status: Status, message: str, detail: dict[str, object] | None = None) -> Outcome:
    """The event ends here, with an entry that says why."""
    return Outcome(Decision.REJECT, detail, status, message)


def park(next_at_ms: int, detail: dict[str, object] | None = None) -> Outcome:
    """The event cannot settle yet."""
    return Outcome(Decision.PARK, detail, next_at_ms=next_at_ms)


def again() -> Outcome:
    """Ask once more after the rest of this batch."""
    return Outcome(Decision.AGAIN)


def as_sent(value: object) -> str:
    """A received value as text, whole: text as it is, anything else as JSON. What is looked up is this."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def shown(value: object) -> str:
    """A received value as a message shows it: `as_sent`, cut to a bounded length. Never to be looked up."""
    text = as_sent(value)
    return text if len(text) <= VALUE_CHARACTERS_MAX else text[:VALUE_CHARACTERS_MAX] + "…"


class Work(msgspec.Struct, gc=False):
    """One event on its way through the stages. Each field is written by the one named beside it."""

    event: Event
    webhook: Webhook
    accepted_ms: int  # intake: the instant of the event's id
    payload: dict[str, object] = {}  # intake
    attempts: int = 0  # intake: how often the stage at which it is resumed has tried this event
    timeline: tuple[StageRecord, ...] = ()  # intake and batch: what it met before its present round
    details: dict[
        int, dict[str, object] | None
    ] = {}  # batch: what its present round has to tell, see Passage
    resume_at: Stage = Stage.ROUTE_ORG  # intake and batch: where its present round begins

    org_id: int = 0  # route_org
    parent_org_id: int = NO_PARENT  # route_org
    till_code: str = ""  # route_org; "" means no till
    event_name: str | None = None  # transform
    attributes: dict[str, object] = _NOTHING  # transform: the mapped form
    plan: Plan = NO_PLAN  # find_definition
    stored: dict[str, str] = _NOTHING  # validate: attributes as a record stores them
    event_at_ms: int = 0  # validate
    sent_offset: str | None = None  # validate
    till: Till | None = None  # resolve_till
    sent_till_code: str | None = None  # resolve_till
    # The customer as sent: resolve_customer, or whichever stage ends an event that no definition judges.
    identifiers: tuple[SentIdentifier, ...] = ()
    identifier_sent: str = ""  # resolve_customer
    user_id: int | None = None  # resolve_customer
    group_id: int | None = None  # resolve_group
    record: Record | None = None  # uniqueness
    unique_key: bytes | None = None  # uniqueness; None where nothing is to be checked
    claim_key: bytes | None = None  # uniqueness: set while this event owns a unique key
    is_duplicate: bool = False  # uniqueness
    to_begin: Delivery | None = None  # consume: what to call about once the wait is committed

    def attempts_of(self, stage: Stage) -> int:
        """How often a stage has tried this event before; one that it was not parked at never has."""
        return self.attempts if self.resume_at is stage else 0

    @property
    def known_definition(self) -> Definition:
        """The definition, for stages behind find_definition."""
        assert self.plan is not NO_PLAN, "no definition yet"
        return self.plan.definition


class PipelineStage(Protocol):
    """One step. Called by the batch only, from one thread."""

    stage: Stage

    def run(self, batch: Sequence[Work]) -> Sequence[Outcome]:
        """One outcome for each work, in order. May block on the directory or the event log, briefly.

        Raises:
            HooklogError: the world failed; nothing of this batch is decided and it is tried again later.
        """
