"""A connection of the fast lane on a bench: no socket, no clock, no disk. Whoever tests decides what happens next.

Whatever is done, the bench holds the connection to its laws: each push that was handed in is answered once, in the
order of the requests, nothing is sent behind the last answer, and what is kept is bounded and given back.
"""

import re
from collections.abc import Callable
from typing import Any, cast

import msgspec

from hooklog.ingest.accept import Intake
from hooklog.ingest.arriving import Room
from hooklog.ingest.head import PushHead
from hooklog.ingest.push import Answer, IngestSettings, refused
from hooklog.ingest.waiter import Waiter
from hooklog.listeners.fast_lane import FastLane
from hooklog.listeners.lane_connection import LaneConnection

__all__ = ["LaneBench", "Taken"]

_ANSWER = re.compile(rb"HTTP/1\.1 (\d{3}) [^\r]*\r\n((?:[^\r]+\r\n)*)\r\n", re.DOTALL)
_LENGTH = re.compile(rb"content-length: (\d+)\r\n")
_ID = re.compile(rb"x-cap-request-id: 00000000-0000-7000-8000-([0-9a-f]{12})\r\n")
_HEADER_SECONDS, _CONNECTIONS = 10.0, 8
# What one read may bring in behind the 32nd answer that is due.
_DUE_MAX = 32


class Taken(msgspec.Struct):
    """A push that was handed in and is not decided. `number` is its place among all."""

    number: int
    head: PushHead
    body: bytes
    size: int
    waiter: Waiter

    @property
    def request_id(self) -> bytes:
        """Of its answer."""
        return _id_of(self.number)

    def accept(self) -> None:
        """It is durable now."""
        self.waiter.request_id = self.request_id
        self.waiter.accepted()

    def refuse(self, code: int) -> None:
        """Anything else."""
        self.waiter.answered(refused(code, "no", self.request_id))


class _Tap:
    """A transport that keeps what is written, as uvloop's would send it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.is_open = True
        self.is_reading = True

    def write(self, data: bytes) -> None:
        assert self.is_open, f"written behind the end: {data!r}"
        self.written.append(data)

    def close(self) -> None:
        self.is_open = False

    abort = close

    def is_closing(self) -> bool:
        return not self.is_open

    def pause_reading(self) -> None:
        assert self.is_reading, "paused twice"
        self.is_reading = False

    def resume_reading(self) -> None:
        assert not self.is_reading, "resumed without a pause"
        self.is_reading = True


class _Timer:
    def __init__(self, call: Callable[[], None]) -> None:
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class _Script:
    """An intake that decides nothing by itself: pushes wait on the bench."""

    def __init__(self, bench: "LaneBench", settings: IngestSettings) -> None:
        self._bench = bench
        self.room = Room(settings.batch_bytes_held_max)

    def take(self, head: PushHead, body: bytes, size: int, waiter: Waiter) -> bool:
        return self._bench.taken_in(head, body, size, waiter)

    def no_room(self) -> Answer:
        return refused(503, "no room", self._bench.next_id())


class LaneBench:
    """One connection that was just made.

    `holds` lets every further push hold those behind it (see `Intake.take`); `decides_at_once` is the code that every
    further push is refused with before `take` returns.
    """

    def __init__(self, settings: IngestSettings) -> None:
        """Args: `settings`: the bounds."""
        self.holds = False
        self.decides_at_once = 0
        self.waiting: list[Taken] = []
        self.all: list[Taken] = []
        self._numbers = 0
        self._settings = settings
        self._timers: list[_Timer] = []
        self._pushes: set[int] = set()
        self._holding: int | None = None
        self._tap = _Tap()
        self._script = _Script(self, settings)
        self._ended = False
        self.lane = FastLane(
            cast("Intake", self._script),
            settings,
            self.next_id,
            connections_max=_CONNECTIONS,
            header_seconds_max=_HEADER_SECONDS,
            call_later=self._call_later,
        )
        self.connection = LaneConnection(self.lane)
        self.connection.connection_made(cast("Any", self._tap))

    @property
    def is_open(self) -> bool:
        """Whether our side was not closed."""
        return self._tap.is_open and not self._ended

    @property
    def is_reading(self) -> bool:
        """Whether it wants more bytes."""
        return self._tap.is_reading

    @property
    def has_timer(self) -> bool:
        """Whether it would lose patience."""
        return any(timer.call is not None for timer in self._timers)

    @property
    def answers(self) -> bytes:
        """All that was sent."""
        return b"".join(self._tap.written)

    @property
    def statuses(self) -> list[int]:
        """Those that were sent, in order."""
        return [status for status, _ in self._answered()]

    def next_id(self) -> bytes:
        """A request id that tells its place among all."""
        self._numbers += 1
        return _id_of(self._numbers)

    def taken_in(self, head: PushHead, body: bytes, size: int, waiter: Waiter) -> bool:
        """The connection hands a push in."""
        assert self._holding is None, "handed in while an earlier push is not decided"
        self._numbers += 1
        self._pushes.add(self._numbers)
        taken = Taken(self._numbers, head, body, size, waiter)
        self.all.append(taken)
        if self.decides_at_once:
            taken.refuse(self.decides_at_once)
            return True
        self.waiting.append(taken)
        if self.holds:
            self._holding = taken.number
            return False
        return True

    def feed(self, data: bytes) -> None:
        """Bytes arrive, if it reads and is open."""
        if self.is_open and self.is_reading:
            self.connection.data_received(data)
            self.check()

    def decide(self, place: int, code: int = 0) -> None:
        """Accept a push that waits, or refuse it with a code."""
        if place < len(self.waiting):
            taken = self.waiting.pop(place)
            if taken.number == self._holding:
                self._holding = None
            if code:
                taken.refuse(code)
            else:
                taken.accept()
            self.check()

    def end_sending(self) -> None:
        """The client closes its half; as transports do, ours is closed unless the connection wants it open."""
        if self.is_open and not self.connection.eof_received():
            self._tap.close()
        self.check()

    def fire(self) -> None:
        """The time of whatever is timed is over."""
        for timer in self._timers:
            if timer.call is not None:
                call, timer.call = timer.call, None
                call()
        self._timers.clear()
        self.check()

    def lose(self) -> None:
        """The connection is gone."""
        if not self._ended:
            self._tap.close()
            self._ended = True
            self.connection.connection_lost(None)
        self.check()

    def check(self) -> None:
        """Hold it to the laws so far."""
        connection, pushes = cast("Any", self.connection), [n for n in self._ids() if n in self._pushes]
        queue, is_done = connection._queue, connection._reader.is_done  # noqa: SLF001
        assert sorted(set(pushes)) == pushes, f"answered twice or out of order: {pushes}"
        decided = self._pushes - {taken.number for taken in self.waiting}
        assert set(pushes) <= decided, "answered before it was decided"
        if self.is_open and not self.waiting:
            assert not queue, "all is decided, and an answer is still due"
            assert set(pushes) == self._pushes, "a push is not answered"
        # Behind the last answer, as to what ended in the middle of a request, nothing more comes in.
        assert not (self.is_open and self.is_reading) or len(queue) <= _DUE_MAX + is_done

    def finish(self) -> None:
        """Decide what waits, lose the connection, and see that nothing is kept."""
        while self.waiting:
            self.decide(0)
        self.check()
        self.lose()
        assert not self.has_timer, "a timer outlives its connection"
        assert self._script.room.take(self._settings.batch_bytes_held_max), "room was not given back"
        assert not self.lane.connections, "the listener still counts it"

    def _call_later(self, _seconds: float, call: Callable[[], None]) -> _Timer:
        self._timers = [timer for timer in self._timers if timer.call is not None]
        self._timers.append(_Timer(call))
        assert len(self._timers) == 1, "timed twice"
        return self._timers[-1]

    def _ids(self) -> list[int]:
        return [number for _, number in self._answered() if number]

    def _answered(self) -> list[tuple[int, int]]:
        """Status and number of each answer; the stream must be whole answers and nothing else."""
        found, raw, at = [], self.answers, 0
        while at < len(raw):
            match = _ANSWER.match(raw, at)
            assert match, f"no answer: {raw[at : at + 200]!r}"
            length, number = _LENGTH.search(match[2]), _ID.search(match[2])
            at = match.end() + (int(length[1]) if length else 0)
            if number and raw[match.end() : at] and not raw.startswith(b"{", match.end()):
                at = match.end()  # an answer to HEAD has no body
            found.append((int(match[1]), int(number[1], 16) if number else 0))
        return found


def _id_of(number: int) -> bytes:
    return bytes.fromhex("00000000000070008000") + number.to_bytes(6, "big")
