"""How an event's timeline is told by the turns that a whole batch shares, so that passing costs an event nothing.

A batch goes through the stages turn by turn; each turn has one stage and one time, and nearly all events pass. So
the turns are kept once, in epoch microseconds, and each event keeps only how far it came and what was said of it
alone. Whoever reads sees StageRecords, in microseconds since the event's own acceptance.
"""

from collections.abc import Mapping

import msgspec

from hooklog.event import Stage, StageOutcome, StageRecord, instant_of

__all__ = ["Passage", "Turn", "records_of"]


class Turn(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One stage's turn on a batch. `started_us` is in epoch microseconds."""

    stage: Stage
    started_us: int
    duration_us: int


class Passage(msgspec.Struct, frozen=True, gc=False):
    """What one event met in its batch: the first `count` of `turns`, all passed but the last, which says `outcome`.

    `turns` is one object for all events of a batch and must not be changed. `details` has what there is to tell,
    by the stage's number; None there means that the stage had nothing to do with the event, which then has no
    line of it.
    """

    turns: list[Turn]
    count: int
    details: Mapping[int, dict[str, object] | None]
    outcome: StageOutcome = StageOutcome.PASSED

    def records(self, request_id: bytes) -> tuple[StageRecord, ...]:
        """The same as lines of the event's own timeline; `request_id` tells its acceptance."""
        return records_of(self, 0, request_id)


def records_of(passage: Passage, first: int, request_id: bytes) -> tuple[StageRecord, ...]:
    """The lines from the turn of that number on: for an event that joined its batch later than others."""
    accepted_us = instant_of(request_id) * 1000
    details = passage.details
    last = passage.count - 1
    found = []
    for number in range(first, passage.count):
        turn = passage.turns[number]
        detail = details.get(turn.stage)
        if detail is None and turn.stage in details:
            continue
        found.append(
            StageRecord(
                stage=turn.stage,
                started_us=max(0, turn.started_us - accepted_us),
                duration_us=turn.duration_us,
                outcome=passage.outcome if number == last else StageOutcome.PASSED,
                detail=detail,
            )
        )
    return tuple(found)
