"""The index of values: every run is whole and in order, and has every entry under every key of it.

The last is told by sums over whole runs, since neither may fit into memory. A run some of whose entries have expired
still has their items; of those it is told that none is missing by looking some of the others up.
"""

import apsw
import msgspec
import numpy as np

from hooklog.check.findings import Check, named
from hooklog.errors import StorageDamaged
from hooklog.eventlog.base import Record
from hooklog.eventlog.mapped import Mapped
from hooklog.eventlog.sqlite_blocks import block_of
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.eventlog.sqlite_value_find import Sought, find
from hooklog.eventlog.sqlite_value_merge import ids_of, items_of
from hooklog.eventlog.sqlite_value_run import ORDINAL_BITS, ORDINALS, RunState, ValueRun, prefix_of, runs_in
from hooklog.eventlog.value_keys import keys_of

__all__ = ["Values"]

_BITS = (1 << 64) - 1
_KEY_FACTOR, _PREFIX_FACTOR = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F
_SAMPLES_MAX = 50


class _Told(msgspec.Struct):
    """What the entries of one run say of it; `samples` are some of them: what they are, id and keys."""

    entries: int = 0
    items: int = 0
    total: int = 0
    samples: list[tuple[str, int, list[int]]] = []


class Values:
    """Told of every entry once."""

    def __init__(self, log: apsw.Connection) -> None:
        """Args: `log`: a snapshot of the event log's file."""
        self._log = log
        self._check = Check(FILE_NAME, "values")
        self._runs = runs_in(log, f"state = {RunState.LIVE:d}")
        self._first_blocks = np.array([run.first_block for run in self._runs], np.int64)
        self._told = {run.number: _Told() for run in self._runs}

    def told(
        self,
        org_id: int,
        request_id: bytes,
        kind: int,
        place: int,
        record: Record | None,
        mapped: Mapped | None,
    ) -> None:
        """An entry, and what its keys come from."""
        block = block_of(place)
        index = int(np.searchsorted(self._first_blocks, block, side="right")) - 1
        if not self._check.expect(
            index >= 0 and block <= self._runs[index].last_block,
            f"entry {named(org_id, request_id)} lies in block {block}, which is in no run",
        ):
            return
        told, prefix = self._told[self._runs[index].number], prefix_of(request_id)
        keys = keys_of(org_id, kind, record, mapped)
        told.entries += 1
        told.items += len(keys)
        for key in keys:
            told.total = (told.total + (key * _KEY_FACTOR ^ prefix * _PREFIX_FACTOR)) & _BITS
        if len(told.samples) < _SAMPLES_MAX:
            told.samples.append((named(org_id, request_id), prefix, keys))

    def finished(self) -> Check:
        """What was found, once every entry was told."""
        for run in self._runs:
            self._check.look()
            self._look_at(run, self._told[run.number])
        kept = "SELECT number FROM value_run"
        for table in ("value_part", "value_id"):
            for (number,) in self._log.execute(f"SELECT DISTINCT run FROM {table} WHERE run NOT IN ({kept})"):
                self._check.wrong(f"{table} has parts of run {number}, which is not there")
        return self._check

    def _look_at(self, run: ValueRun, told: _Told) -> None:
        what = f"run {run.number}"
        try:
            ids, items = ids_of(self._log, run), items_of(self._log, run)
        except (StorageDamaged, msgspec.MsgspecError, ValueError) as error:
            self._check.wrong(f"{what} cannot be read: {error}")
            return
        is_whole = self._check.expect(
            (len(ids), len(items)) == (run.entries, run.items),
            f"{what} has {len(ids)} ids and {len(items)} items; its row says {run.entries} and {run.items}",
        )
        places = items & np.uint64(ORDINALS - 1)
        is_in_order = self._check.expect(
            bool(
                np.all(ids[1:] >= ids[:-1]) and np.all(items[1:] > items[:-1]) and np.all(places < len(ids))
            ),
            f"{what} is not in order",
        )
        if not is_whole or not is_in_order:
            return
        self._check.expect(
            (run.lowest, run.highest) == (int(ids[0]), int(ids[-1])),
            f"{what} has ids from {int(ids[0])} to {int(ids[-1])}; its row says {run.lowest} to {run.highest}",
        )
        if told.entries == run.entries:
            mixed = (items >> np.uint64(ORDINAL_BITS)) * np.uint64(_KEY_FACTOR)
            mixed ^= ids[places] * np.uint64(_PREFIX_FACTOR)
            self._check.expect(
                (len(items), int(mixed.sum(dtype=np.uint64))) == (told.items, told.total),
                f"{what} has other keys than its {run.entries} entries",
            )
        for entry, prefix, keys in told.samples:
            sought = Sought(tuple((key,) for key in keys), prefix, prefix, is_ascending=True)
            self._check.expect(
                any(is_found for _, is_found in find(self._log, sought)),
                f"entry {entry} is not found by its keys",
            )
