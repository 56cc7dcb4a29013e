"""Looking entries up in the index of values, lazily and in the order of their ids, without numpy.

What is found may not be what was looked for: keys are hashes, and entries may have expired. Whoever asks looks at
the entry itself. Every look is one or two statements of some microseconds, inside the caller's snapshot.
"""

import heapq
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeAlias

import apsw
import msgspec

from hooklog.eventlog.sqlite_value_run import (
    ORDINAL_BITS,
    ORDINALS,
    RunState,
    Small,
    ValueRun,
    decode_small,
    runs_in,
)
from hooklog.eventlog.value_format import PART_NUMBERS, Numbers

__all__ = ["Found", "Sought", "find"]


# After so many looks without a hit, whoever asks is told how far it went.
_LOOKS_MAX = 256
# With many alternatives it is cheaper to look into runs as the walk comes to them.
_KEYS_PROBED_MAX = 8


class Sought(msgspec.Struct, frozen=True):
    """Which entries are looked for: those that have a key of each group, and the first 8 bytes of whose id, as a
    number, lie from `low` to `high`, both included.
    """

    groups: tuple[tuple[int, ...], ...]
    low: int
    high: int
    is_ascending: bool


Found: TypeAlias = tuple[int, bool]
"""The first 8 bytes of an id as a number; and whether it was found, or only how far the walk has come."""


def find(connection: apsw.Connection, sought: Sought) -> Iterator[Found]:
    """The entries that are found, in the order of their ids, equal ones once. Inside a snapshot."""
    runs = runs_in(
        connection, f"state = {RunState.LIVE:d} AND lowest <= ? AND highest >= ?", (sought.high, sought.low)
    )
    last = -1
    for place, is_found in _merged(connection, _promising(connection, runs, sought), sought):
        if not is_found or place != last:
            yield place, is_found
        if is_found:
            last = place


def _promising(connection: apsw.Connection, runs: list[ValueRun], sought: Sought) -> list[ValueRun]:
    """The runs that have a key of each group: most do not have a rare one, and one statement for each key tells."""
    for keys in sorted(sought.groups, key=len):
        if not runs or len(keys) > _KEYS_PROBED_MAX:
            break
        runs = _having(connection, runs, keys, sought)
    return runs


def _having(
    connection: apsw.Connection, runs: list[ValueRun], keys: tuple[int, ...], sought: Sought
) -> list[ValueRun]:
    having = {
        run.number
        for run in runs
        if run.small is not None and any(_has_key(decode_small(run.small).items, key) for key in keys)
    }
    probe = (
        "SELECT r.number, p.first, p.width, p.body FROM value_run r JOIN value_part p ON p.id = ("
        "SELECT id FROM value_part INDEXED BY value_part_by_first "
        "WHERE run = r.number AND first <= ?3 ORDER BY first DESC LIMIT 1) "
        f"WHERE r.state = {RunState.LIVE:d} AND r.lowest <= ?1 AND r.highest >= ?2 AND r.small IS NULL"
    )
    for key in keys:
        values = (sought.high, sought.low, (key << ORDINAL_BITS) + ORDINALS - 1)
        for number, *packed in connection.execute(probe, values):
            if number not in having and _has_key(Numbers(*packed), key):
                having.add(number)
    return [run for run in runs if run.number in having]


def _has_key(items: Numbers, key: int) -> bool:
    """Whether a part, the last one that begins up to where a key's items end, has any of them."""
    place = items.below((key + 1) << ORDINAL_BITS) - 1
    return place >= 0 and items[place] >> ORDINAL_BITS == key


def _merged(connection: apsw.Connection, runs: Sequence[ValueRun], sought: Sought) -> Iterator[Found]:
    """All runs' entries in order; a run is looked into only once the walk comes to where it begins."""
    sign = 1 if sought.is_ascending else -1
    waiting = sorted(runs, key=lambda run: run.highest if sign < 0 else -run.lowest)
    heads: list[tuple[int, bool, int, Iterator[Found]]] = []

    def push(number: int, lane: Iterator[Found]) -> None:
        head = next(lane, None)
        if head is not None:
            heapq.heappush(heads, (sign * head[0], not head[1], number, lane))

    while waiting or heads:
        # `waiting` has the nearest run last.
        while waiting and (not heads or sign * _nearest(waiting[-1], sign) <= heads[0][0]):
            run = waiting.pop()
            push(run.number, _in_run(connection, run, sought))
        if heads:
            place, is_marker, number, lane = heapq.heappop(heads)
            yield sign * place, not is_marker
            push(number, lane)


def _nearest(run: ValueRun, sign: int) -> int:
    return run.lowest if sign > 0 else run.highest


def _in_run(connection: apsw.Connection, run: ValueRun, sought: Sought) -> Iterator[Found]:
    """The entries of one run that have a key of each group: the groups take turns in going on to the next place."""
    source = _Stored(connection, run) if run.small is None else _Whole(decode_small(run.small))
    low = 0 if sought.low <= run.lowest else source.place_of(sought.low)
    high = run.entries if sought.high >= run.highest else source.place_of(sought.high + 1)
    step = 1 if sought.is_ascending else -1
    groups = [[_Lane(source, key, step) for key in keys] for keys in sought.groups]
    place, looks = (low, 0) if step > 0 else (high - 1, 0)
    while low <= place < high:
        agreed = place
        for group in groups:
            nearest = _nearest_of(group, agreed, step)
            if nearest is None:
                return
            agreed = nearest
        looks += 1
        if not low <= agreed < high:
            return
        if agreed == place:
            yield source.prefix(place), True
            place, looks = place + step, 0
        else:
            place = agreed
            # The place itself has not been looked at: what is told is that all those before it have been.
            passed = source.prefix(place - step) if looks % _LOOKS_MAX == 0 else None
            if passed is not None and passed != source.prefix(place):
                yield passed, False


def _nearest_of(group: Sequence["_Lane"], place: int, step: int) -> int | None:
    found = [one for lane in group if (one := lane.seek(place)) is not None]
    return (min(found) if step > 0 else max(found)) if found else None


class _Source(Protocol):
    """Where the items and ids of a run are read from."""

    def around(self, item: int) -> Numbers | None:
        """The part that begins with the nearest item up to this one; None where all are higher."""

    def behind(self, item: int) -> Numbers | None:
        """The part that begins with the nearest item above this one; None where there is none."""

    def prefix(self, place: int) -> int:
        """The first 8 bytes of the id at a place."""

    def place_of(self, prefix: int) -> int:
        """How many ids are below."""


class _Whole:
    """A small run."""

    def __init__(self, small: Small) -> None:
        self._ids, self._items = small.ids, small.items

    def around(self, item: int) -> Numbers | None:
        return self._items if self._items.first <= item else None

    def behind(self, item: int) -> Numbers | None:
        return self._items if self._items.first > item else None

    def prefix(self, place: int) -> int:
        return self._ids[place]

    def place_of(self, prefix: int) -> int:
        return self._ids.below(prefix)


class _Stored:
    """A run in parts."""

    _AROUND = (
        "SELECT first, width, body FROM value_part INDEXED BY value_part_by_first "
        "WHERE run = ? AND first <= ? ORDER BY first DESC LIMIT 1"
    )
    _BEHIND = (
        "SELECT first, width, body FROM value_part INDEXED BY value_part_by_first "
        "WHERE run = ? AND first > ? ORDER BY first LIMIT 1"
    )
    _IDS = "SELECT first, width, body FROM value_id INDEXED BY value_id_by_part WHERE run = ? AND part = ?"

    def __init__(self, connection: apsw.Connection, run: ValueRun) -> None:
        self._connection = connection
        self._run = run
        self._part = -1
        self._ids: Numbers | None = None

    def around(self, item: int) -> Numbers | None:
        return self._numbers(self._AROUND, item)

    def behind(self, item: int) -> Numbers | None:
        return self._numbers(self._BEHIND, item)

    def prefix(self, place: int) -> int:
        part, left = divmod(place, PART_NUMBERS)
        return self._ids_of(part)[left]

    def place_of(self, prefix: int) -> int:
        """Halve the parts until one is left."""
        low, high = 0, (self._run.entries - 1) // PART_NUMBERS
        while low < high:
            middle = (low + high + 1) // 2
            if self._ids_of(middle).first < prefix:
                low = middle
            else:
                high = middle - 1
        return low * PART_NUMBERS + self._ids_of(low).below(prefix)

    def _ids_of(self, part: int) -> Numbers:
        if self._ids is None or part != self._part:
            self._ids = self._numbers(self._IDS, part)
            assert self._ids is not None, f"part {part} of run {self._run.number} is missing"
            self._part = part
        return self._ids

    def _numbers(self, statement: str, value: int) -> Numbers | None:
        row = self._connection.execute(statement, (self._run.number, value)).fetchone()
        return None if row is None else Numbers(*row)


class _Lane:
    """The places of one key in a run, to be gone through in one direction."""

    def __init__(self, source: _Source, key: int, step: int) -> None:
        self._source = source
        self._start = key << ORDINAL_BITS
        self._step = step
        self._part: Numbers | None = None
        self._place: int | None = None
        self._is_at_end = False

    def seek(self, place: int) -> int | None:
        """The nearest place of the key from this one on; None where there is none."""
        known = self._place
        if self._is_at_end or (known is not None and (known >= place if self._step > 0 else known <= place)):
            return known
        item = self._start + place
        found = self._up(item) if self._step > 0 else self._down(item)
        self._is_at_end = found is None or not 0 <= found - self._start < ORDINALS
        self._place = None if found is None or self._is_at_end else found - self._start
        return self._place

    def _down(self, item: int) -> int | None:
        """The highest item up to this one."""
        part = self._part
        if part is None or not part.first <= item:
            part = self._part = self._source.around(item)
        if part is None:
            return None
        return part[part.below(item + 1) - 1]

    def _up(self, item: int) -> int | None:
        """The lowest item from this one on."""
        part = self._part
        if part is None or part.last < item:
            part = self._source.around(item)
            if part is None or part.last < item:
                part = self._source.behind(item)
            self._part = part
        if part is None:
            return None
        return part[part.below(item)]
