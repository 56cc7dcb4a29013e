"""The shape of an explanation (contract I.18)."""

from collections.abc import Sequence
from typing import Any

import msgspec

from hooklog.api.views import EntryView, StageView
from hooklog.explain.case import FailingField
from hooklog.explain.changes import Difference

__all__ = [
    "AttemptView",
    "ConsumerView",
    "CustomerAnswerView",
    "ExplainedStage",
    "ExplanationView",
    "JudgedBy",
    "NearMissView",
    "SearchedCustomer",
    "SearchedView",
    "UserView",
]


class ExplainedStage(StageView, frozen=True, rename="camel"):
    """A line of the timeline with its decision in words."""

    decision: str


class AttemptView(msgspec.Struct, frozen=True, rename="camel"):
    """One call of a consumer. Times are epoch milliseconds; `endedAt` is null where no end is known."""

    attempt: int
    started_at: float
    ended_at: float | None
    error: str | None
    may_have_arrived: bool


class ConsumerView(msgspec.Struct, frozen=True, rename="camel"):
    """How a consumer of an org fared: taken, skipped, failed or waiting."""

    consumer: str
    org_id: int
    outcome: str
    reason: str | None
    attempts: list[AttemptView]
    side_effects: Sequence[Any] | None


class JudgedBy(msgspec.Struct, frozen=True, rename="camel"):
    """The definition that judged: its version, since when it was in force (null where a file set it up long ago),
    and what has changed since.
    """

    version: int
    since: int | None
    changed_since: list[Difference]


class ExplanationView(msgspec.Struct, frozen=True, rename="camel"):
    """All about one event. `mapped`, `definition` and `record` are null where the event did not get so far."""

    entry: EntryView
    headline: str
    next_step: str
    mapped: dict[str, Any] | None
    stages: list[ExplainedStage]
    errors: Sequence[FailingField]
    definition: JudgedBy | None
    record: dict[str, Any] | None
    consumers: list[ConsumerView]
    duplicate_of: str | None
    duplicates: list[str]
    replay_of: str | None
    replays: list[str]


class UserView(msgspec.Struct, frozen=True, rename="camel"):
    """A customer as it is known in an org."""

    org_id: int
    user_id: int


class SearchedCustomer(msgspec.Struct, frozen=True, rename="camel"):
    """Whom the question was about: every form that was looked for; `malformed` says why it cannot be one."""

    type: str
    value: str
    forms: list[str]
    users: list[UserView]
    malformed: str | None


class SearchedView(
    msgspec.Struct, frozen=True, rename={"from_ms": "from", "to_ms": "to", "org_ids": "orgIds"}
):
    """What was searched. `from` and `to` are epoch milliseconds, both inclusive, null without a bound."""

    customers: list[SearchedCustomer]
    event_names: list[str] = msgspec.field(name="eventNames")
    org_ids: Sequence[int]
    from_ms: int | None
    to_ms: int | None


class NearMissView(msgspec.Struct, frozen=True):
    """Something near to what was looked for; `link` asks the log for all of it."""

    kind: str
    text: str
    ids: Sequence[str]
    link: str | None


class CustomerAnswerView(msgspec.Struct, frozen=True, rename="camel"):
    """The newest events that were found, explained; without any, what comes nearest. `more` leads to the rest."""

    summary: str
    events: list[ExplanationView]
    more: str | None
    searched: SearchedView
    near_misses: list[NearMissView]
