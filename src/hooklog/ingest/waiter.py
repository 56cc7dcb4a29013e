"""Who waits for the answer to a push: a listener's side of `Intake.take`."""

from abc import ABC, abstractmethod

from hooklog.errors import HooklogError
from hooklog.ingest.push import Answer
from hooklog.ingest.tally import Tally

__all__ = ["Waiter"]


class Waiter(ABC):
    """Told exactly once, on the loop's thread: `accepted` or `answered`, perhaps before `take` returns.

    The intake keeps in it what it needs until the event is durable: one object a push, and none besides.
    """

    __slots__ = ("begun", "request_id", "tally")

    begun: float
    request_id: bytes
    tally: Tally

    @property
    @abstractmethod
    def is_told(self) -> bool:
        """Whether it was told. Asked only where something raised."""

    @abstractmethod
    def accepted(self) -> None:
        """The event is durable under `request_id`: answer as documented (`push.accepted`)."""

    @abstractmethod
    def answered(self, answer: Answer) -> None:
        """Anything else: send this."""

    def settled(self, error: HooklogError | None) -> None:
        """The journal's word on the event."""
        if error is None:
            self.tally.accepted(self.begun)
            self.accepted()
        else:
            self.answered(self.tally.failed(error, self.request_id))
