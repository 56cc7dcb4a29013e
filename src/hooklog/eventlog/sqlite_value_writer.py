"""Adding to the index of values, inside the writer's transaction: a run for every commit, nothing else is touched."""

from collections.abc import Sequence
from itertools import chain

import apsw
import numpy as np

from hooklog.eventlog.sqlite_value_run import (
    ORDINAL_BITS,
    ORDINALS,
    RunState,
    Small,
    ValueRun,
    encode_small,
)
from hooklog.eventlog.value_arrays import Array, pack, pack_parts
from hooklog.eventlog.value_format import PART_NUMBERS

__all__ = ["add_run", "insert_run", "make_run", "write_ids", "write_items"]


def add_run(
    connection: apsw.Connection,
    entries: Sequence[tuple[bytes, Sequence[int]]],
    blocks: tuple[int, int],
) -> None:
    """Index the entries of a commit.

    Args:
        connection: inside a transaction.
        entries: each one's request id and keys, in any order; at least one, at most ORDINALS.
        blocks: the first and the last block that they lie in.
    """
    assert 0 < len(entries) <= ORDINALS
    counts = [len(keys) for _, keys in entries]
    keys = np.fromiter(chain.from_iterable(keys for _, keys in entries), np.uint64, sum(counts))
    if not len(keys):
        return
    halves = np.frombuffer(b"".join([request_id for request_id, _ in entries]), ">u8")
    ids = halves[::2].astype(np.uint64)
    order = np.argsort(ids, kind="stable")
    places = np.empty(len(ids), np.uint64)
    places[order] = np.arange(len(ids), dtype=np.uint64)
    items = (keys << np.uint64(ORDINAL_BITS)) | np.repeat(places, counts)
    items.sort()
    make_run(connection, 0, ids[order], items, blocks)


def make_run(
    connection: apsw.Connection, level: int, ids: Array, items: Array, blocks: tuple[int, int]
) -> None:
    """Write a whole run that is read at once."""
    small = None
    if len(items) <= PART_NUMBERS and len(ids) <= PART_NUMBERS:
        small = encode_small(Small(pack(ids), pack(items)))
    number = insert_run(
        connection,
        RunState.LIVE,
        ValueRun(0, level, len(ids), len(items), int(ids[0]), int(ids[-1]), *blocks, 0, small),
    )
    if small is None:
        write_ids(connection, number, ids)
        write_items(connection, number, items)


def insert_run(connection: apsw.Connection, state: RunState, run: ValueRun) -> int:
    """Write the row of a run; returns its number, which is never used twice."""
    connection.execute(
        "INSERT INTO value_run (state, level, entries, items, lowest, highest, first_block, last_block, built, small)"
        " VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            int(state),
            run.level,
            run.entries,
            run.items,
            run.lowest,
            run.highest,
            run.first_block,
            run.last_block,
            run.built,
            run.small,
        ),
    )
    return connection.last_insert_rowid()


def write_ids(connection: apsw.Connection, number: int, ids: Array) -> None:
    """Write the ids of a run that is not small."""
    connection.executemany(
        "INSERT INTO value_id (run, part, first, width, body) VALUES (?,?,?,?,?)",
        (
            (number, part, packed.first, packed.width, packed.body)
            for part, packed in enumerate(pack_parts(ids))
        ),
    )


def write_items(connection: apsw.Connection, number: int, items: Array) -> None:
    """Write further items of a run that is not small; they come behind those written before."""
    connection.executemany(
        "INSERT INTO value_part (run, first, width, body) VALUES (?,?,?,?)",
        ((number, packed.first, packed.width, packed.body) for packed in pack_parts(items)),
    )
