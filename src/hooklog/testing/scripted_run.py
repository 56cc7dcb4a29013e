"""The run that crash campaigns cut short: every kind of event, every act of edge and worker, the same each time.

An event's number decides what it is and how it must end, so a check needs no memory of the run.
"""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import msgspec

from hooklog.errors import HooklogError
from hooklog.event import Event, Refusal, Status, instant_of
from hooklog.testing.builders import START_MS, make_id
from hooklog.testing.clock import FakeClock
from hooklog.testing.setting import ORG_ID, WEBHOOK_ID
from hooklog.testing.stored_system import RETRY_MS, Ledger, Means, StoredSystem

__all__ = ["KINDS", "Kind", "carry_on", "kind_of", "live", "number_of", "push_of"]


class Kind(msgspec.Struct, frozen=True):
    """One sort of event: how its number makes a body, and the status it must end with."""

    name: str
    status: Status
    body: Callable[[int], str]
    refusal: Refusal | None = None

    @property
    def has_key(self) -> bool:
        """Whether it has a unique key and keeps it."""
        return self.name.startswith("bill") and self.status is Status.EVENT_SUCCESS


def _visit(note_characters: int) -> Callable[[int], str]:
    # Blanks and letters beyond ASCII: what is shown must be what was received, byte for byte.
    text = "nöte " * (note_characters // 5)
    return lambda number: f' {{ "event_name":"visit", "mobile":"919800000001", "note" : "{number} {text}"\n}}'


def _bill(prefix: str, numbers_per_key: int, wish: str = "") -> Callable[[int], str]:
    def body(number: int) -> str:
        bill = f"{prefix}-{number // numbers_per_key}"
        return f'{{"event_name":"bill","mobile":"919800000001","number":"{bill}","wish":"{wish}"}}'

    return body


# Far above what `live` comes to.
_CARRY_ON_NUMBER = 1_000

KINDS = (
    Kind("visit", Status.EVENT_SUCCESS, _visit(20)),
    Kind("bill that repeats", Status.EVENT_SUCCESS, _bill("often", 60)),
    Kind("visit over 1 KiB", Status.EVENT_SUCCESS, _visit(1_100)),
    # The next two share a key: the second waits in `pending` until the first, parked one has settled.
    Kind("bill that waits", Status.EVENT_SUCCESS, _bill("slow", 12, "wait")),
    Kind("bill behind it", Status.EVENT_SUCCESS, _bill("slow", 12)),
    Kind("new customer", Status.EVENT_SUCCESS, lambda n: f'{{"event_name":"signup","mobile":"91981{n:07}"}}'),
    Kind("unknown name", Status.INVALID_EVENT_NAME, lambda n: f'{{"event_name":"nobody knows {n}"}}'),
    Kind("visit over 4 KiB", Status.EVENT_SUCCESS, _visit(5_000)),
    # The next two share a key: the first fails for good and lets go of it.
    Kind("bill that fails", Status.EMF_PROCESSOR_FAILED, _bill("resent", 12, "fail")),
    Kind("bill sent again", Status.EVENT_SUCCESS, _bill("resent", 12)),
    Kind(
        "refused",
        Status.UNAUTHORIZED,
        lambda n: f"not JSON {n}",
        Refusal(Status.UNAUTHORIZED, "Unauthorized"),
    ),
    Kind(
        "without its field", Status.FIELD_VALIDATION_FAILED, lambda n: f'{{"event_name":"bill","wish":"{n}"}}'
    ),
)


def kind_of(number: int) -> Kind:
    """The sort of event that a number has."""
    return KINDS[number % len(KINDS)]


def push_of(number: int) -> Event:
    """The event of a number; its id tells the number too."""
    kind = kind_of(number)
    return Event(make_id(number), ORG_ID, WEBHOOK_ID, kind.body(number).encode(), kind.refusal)


def number_of(request_id: bytes) -> int:
    """The number of an event of this run, by its id."""
    return instant_of(request_id) - START_MS


def live(folder: Path, ledger: Ledger, clock: FakeClock, means: Means) -> None:
    """Three lives of a system on one folder, in which all that may happen to its files does happen.

    Raises:
        HooklogError, apsw.Error, OSError: the disk has failed for good, or twice in a row.
    """
    numbers = count()
    for life in (_first_life, _second_life, _last_life):
        system = _opened(folder, ledger, clock, means)
        try:
            life(system, clock, numbers)
        finally:
            system.close(is_clean=life is not _second_life)


def carry_on(folder: Path, ledger: Ledger, clock: FakeClock, means: Means) -> None:
    """What is done on a folder after an accident, before the next one comes. Raises what `live` does."""
    numbers = count(_CARRY_ON_NUMBER)
    system = _opened(folder, ledger, clock, means)
    try:
        system.show()
        system.trim()
        _append(system, numbers, 2)
        system.step()
        _append(system, numbers, 14)
        for _ in range(12):
            system.step()
        system.show()
        system.trim()
        _append(system, numbers, 1)
    finally:
        system.close(is_clean=False)


def _opened(folder: Path, ledger: Ledger, clock: FakeClock, means: Means) -> StoredSystem:
    try:
        return StoredSystem(folder, ledger, clock, means)
    except HooklogError:
        return StoredSystem(folder, ledger, clock, means)  # A supervisor tries again.


def _append(system: StoredSystem, numbers: Iterator[int], *sizes: int) -> None:
    for size in sizes:
        system.append([push_of(next(numbers)) for _ in range(size)])


def _first_life(system: StoredSystem, clock: FakeClock, numbers: Iterator[int]) -> None:
    _append(system, numbers, 1, 3, 10, 1)
    system.step()
    system.show()
    system.step()
    _append(system, numbers, 2)
    clock.advance(ms=RETRY_MS)
    system.step()
    system.show()
    system.trim()
    _append(system, numbers, 24)
    system.settle_all()
    system.show()
    system.trim()  # Nothing is left in the journal now.
    _append(system, numbers, 1, 1, 5)


def _second_life(system: StoredSystem, clock: FakeClock, numbers: Iterator[int]) -> None:
    system.step()
    _append(system, numbers, 6)
    system.start_worker()  # The first one is taken for dead: one event at a time.
    for _ in range(4):
        system.step()
    clock.advance(ms=RETRY_MS)
    system.trim()
    system.show()
    _append(system, numbers, 12, 1)
    system.step()
    system.show()


def _last_life(system: StoredSystem, clock: FakeClock, numbers: Iterator[int]) -> None:
    _append(system, numbers, 2)
    clock.advance(ms=RETRY_MS)
    for _ in range(6):
        system.step()
    system.show()
    system.trim()
    _append(system, numbers, 8, 3)
    system.step()
    system.show()
