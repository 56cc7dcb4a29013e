"""One batch through the stages: every event leaves with exactly one result, settled or parked.

A stage that raises ends only the event it raised on, after a bounded number of attempts: the batch is taken
apart and run one by one. A HooklogError is the world's failure and leaves the whole batch undecided.
"""

from collections.abc import Callable, Sequence

import msgspec
import structlog

from hooklog.consumers.base import Delivery
from hooklog.directory.known import KnownDirectory
from hooklog.errors import HooklogError
from hooklog.event import USUAL_MESSAGES, Stage, StageOutcome, Status
from hooklog.eventlog.base import Parked, Settled
from hooklog.passage import Passage, Turn
from hooklog.pipeline.intake import encode_resume
from hooklog.pipeline.plan import Plans
from hooklog.pipeline.settle import settle
from hooklog.pipeline.stage import PASS, SKIP, Decision, Outcome, PipelineStage, Work, reject, shown
from hooklog.pipeline.timeline import lines_of, told
from hooklog.pipeline.uniqueness import Uniqueness

__all__ = ["BatchResult", "Line"]

_PASS, _SKIP = Decision.PASS, Decision.SKIP
_FIRST = Stage.ROUTE_ORG

diagnostics = structlog.get_logger()


class BatchResult(msgspec.Struct):
    """What became of a batch; the parts of one commit."""

    settled: list[Settled] = []
    parked: list[Parked] = []
    verified: set[tuple[int, str, int]] = set()
    begun: list[Delivery] = []


class Line:
    """The stages in their order, and what holds for all of them. `stages` may be looked at, and wrapped by tests."""

    def __init__(
        self,
        stages: Sequence[PipelineStage],
        uniqueness: Uniqueness,
        directory: KnownDirectory,
        plans: Plans,
        *,
        clock_us: Callable[[], int],
        attempts_max: int,
    ) -> None:
        """Args:
        stages: in the order an event passes them, the uniqueness stage among them.
        uniqueness: that stage, to be told how owners of keys ended.
        directory: what the stages ask, to be told when a batch begins.
        plans: those of the definitions in use.
        clock_us: epoch microseconds.
        attempts_max: how often a stage that raises is tried on one event.
        """
        self.stages: Sequence[PipelineStage] = tuple(stages)
        self._uniqueness = uniqueness
        self.plans = plans
        self._directory = directory
        self._clock_us = clock_us
        self._attempts_max = attempts_max

    def start_batch(self) -> None:
        """All events of the next batch have been read: what was changed before one was accepted holds for it."""
        self._directory.refresh()
        self._uniqueness.start_batch()

    def run(self, works: Sequence[Work], result: BatchResult) -> None:
        """Take a part of a batch to its end, behind the parts that were run before it.

        Raises:
            HooklogError: the world failed; nothing is decided and the batch may be run again from its start.
        """
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

    def _round(self, works: list[Work], result: BatchResult) -> list[Work]:
        waiting: list[Work] = []
        turns: list[Turn] = []
        alive = works
        last_begin = max(work.resume_at for work in works)
        for stage in self.stages:
            kind = stage.stage
            here = alive if last_begin <= kind else [work for work in alive if work.resume_at <= kind]
            if not here:
                continue
            started_us = self._clock_us()
            outcomes = self._run_stage(stage, here)
            if all(outcome is SKIP for outcome in outcomes):
                continue
            turns.append(Turn(kind, started_us, max(0, self._clock_us() - started_us)))
            if outcomes.count(PASS) == len(outcomes):
                continue
            ended = set()
            number = int(kind)  # As a key of details it is encoded faster than an enum.
            for work, outcome in zip(here, outcomes, strict=True):
                if outcome is PASS:
                    continue
                decision, detail = outcome.decision, outcome.detail
                if detail is not None or decision is _SKIP:
                    work.details[number] = detail
                if decision is not _PASS and decision is not _SKIP:
                    ended.add(id(work))
                    self._leave(work, turns, outcome, result, waiting)
            if ended:
                alive = [work for work in alive if id(work) not in ended]
        self._succeed(alive, turns, result)
        return waiting

    def _leave(
        self, work: Work, turns: list[Turn], outcome: Outcome, result: BatchResult, waiting: list[Work]
    ) -> None:
        """The last of the turns is the one that ends this round for the event."""
        stage = turns[-1].stage
        if outcome.decision is Decision.AGAIN:
            work.timeline = lines_of(work, Passage(turns, len(turns) - 1, work.details))
            work.details, work.resume_at = {}, stage
            waiting.append(work)
        elif outcome.decision is Decision.PARK:
            work.timeline = lines_of(work, Passage(turns, len(turns), work.details, StageOutcome.PARKED))
            # Waiting for the owner of a key is no attempt at anything.
            work.attempts = 0 if stage is Stage.UNIQUENESS else work.attempts_of(stage) + 1
            work.resume_at = stage
            self._uniqueness.wait_for(work)
            if work.to_begin is not None:
                result.begun.append(work.to_begin)
            result.parked.append(_parked(work, outcome.next_at_ms))
        else:
            assert outcome.status is not None
            is_ours = outcome.status is Status.EVENT_PROCESSING_FAILED
            how = StageOutcome.RAISED if is_ours else StageOutcome.REJECTED
            passage = told(work, Passage(turns, len(turns), work.details, how))
            keeps, now_ms = outcome.keeps_claim, self._clock_us() // 1000
            self._uniqueness.settle(work, keeps_claim=keeps)
            settled = settle(work, outcome.status, outcome.message, now_ms, passage, keeps_claim=keeps)
            result.settled.append(settled)

    def _succeed(self, works: list[Work], turns: list[Turn], result: BatchResult) -> None:
        now_ms = self._clock_us() // 1000
        count = len(turns)
        status, message = Status.EVENT_SUCCESS, USUAL_MESSAGES[Status.EVENT_SUCCESS]
        add = result.settled.append
        for work in works:
            if work.claim_key is not None:
                self._uniqueness.settle(work, keeps_claim=True)
            definition = work.plan.definition
            if not definition.is_verified:
                result.verified.add((definition.org_id, definition.name, definition.version))
            passage = Passage(turns, count, work.details)
            is_plain = work.resume_at is _FIRST and not work.timeline
            timeline = passage if is_plain else told(work, passage)
            add(settle(work, status, message, now_ms, timeline, keeps_claim=True))

    def _run_stage(self, stage: PipelineStage, works: list[Work]) -> Sequence[Outcome]:
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


def _parked(work: Work, next_at_ms: int) -> Parked:
    return Parked(
        org_id=work.org_id,
        event=work.event,
        attempts=work.attempts,
        next_at_ms=next_at_ms,
        event_name=work.event_name,
        stages=work.timeline,
        work=encode_resume(work),
        claim_key=work.claim_key,
    )
