"""The answers that a connection of the fast lane owes: one object a request, in the order of the requests."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from hooklog.ingest.accept import NOT_FOUND
from hooklog.ingest.arriving import ArrivingBody
from hooklog.ingest.head import PushHead
from hooklog.ingest.push import Answer, body_too_slow, refused
from hooklog.ingest.waiter import Waiter
from hooklog.listeners.fast_lane import FastLane

__all__ = ["AnswerQueue", "Due", "Outlet"]


class Outlet(Protocol):
    """Who sees to what follows from an answer."""

    def last_due(self) -> None:
        """The last answer is known: read nothing more."""

    def close(self) -> None:
        """The last answer is sent: close behind it."""

    def sent(self) -> None:
        """All answers that can be sent were."""


class Due(Waiter):
    """An answer that is due."""

    __slots__ = ("_queue", "answer", "closes", "holds", "is_head", "is_ready", "is_too_large")

    def __init__(self, queue: "AnswerQueue", *, closes: bool, is_head: bool) -> None:
        """Args: `queue`: told when it is ready; `closes`: it is the last; `is_head`: it goes without a body."""
        self._queue = queue
        # Once ready: None for the acknowledgement, bytes are sent as they are.
        self.answer: Answer | bytes | None = None
        self.is_ready = False
        # Later pushes wait for it to be decided.
        self.holds = False
        # A 413 to a body that was not read to its end closes the connection.
        self.is_too_large = False
        self.closes = closes
        self.is_head = is_head

    @property
    def is_told(self) -> bool:
        """See Waiter."""
        return self.is_ready

    def accepted(self) -> None:
        """See Waiter."""
        self.is_ready = True
        self._queue.ready(self)

    def answered(self, answer: Answer) -> None:
        """See Waiter."""
        self.answer = answer
        self.is_ready = True
        self._queue.ready(self)


class AnswerQueue:
    """Hands pushes to the intake in their order, and sends the answers in the same order."""

    def __init__(self, lane: FastLane, write: Callable[[bytes], object], outlet: Outlet) -> None:
        """Nothing is due. Args: `lane`: what judges; `write`: sends bytes; `outlet`: told of what follows."""
        self._lane = lane
        self._take = lane.intake.take
        self._write = write
        self._outlet = outlet
        self._due: deque[Due] = deque()
        # Pushes that are here whole while one before them is not decided; see `Intake.take`.
        self._held: deque[tuple[Due, PushHead, bytes, int]] = deque()
        self._is_held = False

    def __len__(self) -> int:
        """How many answers are due."""
        return len(self._due)

    @property
    def holds_back(self) -> bool:
        """Whether a push waits for one before it to be decided."""
        return bool(self._held)

    def push(self, head: PushHead, body: bytes) -> None:
        """Have a push judged that is not too large, and answer it in its turn; the connection goes on."""
        due = Due(self, closes=False, is_head=False)
        self._due.append(due)
        self._hand_in(due, head, body, len(body))

    def arrived(self, head: PushHead, body: ArrivingBody, *, closes: bool, is_head: bool) -> None:
        """The same for any push, with what was read of its body.

        Args:
            head: of the push.
            body: let go of.
            closes: whether its answer is the last.
            is_head: whether the answer goes without its body.
        """
        if not body.has_room:
            self._owe(self._lane.intake.no_room(), closes=closes, is_head=is_head)
            return
        due = Due(self, closes=closes, is_head=is_head)
        self._due.append(due)
        due.is_too_large = body.is_too_large
        joined = body.joined()
        body.let_go()
        self._hand_in(due, head, joined, body.size)

    def not_found(self, *, closes: bool, is_head: bool) -> None:
        """Answer a request for what is not here."""
        self._owe(refused(404, NOT_FOUND, self._lane.make_id()), closes=closes, is_head=is_head)

    def too_slow(self, *, is_head: bool) -> None:
        """Answer a request whose body did not arrive in time; the last answer."""
        self._owe(body_too_slow(self._lane.settings, self._lane.make_id()), closes=True, is_head=is_head)

    def raw(self, data: bytes, *, closes: bool = False) -> None:
        """Send bytes as they are, in their turn."""
        self._owe(data, closes=closes, is_head=False)

    def end(self) -> None:
        """Let the newest answer be the last; there must be one."""
        self._due[-1].closes = True

    def forget(self) -> None:
        """Nobody waits for the answers any more; what was accepted stays so."""
        self._due.clear()
        self._held.clear()

    def ready(self, due: Due) -> None:
        """An answer can be sent, once those before it are."""
        if due.holds:
            self._release(due)
        waiting = self._due
        if waiting and waiting[0] is due:
            self._flush()

    def _owe(self, answer: Answer | bytes, *, closes: bool, is_head: bool) -> None:
        due = Due(self, closes=closes, is_head=is_head)
        self._due.append(due)
        due.answer = answer
        due.is_ready = True
        self.ready(due)

    def _hand_in(self, due: Due, head: PushHead, body: bytes, size: int) -> None:
        if self._is_held:
            self._held.append((due, head, body, size))
            return
        if due.is_too_large:
            # The connection may be closed behind it: what follows must not be accepted before that is known.
            due.holds = self._is_held = True
        if not self._take(head, body, size, due):
            due.holds = self._is_held = True

    def _release(self, due: Due) -> None:
        """A push that held the others is decided."""
        if due.is_too_large and isinstance(due.answer, Answer) and due.answer.code == 413:
            due.closes = True
            self._held.clear()
            self._outlet.last_due()
        due.holds = self._is_held = False
        while self._held and not self._is_held:
            self._hand_in(*self._held.popleft())

    def _flush(self) -> None:
        """Send the answers that are ready, up to the first that is not."""
        waiting, write, text = self._due, self._write, self._lane.text
        while waiting and (due := waiting[0]).is_ready:
            waiting.popleft()
            answer = due.answer
            if answer is None:
                write(text.accepted(due.request_id, closes=due.closes))
            elif isinstance(answer, bytes):
                write(answer)
            else:
                write(text.other(answer, closes=due.closes, is_head=due.is_head))
            if due.closes:
                self.forget()
                self._outlet.close()
                return
        self._outlet.sent()
