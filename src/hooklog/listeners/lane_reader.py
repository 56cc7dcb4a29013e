"""The parser's side of a connection of the fast lane: bytes in, requests out."""

from typing import Protocol

import httptools

from hooklog.listeners.fast_lane import FastLane
from hooklog.listeners.head import (
    HEADER_BYTES_MAX,
    MALFORMED,
    REST_BYTES_MAX,
    TOO_LARGE,
    TOO_MANY,
    HeadAnswer,
    Place,
    Refused,
)
from hooklog.listeners.known_heads import HEAD_BYTES_KEPT_MAX
from hooklog.listeners.lane_request import Request

__all__ = ["HEAD_END", "RequestReader", "Taker"]

HEAD_END = b"\r\n\r\n"


class Taker(Protocol):
    """Who takes the requests; told while bytes are being read."""

    def head_arrived(self) -> None:
        """The head of the reader's request is here, and may pass."""

    def ask(self) -> None:
        """Have the reader's request decided: it is here whole, or as far as it is read before that."""

    def request_arrived(self) -> None:
        """The reader's request is here whole."""


class RequestReader:
    """Reads the requests of one connection. What begins with `on_` is called by the parser, piece by piece."""

    def __init__(self, lane: FastLane, taker: Taker) -> None:
        """Expect a head."""
        self._lane = lane
        self._taker = taker
        self._parser: httptools.HttpRequestParser | None = None
        self._wrong = MALFORMED
        # Heads, pieces of bodies and ends that have arrived, and how many bytes brought none of these since.
        self._fruits = 0
        self._fruitless_bytes = 0
        self.place = Place.BETWEEN
        self.request = Request()
        # Requests that have arrived whole.
        self.arrived = 0
        # Nothing more is read: the last answer is due, or was sent.
        self.is_done = False

    @property
    def is_awaiting_body(self) -> bool:
        """Whether a body is on its way that an answer depends on."""
        return self.place is Place.BODY and not self.request.is_answered

    def read(self, data: bytes) -> HeadAnswer | None:
        """Read what came. Returns how to refuse it, when nothing more can be read."""
        before, size = self._fruits, len(data)
        wrong = None
        if self.place is Place.BETWEEN:
            end = data.find(HEAD_END) + len(HEAD_END)
            if len(HEAD_END) <= end <= HEAD_BYTES_KEPT_MAX:
                # Alone, so that these bytes are known to be one whole head.
                wrong = self._feed(data[:end])
                self._learn(data[:end])
                data = data[end:]
        if wrong is None and not self.is_done:
            wrong = self._feed(data)
        self._fruitless_bytes = self._fruitless_bytes + size if before == self._fruits else 0
        return TOO_LARGE if wrong is None and self._fruitless_bytes > HEADER_BYTES_MAX else wrong

    def on_message_begin(self) -> None:
        """A request begins."""
        if self.is_done:
            raise Refused
        self.place = Place.HEAD
        self.request = Request()

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self.request.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which must never count as one (RFC 9110 6.5.1)."""
        if self.place is Place.HEAD:
            self.request.header(name, value)

    def on_headers_complete(self) -> None:
        """The head is here: go on only if it may pass."""
        request, parser = self.request, self._parser
        assert parser is not None, "called by the parser"
        wrong = request.judge(parser)
        if wrong is None and self._lane.is_crowded:
            wrong = TOO_MANY
        if wrong is not None:
            self._wrong = wrong
            raise Refused
        request.begin(parser, self._lane.settings, self._lane.intake.room)
        self._fruits += 1
        self.place = Place.BODY
        self._taker.head_arrived()

    def on_body(self, chunk: bytes) -> None:
        """A piece of the body. Whoever sends far too much is answered without waiting for the end."""
        self._fruits += 1
        request = self.request
        request.add(chunk)
        if request.rest_bytes > REST_BYTES_MAX:
            self._wrong = TOO_LARGE
            raise Refused
        if request.body is not None and request.body.is_read_enough and not request.is_answered:
            self._taker.ask()

    def on_message_complete(self) -> None:
        """The request is here whole; one with an offer to upgrade is read again without it."""
        self._fruits += 1
        self.place = Place.BETWEEN
        self.arrived += 1
        if not self.request.offers_upgrade:
            self._taker.request_arrived()

    def _feed(self, data: bytes) -> HeadAnswer | None:
        """Parse; each turn but the last parses the head of one request that offered an upgrade."""
        while data:
            if self._parser is None:
                self._parser = httptools.HttpRequestParser(self)
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                data = self.request.without_offer(self._parser) + data[offer.args[0] :]
                self._parser = None
            except httptools.HttpParserError:
                return None if self.is_done else self._wrong
            else:
                break
        return None

    def _learn(self, head: bytes) -> None:
        request = self.request
        if self.place is Place.BODY and request.push is not None and not request.closes:
            bytes_max = self._lane.settings.bytes_max(is_batch=request.push.is_batch)
            self._lane.heads.learn(head, request.push, request.headers, bytes_max)
