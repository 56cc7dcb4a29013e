"""Handing an event to the consumers that its definition names (contract I.5 (g), I.10, I.15)."""

from collections.abc import Callable, Sequence

import msgspec

from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER, PublishState
from hooklog.consumers.base import Consumer, Delivery
from hooklog.event import NO_PARENT, Stage, Status, instant_of, wall_clock_ms
from hooklog.pipeline.stage import PASS, SKIP, Outcome, PipelineStage, Work, park, passed, reject

__all__ = ["consume_ei", "consume_emf", "consume_parent"]


class _Consume:
    def __init__(
        self,
        stage: Stage,
        consumer: Consumer,
        skip: Callable[[Work], str | None],
        failure: tuple[Status, str],
        org_of: Callable[[Work], int] = lambda work: work.org_id,
        clock_ms: Callable[[], int] = wall_clock_ms,
    ) -> None:
        self.stage = stage
        self._consumer = consumer
        self._skip = skip
        self._status, self._prefix = failure
        self._org_of = org_of
        self._clock_ms = clock_ms

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage."""
        return [self._consume(work) for work in batch]

    def _consume(self, work: Work) -> Outcome:
        if self._org_of(work) == NO_PARENT:
            return SKIP
        reason = self._skip(work)
        if reason is not None:
            return passed({"skipped": reason})
        delivery = self._delivery(work)
        answer = self._consumer.consume(delivery)
        work.to_begin = delivery if answer.begins else None
        if answer.failure is not None:
            message = f"{self._prefix}{answer.failure}"
            outcome = reject(self._status, message, {"error": answer.failure})
            return msgspec.structs.replace(outcome, keeps_claim=answer.keeps_claim)
        if answer.next_at_ms is not None:
            return park(answer.next_at_ms, answer.detail or {"attempt": delivery.attempt})
        assert work.record is not None
        if answer.side_effects is not None:
            # The parent's come behind those of the org itself.
            before = work.record.side_effects or () if self.stage is Stage.CONSUME_PARENT else ()
            effects = (*before, *answer.side_effects)
            work.record = msgspec.structs.replace(work.record, side_effects=effects)
        return PASS

    def _delivery(self, work: Work) -> Delivery:
        assert work.record is not None, "uniqueness builds the record"
        before = [one for one in work.timeline if one.stage is self.stage]
        accepted_ms = instant_of(work.event.id)
        return Delivery(
            org_id=self._org_of(work),
            request_id=work.event.id,
            event_name=work.known_definition.name,
            record=work.record,
            attempt=work.attempts_of(self.stage) + 1,
            home_org_id=work.org_id,
            earlier=tuple(one.detail or {} for one in before),
            first_at_ms=accepted_ms + before[0].started_us // 1000 if before else self._clock_ms(),
        )


def _skip_ei(work: Work) -> str | None:
    return None if EI_CONSUMER in work.known_definition.actions else "not among the event's actions"


def _skip_emf(work: Work) -> str | None:
    if EMF_CONSUMER not in work.known_definition.actions:
        return "not among the event's actions"
    if work.known_definition.state == PublishState.UNPUBLISHED:
        return "the event is not published"
    return "duplicate" if work.is_duplicate else None


_EI_FAILURE = Status.EI_PROCESSOR_FAILED, "Error while processing eiEvent: "
_EMF_FAILURE = Status.EMF_PROCESSOR_FAILED, "Error while processing emfEvent: "


def consume_ei(consumer: Consumer) -> PipelineStage:
    """The analytical stage."""
    return _Consume(Stage.CONSUME_EI, consumer, _skip_ei, _EI_FAILURE)


def consume_emf(consumer: Consumer, clock_ms: Callable[[], int] = wall_clock_ms) -> PipelineStage:
    """The loyalty stage; it skips what is not published and duplicates."""
    return _Consume(Stage.CONSUME_EMF, consumer, _skip_emf, _EMF_FAILURE, clock_ms=clock_ms)


def consume_parent(consumer: Consumer, clock_ms: Callable[[], int] = wall_clock_ms) -> PipelineStage:
    """The replay of a child's event to its parent's loyalty consumer (contract II.15)."""
    return _Consume(
        Stage.CONSUME_PARENT,
        consumer,
        _skip_emf,
        _EMF_FAILURE,
        org_of=lambda work: work.parent_org_id,
        clock_ms=clock_ms,
    )
