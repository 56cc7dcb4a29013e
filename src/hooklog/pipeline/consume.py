"""Handing an event to the consumers that its definition names (contract I.5 (g), I.10, I.15)."""

from collections.abc import Callable, Sequence

import msgspec

from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER, PublishState
from hooklog.consumers.base import Consumer, Delivery
from hooklog.event import Stage, Status
from hooklog.pipeline.stage import PASS, Outcome, Work, park, passed, reject

__all__ = ["consume_ei", "consume_emf"]


class _Consume:
    def __init__(
        self,
        stage: Stage,
        consumer: Consumer,
        skip: Callable[[Work], str | None],
        failure: tuple[Status, str],
    ) -> None:
        self.stage = stage
        self._consumer = consumer
        self._skip = skip
        self._status, self._prefix = failure

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage."""
        return [self._consume(work) for work in batch]

    def _consume(self, work: Work) -> Outcome:
        reason = self._skip(work)
        if reason is not None:
            return passed({"skipped": reason})
        assert work.record is not None, "uniqueness builds the record"
        attempt = work.attempts_of(self.stage) + 1
        answer = self._consumer.consume(
            Delivery(
                org_id=work.org_id,
                request_id=work.event.id,
                event_name=work.known_definition.name,
                record=work.record,
                attempt=attempt,
            )
        )
        if answer.failure is not None:
            return reject(self._status, f"{self._prefix}{answer.failure}", {"error": answer.failure})
        if answer.next_at_ms is not None:
            return park(answer.next_at_ms, {"attempt": attempt})
        if answer.side_effects is not None:
            work.record = msgspec.structs.replace(work.record, side_effects=answer.side_effects)
        return PASS


def _skip_ei(work: Work) -> str | None:
    return None if EI_CONSUMER in work.known_definition.actions else "not among the event's actions"


def _skip_emf(work: Work) -> str | None:
    if EMF_CONSUMER not in work.known_definition.actions:
        return "not among the event's actions"
    if work.known_definition.state == PublishState.UNPUBLISHED:
        return "the event is not published"
    return "duplicate" if work.is_duplicate else None


def consume_ei(consumer: Consumer) -> _Consume:
    """The analytical stage."""
    return _Consume(
        Stage.CONSUME_EI,
        consumer,
        _skip_ei,
        (Status.EI_PROCESSOR_FAILED, "Error while processing eiEvent: "),
    )


def consume_emf(consumer: Consumer) -> _Consume:
    """The loyalty stage; it skips what is not published and duplicates."""
    return _Consume(
        Stage.CONSUME_EMF,
        consumer,
        _skip_emf,
        (Status.EMF_PROCESSOR_FAILED, "Error while processing emfEvent: "),
    )
