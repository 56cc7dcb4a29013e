"""Writing settled events into `events.db`: entry, block, counts, record index and feed, inside the writer's commit."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

import apsw
import msgspec
import structlog

from hooklog.db.sqlite import insert_rows
from hooklog.eventlog.base import Settled
from hooklog.eventlog.block import cut, pack
from hooklog.eventlog.dating import Dating, dating_of
from hooklog.eventlog.sqlite_blocks import place_of, write_blocks
from hooklog.eventlog.sqlite_dictionaries import Compressor
from hooklog.eventlog.sqlite_feed import write_feed
from hooklog.eventlog.sqlite_kinds import KindNumbers
from hooklog.eventlog.sqlite_record_index import index_records, run_of
from hooklog.eventlog.sqlite_replays import write_replays
from hooklog.eventlog.sqlite_tallies import INSTANT_BYTES, add
from hooklog.eventlog.sqlite_value_merge import Merger, drop_expired
from hooklog.eventlog.sqlite_value_writer import add_run
from hooklog.eventlog.value_keys import keys_of

__all__ = ["MERGED_ITEMS_EACH", "MERGED_ITEMS_LEAST", "EntryWriter", "Written"]

# An item is merged some six times in its life; more than that, so that merging keeps up with what comes.
MERGED_ITEMS_EACH = 10
MERGED_ITEMS_LEAST = 2_000

diagnostics = structlog.get_logger()


class Written(msgspec.Struct, frozen=True):
    """How many dated records and blocks were ever written; the next ones are numbered on from there."""

    records: int
    blocks: int


class _Part(msgspec.Struct, frozen=True):
    """Settled events that share a block, with how their records are found and the numbers of their kinds."""

    block: int
    settled: Sequence[Settled]
    datings: Sequence[Dating]
    kinds: Sequence[int]


class EntryWriter:
    """Used by the writer's thread only."""

    def __init__(self, connection: apsw.Connection) -> None:
        """Args: `connection`: the writer's own."""
        self._connection = connection
        self._compressor = Compressor(connection)
        self._merger = Merger(connection)
        self.numbers = KindNumbers(connection)

    def write(self, settled: Sequence[Settled], at_ms: int, before: Written) -> Written:
        """Write the events that are new to the log. Inside a transaction.

        Args:
            settled: in the order in which followers are told.
            at_ms: epoch milliseconds of the commit.
            before: what was written before.
        """
        parts = self._parts(settled, before.blocks)
        if self._insert(parts) < len(settled):
            # Entries never change, so the first one stays. Only a restored journal can bring an event again.
            diagnostics.error(
                "entry_was_there_already", first_id=settled[0].entry.id.hex(), count=len(settled)
            )
            settled = self._new_among(settled, before.blocks)
            parts = self._parts(settled, before.blocks)
            self._insert(parts)
        if not settled:
            return before
        write_blocks(
            self._connection,
            [
                (
                    part.block,
                    len(part.settled),
                    *self._compressor.compress(pack(part.settled), len(part.settled), at_ms),
                )
                for part in parts
            ],
        )
        kinds = list(chain.from_iterable(part.kinds for part in parts))
        tally = Counter(zip(kinds, [item.entry.id[:INSTANT_BYTES] for item in settled], strict=True))
        owners = {
            kind: (item.entry.org_id, int(item.entry.status))
            for kind, item in dict(zip(kinds, settled, strict=True)).items()
        }
        add(self._connection, tally, owners)
        last = parts[-1]
        places = place_of(before.blocks, 0), place_of(last.block, len(last.settled) - 1)
        write_feed(self._connection, at_ms, tally, owners, places)
        self._index_values(parts)
        write_replays(self._connection, settled)
        dated = [
            item
            for part in parts
            for item, dating in zip(part.settled, part.datings, strict=True)
            if dating is Dating.DATED
        ]
        indexed = index_records(self._connection, dated, self.numbers.word, run_of(before.records))
        return Written(before.records + indexed, before.blocks + len(parts))

    def _index_values(self, parts: Sequence[_Part]) -> None:
        entries = [
            (item.entry.id, keys_of(item.entry.org_id, kind, item.record, item.mapped))
            for part in parts
            for item, kind in zip(part.settled, part.kinds, strict=True)
        ]
        add_run(self._connection, entries, (parts[0].block, parts[-1].block))
        items = sum(len(keys) for _, keys in entries)
        self._merger.tend(MERGED_ITEMS_LEAST + MERGED_ITEMS_EACH * items)

    def forget(self) -> None:
        """Remember nothing: a transaction was rolled back."""
        self.numbers.forget()
        self._compressor.forget()
        self._merger.forget()

    def notice_removed(self) -> None:
        """Retention has taken entries away, within the running transaction."""
        self.numbers.forget()  # Some kinds and words may be gone with the last entry that had them.
        if drop_expired(self._connection):
            self._merger.wake()
        self._merger.tend(MERGED_ITEMS_LEAST)

    def _parts(self, settled: Sequence[Settled], first_block: int) -> list[_Part]:
        parts = []
        for block, some in enumerate(cut(settled), first_block):
            datings = [dating_of(item.record, item.entry.id) for item in some]
            parts.append(_Part(block, some, datings, self.numbers.kinds(some, datings)))
        return parts

    def _insert(self, parts: Sequence[_Part]) -> int:
        """Returns how many of the entries were new."""
        before = self._connection.total_changes()
        rows = [
            (item.entry.org_id, item.entry.id, kind, item.entry.response_ms, place)
            for part in parts
            for place, (item, kind) in enumerate(
                zip(part.settled, part.kinds, strict=True), place_of(part.block, 0)
            )
        ]
        insert_rows(self._connection, "INSERT OR IGNORE INTO entry", rows)
        return self._connection.total_changes() - before

    def _new_among(self, settled: Sequence[Settled], first_block: int) -> list[Settled]:
        """Those that the log has not had before, each once. What was just inserted of them is taken back."""
        take_back = "DELETE FROM entry WHERE org = ? AND id = ? AND place >= ? RETURNING 1"
        first = place_of(first_block, 0)
        return [
            item
            for item in settled
            # A second one of the same id finds nothing any more.
            if self._connection.execute(take_back, (item.entry.org_id, item.entry.id, first)).fetchall()
        ]
