"""One file on a simulated disk: the bytes that are surely there, and what may become of the changes since.

`hooklog.testing.disk` says what is modelled. Nothing here does I/O; the same state and seed give the same
bytes.
"""

import enum
import random
from collections.abc import Iterator

import msgspec

__all__ = ["SECTOR_BYTES", "StoredFile", "Survival", "Truncate", "Write"]

# The smallest unit that disks write whole; a smaller one than the 4096 of newer disks tears more.
SECTOR_BYTES = 512


class Survival(enum.Enum):
    """The two fates that need no chance: what becomes of everything that was not synced."""

    NOTHING = "nothing"
    EVERYTHING = "everything"


class Write(msgspec.Struct, frozen=True):
    """Bytes put at an offset in bytes."""

    offset: int
    data: bytes


class Truncate(msgspec.Struct, frozen=True):
    """The file's length set, in bytes; a longer one is filled with zeros."""

    size_bytes: int


class _Layer(msgspec.Struct, frozen=True):
    """Changes between two syncs; `is_doubtful` where the second one failed."""

    changes: list[Write | Truncate]
    is_doubtful: bool


class StoredFile:
    """The content of one file, whatever its names: durable bytes and the changes since, oldest first."""

    def __init__(self, durable: bytes = b"") -> None:
        """Args: `durable`: what is surely on the platter."""
        self.durable = bytearray(durable)
        self.unsynced: list[Write | Truncate] = []
        # Since the first failed sync: what is above doubtful changes cannot be merged into what is below.
        self._layers: list[_Layer] = []

    def settle(self) -> None:
        """Make every change since the last sync durable; may be repeated."""
        if self._layers:
            self._layers.append(_Layer(self.unsynced, is_doubtful=False))
            self.unsynced = []
        for change in self.unsynced:
            _apply(self.durable, change)
        self.unsynced.clear()

    def give_up(self) -> None:
        """A sync fails: the changes since the last one are dropped from what later syncs write.

        The program goes on seeing them; any part of them may have reached the platter.
        """
        if self.unsynced:
            self._layers.append(_Layer(self.unsynced, is_doubtful=True))
            self.unsynced = []

    def remains(self, fate: Survival | random.Random) -> bytes:
        """What the file may hold after a loss of power now; the file itself stays as it is."""
        image = bytearray(self.durable)
        for layer in (*self._layers, _Layer(self.unsynced, is_doubtful=True)):
            for change in _surviving(layer.changes, fate) if layer.is_doubtful else layer.changes:
                _apply(image, change)
        return bytes(image)


def _apply(image: bytearray, change: Write | Truncate) -> None:
    end = change.size_bytes if isinstance(change, Truncate) else change.offset + len(change.data)
    image.extend(bytes(max(0, end - len(image))))
    if isinstance(change, Truncate):
        del image[end:]
    else:
        image[change.offset : end] = change.data


def _surviving(changes: list[Write | Truncate], fate: Survival | random.Random) -> list[Write | Truncate]:
    if not isinstance(fate, random.Random):
        return changes if fate is Survival.EVERYTHING else []
    # One likelihood for the whole file, drawn anew each time, so that nearly all and nearly none come up too.
    likelihood = fate.random()
    kept = [piece for change in changes if fate.random() < likelihood for piece in _torn(change, fate)]
    if fate.random() < 0.5:
        fate.shuffle(kept)
    return kept


def _torn(change: Write | Truncate, rng: random.Random) -> list[Write | Truncate]:
    if isinstance(change, Truncate) or rng.random() < 0.5:
        return [change]
    return [piece for piece in _sectors(change) if rng.random() < 0.5]


def _sectors(write: Write) -> Iterator[Write]:
    """The write cut where the disk's sectors meet."""
    start, end = write.offset, write.offset + len(write.data)
    while start < end:
        stop = min(end, (start // SECTOR_BYTES + 1) * SECTOR_BYTES)
        yield Write(start, write.data[start - write.offset : stop - write.offset])
        start = stop
