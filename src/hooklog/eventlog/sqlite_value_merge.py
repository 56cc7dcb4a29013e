"""Merging the runs of the index of values into larger ones, in bounded steps inside the writer's transactions.

A crash between two steps leaves a run that is half built and that nobody reads; the next worker goes on with it.
"""

from collections.abc import Sequence

import apsw
import numpy as np

from hooklog.eventlog.sqlite_value_run import (
    ORDINAL_BITS,
    ORDINALS,
    RunState,
    ValueRun,
    decode_small,
    runs_in,
)
from hooklog.eventlog.sqlite_value_writer import insert_run, make_run, write_ids, write_items
from hooklog.eventlog.value_arrays import Array, unpack
from hooklog.eventlog.value_format import Numbers

__all__ = ["FAN_IN", "ONE_GO_ITEMS", "Merger", "drop_expired", "ids_of", "items_of"]

FAN_IN = 8
"""As many runs of a level become one of the next. More would be merged less often and looked into more often."""

ONE_GO_ITEMS = 65_536
"""So many items are merged within one commit, some milliseconds; more in steps, over many commits."""

_FINAL = 99
_KEYS = 1 << 32
_PARTS_DELETED = 200
_DELETED_ITEMS = 50  # so many items are merged in the time in which a part is deleted
_LIVE = f"state = {RunState.LIVE:d}"
_PLACE = np.uint64(ORDINALS - 1)


class Merger:
    """Used by the writer's thread only."""

    def __init__(self, connection: apsw.Connection) -> None:
        """Args: `connection`: the writer's own."""
        self._connection = connection
        self._building = 0
        self._places: list[Array] = []
        self._is_done = False
        self._added = 0

    def forget(self) -> None:
        """Remember nothing: a transaction was rolled back."""
        self._building, self._places, self._is_done, self._added = 0, [], False, 0

    def wake(self) -> None:
        """There is something to do: runs were let go of."""
        self._is_done = False

    def tend(self, items_max: int) -> None:
        """Merge on, about so many items: the small runs first, so that there are never many.

        Called after each run that was added, or more often. Inside a transaction.
        """
        self._added += 1
        if self._is_done and self._added < FAN_IN:
            return
        left = items_max
        while left > 0:
            spent = self._step(left)
            if not spent:
                # Nothing before as many runs have come as can be merged.
                level_zero = sum(run.level == 0 for run in runs_in(self._connection, _LIVE))
                self._is_done, self._added = True, level_zero
                return
            left -= spent
        self._is_done = False

    def _step(self, items_max: int) -> int:
        """One piece of work, and what it cost, in items; 0 where there is none."""
        building = runs_in(self._connection, f"state = {RunState.BUILDING:d}")
        chosen = self._choose()
        total = sum(run.items for run in chosen)
        if len(chosen) == 1:
            # It is as large as a run may be.
            self._connection.execute(
                "UPDATE value_run SET level = ? WHERE number = ?", (_FINAL, chosen[0].number)
            )
            return 1
        if chosen and total <= ONE_GO_ITEMS:
            self._merge(chosen)
            return total
        if building:
            return self._build(building[0], items_max)
        if chosen:
            return self._begin(chosen)
        return self._delete_some()

    def _choose(self) -> list[ValueRun]:
        """The oldest neighbours of a level that are enough to be merged, or one that can grow no further."""
        by_level: dict[int, list[ValueRun]] = {}
        for run in runs_in(self._connection, f"{_LIVE} AND level < {_FINAL}"):
            by_level.setdefault(run.level, []).append(run)
        for _, runs in sorted(by_level.items()):
            fitting = _fitting(runs)
            if len(fitting) == FAN_IN or len(fitting) < len(runs[:FAN_IN]):
                return fitting
        return []

    def _merge(self, runs: Sequence[ValueRun]) -> None:
        ids, places = _joined_ids(self._connection, runs)
        items = self._items(runs, places, 0, _KEYS)
        make_run(self._connection, runs[0].level + 1, ids, items, _blocks(runs))
        for run in runs:
            _let_go(self._connection, run)

    def _begin(self, runs: Sequence[ValueRun]) -> int:
        ids, places = _joined_ids(self._connection, runs)
        total = sum(run.items for run in runs)
        row = ValueRun(
            0, runs[0].level + 1, len(ids), total, int(ids[0]), int(ids[-1]), *_blocks(runs), 0, None
        )
        self._building, self._places = insert_run(self._connection, RunState.BUILDING, row), places
        write_ids(self._connection, self._building, ids)
        return len(ids)

    def _build(self, target: ValueRun, items_max: int) -> int:
        """Bring the items of the next keys over; keys are hashes, so equal ranges have about equally many."""
        runs = _sources(self._connection, target)
        if self._building != target.number:
            self._building, self._places = target.number, _joined_ids(self._connection, runs)[1]
        end = min(_KEYS, target.built + max(1, _KEYS * items_max // target.items))
        items = self._items(runs, self._places, target.built, end)
        if len(items):
            write_items(self._connection, target.number, items)
        state = RunState.BUILDING if end < _KEYS else RunState.LIVE
        self._connection.execute(
            "UPDATE value_run SET built = ?, state = ? WHERE number = ?", (end, int(state), target.number)
        )
        if state is RunState.LIVE:
            for run in runs:
                _let_go(self._connection, run)
            self._building, self._places = 0, []
        return len(items) + 1

    def _items(self, runs: Sequence[ValueRun], places: Sequence[Array], start: int, end: int) -> Array:
        """The items of all runs from one key on and below another, with the places that they have when merged."""
        low, high = np.uint64(start << ORDINAL_BITS), np.uint64(end << ORDINAL_BITS)
        moved = []
        for run, new in zip(runs, places, strict=True):
            items = _items_between(self._connection, run, int(low), int(high))
            items = items[(items >= low) & (items < high)]
            moved.append((items & ~_PLACE) | new[items & _PLACE])
        merged = np.concatenate(moved)
        merged.sort()
        return merged

    def _delete_some(self) -> int:
        """Delete some parts of a run that nobody reads any more."""
        row = self._connection.execute(
            "SELECT number FROM value_run WHERE state = ? ORDER BY number LIMIT 1", (int(RunState.DEAD),)
        ).fetchone()
        if row is None:
            return 0
        before = self._connection.total_changes()
        for table, index in (("value_part", "value_part_by_first"), ("value_id", "value_id_by_part")):
            self._connection.execute(
                f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} INDEXED BY {index} WHERE run = ? LIMIT ?)",
                (row[0], _PARTS_DELETED),
            )
        deleted = self._connection.total_changes() - before
        if not deleted:
            self._connection.execute("DELETE FROM value_run WHERE number = ?", (row[0],))
        return 1 + deleted * _DELETED_ITEMS


def drop_expired(connection: apsw.Connection) -> int:
    """Let go of the runs whose entries are all gone, with the blocks that they lay in; returns how many.

    Inside a transaction. The runs themselves are deleted by `Merger.step`.
    """
    building = runs_in(connection, f"state = {RunState.BUILDING:d}")
    kept = {source.number for target in building for source in _sources(connection, target)}
    find = "SELECT 1 FROM block WHERE id BETWEEN ? AND ? LIMIT 1"
    gone = [
        run
        for run in runs_in(connection, _LIVE)
        if run.number not in kept
        and connection.execute(find, (run.first_block, run.last_block)).fetchone() is None
    ]
    for run in gone:
        _let_go(connection, run)
    return len(gone)


def _let_go(connection: apsw.Connection, run: ValueRun) -> None:
    if run.small is not None:
        connection.execute("DELETE FROM value_run WHERE number = ?", (run.number,))
    else:
        connection.execute(
            "UPDATE value_run SET state = ? WHERE number = ?", (int(RunState.DEAD), run.number)
        )


def _blocks(runs: Sequence[ValueRun]) -> tuple[int, int]:
    return runs[0].first_block, runs[-1].last_block


def _fitting(runs: Sequence[ValueRun]) -> list[ValueRun]:
    """The first of some neighbours that fit into one run."""
    fitting: list[ValueRun] = []
    total = 0
    for run in runs[:FAN_IN]:
        total += run.entries
        if total > ORDINALS:
            break
        fitting.append(run)
    return fitting


def _sources(connection: apsw.Connection, target: ValueRun) -> list[ValueRun]:
    """The runs that a run is being built from."""
    return runs_in(
        connection,
        f"{_LIVE} AND first_block >= ? AND last_block <= ?",
        (target.first_block, target.last_block),
    )


def _joined_ids(connection: apsw.Connection, runs: Sequence[ValueRun]) -> tuple[Array, list[Array]]:
    """The ids of some runs in order, and where each run's own ones are among them."""
    parts = [ids_of(connection, run) for run in runs]
    joined = np.concatenate(parts)
    order = np.argsort(joined, kind="stable")
    places = np.empty(len(order), np.uint64)
    places[order] = np.arange(len(order), dtype=np.uint64)
    return joined[order], np.split(places, np.cumsum([len(part) for part in parts])[:-1])


def ids_of(connection: apsw.Connection, run: ValueRun) -> Array:
    """The ids of a run, by their first 8 bytes, in order."""
    if run.small is not None:
        return unpack(decode_small(run.small).ids)
    find = "SELECT first, width, body FROM value_id INDEXED BY value_id_by_part WHERE run = ? ORDER BY part"
    return _joined([unpack(Numbers(*row)) for row in connection.execute(find, (run.number,))])


def items_of(connection: apsw.Connection, run: ValueRun) -> Array:
    """All items of a run, in order."""
    return _items_between(connection, run, 0, _KEYS << ORDINAL_BITS)


def _items_between(connection: apsw.Connection, run: ValueRun, low: int, high: int) -> Array:
    """The items of a run from `low` on and below `high`, and some around."""
    if run.small is not None:
        return unpack(decode_small(run.small).items)
    find = (
        "SELECT first, width, body FROM value_part INDEXED BY value_part_by_first WHERE run = ?1 AND first < ?3 "
        "AND first >= ifnull((SELECT max(first) FROM value_part INDEXED BY value_part_by_first "
        "WHERE run = ?1 AND first < ?2), 0) ORDER BY first"
    )
    return _joined([unpack(Numbers(*row)) for row in connection.execute(find, (run.number, low, high))])


def _joined(parts: Sequence[Array]) -> Array:
    return np.concatenate(parts) if parts else np.empty(0, np.uint64)
