"""The vocabulary that every room shares: event, request id, status, stage record, entry.

Nothing here does I/O. An *event* is one accepted (or refused) push of a known webhook; its *request id* is a
UUIDv7 made at acceptance, so the id alone tells the instant of acceptance and the order of the log.
"""

import enum
import secrets
import time
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

import msgspec

__all__ = [
    "ID_BYTES",
    "NO_PARENT",
    "USUAL_MESSAGES",
    "Entry",
    "Event",
    "Refusal",
    "ReplayOf",
    "RequestIds",
    "Stage",
    "StageOutcome",
    "StageRecord",
    "Status",
    "id_from_text",
    "id_lowest_at",
    "id_to_text",
    "instant_of",
    "wall_clock_ms",
]

ID_BYTES = 16
NO_PARENT = -1
_RANDOM_BITS = 74
_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_LOW_BITS = (1 << 62) - 1
_STEP = 1 << 62  # what the first 64 bits of an id count by
_TAIL_MAX = (1 << _RANDOM_BITS) - 1
_POOL_BYTES = 4096
_number_of = int.from_bytes  # Big-endian, and asked several times for every event.


class Status(enum.IntEnum):
    """The closed set of outcomes (contract I.4). The numbers are on disk: never change or reuse one."""

    EVENT_SUCCESS = 1
    EMF_PROCESSOR_FAILED = 2
    INVALID_GROUP_IDENTIFIER_PASSED = 3
    NO_CUSTOMER_DETAILS_PASSED = 4
    INVALID_META_TRANSFORMER_MAPPINGS = 5
    INVALID_EVENT_NAME = 6
    UNAUTHORIZED = 7
    FIELD_VALIDATION_FAILED = 8
    INVALID_TILL_CODE = 9
    INVALID_CUSTOMER_IDENTIFIER = 10
    CUSTOMER_CREATION_FAILED = 11
    EI_PROCESSOR_FAILED = 12
    INVALID_CHILD_ORG = 13
    INVALID_REQUEST_BODY = 14
    REQUEST_TOO_LARGE = 15
    WEBHOOK_DISABLED = 16
    EVENT_PROCESSING_FAILED = 17

    @property
    def on_wire(self) -> str | None:
        """The text of the `status` key; None where the documented log leaves the key out."""
        return None if self is Status.UNAUTHORIZED else self.name


# Statuses that nearly always say the same; storage leaves these texts out.
USUAL_MESSAGES = {
    Status.EVENT_SUCCESS: "Event processed successfully",
    Status.EMF_PROCESSOR_FAILED: (
        "Error while processing emfEvent: customerId not present,cant proceed further"
    ),
    Status.INVALID_META_TRANSFORMER_MAPPINGS: (
        "Invalid meta transformer mappings: No transformer mapping found"
    ),
    Status.UNAUTHORIZED: "Unauthorized",
    Status.WEBHOOK_DISABLED: "Webhook disabled",
}


class Refusal(msgspec.Struct, frozen=True, array_like=True):
    """The verdict of the edge on a push that it did not accept; it travels with the event to the worker."""

    status: Status
    message: str


class ReplayOf(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an event repeats: the original by its request id, on behalf of a job (b"" where somebody replays just this
    one). `said_ms` is when it was said first, epoch milliseconds, also where the original is a replay itself.
    """

    id: bytes
    job: bytes
    said_ms: int


class Event(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One push of a known webhook as it lies in the journal, or a replay of one.

    `body` is what was received, byte for byte (cut to 4 KiB where `refusal` is set). `org_id` is the webhook's
    org; routing to a child happens in the pipeline.
    """

    id: bytes
    org_id: int
    webhook_id: str
    body: bytes
    refusal: Refusal | None = None
    replay_of: ReplayOf | None = None


class Stage(enum.IntEnum):
    """The stages in the order an event passes them. The numbers are on disk: never change or reuse one."""

    INTAKE = 1
    ROUTE_ORG = 2
    TRANSFORM = 3
    FIND_DEFINITION = 4
    VALIDATE = 5
    RESOLVE_TILL = 6
    RESOLVE_CUSTOMER = 7
    RESOLVE_GROUP = 8
    UNIQUENESS = 9
    CONSUME_EI = 10
    CONSUME_EMF = 11
    CONSUME_PARENT = 12


class StageOutcome(enum.IntEnum):
    """What one stage decided about one event. The numbers are on disk."""

    PASSED = 1
    REJECTED = 2
    PARKED = 3
    RAISED = 4


class StageRecord(msgspec.Struct, frozen=True, array_like=True):
    """One line of an event's timeline. Times are microseconds since the event's acceptance."""

    stage: Stage
    started_us: int
    duration_us: int
    outcome: StageOutcome
    detail: dict[str, object] | None = None


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What the log says about one settled event; it never changes (contract I.4).

    `event_name` None means that no name could be found (the key is absent on the wire); "" is an empty name.
    """

    org_id: int
    id: bytes
    status: Status
    event_name: str | None
    input: bytes
    webhook_id: str
    message: str
    response_ms: int
    parent_org_id: int = NO_PARENT

    @property
    def start_ms(self) -> int:
        """Epoch milliseconds of acceptance: the instant inside the id (contract I.2)."""
        return instant_of(self.id)


def wall_clock_ms() -> int:
    """The present instant in epoch milliseconds, UTC."""
    return time.time_ns() // 1_000_000


class RequestIds:
    """Makes UUIDv7 request ids (RFC 9562, method 2 of 6.2) that only ever grow within this process, also when the
    clock steps back.

    Within a millisecond each id is a random step of 2**62 or more above the one before: nobody can guess the next,
    and no two of one maker begin with the same 64 bits (the index of the log finds events by them). Steps fill a
    millisecond after 1,536 ids at the earliest; the next one is then taken ahead of the clock.

    Not thread-safe: one maker belongs to one thread.
    """

    def __init__(self, clock_ms: Callable[[], int] = wall_clock_ms) -> None:
        """Args: `clock_ms`: tells epoch milliseconds."""
        self._clock_ms = clock_ms
        self._last_ms = 0
        self._tail = 0
        self._random = b""
        self._taken = 0

    def make(self) -> bytes:
        """A new id of 16 bytes, greater than every id this maker made before."""
        now_ms = self._clock_ms()
        if now_ms > self._last_ms:
            self._begin(now_ms)
        else:
            self._tail += _STEP + (self._eight_bytes() & (_STEP - 1))
            if self._tail >> _RANDOM_BITS:
                self._begin(self._last_ms + 1)
        high, low = self._tail >> 62, self._tail & _LOW_BITS
        value = (self._last_ms << 80) | _VERSION_AND_VARIANT | (high << 64) | low
        return value.to_bytes(ID_BYTES, "big")

    def make_many(self, count: int) -> list[bytes]:
        """So many ids in growing order, as if `make` had been called as often, at a third of the price."""
        made: list[bytes] = []
        while len(made) < count:
            made.append(self.make())
            random = memoryview(secrets.token_bytes(8 * (count - len(made)))).cast("Q")
            steps = [_STEP + (one & (_STEP - 1)) for one in random]
            tails = list(accumulate(steps, initial=self._tail))
            # What the millisecond has no room for is made in the next one.
            room = bisect_right(tails, _TAIL_MAX)
            frame = (self._last_ms << 80) | _VERSION_AND_VARIANT
            made += [
                (frame | (tail >> 62 << 64) | (tail & _LOW_BITS)).to_bytes(ID_BYTES, "big")
                for tail in tails[1:room]
            ]
            self._tail = tails[room - 1]
        return made

    def own_ms(self) -> int:
        """A millisecond for ids that are made elsewhere: after every id made so far, before all that are made next."""
        self._last_ms = max(self._clock_ms(), self._last_ms + 1)
        self._tail = _TAIL_MAX  # So the next one begins a millisecond of its own.
        return self._last_ms

    def _begin(self, instant_ms: int) -> None:
        """A millisecond begins in the lowest quarter of its room."""
        self._last_ms = instant_ms
        self._tail = (self._eight_bytes() << 8) | (self._eight_bytes() & 0xFF)

    def _eight_bytes(self) -> int:
        """Random bits; asking the system for them once per id would cost more than all the rest."""
        start = self._taken
        if start == len(self._random):
            self._random, start = secrets.token_bytes(_POOL_BYTES), 0
        self._taken = start + 8
        return int.from_bytes(self._random[start : start + 8], "big")


def id_to_text(raw: bytes) -> str:
    """The usual 36-character text of a 16-byte id, in lower case."""
    text = raw.hex("-", 6)  # 8, 12 and 12 digits: two cuts fewer than from one piece
    return f"{text[:13]}-{text[13:17]}-{text[17:]}"


def id_from_text(text: str) -> bytes | None:
    """The 16 bytes of a UUID text (any case); None when the text is not one."""
    if len(text) != 36 or text[8] + text[13] + text[18] + text[23] != "----":
        return None
    digits = text.replace("-", "")
    if len(digits) != 32:
        return None
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return None


def instant_of(raw: bytes) -> int:
    """Epoch milliseconds inside a UUIDv7: when the event was accepted."""
    return _number_of(raw[:6])


def id_lowest_at(instant_ms: int) -> bytes:
    """The lowest 16-byte id of an instant: a bound for range scans. Clamped to what 48 bits can hold."""
    clamped = min(max(instant_ms, 0), (1 << 48) - 1)
    return clamped.to_bytes(6, "big") + bytes(10)
