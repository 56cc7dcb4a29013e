"""An event's timeline: the turns that it shares with its batch, or lines of its own where it has met more than one."""

import msgspec

from hooklog.event import Stage, StageOutcome, StageRecord
from hooklog.passage import Passage, records_of
from hooklog.pipeline.stage import Work

__all__ = ["lines_of", "told"]


def told(work: Work, passage: Passage) -> tuple[StageRecord, ...] | Passage:
    """The timeline as it is stored; `passage` is the present round, from its first turn."""
    is_plain = work.resume_at is Stage.ROUTE_ORG and not work.timeline
    return passage if is_plain else lines_of(work, passage)


def lines_of(work: Work, passage: Passage) -> tuple[StageRecord, ...]:
    """What the event met before, and its present round, in lines of its own.

    An event that goes on waiting for the same thing gets no further line for it.
    """
    begins = next(
        (n for n, turn in enumerate(passage.turns) if turn.stage >= work.resume_at), len(passage.turns)
    )
    lines = records_of(passage, begins, work.event.id)
    if work.timeline and lines and _is_same_wait(work.timeline[-1], lines[0]):
        last, line = work.timeline[-1], lines[0]
        waited_us = line.started_us + line.duration_us - last.started_us
        longer = msgspec.structs.replace(last, duration_us=max(last.duration_us, waited_us))
        return (*work.timeline[:-1], longer, *lines[1:])
    return (*work.timeline, *lines)


def _is_same_wait(last: StageRecord, line: StageRecord) -> bool:
    return line.outcome is last.outcome is StageOutcome.PARKED and (line.stage, line.detail) == (
        last.stage,
        last.detail,
    )
