"""A body on its way in: kept up to its cap, and as long as all batches that are arriving have room together."""

from hooklog.ingest.head import PushHead
from hooklog.ingest.push import DRAIN_FACTOR, IngestSettings

__all__ = ["ArrivingBody", "Room"]

# A batch is large enough for its sender to see the answer early.
_BATCH_DRAIN_FACTOR = 2


class Room:
    """Bytes that may be held at once; shared by the listeners of a process."""

    def __init__(self, bytes_max: int) -> None:
        """Args: `bytes_max`: all there is."""
        self._free = bytes_max

    def take(self, size: int) -> bool:
        """Take so many, if they are free."""
        if size > self._free:
            return False
        self._free -= size
        return True

    def give(self, size: int) -> None:
        """They are free again."""
        self._free += size


class ArrivingBody:
    """One body. `size` is how much was announced or has come; what is beyond the cap and one byte only counts.

    Single pushes are small and take no room.
    """

    __slots__ = (
        "_announced",
        "_chunks",
        "_keep",
        "_kept",
        "_read",
        "_read_max",
        "_room",
        "_taken",
        "has_room",
    )

    def __init__(self, settings: IngestSettings, room: Room, head: PushHead) -> None:
        """Args: `settings`: the caps; `room`: what batches share; `head`: of the push."""
        announced = head.headers.get("content-length", "")
        is_batch = head.is_batch
        self._announced = int(announced) if announced.isdigit() else 0
        self._keep = settings.bytes_max(is_batch=is_batch) + 1
        self._room = room if is_batch else None
        self._chunks: list[bytes] = []
        self._kept = self._taken = self._read = 0
        # False once there was no room for it; nothing is kept then.
        self.has_room = True
        self._read_max = self._keep * (_BATCH_DRAIN_FACTOR if is_batch else DRAIN_FACTOR)

    @property
    def size(self) -> int:
        """How large it is, as far as is known."""
        return max(self._read, self._announced)

    @property
    def is_too_large(self) -> bool:
        """Whether it is beyond its cap."""
        return self.size >= self._keep

    @property
    def is_read_enough(self) -> bool:
        """Whether nobody need read on to be heard."""
        return self._read > self._read_max

    def add(self, chunk: bytes) -> None:
        """One more piece."""
        self._read += len(chunk)
        if self._kept == self._keep or not self.has_room:
            return
        kept = chunk[: self._keep - self._kept]
        if self._room is not None:
            self.has_room = self._room.take(len(kept))
            if not self.has_room:
                self.let_go()
                return
            self._taken += len(kept)
        self._kept += len(kept)
        self._chunks.append(kept)

    def joined(self) -> bytes:
        """What is kept."""
        return b"".join(self._chunks)

    def let_go(self) -> None:
        """Keep nothing any more, and give the room back. May be repeated."""
        self._chunks.clear()
        if self._room is not None:
            self._room.give(self._taken)
            self._taken = 0
