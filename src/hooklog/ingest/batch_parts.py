"""The events of a batch, parted byte for byte and a bounded piece at a time, so that no other push waits long."""

from collections.abc import Iterator
from itertools import repeat

import msgspec

from hooklog.ingest.body import BadBody
from hooklog.ingest.elements import ArraySplitter

__all__ = ["parts_of"]

# A usual batch of 500 events is parted in one go, in some tenths of a millisecond.
_PIECE_BYTES = 128 * 1024
# Elements that stand close, such as bare numbers, take 1 us each.
_SPLIT_BYTES = 16 * 1024
_BLANK = b" \t\r"

_parts_at_once = msgspec.json.Decoder(list[msgspec.Raw]).decode


def parts_of(body: bytes, *, are_lines: bool) -> Iterator[list[bytes] | BadBody]:
    """The texts of the events in their order, some at a time; a BadBody, where the body is no batch, is the last.

    An array is parted at its commas: whether each element is JSON is not looked at. Blank lines are skipped.
    """
    return _lines(body) if are_lines else _elements(body)


def _lines(body: bytes) -> Iterator[list[bytes]]:
    at = 0
    while at < len(body):
        # Up to the end of the line that crosses the piece's end.
        end = body.find(b"\n", at + _PIECE_BYTES)
        end = len(body) if end < 0 else end
        yield list(filter(None, map(bytes.strip, body[at:end].split(b"\n"), repeat(_BLANK))))
        at = end + 1


def _elements(body: bytes) -> Iterator[list[bytes] | BadBody]:
    if len(body) <= _PIECE_BYTES:
        try:
            yield list(map(bytes, _parts_at_once(body)))
        except (msgspec.DecodeError, RecursionError):
            pass  # Looked at closely.
        else:
            return
    splitter = ArraySplitter(len(body))
    for at in range(0, len(body), _SPLIT_BYTES):
        yield splitter.feed(body[at : at + _SPLIT_BYTES])
        if splitter.wrong:
            break
    splitter.end()
    if splitter.wrong:
        why = f"the batch is no JSON array: {splitter.wrong}" if body.strip() else "the body is empty"
        yield BadBody(why, is_json=False)
