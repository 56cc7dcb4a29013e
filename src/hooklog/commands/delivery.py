"""Sending many events with several connections at once, in bounded memory, losing track of none.

Each event ends in exactly one `settled` call or is open at the end; the report says from which line on. Events
overtake each other unless there is one connection only. An event whose answer was lost is sent again and may
then be there twice: the webhook's uniqueness check is for that.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain

import msgspec

from hooklog.commands.event_file import Outgoing
from hooklog.commands.outbox import Outbox
from hooklog.commands.patience import Patience
from hooklog.commands.webhook_sender import NO_ANSWER, Reply, Sender, Verdict
from hooklog.errors import RemoteError

__all__ = ["Delivery", "Report"]

_LOOK_SECONDS = 0.1


class Report(msgspec.Struct, frozen=True):
    """How it ended.

    `open_from` is the first line without an answer, None when every event has one, and `before_open` how many
    events stand before it. `stopped` says why nothing further was sent, "" when all was; `hopeless` is the answer
    that made any further one pointless.
    """

    open_from: int | None = None
    before_open: int = 0
    stopped: str = ""
    hopeless: Reply | None = None


class Delivery:
    """One run. `settled` and `waits` are called by one thread at a time."""

    def __init__(
        self,
        make_sender: Callable[[], Sender],
        concurrency: int,
        make_patience: Callable[[], Patience],
        settled: Callable[[Outgoing, Reply], None],
        waits: Callable[[Reply, float], None],
        events_max: int = 1,
    ) -> None:
        """Args:
        make_sender: one for each connection.
        concurrency: how many connections.
        make_patience: one for each event (or batch) that has to be sent again.
        settled: told of each event that was accepted or refused for good.
        waits: told of each wait for a busy or absent server, in seconds.
        events_max: how many a sender is given at once.
        """
        self._make_sender = make_sender
        self._concurrency = concurrency
        self._make_patience = make_patience
        self._settled = settled
        self._waits = waits
        self._outbox = Outbox(events_max, concurrency)
        self._lock = threading.Lock()
        # Events without an answer, in the outbox or with a sender: line, and how many events stand before it.
        self._open: dict[int, int] = {}
        self._count = 0
        self._last_line = 0
        self._is_read = False  # to the end
        self._is_over = threading.Event()  # send nothing more
        self._stopped = ""
        self._hopeless: Reply | None = None

    def run(self, events: Iterator[Outgoing]) -> Report:
        """Send everything; blocks until it is done or hopeless. Ctrl-C ends it after what is under way.

        Raises:
            RemoteError: nothing answers the first event; nothing was sent then.
            HooklogError: the events cannot be read on; what was read has been sent.
        """
        first = next(events, None)
        if first is None:
            return Report()
        self._send_first(first)
        if not self._is_over.is_set():
            with ThreadPoolExecutor(self._concurrency, thread_name_prefix="sender") as pool:
                self._send_all(chain([first] if first.line in self._open else [], events), pool)
        if self._stopped and not self._open and not self._is_read:
            self._open[self._last_line + 1] = self._count
        open_from = min(self._open, default=None)
        return Report(open_from, self._open.get(open_from or 0, 0), self._stopped, self._hopeless)

    def _send_all(self, events: Iterator[Outgoing], pool: ThreadPoolExecutor) -> None:
        workers = [pool.submit(self._work) for _ in range(self._concurrency)]
        try:
            self._feed(events, workers)
            self._outbox.complete()
            for worker in workers:
                worker.result()
        except KeyboardInterrupt:
            self._stop("interrupted")
        finally:
            self._outbox.complete()

    def _send_first(self, first: Outgoing) -> None:
        """Alone: a wrong address or an absent server is told at once, not after minutes of patience."""
        self._note(first)
        sender = self._make_sender()
        try:
            [reply] = sender.send([first])
        finally:
            sender.close()
        if reply.verdict is Verdict.AGAIN and reply.code == NO_ANSWER:
            raise RemoteError(
                f"the webhook cannot be reached: {reply.message}; nothing was sent",
                "check the URL and whether the server runs",
            )
        self._decide([first], [reply])

    def _note(self, event: Outgoing) -> None:
        with self._lock:
            self._open[event.line] = self._count
        self._count += 1
        self._last_line = event.line

    def _feed(self, events: Iterator[Outgoing], workers: list[Future[None]]) -> None:
        for event in events:
            if event.line not in self._open:
                self._note(event)
            is_put = False
            while not is_put:
                if self._is_over.is_set() or any(worker.done() for worker in workers):
                    return
                is_put = self._outbox.put(event, _LOOK_SECONDS)
        self._is_read = True

    def _work(self) -> None:
        sender = self._make_sender()
        try:
            while not self._is_over.is_set() and (events := self._outbox.take(_LOOK_SECONDS)) is not None:
                self._send(sender, events)
        finally:
            sender.close()

    def _send(self, sender: Sender, events: list[Outgoing]) -> None:
        patience = self._make_patience()
        while events and not self._is_over.is_set():
            again = self._decide(events, sender.send(events))
            if not again:
                return
            events = [event for event, _ in again]
            asked = max((reply.wait_seconds or 0.0 for _, reply in again), default=0.0)
            wait = patience.wait_seconds(asked or None)
            reason = again[-1][1]
            if wait is None:
                self._stop(f"gave up on a server that says: {reason.message}")
                return
            with self._lock:
                self._waits(reason, wait)
            self._is_over.wait(wait)

    def _decide(self, events: Sequence[Outgoing], replies: Sequence[Reply]) -> list[tuple[Outgoing, Reply]]:
        """Note replies; returns the events that have to be sent again."""
        again = []
        with self._lock:
            for event, reply in zip(events, replies, strict=True):
                if reply.verdict is Verdict.AGAIN:
                    again.append((event, reply))
                    continue
                del self._open[event.line]
                self._settled(event, reply)
                if reply.verdict is Verdict.HOPELESS:
                    self._hopeless = self._hopeless or reply
        if self._hopeless is not None:
            self._stop(self._hopeless.message)
        return again

    def _stop(self, why: str) -> None:
        with self._lock:
            self._stopped = self._stopped or why
        self._is_over.set()
        self._outbox.complete()
