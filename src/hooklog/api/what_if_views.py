"""How a trial is shown: counts, ids and patterns, in none of which is a value that was pushed."""

from urllib.parse import urlencode

import msgspec

from hooklog.trial.base import Transition, Trial

__all__ = ["TrialView", "trial_view"]


class ReasonView(msgspec.Struct, frozen=True):
    """What entries would say, with `{}` where values are."""

    pattern: str
    count: int


class CellView(msgspec.Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """How many entries had one status and would have the other, or the same."""

    before: str
    after: str
    count: int


class ChangeView(
    msgspec.Struct, frozen=True, rename={"before": "from", "after": "to", "sample_ids": "sampleIds"}
):
    """Entries whose status would change, with the oldest few of them and what they would say."""

    before: str
    after: str
    count: int
    sample_ids: list[str]
    reasons: list[ReasonView]


class TrialView(msgspec.Struct, frozen=True, rename="camel"):
    """A trial. `total` is null where it cannot be told beforehand; instants are epoch milliseconds.

    Of the `looked` at entries, `refused` ones never reached the stages, `unreadable` ones cannot be taken up any more,
    and the `judged` ones are in `matrix`. `drafts` are the events that a draft stood in for.
    """

    id: str
    state: str
    started_at: int
    ended_at: int | None
    filter: str
    drafts: list[str]
    total: int | None
    looked: int
    judged: int
    changed: int
    succeeding: int
    refused: int
    unreadable: int
    loyalty_unknown: int
    entries_max: int
    limit_reached: bool
    matrix: list[CellView]
    changes: list[ChangeView]
    failure: str | None


def trial_view(trial: Trial) -> TrialView:
    """The trial as it stands, the largest numbers first."""
    found, question = trial.findings, trial.question
    transitions = sorted(found.transitions, key=lambda one: (-one.count, one.before, one.after))
    drafted = [one.name for one in question.definitions] + [one.event_name for one in question.mappings]
    return TrialView(
        id=trial.id,
        state=trial.state.value,
        started_at=trial.started_ms,
        ended_at=trial.ended_ms,
        filter=urlencode(question.filters, doseq=True),
        drafts=list(dict.fromkeys(drafted)),
        total=found.total,
        looked=found.looked,
        judged=found.judged,
        changed=found.changed,
        succeeding=found.succeeding,
        refused=found.refused,
        unreadable=found.unreadable,
        loyalty_unknown=found.loyalty_unknown,
        entries_max=question.entries_max,
        limit_reached=found.is_limit_reached,
        matrix=[CellView(one.before.name, one.after.name, one.count) for one in transitions],
        changes=[_change(one) for one in transitions if one.before is not one.after],
        failure=trial.failure or None,
    )


def _change(transition: Transition) -> ChangeView:
    reasons = sorted(transition.reasons.items(), key=lambda one: (-one[1], one[0]))
    return ChangeView(
        transition.before.name,
        transition.after.name,
        transition.count,
        transition.sample_ids,
        [ReasonView(pattern, count) for pattern, count in reasons],
    )
