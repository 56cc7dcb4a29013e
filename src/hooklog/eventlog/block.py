"""A block: what explains some entries that settled together, as bytes that are then compressed as one.

Events of one commit are much alike: the same keys, names, stages, times. Together they take a tenth of what each
takes alone (docs/decisions/0014-blocks.md). An event is read by unpacking its block and decoding only its own slot.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from hooklog.event import USUAL_MESSAGES, Stage, StageOutcome, StageRecord, Status, id_to_text
from hooklog.eventlog.base import Settled
from hooklog.eventlog.mapped import Mapped
from hooklog.eventlog.record import Record
from hooklog.passage import Passage, Turn

__all__ = ["SLOTS_MAX", "Block", "cut", "judged_records", "pack"]

SLOTS_MAX = 128
# Bounds what has to be unpacked to read one event; a larger input has a block of its own.
INPUT_BYTES_MAX = 32 * 1024
_KEY_CHARACTERS = 32
_UNIQUE_ID = Record.__struct_fields__.index("unique_id")
_OWN_LINES = -1

_encode = msgspec.msgpack.Encoder().encode


class _Slot(msgspec.Struct, array_like=True, frozen=True):
    """One event in a block. `turns` says which of the block's lists of turns it passed; -1 that it has `lines`."""

    input: bytes
    message: str | None
    version: int
    record: msgspec.Raw
    mapped: msgspec.Raw = msgspec.Raw(b"\xc0")
    turns: int = _OWN_LINES
    count: int = 0
    outcome: int = int(StageOutcome.PASSED)
    details: msgspec.Raw = msgspec.Raw(b"\x80")
    lines: tuple[StageRecord, ...] = ()


_decode_block = msgspec.msgpack.Decoder(tuple[list[list[int]], list[msgspec.Raw]]).decode
_decode_slot = msgspec.msgpack.Decoder(_Slot).decode
_decode_mapped = msgspec.msgpack.Decoder(Mapped | None).decode
_decode_details = msgspec.msgpack.Decoder(dict[int, dict[str, object] | None]).decode


def cut(settled: Sequence[Settled]) -> Iterator[Sequence[Settled]]:
    """The events of a commit, in order, as they share blocks: at most SLOTS_MAX and about 32 KiB of input each."""
    first = size = 0
    for number, item in enumerate(settled):
        size += len(item.entry.input)
        if number > first and (number - first == SLOTS_MAX or size > INPUT_BYTES_MAX):
            yield settled[first:number]
            first, size = number, len(item.entry.input)
    if first < len(settled):
        yield settled[first:]


def pack(settled: Iterable[Settled]) -> bytes:
    """The block of some events, not compressed yet; the first has slot 0."""
    turns: list[list[int]] = []
    numbers: dict[int, int] = {}
    slots = [_slot(item, turns, numbers) for item in settled]
    return _encode((turns, slots))


def _slot(item: Settled, turns: list[list[int]], numbers: dict[int, int]) -> tuple[object, ...]:
    entry, told = item.entry, item.passage
    message = None if entry.message == USUAL_MESSAGES.get(entry.status) else entry.message
    record = None if item.record is None else _record_row(item.record, entry.id)
    if not isinstance(told, Passage):
        if not told:
            return entry.input, message, item.definition_version, record, item.mapped
        return entry.input, message, item.definition_version, record, item.mapped, _OWN_LINES, 0, 1, {}, told
    number = numbers.get(id(told.turns))
    if number is None:
        number = numbers[id(told.turns)] = len(turns)
        turns.append(_steps(told.turns))
    return (
        entry.input,
        message,
        item.definition_version,
        record,
        item.mapped,
        number,
        told.count,
        told.outcome,
        told.details,
    )


def _steps(turns: Iterable[Turn]) -> list[int]:
    """Turns as stage, microseconds since the one before began, and duration, one after another."""
    steps: list[int] = []
    before_us = 0
    for turn in turns:
        steps += (turn.stage, turn.started_us - before_us, turn.duration_us)
        before_us = turn.started_us
    return steps


def _turns(steps: list[int]) -> list[Turn]:
    turns: list[Turn] = []
    started_us = 0
    for place in range(0, len(steps), 3):
        started_us += steps[place + 1]
        turns.append(Turn(Stage(steps[place]), started_us, steps[place + 2]))
    return turns


def _record_row(record: Record, request_id: bytes) -> list[object]:
    """A record's fields; the unique id, which hardly shrinks, in half as many bytes, or none where the id tells it."""
    row = list(msgspec.structs.astuple(record))
    text = record.unique_id
    if len(text) == _KEY_CHARACTERS:
        row[_UNIQUE_ID] = _from_hex(text)
    elif text == id_to_text(request_id):
        row[_UNIQUE_ID] = None
    return row


def _from_hex(text: str) -> bytes | str:
    """The bytes of a text of hex digits in lower case; any other text as it is."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return text
    return raw if raw.hex() == text else text


class Block:
    """An unpacked block. Immutable, so threads may share it."""

    __slots__ = ("_slots", "_steps", "size")

    def __init__(self, raw: bytes) -> None:
        """Args: `raw`: what was packed, not compressed any more. Raises msgspec.MsgspecError: it is no block."""
        self._steps, self._slots = _decode_block(raw)
        self.size = len(raw)

    def __len__(self) -> int:
        return len(self._slots)

    def input(self, slot: int) -> bytes:
        """What was received."""
        return self._slot(slot).input

    def input_and_message(self, slot: int, status: Status) -> tuple[bytes, str]:
        """What was received, and the message of an entry with that status."""
        found = self._slot(slot)
        return found.input, USUAL_MESSAGES[status] if found.message is None else found.message

    def has_message(self, slot: int) -> bool:
        """Whether the message is one that the status does not tell."""
        return self._slot(slot).message is not None

    def version(self, slot: int) -> int:
        """The version of the definition that judged the event; 0 where none did."""
        return self._slot(slot).version

    def stages(self, slot: int, request_id: bytes) -> tuple[StageRecord, ...]:
        """The timeline."""
        found = self._slot(slot)
        if found.turns == _OWN_LINES:
            return found.lines
        details = _decode_details(found.details)
        turns = _turns(self._steps[found.turns])
        return Passage(turns, found.count, details, StageOutcome(found.outcome)).records(request_id)

    def record(self, slot: int, request_id: bytes) -> Record | None:
        """The stored record, if there is one."""
        return _record(self._slot(slot).record, request_id)

    def mapped(self, slot: int) -> Mapped | None:
        """What neither entry nor record tell of customer and attributes, if there is anything."""
        found: Mapped | None = _decode_mapped(self._slot(slot).mapped)
        return found

    def _slot(self, slot: int) -> _Slot:
        return _decode_slot(self._slots[slot])


class _RecordRow(Record, frozen=True, array_like=True):
    """A record as it lies in a block; see `_record_row`."""

    unique_id: Any  # str, bytes or None


class _Brief(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The beginning of a slot, for those who want no more."""

    input: msgspec.Raw
    message: msgspec.Raw
    version: int
    record: _RecordRow | None


def judged_records(raw: bytes, wanted: Iterable[tuple[int, bytes]]) -> list[tuple[int, Record | None]]:
    """The version of the definition and the record of some of a block's events, each by slot and request id.

    All of the block is decoded at once, which is many times faster than asking for one event after another.

    Raises:
        msgspec.MsgspecError: it is no block.
    """
    _, slots = _decode_briefs(raw)
    return [(slots[slot].version, _record_of(slots[slot].record, request_id)) for slot, request_id in wanted]


def _record(raw: msgspec.Raw, request_id: bytes) -> Record | None:
    return _record_of(_decode_row(raw), request_id)


def _record_of(row: _RecordRow | None, request_id: bytes) -> Record | None:
    if row is None:
        return None
    short = row.unique_id
    fields = list(msgspec.structs.astuple(row))
    if short is None:
        fields[_UNIQUE_ID] = id_to_text(request_id)
    elif isinstance(short, bytes):
        fields[_UNIQUE_ID] = short.hex()
    return Record(*fields)


_decode_row = msgspec.msgpack.Decoder(_RecordRow | None).decode
_decode_briefs = msgspec.msgpack.Decoder(tuple[msgspec.Raw, list[_Brief]]).decode
