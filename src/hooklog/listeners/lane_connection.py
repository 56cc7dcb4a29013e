"""One connection of the fast lane: the transport's side, between its reader and its queue of answers."""

import asyncio
from typing import cast

from hooklog.listeners.fast_lane import FastLane, Timer
from hooklog.listeners.head import MALFORMED, TOO_SLOW, HeadAnswer, Place, rendered
from hooklog.listeners.lane_queue import AnswerQueue
from hooklog.listeners.lane_reader import HEAD_END, RequestReader
from hooklog.listeners.lane_text import CONTINUE

__all__ = ["LaneConnection"]

_DUE_MAX = 32


class LaneConnection(asyncio.Protocol):
    """See fast_lane.py. Is what its reader tells (Taker) and what its queue tells (Outlet)."""

    def __init__(self, lane: FastLane) -> None:
        """Args: `lane`: what it shares with the others."""
        self._lane = lane
        self._known = lane.heads.get
        self._reader = RequestReader(lane, self)
        self._is_paused = self._is_clogged = False
        self._is_ending = False
        self._timer: Timer | None = None
        # Counted up by the listener once a second, and set back by whatever arrives.
        self.quiet_seconds = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Expect a head from now on."""
        # uvloop's has the shape of a Transport without being one.
        self._transport = cast("asyncio.Transport", transport)
        self._queue = AnswerQueue(self._lane, self._transport.write, self)
        self._lane.joined(self)
        self._watch(is_new=True)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the shape of a protocol
        """Nobody waits for the answers any more; what was accepted stays so."""
        self._reader.is_done = True
        self._stop_timer()
        self._reader.request.let_go()
        self._queue.forget()
        self._lane.left(self)

    def data_received(self, data: bytes) -> None:
        """Take the pushes that came whole behind heads that are known, and let the reader have the rest."""
        self.quiet_seconds = 0
        reader = self._reader
        if reader.is_done:
            return
        if reader.place is Place.BETWEEN and not self._lane.is_crowded:
            data = self._take_known(data)
        if data and not reader.is_done:
            arrived = reader.arrived
            wrong = reader.read(data)
            if wrong is not None:
                self._refuse(wrong)
            self._watch(is_new=arrived == reader.arrived)
        self._keep_pace()

    def eof_received(self) -> bool:
        """True keeps our half open for the answers that are due."""
        if self._reader.is_done:
            return True
        if not self._queue:
            self.close()
            return False
        if self._reader.place is Place.BETWEEN:
            self._queue.end()
            self._reader.is_done = True
        else:
            self._refuse(MALFORMED)
        return True

    def pause_writing(self) -> None:
        """The client does not fetch its answers: read no further requests of it."""
        self._is_clogged = True
        self._keep_pace()

    def resume_writing(self) -> None:
        """It does again."""
        self._is_clogged = False
        self._keep_pace()

    @property
    def is_idle(self) -> bool:
        """See Member."""
        return self._reader.place is Place.BETWEEN and not self._queue and self._timer is None

    def end(self) -> None:
        """See Member."""
        self._is_ending = True
        if self._reader.is_awaiting_body:
            return
        if self._queue:
            self._queue.end()
            self._reader.is_done = True
        else:
            self.close()

    def close(self) -> None:
        """See Member and Outlet."""
        self._reader.is_done = True
        self._stop_timer()
        self._transport.close()

    def abort(self) -> None:
        """See Member."""
        self._transport.abort()

    def head_arrived(self) -> None:
        """See Taker."""
        self._stop_timer()
        if not self._queue:
            self._tell_early()

    def ask(self) -> None:
        """See Taker."""
        request = self._reader.request
        request.is_answered = True
        closes = request.closes or self._is_ending
        if request.push is None or request.body is None:
            self._queue.not_found(closes=closes, is_head=request.is_head)
        else:
            if request.waits:
                self._queue.raw(CONTINUE)
            self._queue.arrived(request.push, request.body, closes=closes, is_head=request.is_head)

    def request_arrived(self) -> None:
        """See Taker."""
        self._stop_timer()
        request = self._reader.request
        if not request.is_answered:
            self.ask()
        if request.closes or self._is_ending:
            self._reader.is_done = True

    def last_due(self) -> None:
        """See Outlet."""
        self._reader.is_done = True

    def sent(self) -> None:
        """See Outlet."""
        if self._is_paused:
            self._keep_pace()
        if self._reader.place is not Place.BETWEEN and not self._queue and not self._reader.is_done:
            self._tell_early()
            self._watch(is_new=True)

    def _take_known(self, data: bytes) -> bytes:
        """Returns what is left behind the last push that came whole behind a known head."""
        at, length = 0, len(data)
        while at < length and not self._reader.is_done:
            begin = data.find(HEAD_END, at) + len(HEAD_END)
            known = self._known(data[at:begin])
            if known is None or begin + known.length > length:
                break
            self._stop_timer()
            at = begin + known.length
            self._queue.push(known.push, data[begin:at])
        return data[at:] if at else data

    def _tell_early(self) -> None:
        """All before the present request are answered: tell its client what can be told before it is here whole."""
        request = self._reader.request
        if not self._reader.is_awaiting_body or request.offers_upgrade:
            return
        if request.push is None:
            request.waits = False
            self.ask()
        elif request.waits:
            request.waits = False
            self._transport.write(CONTINUE)

    def _refuse(self, answer: HeadAnswer) -> None:
        """Read nothing more; answer and close, behind the answers that are due."""
        self._stop_timer()
        is_answered = self._reader.place is Place.BODY and self._reader.request.is_answered
        self._reader.is_done = True
        self._queue.raw(b"" if is_answered else rendered(answer), closes=True)

    def _keep_pace(self) -> None:
        """Read on or not. What is held back is whole bodies, so nothing more comes in behind the first."""
        is_much = self._is_clogged or len(self._queue) > _DUE_MAX or self._queue.holds_back
        if is_much != self._is_paused and not self._transport.is_closing():
            self._is_paused = is_much
            if is_much:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def _watch(self, *, is_new: bool) -> None:
        """Bound the time that what has begun to arrive may take; while answers are due it is not the client's."""
        if self._timer is not None or self._reader.is_done or self._queue:
            return
        if self._reader.is_awaiting_body:
            seconds = self._lane.settings.body_seconds_max
        elif self._reader.place is not Place.BETWEEN or is_new:
            seconds = self._lane.header_seconds_max
        else:
            return
        self._timer = self._lane.call_later(seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if not self._reader.is_awaiting_body:
            self._refuse(TOO_SLOW)
            return
        self._reader.is_done = self._reader.request.is_answered = True
        self._queue.too_slow(is_head=self._reader.request.is_head)
