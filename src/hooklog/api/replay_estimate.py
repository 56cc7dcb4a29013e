"""How many events of a planned replay would succeed now: asked of a what-if, which changes nothing."""

import asyncio
from typing import Final

import structlog

from hooklog.access.scopes import Caller
from hooklog.api.context import Context
from hooklog.api.envelope import ApiError
from hooklog.api.what_if import start_trial
from hooklog.event import Status
from hooklog.replay.job import Asked, Job, Plan
from hooklog.trial.base import Findings, Trial, TrialState

__all__ = ["passing", "would_pass"]

_SECONDS_MAX: Final = 600.0
# A minute, for those that run as many as may at once.
_TRIES_MAX: Final = 20
_AGAIN_SECONDS: Final = 3.0

diagnostics = structlog.get_logger()


async def would_pass(context: Context, caller: Caller, job: Job) -> int | None:
    """How many of those that a job will replay would succeed; None where that cannot be told in a bounded time."""
    trial = await _started(context, caller, job.asked)
    if trial is None:
        return None
    await trial.wait(_SECONDS_MAX)
    if trial.state is not TrialState.DONE:
        await trial.cancel()
        return None
    return passing(trial.findings, job.plan, is_forced=job.asked.is_forced)


def passing(findings: Findings, plan: Plan, *, is_forced: bool) -> int | None:
    """Those that would succeed, without those that a job leaves out since they did so before; None for a part only.

    A what-if knows no other obstacle: it may count what the plan leaves out. More than are replayed never pass.
    """
    if findings.is_limit_reached:
        return None
    count = sum(
        one.count
        for one in findings.transitions
        if one.after is Status.EVENT_SUCCESS and (is_forced or one.before is not Status.EVENT_SUCCESS)
    )
    return min(count, plan.replayable) if plan.is_complete else count


async def _started(context: Context, caller: Caller, asked: Asked) -> Trial | None:
    if context.trials is None:
        return None
    for _ in range(_TRIES_MAX):
        try:
            return await start_trial(context, caller, asked.parameters, until_id=asked.until_id)
        except ApiError as error:
            if error.http_status != 429:
                return None
        except OSError as error:
            diagnostics.warning("replay_is_not_estimated", error=str(error))
            return None
        await asyncio.sleep(_AGAIN_SECONDS)
    return None
