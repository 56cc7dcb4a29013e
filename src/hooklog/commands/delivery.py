"""Sending many events with several connections at once, in bounded memory, losing track of none.

Each event ends in exactly one `settled` call or is open at the end; the report says from which line on. Events
overtake each other unless there is one connection only. An event whose answer was lost is sent again and may
then be there twice: the webhook's uniqueness check is for that.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain

import msgspec

from hooklog.commands.event_file import Outgoing
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
    ) -> None:
        """Args:
        make_sender: one for each connection.
        concurrency: how many connections.
        make_patience: one for each event (or batch) that has to be sent again.
        settled: told of each event that was accepted or refused for good.
        waits: told of each wait for a busy or absent server, in seconds.
        """
        self._make_sender = make_sender
        self._concurrency = concurrency
        self._make_patience = make_patience
        self._settled = settled
        self._waits = waits
        self._queue: queue.Queue[Outgoing] = queue.Queue(concurrency * 2)
        self._lock = threading.Lock()
        # Events without an answer, in the queue or with a sender: line, and how many events stand before it.
        self._open: dict[int, int] = {}
        self._count = 0
        self._last_line = 0
        self._is_read = False  # to the end
        self._is_complete = threading.Event()  # nothing further comes into the queue
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
            self._is_complete.set()
            for worker in workers:
                worker.result()
        except KeyboardInterrupt:
            self._stop("interrupted")
        finally:
            self._is_complete.set()

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
        if reply.verdict is not Verdict.AGAIN:
            self._decide(first, reply)

    def _note(self, event: Outgoing) -> None:
        with self._lock:
            self._open[event.line] = self._count
        self._count += 1
        self._last_line = event.line

    def _feed(self, events: Iterator[Outgoing], workers: list[Future[None]]) -> None:
        for event in events:
            if event.line not in self._open:
                self._note(event)
            while True:
                if self._is_over.is_set() or any(worker.done() for worker in workers):
                    return
                try:
                    self._queue.put(event, timeout=_LOOK_SECONDS)
                    break
                except queue.Full:
                    continue
        self._is_read = True

    def _work(self) -> None:
        sender = self._make_sender()
        try:
            while events := self._take(sender.events_max):
                self._send(sender, events)
        finally:
            sender.close()

    def _take(self, count: int) -> list[Outgoing]:
        """The next events, waiting for the first; none when it is time to end."""
        taken: list[Outgoing] = []
        while not self._is_over.is_set() and not taken:
            is_last_look = self._is_complete.is_set()
            try:
                taken.append(self._queue.get(timeout=0.0 if is_last_look else _LOOK_SECONDS))
                while len(taken) < count:
                    taken.append(self._queue.get_nowait())
            except queue.Empty:
                if is_last_look and not taken:
                    break
        return taken

    def _send(self, sender: Sender, events: list[Outgoing]) -> None:
        patience = self._make_patience()
        while events and not self._is_over.is_set():
            replies = sender.send(events)
            again = [
                (event, reply)
                for event, reply in zip(events, replies, strict=True)
                if not self._decide(event, reply)
            ]
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

    def _decide(self, event: Outgoing, reply: Reply) -> bool:
        """Note a reply; False where the event has to be sent again."""
        if reply.verdict is Verdict.AGAIN:
            return False
        with self._lock:
            del self._open[event.line]
            self._settled(event, reply)
        if reply.verdict is Verdict.HOPELESS:
            self._hopeless = self._hopeless or reply
            self._stop(reply.message)
        return True

    def _stop(self, why: str) -> None:
        with self._lock:
            self._stopped = self._stopped or why
        self._is_over.set()
