"""Where entries lie: every block has exactly the entries that it counts, each in a slot of its own."""

import apsw

from hooklog.check.findings import Check
from hooklog.db.sqlite import row_of
from hooklog.errors import StorageDamaged
from hooklog.eventlog.block import Block
from hooklog.eventlog.sqlite_blocks import BlockReader, block_of, slot_of
from hooklog.eventlog.sqlite_file import FILE_NAME

__all__ = ["Places"]


class Places:
    """Told every entry's place once. Remembers the blocks that are not complete yet: in the order of ids, few."""

    def __init__(self, log: apsw.Connection) -> None:
        """Args: `log`: a snapshot of the event log's file."""
        self._log = log
        self._check = Check(FILE_NAME, "blocks")
        self._blocks = BlockReader()
        # By block: the slots of its entries so far, and how many it counts.
        self._open: dict[int, tuple[set[int], int]] = {}
        self._complete = 0

    def taken(self, place: int, what: str) -> tuple[Block, int] | None:
        """The block and slot of an entry; None where they are not to be had, which is then noted."""
        number, slot = block_of(place), slot_of(place)
        self._note(number, slot, what)
        try:
            block = self._blocks.block(self._log, place)
        except StorageDamaged as error:
            self._check.wrong(f"{what} lies in block {number}: {error}")
            return None
        if slot >= len(block):
            self._check.wrong(f"{what} lies in slot {slot} of block {number}, which has {len(block)}")
            return None
        return block, slot

    def finished(self) -> Check:
        """What was found, once every entry was told."""
        for number, (slots, live) in self._open.items():
            self._check.wrong(f"block {number} counts {live} entries; {len(slots)} lie in it")
        total = row_of(self._log, "SELECT count(*) FROM block")[0]
        self._check.expect(
            total == self._complete + len(self._open),
            f"there are {total} blocks; entries lie in {self._complete + len(self._open)}",
        )
        return self._check

    def _note(self, number: int, slot: int, what: str) -> None:
        slots, live = self._open.get(number) or (set(), self._live(number))
        if slot in slots:
            self._check.wrong(f"{what} lies in slot {slot} of block {number}, where another one lies too")
        slots.add(slot)
        self._open[number] = slots, live
        if len(slots) == live:
            self._complete += 1
            del self._open[number]

    def _live(self, number: int) -> int:
        self._check.look()
        row = self._log.execute("SELECT live FROM block WHERE id = ?", (number,)).fetchone()
        return 0 if row is None else int(row[0])
