"""The fast lane: the ingest port's own HTTP/1.1, for pushes and nothing else (docs/decisions, The fast lane).

It keeps the rules of the main port; tests/guarantees/test_same_answers.py holds the two against each other. What is
different is how little is done for a push:

* No task: a push is judged as soon as it is here, and answered when its commit group is durable.
* Answers wait in the order of their requests (lane_queue.py). Beyond 32 of them nothing more is read from the socket;
  what one read has brought already is still taken.
* A head that is known by its bytes (known_heads.py), with its body behind it in the same packet, never meets the
  parser (lane_reader.py).
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from hooklog.ingest.accept import Intake
from hooklog.ingest.push import IngestSettings
from hooklog.listeners.known_heads import KnownHeads
from hooklog.listeners.lane_text import AnswerText

__all__ = ["CallLater", "FastLane", "Member", "Timer"]


class Timer(Protocol):
    """What ends a call that is due later."""

    def cancel(self) -> None:
        """It shall not happen."""


CallLater = Callable[[float, Callable[[], None]], Timer]


class Member(Protocol):
    """A connection, as the listener sees it."""

    quiet_seconds: int

    @property
    def is_idle(self) -> bool:
        """Whether nothing was asked that is not answered, and nothing is arriving."""

    def end(self) -> None:
        """Answer what is under way, then close."""

    def close(self) -> None:
        """Close, behind what is written already."""

    def abort(self) -> None:
        """Close at once."""


class FastLane:
    """What the connections of a listener share."""

    def __init__(
        self,
        intake: Intake,
        settings: IngestSettings,
        make_id: Callable[[], bytes],
        *,
        connections_max: int,
        header_seconds_max: float,
        call_later: CallLater | None = None,
    ) -> None:
        """Make it inside the running loop. Args: see `build_lane_server`; `call_later`: the loop's by default."""
        self.intake = intake
        self.settings = settings
        self.make_id = make_id
        self.header_seconds_max = header_seconds_max
        self.call_later = call_later or asyncio.get_running_loop().call_later
        self.heads = KnownHeads()
        self.text = AnswerText()
        self.connections: set[Member] = set()
        self.is_crowded = False
        self._connections_max = connections_max

    def joined(self, connection: Member) -> None:
        """A connection was made."""
        self.connections.add(connection)
        self.is_crowded = len(self.connections) > self._connections_max

    def left(self, connection: Member) -> None:
        """A connection was lost."""
        self.connections.discard(connection)
        self.is_crowded = len(self.connections) > self._connections_max
