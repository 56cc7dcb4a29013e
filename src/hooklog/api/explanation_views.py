"""The shape of an explanation (contract I.18)."""

from collections.abc import Sequence
from typing import Any

import msgspec

from hooklog.api.views import EntryView, StageView
from hooklog.explain.case import FailingField
from hooklog.explain.changes import Difference

__all__ = ["AttemptView", "ConsumerView", "ExplainedStage", "ExplanationView", "JudgedBy"]


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
