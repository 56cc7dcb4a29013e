"""Compressing blocks in `events.db`, and the dictionaries that make small blocks small.

A block of a hundred events has all that repeats in itself. One of a few events, as a log writes that has little to do,
would take ten times as much for each; it is compressed against a dictionary, which is parts of earlier small blocks.
"""

import threading
from collections import OrderedDict, deque
from typing import cast

import apsw
import msgspec
import zstandard

from hooklog.errors import StorageDamaged

__all__ = ["Compressor", "Decompressor"]

SMALL_EVENTS_MAX = 32
DICTIONARY_BYTES = 8 * 1024
_LEVEL = 1
# The first dictionary is made of little, so it is soon replaced by a better one; the third lives for a day.
_LIVES_MS = (60_000, 3_600_000, 86_400_000)
_HELD_MAX = 4


class _Newest(msgspec.Struct, frozen=True):
    """The dictionary in use; number 0 is none."""

    number: int
    made_ms: int
    compressor: zstandard.ZstdCompressor


class Compressor:
    """The writer's side, inside its transaction. Not thread-safe. Every block carries a checksum."""

    def __init__(self, connection: apsw.Connection) -> None:
        """Args: `connection`: the writer's own."""
        self._connection = connection
        self._plain = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
        self._newest: _Newest | None = None
        self._samples: deque[bytes] = deque()
        self._sampled = 0

    def forget(self) -> None:
        """A transaction was rolled back, and a new dictionary perhaps with it."""
        self._newest = None

    def compress(self, raw: bytes, events: int, at_ms: int) -> tuple[int | None, bytes]:
        """A block of so many events: the number of its dictionary, if it has one, and its body.

        Small ones are remembered as parts of the next dictionary, which is made here when it is time.
        """
        if events > SMALL_EVENTS_MAX:
            return None, self._plain.compress(raw)
        newest = self._newest or self._stored()
        self._samples.append(raw[-DICTIONARY_BYTES:])
        self._sampled += len(self._samples[-1])
        while self._sampled - len(self._samples[0]) >= DICTIONARY_BYTES:
            self._sampled -= len(self._samples.popleft())
        life_ms = 0 if newest.number == 0 else _LIVES_MS[min(newest.number, len(_LIVES_MS)) - 1]
        if self._sampled >= DICTIONARY_BYTES and at_ms >= newest.made_ms + life_ms:
            newest = self._make(newest.number + 1, at_ms)
        self._newest = newest
        return newest.number or None, newest.compressor.compress(raw)

    def _stored(self) -> _Newest:
        find = "SELECT id, made_ms, body FROM dictionary ORDER BY id DESC LIMIT 1"
        row = self._connection.execute(find).fetchone()
        if row is None:
            return _Newest(0, 0, self._plain)
        number, made_ms, body = cast("tuple[int, int, bytes]", row)
        return _Newest(number, made_ms, _compressor(body))

    def _make(self, number: int, at_ms: int) -> _Newest:
        body = b"".join(self._samples)[-DICTIONARY_BYTES:]
        self._connection.execute("INSERT INTO dictionary VALUES (?,?,?)", (number, at_ms, body))
        self._samples.clear()
        self._sampled = 0
        return _Newest(number, at_ms, _compressor(body))


def _compressor(body: bytes) -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(
        level=_LEVEL, dict_data=_dictionary(body), write_checksum=True, write_dict_id=False
    )


def _dictionary(body: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(body, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


class Decompressor:
    """The readers' side. Threads may share it; each has decompressors of its own, for the last few dictionaries."""

    def __init__(self) -> None:
        """Has read no dictionary yet."""
        self._local = threading.local()

    def decompress(self, connection: apsw.Connection, dictionary: int | None, body: bytes) -> bytes:
        """What was compressed; `dictionary` is the number that stands beside it.

        Raises:
            StorageDamaged: it, or the dictionary, is not what was written.
        """
        try:
            return self._with(connection, dictionary or 0).decompress(body)
        except zstandard.ZstdError as error:
            raise StorageDamaged(
                f"event log: a block cannot be read: {error}", "run `hooklog check`"
            ) from error

    def _with(self, connection: apsw.Connection, number: int) -> zstandard.ZstdDecompressor:
        held: OrderedDict[int, zstandard.ZstdDecompressor] | None = getattr(self._local, "held", None)
        if held is None:
            held = self._local.held = OrderedDict()
        found = held.get(number)
        if found is None:
            found = held[number] = self._made(connection, number)
            if len(held) > _HELD_MAX:
                held.popitem(last=False)
        held.move_to_end(number)
        return found

    def _made(self, connection: apsw.Connection, number: int) -> zstandard.ZstdDecompressor:
        if number == 0:
            return zstandard.ZstdDecompressor()
        row = connection.execute("SELECT body FROM dictionary WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise StorageDamaged(f"event log: dictionary {number} is missing", "run `hooklog check`")
        return zstandard.ZstdDecompressor(dict_data=_dictionary(cast("bytes", row[0])))
