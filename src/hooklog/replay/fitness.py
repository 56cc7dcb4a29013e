"""Whether an event may be replayed: it needs an input, and nobody may have acted on it, or else `force`."""

import enum
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from hooklog.event import Entry, Stage, StageOutcome, StageRecord, Status

__all__ = ["OBSTACLE_MESSAGES", "Judge", "Obstacle", "ObstacleKind", "obstacle"]

Judge = Callable[[bytes], str | None]
"""Why a body is none that we accept today; None for a good one."""

_LOYALTY = frozenset({Stage.CONSUME_EMF, Stage.CONSUME_PARENT})
_REFUSED = frozenset(
    {
        Status.UNAUTHORIZED,
        Status.INVALID_REQUEST_BODY,
        Status.REQUEST_TOO_LARGE,
        Status.WEBHOOK_DISABLED,
    }
)


class ObstacleKind(enum.StrEnum):
    """What stands in the way of a replay. The words are in answers and on disk."""

    NO_INPUT = "noInput"
    SUCCEEDED = "succeeded"
    MAY_HAVE_ACTED = "mayHaveActed"
    UNAUTHORIZED = "unauthorized"


OBSTACLE_MESSAGES: Final = {
    ObstacleKind.NO_INPUT: "the push was refused, and of what it sent nothing usable was kept",
    ObstacleKind.SUCCEEDED: "the event succeeded, so its consumers have had it; replay it with force",
    ObstacleKind.MAY_HAVE_ACTED: "loyalty may have acted on the event although it failed; replay it with force",
    ObstacleKind.UNAUTHORIZED: "the push had no valid credentials, so anybody may have sent it; replay it with force",
}
"""What is said of each, where there is no more to say."""


class Obstacle(msgspec.Struct, frozen=True):
    """One event's obstacle, with a sentence for whoever asked."""

    kind: ObstacleKind
    message: str


def obstacle(
    entry: Entry, stages: Callable[[], Sequence[StageRecord]], judge: Judge, *, is_forced: bool
) -> Obstacle | None:
    """What stands in the way of replaying an event; None where nothing does.

    Args:
        entry: its entry.
        stages: reads its timeline, where that has to be asked.
        judge: looks at the input of refused pushes.
        is_forced: `force` was given.
    """
    status = entry.status
    if status in _REFUSED:
        # Of a large body only the beginning was kept, which may look whole by chance.
        why = "its input was cut" if status is Status.REQUEST_TOO_LARGE else judge(entry.input)
        if why is not None:
            return Obstacle(ObstacleKind.NO_INPUT, f"{OBSTACLE_MESSAGES[ObstacleKind.NO_INPUT]}: {why}")
    if is_forced:
        return None
    kind = None
    if status is Status.UNAUTHORIZED:
        kind = ObstacleKind.UNAUTHORIZED
    elif status is Status.EVENT_SUCCESS:
        kind = ObstacleKind.SUCCEEDED
    elif status not in _REFUSED and _may_have_acted(stages()):
        kind = ObstacleKind.MAY_HAVE_ACTED
    return None if kind is None else Obstacle(kind, OBSTACLE_MESSAGES[kind])


def _may_have_acted(stages: Sequence[StageRecord]) -> bool:
    """Whether a loyalty endpoint took the event, or was called and nobody knows that it did nothing."""
    return any(_has_taken(stages, stage) for stage in _LOYALTY)


def _has_taken(stages: Sequence[StageRecord], stage: Stage) -> bool:
    lines = [(one, one.detail or {}) for one in stages if one.stage is stage]
    if not any("call" in detail for _, detail in lines):
        return False
    last, detail = lines[-1]
    if last.outcome is StageOutcome.REJECTED:
        return bool(detail.get("mayHaveActed", True))
    if last.outcome is StageOutcome.PASSED:
        return True
    # It ended as our fault while it waited: a call that was begun and not told of may have arrived.
    told = {detail.get("attempt"): detail for _, detail in lines if "error" in detail}
    begun = [detail.get("attempt") for _, detail in lines if "call" in detail]
    return any(one not in told or bool(told[one].get("mayHaveArrived")) for one in begun)
