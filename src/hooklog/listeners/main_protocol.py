"""One HTTP/1.1 connection of the edge: uvicorn's, with bounds, and strict where uvicorn is easy-going.

* Request headers are well formed, short and in time, or the connection is answered and closed.
* Answers keep the order of the requests, also when something behind them cannot be parsed, or when the client
  has closed its half of the connection: whatever was accepted is answered.
* An offer to upgrade is ignored (RFC 9110 7.8). httptools would drop the body of such a request.
* Trailers are dropped: they must never count as headers (RFC 9110 6.5.1). They are bounded as headers are.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from hooklog.listeners.head import (
    HEADER_BYTES_MAX,
    MALFORMED,
    REST_BYTES_MAX,
    TOO_LARGE,
    TOO_MANY,
    TOO_SLOW,
    HeadAnswer,
    Place,
    Refused,
    head_without_offer,
    judge_head,
    rendered,
)
from hooklog.listeners.one_write import OneWrite

__all__ = ["GuardedProtocol"]


class GuardedProtocol(HttpToolsProtocol):
    """See the module. A subclass sets the two bounds, and the headers that name a refused request: they are given its
    target, None while that is not known.
    """

    header_seconds_max: float
    connections_max: int
    refusal_headers: Callable[[bytes | None], Sequence[tuple[bytes, bytes]]]

    _place = Place.BETWEEN
    _offers_upgrade = False
    # Heads, pieces of bodies and ends that have arrived, and how many bytes brought none of these since.
    _fruits = 0
    _fruitless_bytes = 0
    # Both are about what nobody has begun to answer: headers, or the rest of a body that was refused.
    _rest_bytes = 0
    _timer: asyncio.TimerHandle | None = None
    _answer_if_refused = MALFORMED
    _refused_target: bytes | None = None
    # Set once nothing more is read; sent behind the answers that are still due.
    _last_answer: HeadAnswer | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect headers from now on."""
        super().connection_made(transport)
        # What the answers are written to, in the order of the requests.
        self._writings: deque[OneWrite] = deque()
        self.parser.set_dangerous_leniencies(lenient_data_after_close=False)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless the last answer is due already."""
        if self._last_answer is not None or self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        if self._timer is None and self._is_idle():
            self._start_timer()
        before = self._fruits
        self._feed(data)
        self._rest_bytes += len(data)
        self._fruitless_bytes = self._fruitless_bytes + len(data) if before == self._fruits else 0
        is_rest_too_large = self._timer is not None and self._rest_bytes > REST_BYTES_MAX
        is_too_large = is_rest_too_large or self._fruitless_bytes > HEADER_BYTES_MAX
        if is_too_large and self._last_answer is None:
            self._refuse(TOO_LARGE)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """True keeps our half open for the answers that are due."""
        if self._last_answer is not None:
            return True
        if not self._is_answering():
            return None
        if self._place is Place.BETWEEN:
            self.cycle.keep_alive = False
        else:
            self._refuse(MALFORMED)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._place = Place.HEAD
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer."""
        if self._place is Place.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the request, if it is one that we take."""
        self._stop_timer()
        method, version = self.parser.get_method(), self.parser.get_http_version()
        wrong = judge_head(method, self.url, version, self.headers)
        if wrong is None and len(self.connections) > self.connections_max:
            wrong = TOO_MANY
        if wrong is not None:
            self._answer_if_refused, self._refused_target = wrong, self.url
            raise Refused
        self._fruits += 1
        self._place = Place.BODY
        self._offers_upgrade = self.parser.should_upgrade()
        if not self._offers_upgrade:
            super().on_headers_complete()
            self._writings.append(OneWrite(self.transport, self.loop.call_soon))
            # Duck-typed: what an answer uses of a transport.
            self.cycle.transport = self._writings[-1]  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._fruits += 1
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is here whole."""
        self._fruits += 1
        self._place = Place.BETWEEN
        if self._offers_upgrade:
            return
        if self._is_idle():
            self._stop_timer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Start the next in line, or send the last answer."""
        is_last = not self.pipeline
        # One without a body, as to HEAD, still waits to be written.
        self._writings.popleft().flush()
        super().on_response_complete()
        if not is_last or self.transport.is_closing():
            return
        if self._last_answer is not None:
            self._send(self._last_answer)
        elif self._place is not Place.BETWEEN and self._timer is None:
            self._start_timer()

    def _feed(self, data: bytes) -> None:
        """Parse; each turn but the last parses the head of one request that offered an upgrade."""
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                head = head_without_offer(
                    self.parser.get_method(), self.url, self.parser.get_http_version(), self.headers
                )
                data = head + data[offer.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
            except httptools.HttpParserError:
                self._refuse(self._answer_if_refused)
                return
            else:
                return

    def _newest(self) -> RequestResponseCycle | None:
        # None until the first request, whatever its type says.
        return self.cycle

    def _is_idle(self) -> bool:
        """Whether everything that was asked is answered."""
        newest = self._newest()
        return newest is None or newest.response_complete

    def _is_answering(self) -> bool:
        """Whether a request that arrived whole waits for its answer."""
        return bool(self.pipeline) or not (self._is_idle() or self._place is Place.BODY)

    def _refuse(self, answer: HeadAnswer) -> None:
        """Read nothing more; answer and close, behind the answers that are due."""
        self._stop_timer()
        newest = self._newest()
        if self._is_answering():
            if self.pipeline and self._place is Place.BODY and self.pipeline[0][0] is newest:
                # The newest in line is broken in its body: it must not start, it would wait for the rest.
                self.pipeline.popleft()
            self._last_answer = answer
        elif self._place is Place.BODY and newest is not None and newest.response_complete:
            # The rest of a body that was refused: its answer is out.
            self.transport.close()
        else:
            self._send(answer)

    def _send(self, answer: HeadAnswer) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(rendered(answer, self.refusal_headers(self._refused_target)))
        self.transport.close()

    def _start_timer(self) -> None:
        self._rest_bytes = 0
        self._timer = self.loop.call_later(self.header_seconds_max, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        self._refuse(TOO_SLOW)
