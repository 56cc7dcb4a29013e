"""Blocks in `events.db`: where an event lies in them, and the readers' memory of those last unpacked."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import cast

import apsw
import msgspec

from hooklog.errors import StorageDamaged
from hooklog.eventlog.block import SLOTS_MAX, Block
from hooklog.eventlog.sqlite_dictionaries import Decompressor

__all__ = ["BlockReader", "block_of", "let_go", "place_of", "slot_of", "write_blocks"]

_CACHED_BYTES_MAX = 4 * 1024 * 1024


def place_of(block: int, slot: int) -> int:
    """Block and slot as one number, as `entry` has it."""
    return block * SLOTS_MAX + slot


def block_of(place: int) -> int:
    """The block of a place."""
    return place // SLOTS_MAX


def slot_of(place: int) -> int:
    """The slot of a place."""
    return place % SLOTS_MAX


def write_blocks(connection: apsw.Connection, blocks: Iterable[tuple[int, int, int | None, bytes]]) -> None:
    """Write new blocks: number, how many entries lie in it, dictionary, body. Inside a transaction."""
    connection.executemany("INSERT INTO block (id, live, dictionary, body) VALUES (?,?,?,?)", blocks)


def let_go(connection: apsw.Connection, places: Sequence[int]) -> None:
    """Count entries down that are gone; a block goes with its last. Inside a transaction."""
    gone: dict[int, int] = {}
    for place in places:
        gone[block_of(place)] = gone.get(block_of(place), 0) + 1
    connection.executemany(
        "UPDATE block SET live = live - ? WHERE id = ?", [(count, block) for block, count in gone.items()]
    )
    connection.executemany("DELETE FROM block WHERE id = ? AND live <= 0", [(block,) for block in gone])


class BlockReader:
    """Reads blocks and remembers the last ones, up to some megabytes. Threads may share it.

    Numbers of blocks are never reused and their bodies never change, so what was read once stays true.
    """

    def __init__(self) -> None:
        """Remembers nothing yet."""
        self._lock = threading.Lock()
        self._blocks: OrderedDict[int, Block] = OrderedDict()
        self._size = 0
        self._decompressor = Decompressor()

    def block(self, connection: apsw.Connection, place: int) -> Block:
        """The block of a place that an entry has in the same snapshot.

        Raises:
            StorageDamaged: it is not there, or cannot be unpacked.
        """
        number = block_of(place)
        with self._lock:
            known = self._blocks.get(number)
            if known is not None:
                self._blocks.move_to_end(number)
                return known
        row = connection.execute("SELECT dictionary, body FROM block WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise StorageDamaged(f"event log: block {number} is missing", "run `hooklog check`")
        dictionary, body = cast("tuple[int | None, bytes]", row)
        try:
            block = Block(self._decompressor.decompress(connection, dictionary, body))
        except msgspec.MsgspecError as error:
            raise StorageDamaged(f"event log: block {number}: {error}", "run `hooklog check`") from error
        self._remember(number, block)
        return block

    def unpacked(self, connection: apsw.Connection, first: int, last: int) -> dict[int, bytes]:
        """The blocks of these numbers, unpacked, by number; none of them is remembered. Inside a snapshot.

        Raises:
            StorageDamaged: one cannot be unpacked.
        """
        find = "SELECT id, dictionary, body FROM block WHERE id BETWEEN ? AND ?"
        rows = cast("list[tuple[int, int | None, bytes]]", connection.execute(find, (first, last)).fetchall())
        unpack = self._decompressor.decompress
        return {number: unpack(connection, dictionary, body) for number, dictionary, body in rows}

    def _remember(self, number: int, block: Block) -> None:
        with self._lock:
            if number not in self._blocks:
                self._blocks[number] = block
                self._size += block.size
            while self._size > _CACHED_BYTES_MAX:
                _, oldest = self._blocks.popitem(last=False)
                self._size -= oldest.size
