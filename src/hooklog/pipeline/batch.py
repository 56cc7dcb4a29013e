"""One batch through the stages: every event leaves with exactly one result, settled or parked.

A stage that raises ends only the event it raised on, after a bounded number of attempts: the batch is taken
apart and run one by one. A HooklogError is the world's failure and leaves the whole batch undecided.
"""

from collections.abc import Callable, Sequence

import msgspec
import structlog

from hooklog.consumers.base import Delivery
from hooklog.errors import HooklogError
from hooklog.event import USUAL_MESSAGES, Stage, StageOutcome, StageRecord, Status, instant_of
from hooklog.eventlog.base import Parked, Settled
from hooklog.pipeline.intake import encode_resume
from hooklog.pipeline.settle import settle
from hooklog.pipeline.stage import Decision, Outcome, PipelineStage, Work, reject, shown
from hooklog.pipeline.uniqueness import Uniqueness

__all__ = ["BatchResult", "Line"]

_OUTCOMES = {
    Decision.PASS: StageOutcome.PASSED,
    Decision.REJECT: StageOutcome.REJECTED,
    Decision.PARK: StageOutcome.PARKED,
}

diagnostics = structlog.get_logger()


class BatchResult(msgspec.Struct):
    """What became of a batch; the parts of one commit."""

    settled: list[Settled]
    parked: list[Parked]
    verified: set[tuple[int, str, int]]
    begun: list[Delivery]


class Line:
    """The stages in their order, and what holds for all of them. `stages` may be looked at, and wrapped by tests."""

    def __init__(
        self,
        stages: Sequence[PipelineStage],
        uniqueness: Uniqueness,
        *,
        clock_us: Callable[[], int],
        attempts_max: int,
    ) -> None:
        """Args:
        stages: in the order an event passes them, the uniqueness stage among them.
        uniqueness: that stage, to be told how owners of keys ended.
        clock_us: epoch microseconds.
        attempts_max: how often a stage that raises is tried on one event.
        """
        self.stages: Sequence[PipelineStage] = tuple(stages)
        self._uniqueness = uniqueness
        self._clock_us = clock_us
        self._attempts_max = attempts_max

    def run(self, works: Sequence[Work]) -> BatchResult:
        """Take a batch to its end.

        Raises:
            HooklogError: the world failed; nothing is decided and the batch may be run again from its start.
        """
        result = BatchResult([], [], set(), [])
        self._uniqueness.start_batch()
        lines: dict[tuple[int, bytes | None], list[Work]] = {}
        turn = list(works)
        while turn:
            # Each round decides at least the first event of each key, so the rounds are bounded by the batch. Were
            # that ever wrong, a worker that dies tries them one by one; one that loops is stuck.
            waiting = self._round(turn, result)
            assert len(waiting) < len(turn), "a round decided nothing"
            for work in reversed(waiting):
                lines.setdefault((work.org_id, work.unique_key), []).append(work)
            turn = self._next_turn(lines)
        return result

    def _next_turn(self, lines: dict[tuple[int, bytes | None], list[Work]]) -> list[Work]:
        """Who of those waiting for a key (each line's first stands last) is tried next.

        Behind an owner that failed, one at a time: the others would only ask again. Behind one that did not, all.
        """
        turn: list[Work] = []
        for key, line in list(lines.items()):
            count = 1 if self._uniqueness.is_free(line[-1]) else len(line)
            turn += [line.pop() for _ in range(count)]
            if not line:
                del lines[key]
        return turn

    def _round(self, works: Sequence[Work], result: BatchResult) -> list[Work]:
        waiting: list[Work] = []
        alive = list(works)
        for stage in self.stages:
            here = [work for work in alive if work.resume_at <= stage.stage]
            if not here:
                continue
            ended = set()
            started_us = self._clock_us()
            outcomes = self._run_stage(stage, here)
            ended_us = self._clock_us()
            for work, outcome in zip(here, outcomes, strict=True):
                if outcome.decision is Decision.SKIP:
                    continue
                if outcome.decision is not Decision.AGAIN:
                    _note(work, _record(work, stage.stage, outcome, started_us, ended_us))
                if outcome.decision is Decision.PASS:
                    continue
                ended.add(id(work))
                self._leave(work, stage.stage, outcome, result, waiting)
            if ended:
                alive = [work for work in alive if id(work) not in ended]
        for work in alive:
            result.settled.append(self._succeed(work, result))
        return waiting

    def _leave(
        self, work: Work, stage: Stage, outcome: Outcome, result: BatchResult, waiting: list[Work]
    ) -> None:
        attempts, work.resume_at = work.attempts_of(stage) + 1, stage
        if outcome.decision is Decision.AGAIN:
            waiting.append(work)
        elif outcome.decision is Decision.PARK:
            # Waiting for the owner of a key is no attempt at anything.
            work.attempts = 0 if stage is Stage.UNIQUENESS else attempts
            self._uniqueness.wait_for(work)
            if work.to_begin is not None:
                result.begun.append(work.to_begin)
            result.parked.append(_parked(work, outcome.next_at_ms))
        else:
            self._uniqueness.settle(work, keeps_claim=outcome.keeps_claim)
            assert outcome.status is not None
            now_ms = self._clock_us() // 1000
            result.settled.append(
                settle(work, outcome.status, outcome.message, now_ms, keeps_claim=outcome.keeps_claim)
            )

    def _succeed(self, work: Work, result: BatchResult) -> Settled:
        self._uniqueness.settle(work, keeps_claim=True)
        definition = work.known_definition
        if not definition.is_verified:
            result.verified.add((definition.org_id, definition.name, definition.version))
        return settle(
            work,
            Status.EVENT_SUCCESS,
            USUAL_MESSAGES[Status.EVENT_SUCCESS],
            self._clock_us() // 1000,
            keeps_claim=True,
        )

    def _run_stage(self, stage: PipelineStage, works: list[Work]) -> list[Outcome]:
        try:
            return stage.run(works)
        except HooklogError:
            raise
        except Exception:  # noqa: BLE001 - a bug in a stage may end events, never the worker
            return [self._run_alone(stage, work) for work in works]

    def _run_alone(self, stage: PipelineStage, work: Work) -> Outcome:
        last = ""
        for attempt in range(1, self._attempts_max + 1):
            try:
                return stage.run([work])[0]
            except HooklogError:
                raise
            except Exception as error:  # noqa: BLE001 - see _run_stage
                diagnostics.exception(
                    "stage_raised", stage=stage.stage.name, id=work.event.id.hex(), attempt=attempt
                )
                last = f"{stage.stage.name.lower()} raised {type(error).__name__}"
        return reject(
            Status.EVENT_PROCESSING_FAILED, f"Event processing failed: {shown(last)}", {"raised": last}
        )


def _record(work: Work, stage: Stage, outcome: Outcome, started_us: int, ended_us: int) -> StageRecord:
    accepted_us = instant_of(work.event.id) * 1000
    is_ours = outcome.status is Status.EVENT_PROCESSING_FAILED
    return StageRecord(
        stage=stage,
        started_us=max(0, started_us - accepted_us),
        duration_us=max(0, ended_us - started_us),
        outcome=StageOutcome.RAISED if is_ours else _OUTCOMES[outcome.decision],
        detail=outcome.detail,
    )


def _note(work: Work, record: StageRecord) -> None:
    """Add to the timeline; an event that goes on waiting for the same thing gets no further line for it."""
    last = work.timeline[-1] if work.timeline else None
    if (
        last is not None
        and record.outcome is last.outcome is StageOutcome.PARKED
        and (record.stage, record.detail) == (last.stage, last.detail)
    ):
        waited_us = record.started_us + record.duration_us - last.started_us
        record = msgspec.structs.replace(last, duration_us=max(last.duration_us, waited_us))
        work.timeline.pop()
    work.timeline.append(record)


def _parked(work: Work, next_at_ms: int) -> Parked:
    return Parked(
        org_id=work.org_id,
        event=work.event,
        attempts=work.attempts,
        next_at_ms=next_at_ms,
        event_name=work.event_name,
        stages=tuple(work.timeline),
        work=encode_resume(work),
        claim_key=work.claim_key,
    )
