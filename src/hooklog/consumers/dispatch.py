"""Calls in flight: a thread with an event loop of its own makes them, the worker's thread collects the results.

Without that thread no call would ever end: should it end for a fault of ours, the worker's next look says so, and the
worker ends.
"""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence

import structlog

from hooklog.consumers.base import Delivery
from hooklog.consumers.call import Call, Caller, CallResult

__all__ = ["Dispatcher"]

diagnostics = structlog.get_logger()


class Dispatcher:
    """At most `calls_max` calls of one org at a time; others of it wait their turn, whatever other orgs do."""

    def __init__(self, make_caller: Callable[[], Caller], calls_max: int, wake: Callable[[], None]) -> None:
        """Args: `make_caller`: called on the loop's thread; `wake`: called from there when a result is in."""
        self._make_caller = make_caller
        self._calls_max = calls_max
        self._wake = wake
        self._lock = threading.Lock()
        self._results: dict[tuple[int, bytes], CallResult] = {}
        self._ended: deque[tuple[int, bytes]] = deque()
        self._under_way: set[tuple[int, bytes]] = set()
        self._count: Counter[int] = Counter()
        self._loop = asyncio.new_event_loop()
        self._turns: dict[int, asyncio.Semaphore] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="consumers", daemon=True)
        self._thread.start()

    def under_way(self, org_id: int) -> int:
        """How many deliveries of an org are being called or wait for it."""
        with self._lock:
            return self._count[org_id]

    def is_under_way(self, delivery: Delivery) -> bool:
        """Whether this delivery is being called, or waits for it."""
        with self._lock:
            return delivery.key in self._under_way

    def begin(self, calls: Sequence[tuple[Delivery, Call]]) -> None:
        """Make these calls; one that is under way is not made twice. Never blocks.

        Raises:
            AssertionError: nobody makes calls any more.
        """
        for delivery, call in calls:
            with self._lock:
                self._expect_thread()
                if delivery.key in self._under_way:
                    continue
                self._under_way.add(delivery.key)
                self._count[delivery.org_id] += 1
                self._loop.call_soon_threadsafe(self._start, delivery, call)

    def take(self, delivery: Delivery) -> CallResult | None:
        """The result of a call that has ended, once."""
        with self._lock:
            return self._results.pop(delivery.key, None)

    def ended(self) -> list[tuple[int, bytes]]:
        """The (home org, request id) of calls that have ended since the last time.

        Raises:
            AssertionError: nobody makes calls any more.
        """
        with self._lock:
            self._expect_thread()
            found = list(self._ended)
            self._ended.clear()
        return found

    def close(self) -> None:
        """Drop what is in flight and end the thread."""
        with self._lock:
            if self._fault is None:
                self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _expect_thread(self) -> None:
        if self._fault is not None:
            raise AssertionError("the thread that makes the calls has ended") from self._fault

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._make_calls()
        except BaseException as error:  # noqa: BLE001 - whatever it was, the worker must hear of it
            diagnostics.exception("calls_ended")
            # Under the lock, and before the loop is closed: nobody hands a call to a closed loop.
            with self._lock:
                self._fault = error
            self._wake()
        finally:
            self._loop.close()

    def _make_calls(self) -> None:
        """Until somebody closes."""
        self._caller = self._make_caller()
        try:
            self._loop.run_forever()
        finally:
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                self._loop.run_until_complete(asyncio.wait(self._tasks))
            self._loop.run_until_complete(self._caller.close())

    def _start(self, delivery: Delivery, call: Call) -> None:
        task = self._loop.create_task(self._make(delivery, call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _make(self, delivery: Delivery, call: Call) -> None:
        turn = self._turns.setdefault(delivery.org_id, asyncio.Semaphore(self._calls_max))
        async with turn:
            try:
                result = await self._caller.call(call)
            except Exception as error:  # noqa: BLE001 - our own bug may cost an attempt, never lose the event
                result = CallResult(f"the call raised {type(error).__name__}", may_have_arrived=True)
        with self._lock:
            self._under_way.discard(delivery.key)
            self._count[delivery.org_id] -= 1
            self._results[delivery.key] = result
            self._ended.append((delivery.home_org_id, delivery.request_id))
        self._wake()
