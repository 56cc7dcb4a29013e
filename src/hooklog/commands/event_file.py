"""Events from a file or standard input, one after the other, byte for byte, in bounded memory.

Three forms are told apart by how they begin: a JSON array of events; one event a line (NDJSON); events written
over several lines each (pretty-printed). What is malformed is handed on as it stands: the server refuses it,
and its log says why. Only an array that is not one ends the reading.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

import msgspec

from hooklog.errors import LoadError
from hooklog.ingest.elements import ArraySplitter

__all__ = ["EVENT_BYTES_MAX", "Outgoing", "read_events"]

# What is longer is cut here: no server takes it whole, and it must not fill the memory.
EVENT_BYTES_MAX = 16 * 1024 * 1024
_PIECE_BYTES = 64 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)


class Outgoing(msgspec.Struct, frozen=True):
    """One event to send. `line` is the line it stands on or begins at, from 1; in an array its number."""

    line: int
    body: bytes


def read_events(stream: BinaryIO) -> Iterator[Outgoing]:
    """The events of a stream as they become readable; blocks for more.

    Raises:
        LoadError: an array is not closed, lacks an element, or is followed by something; what came before it
            was yielded.
    """
    pieces = _pieces(stream)
    blank = 0
    for piece in pieces:
        if piece.strip():
            everything = chain([piece], pieces)
            yield from _array(everything) if piece.lstrip().startswith(b"[") else _by_line(everything, blank)
            return
        blank += piece.endswith(b"\n")


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The stream's lines, long ones in several pieces; without a byte order mark."""
    piece = stream.readline(_PIECE_BYTES).removeprefix(_BYTE_ORDER_MARK)
    while piece:
        yield piece
        piece = stream.readline(_PIECE_BYTES)


def _by_line(pieces: Iterable[bytes], blank: int) -> Iterator[Outgoing]:
    lines = _lines(pieces, blank)
    first = next(lines)
    text = first.body.strip()
    second = next(lines, None) if text.startswith(b"{") and _depth(text) > 0 else None
    # In a pretty-printed event the second line is a name or the end; an object there is the next event.
    is_spread = second is not None and not second.body.lstrip().startswith(b"{")
    everything = chain([first], [] if second is None else [second], lines)
    if is_spread:
        yield from _objects(everything)
        return
    for line in everything:
        if body := line.body.strip():
            yield Outgoing(line.line, body)


def _lines(pieces: Iterable[bytes], number: int) -> Iterator[Outgoing]:
    """Whole lines as they stand; `number` counts those before."""
    line = bytearray()
    for piece in pieces:
        line += piece[: max(0, EVENT_BYTES_MAX - len(line))]
        if piece.endswith(b"\n"):
            number += 1
            yield Outgoing(number, bytes(line))
            line.clear()
    if line:
        yield Outgoing(number + 1, bytes(line))


def _depth(text: bytes) -> int:
    """How many brackets a text leaves open; those inside strings are text."""
    marks = Counter(_STRING.sub(b"", text))
    return sum(marks[one] for one in b"{[") - sum(marks[one] for one in b"}]")


def _array(pieces: Iterable[bytes]) -> Iterator[Outgoing]:
    splitter = ArraySplitter(EVENT_BYTES_MAX)
    number = 0
    for piece in pieces:
        for body in splitter.feed(piece):
            number += 1
            yield Outgoing(number, body)
        if splitter.wrong:
            break
    splitter.end()
    if splitter.wrong:
        raise LoadError(splitter.wrong, "what comes before that was sent; is the file one whole array?")


def _objects(lines: Iterable[Outgoing]) -> Iterator[Outgoing]:
    """Events that begin on a line of their own and end with the line that closes them."""
    begins, depth = 0, 0
    body = bytearray()
    for line in lines:
        if not body and not line.body.strip():
            continue
        begins = begins or line.line
        body += line.body[: max(0, EVENT_BYTES_MAX - len(body))]
        depth += _depth(line.body)
        if depth <= 0:
            yield Outgoing(begins, bytes(body.strip()))
            body.clear()
            begins = depth = 0
    if body:
        yield Outgoing(begins, bytes(body.strip()))
