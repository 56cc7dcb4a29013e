"""The columns of the analytical export, and records turned into them some at a time.

Values go to the library by whole columns: a dictionary for each record would cost five times as much. What is turned
already takes a few hundred bytes a record, and nothing that the garbage collector would look at.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from operator import itemgetter

import msgspec
import pyarrow as pa

from hooklog.event import Status
from hooklog.eventlog.record import JudgedRecord, event_seconds
from hooklog.psi import mask_attribute

__all__ = ["COLUMNS", "Columns"]

# Turning so many takes about two milliseconds, of which no single call of the library more than a tenth.
_TURNED_ROWS = 1_000
_TEXT_BYTES = 36

_INSTANT = pa.timestamp("ms", tz="UTC")
_ATTRIBUTES = pa.map_(pa.string(), pa.string())
COLUMNS = pa.schema(
    [
        pa.field("request_id", pa.string(), nullable=False),
        pa.field("org_id", pa.int64(), nullable=False),
        pa.field("event_name", pa.string(), nullable=False),
        pa.field("event_at", _INSTANT, nullable=False),
        pa.field("updated_at", _INSTANT, nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("is_duplicate", pa.bool_(), nullable=False),
        pa.field("unique_id", pa.string(), nullable=False),
        pa.field("user_id", pa.int64()),
        pa.field("group_id", pa.int64()),
        pa.field("display_name", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("till_id", pa.int64()),
        pa.field("till_code", pa.string(), nullable=False),
        pa.field("sent_till_code", pa.string()),
        pa.field("sent_offset", pa.string()),
        pa.field("attributes", _ATTRIBUTES, nullable=False),
        pa.field("side_effects", pa.string()),
    ]
)

# By number: asking a status for its name costs more than the rest of the column.
_STATUS_TEXTS = [Status(number).name if number in set(Status) else "" for number in range(max(Status) + 1)]

_encode = msgspec.json.Encoder().encode


class Columns:
    """What will be in one file. Not thread-safe."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._turned: list[pa.RecordBatch] = []
        self._records: list[JudgedRecord] = []
        self._hidden: list[frozenset[str]] = []

    def add(self, record: JudgedRecord, hidden: frozenset[str]) -> None:
        """One more row, behind the others; the values of `hidden` attributes will not be in it."""
        self._records.append(record)
        self._hidden.append(hidden)
        if len(self._records) == _TURNED_ROWS:
            self.turn()

    def turn(self) -> None:
        """Let go of the records that were added: keep their columns only."""
        if self._records:
            self._turned.append(_batch(self._records, self._hidden))
            self._records, self._hidden = [], []

    def table(self) -> pa.Table:
        """All rows."""
        self.turn()
        return pa.Table.from_batches(self._turned, COLUMNS)


def _batch(judged: Sequence[JudgedRecord], hidden: Sequence[frozenset[str]]) -> pa.RecordBatch:
    records = [one.record for one in judged]
    columns = [
        _ids([one.id for one in judged]),
        pa.array([one.org_id for one in judged], pa.int64()),
        pa.array([one.event_name for one in judged], pa.string()),
        _instants([event_seconds(one) * 1000 for one in records]),
        _instants([one.updated_at_ms for one in records]),
        pa.array([_STATUS_TEXTS[one.status] for one in judged], pa.string()),
        pa.array([one.is_duplicate for one in records], pa.bool_()),
        pa.array([one.unique_id for one in records], pa.string()),
        pa.array([one.user_id for one in records], pa.int64()),
        pa.array([one.group_id for one in records], pa.int64()),
        pa.array([one.display_name for one in records], pa.string()),
        pa.array([one.source for one in records], pa.string()),
        pa.array([one.till_id for one in records], pa.int64()),
        pa.array([one.till_code for one in records], pa.string()),
        pa.array([one.sent_till_code for one in records], pa.string()),
        pa.array([one.sent_offset for one in records], pa.string()),
        _attributes([one.attributes for one in records], hidden),
        pa.array([_effects(one.side_effects) for one in records], pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=COLUMNS)


def _ids(ids: Sequence[bytes]) -> pa.Array:
    """The usual texts of ids, by cutting what is too much out of the dashed text of all of them."""
    text = bytearray(b"".join(ids).hex("-", 2).encode())
    text += b"-"
    # Eight groups of four digits and a dash each: the first dash goes, and the last four.
    for place, length in ((4, 40), (28, 39), (32, 38), (36, 37)):
        del text[place::length]
    offsets = pa.array(range(0, len(text) + 1, _TEXT_BYTES), pa.int32())
    assert len(text) == len(ids) * _TEXT_BYTES
    return pa.StringArray.from_buffers(len(ids), offsets.buffers()[1], pa.py_buffer(text))


def _instants(milliseconds: Sequence[int]) -> pa.Array:
    return pa.array(milliseconds, pa.int64()).view(_INSTANT)


def _attributes(attributes: Sequence[dict[str, str]], hidden: Sequence[frozenset[str]]) -> pa.Array:
    """By name, in its order."""
    shapes: dict[tuple[str, ...], _Shape] = {}
    counts: list[int] = []
    names: list[str] = []
    values: list[str] = []
    for own, unseen in zip(attributes, hidden, strict=True):
        as_sent = tuple(own)
        shape = shapes.get(as_sent)
        if shape is None:
            shape = shapes[as_sent] = _Shape(as_sent)
        names += shape.names
        if unseen:
            values += [mask_attribute(name, own[name], unseen) for name in shape.names]
        else:
            values += shape.values(own)
        counts.append(len(as_sent))
    offsets = pa.array([0, *accumulate(counts)], pa.int32())
    keys, items = pa.array(names, pa.string()), pa.array(values, pa.string())
    return pa.MapArray.from_arrays(offsets, keys, items, type=_ATTRIBUTES)


class _Shape:
    """The names of some attributes, which many records have in common, in order; and how their values are taken."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = sorted(names)
        taken = itemgetter(*self.names) if len(names) > 1 else None
        self.values: Callable[[dict[str, str]], Iterable[str]] = taken or dict.values


def _effects(effects: tuple[object, ...] | None) -> str | None:
    return None if effects is None else _encode(effects).decode()
