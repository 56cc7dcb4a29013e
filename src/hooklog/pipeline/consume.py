"""Handing an event to the consumers that its definition names (contract I.5 (g), I.10, I.15)."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final

import msgspec

from hooklog.consumers.base import Consumer, Delivery, Needs
from hooklog.event import NO_PARENT, Stage, Status, wall_clock_ms
from hooklog.pipeline.plan import NO_PLAN, NOT_AN_ACTION, NOT_PUBLISHED, Plan
from hooklog.pipeline.stage import PASS, SKIP, Outcome, PipelineStage, Work, park, passed, reject

__all__ = ["consume_ei", "consume_emf", "consume_parent"]

_NOTHING, _CUSTOMER = Needs.NOTHING, Needs.CUSTOMER
_DUPLICATE: Final = "duplicate"
_SKIPPED: Final = {why: passed({"skipped": why}) for why in (NOT_AN_ACTION, NOT_PUBLISHED, _DUPLICATE)}


class _Consume:
    """Nearly all events need nothing of nearly all consumers, and are not told one by one (see Needs)."""

    def __init__(
        self,
        stage: Stage,
        consumer: Consumer,
        failure: tuple[Status, str],
        skips: str,
        org: str = "org_id",
        clock_ms: Callable[[], int] = wall_clock_ms,
    ) -> None:
        """Args: `skips` and `org` name the fields of Plan and Work that say why not to tell, and whose consumer."""
        self.stage = stage
        self._consumer = consumer
        self._status, self._prefix = failure
        self._skips: Callable[[Plan], str | None] = attrgetter(skips)
        self._org_of: Callable[[Work], int] = attrgetter(org)
        self._clock_ms = clock_ms

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage."""
        needs: dict[int, Needs] = {}
        # Those of the last event, as the next one's mostly are.
        owner, plan, need, skipped = NO_PARENT, NO_PLAN, _NOTHING, self._skipped(NO_PLAN)
        org_of, asks_duplicates = self._org_of, self.stage is Stage.CONSUME_EI
        outcomes = []
        for work in batch:
            org_id = org_of(work)
            if org_id == NO_PARENT:
                outcomes.append(SKIP)
                continue
            if work.plan is not plan or org_id != owner:
                owner, plan = org_id, work.plan
                skipped = self._skipped(plan)
                if org_id not in needs:
                    needs[org_id] = self._consumer.needs(org_id)
                need = needs[org_id]
            if skipped is not None:
                outcomes.append(skipped)
            elif work.is_duplicate and not asks_duplicates:
                outcomes.append(_SKIPPED[_DUPLICATE])
            elif need is _NOTHING or (need is _CUSTOMER and work.user_id is not None):
                outcomes.append(PASS)
            else:
                outcomes.append(self._tell(work))
        return outcomes

    def _skipped(self, plan: Plan) -> Outcome | None:
        why = self._skips(plan)
        return None if why is None else _SKIPPED[why]

    def _tell(self, work: Work) -> Outcome:
        delivery = self._delivery(work)
        answer = self._consumer.consume(delivery)
        work.to_begin = delivery if answer.begins else None
        if answer.failure is not None:
            message = f"{self._prefix}{answer.failure}"
            detail: dict[str, object] = {"error": answer.failure}
            if delivery.earlier:
                # Whoever wants to replay the event asks for it.
                detail["mayHaveActed"] = answer.keeps_claim
            outcome = reject(self._status, message, detail)
            return msgspec.structs.replace(outcome, keeps_claim=answer.keeps_claim)
        if answer.next_at_ms is not None:
            return park(answer.next_at_ms, answer.detail or {"attempt": delivery.attempt})
        assert work.record is not None
        if answer.side_effects is not None:
            # The parent's come behind those of the org itself.
            before = work.record.side_effects or () if self.stage is Stage.CONSUME_PARENT else ()
            effects = (*before, *answer.side_effects)
            work.record = msgspec.structs.replace(work.record, side_effects=effects)
        return PASS if answer.detail is None else passed(answer.detail)

    def _delivery(self, work: Work) -> Delivery:
        assert work.record is not None, "uniqueness builds the record"
        before = [one for one in work.timeline if one.stage is self.stage]
        return Delivery(
            org_id=self._org_of(work),
            request_id=work.event.id,
            event_name=work.known_definition.name,
            record=work.record,
            attempt=work.attempts_of(self.stage) + 1,
            home_org_id=work.org_id,
            earlier=tuple(one.detail or {} for one in before),
            first_at_ms=work.accepted_ms + before[0].started_us // 1000 if before else self._clock_ms(),
        )


_EI_FAILURE: Final = Status.EI_PROCESSOR_FAILED, "Error while processing eiEvent: "
_EMF_FAILURE: Final = Status.EMF_PROCESSOR_FAILED, "Error while processing emfEvent: "


def consume_ei(consumer: Consumer) -> PipelineStage:
    """The analytical stage."""
    return _Consume(Stage.CONSUME_EI, consumer, _EI_FAILURE, "skips_ei")


def consume_emf(consumer: Consumer, clock_ms: Callable[[], int] = wall_clock_ms) -> PipelineStage:
    """The loyalty stage; it skips what is not published and duplicates."""
    return _Consume(Stage.CONSUME_EMF, consumer, _EMF_FAILURE, "skips_emf", clock_ms=clock_ms)


def consume_parent(consumer: Consumer, clock_ms: Callable[[], int] = wall_clock_ms) -> PipelineStage:
    """The replay of a child's event to its parent's loyalty consumer (contract II.15)."""
    return _Consume(Stage.CONSUME_PARENT, consumer, _EMF_FAILURE, "skips_emf", "parent_org_id", clock_ms)
