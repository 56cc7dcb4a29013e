"""Parts of a pipeline that do as a test tells them: a consumer, and a trap in front of a stage."""

from collections.abc import Callable, Sequence

from hooklog.consumers.base import CONSUMED, Answer, Delivery, Needs
from hooklog.event import Stage
from hooklog.pipeline.stage import Outcome, PipelineStage, Work

__all__ = ["ScriptedConsumer", "TrappedStage"]


class ScriptedConsumer:
    """Answers as told and remembers every delivery, in order."""

    def __init__(self, answer: Callable[[Delivery], Answer] = lambda _: CONSUMED) -> None:
        """Args: `answer`: what to say to a delivery; may be replaced at any time, and may raise."""
        self.answer = answer
        self.deliveries: list[Delivery] = []

    def needs(self, org_id: int) -> Needs:  # noqa: ARG002 - the same for every org
        """See Consumer."""
        return Needs.DELIVERY

    def consume(self, delivery: Delivery) -> Answer:
        """See Consumer."""
        self.deliveries.append(delivery)
        return self.answer(delivery)


class TrappedStage:
    """A stage behind a trap that may raise for a work before the stage sees any of its batch."""

    def __init__(self, behind: PipelineStage, traps: dict[Stage, Callable[[Work], None]]) -> None:
        """Args: `behind`: the stage proper; `traps`: looked at in every run, so a test may set them late."""
        self.stage = behind.stage
        self._behind = behind
        self._traps = traps

    def run(self, batch: Sequence[Work]) -> Sequence[Outcome]:
        """See PipelineStage."""
        spring = self._traps.get(self.stage)
        if spring is not None:
            for work in batch:
                spring(work)
        return self._behind.run(batch)
