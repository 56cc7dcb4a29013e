"""The shapes of replays and of the jobs that make many of them."""

from collections.abc import Mapping, Sequence

import msgspec

from hooklog.api.masking import Mask
from hooklog.api.visible_parameters import visible_parameters
from hooklog.event import id_to_text, instant_of
from hooklog.replay.fitness import OBSTACLE_MESSAGES, ObstacleKind
from hooklog.replay.job import JobState
from hooklog.replay.replayer import Progress

__all__ = [
    "JobView",
    "LeftOutView",
    "OutcomeView",
    "PlanView",
    "ProgressView",
    "ReplayView",
    "job_view",
]


class ReplayView(msgspec.Struct, frozen=True, rename="camel"):
    """A replay that was accepted: its request id, and the original's."""

    id: str
    replay_of: str


class LeftOutView(msgspec.Struct, frozen=True):
    """Events that are not replayed for one reason."""

    reason: str
    count: int
    message: str


class PlanView(msgspec.Struct, frozen=True, rename="camel"):
    """What a job would do, as of when it was planned. Not `isComplete`: there is more than could be looked at.
    `wouldPass` is how many of them would succeed now, as a what-if tells; null while nobody knows.
    """

    matching: int
    is_complete: bool
    replayable: int
    not_replayable: list[LeftOutView]
    sample_ids: list[str]
    would_pass: int | None


class OutcomeView(msgspec.Struct, frozen=True):
    """How many replays ended so."""

    status: str
    count: int


class ProgressView(msgspec.Struct, frozen=True, rename="camel"):
    """How far a job has come. `pending` ones are accepted and not settled; `remaining` is null where the plan is not
    complete.
    """

    appended: int
    settled: list[OutcomeView]
    pending: int
    left_out: list[LeftOutView]
    remaining: int | None
    rate_per_second: float


class JobView(msgspec.Struct, frozen=True, rename="camel"):
    """A bulk replay. Times are epoch milliseconds; what was accepted at `until` or later is no part of it.
    `isMasked`: some of `filters` reads `*****`, and so would find others than the job is about.
    """

    id: str
    status: str
    created_at: int
    created_by: str
    changed_at: int
    until: int
    force: bool
    filters: Mapping[str, Sequence[str]]
    is_masked: bool
    plan: PlanView
    progress: ProgressView


def job_view(progress: Progress, mask: Mask | None) -> JobView:
    """A job as a caller may see it; `mask` None sees all. May block, where there is one."""
    job, plan = progress.job, progress.job.plan
    settled = sum(progress.settled.values())
    left_out = sum(job.skipped.values())
    remaining = None
    if job.state is JobState.FINISHED:
        remaining = 0
    elif plan.is_complete:
        remaining = max(0, plan.matching - job.appended - left_out)
    asked = visible_parameters(job.asked.parameters, job.org_id, is_by_seer=job.asked.sees_all, mask=mask)
    return JobView(
        id=id_to_text(job.id),
        status=job.state.value,
        created_at=instant_of(job.id),
        created_by=job.asked.by,
        changed_at=job.changed_ms or instant_of(job.id),
        until=instant_of(job.asked.until_id),
        force=job.asked.is_forced,
        filters=asked.parameters,
        is_masked=asked.is_masked,
        plan=PlanView(
            matching=plan.matching,
            is_complete=plan.is_complete,
            replayable=plan.replayable,
            not_replayable=_left_out(plan.obstacles),
            sample_ids=[id_to_text(one) for one in plan.sample],
            would_pass=plan.would_pass,
        ),
        progress=ProgressView(
            appended=job.appended,
            settled=[OutcomeView(status, count) for status, count in sorted(progress.settled.items())],
            # What is being appended may settle before it is counted.
            pending=max(0, job.appended - settled),
            left_out=_left_out(job.skipped),
            remaining=remaining,
            rate_per_second=progress.rate,
        ),
    )


def _left_out(counts: Mapping[str, int]) -> list[LeftOutView]:
    return [
        LeftOutView(kind, count, OBSTACLE_MESSAGES[ObstacleKind(kind)])
        for kind, count in sorted(counts.items())
    ]
