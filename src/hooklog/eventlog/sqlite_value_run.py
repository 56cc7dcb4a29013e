"""The runs of the index of values in `events.db`: what a run is, and reading one whole.

Why runs, and what they cost, is told in docs/decisions; how they lie in the file in the schema.
"""

import enum
from typing import Any, Final

import apsw
import msgspec

from hooklog.eventlog.value_format import Numbers

__all__ = [
    "ORDINALS",
    "ORDINAL_BITS",
    "PREFIX_BYTES",
    "RUN_COLUMNS",
    "RunState",
    "Small",
    "ValueRun",
    "decode_small",
    "encode_small",
    "prefix_of",
    "runs_in",
]

ORDINAL_BITS: Final = 20
ORDINALS: Final = 1 << ORDINAL_BITS
"""As many entries has a run at most."""

RUN_COLUMNS = "number, level, entries, items, lowest, highest, first_block, last_block, built, small"
PREFIX_BYTES: Final = 8


class RunState(enum.IntEnum):
    """What becomes of a run. The numbers are on disk."""

    LIVE = 0
    BUILDING = 1
    DEAD = 2


class Small(msgspec.Struct, frozen=True, array_like=True):
    """A whole run that fits into one row."""

    ids: Numbers
    items: Numbers


class ValueRun(msgspec.Struct, frozen=True):
    """A row of `value_run`, without its state."""

    number: int
    level: int
    entries: int
    items: int
    lowest: int
    highest: int
    first_block: int
    last_block: int
    built: int
    small: bytes | None


encode_small = msgspec.msgpack.Encoder().encode
decode_small = msgspec.msgpack.Decoder(Small).decode


def prefix_of(request_id: bytes) -> int:
    """The first 8 bytes of an id as a number: nearly tells an event, and is in the order of ids."""
    prefix = int.from_bytes(request_id[:PREFIX_BYTES], "big")
    assert prefix < 1 << 63, f"{request_id.hex()} is of another age"
    return prefix


def runs_in(connection: apsw.Connection, condition: str, values: tuple[Any, ...] = ()) -> list[ValueRun]:
    """The runs that meet an SQL condition, in the order of their blocks."""
    rows = connection.execute(
        f"SELECT {RUN_COLUMNS} FROM value_run WHERE {condition} ORDER BY first_block", values
    )
    return [ValueRun(*row) for row in rows]
