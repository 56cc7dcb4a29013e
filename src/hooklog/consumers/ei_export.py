"""The analytical export: a follower of the feed writes records to Parquet files (contract I.15; design.md, rule 4).

Each event is in exactly one file. Which stretch of the feed the next files hold is stored first; a crash at any
step after it leads to the same names, files that are there stay, and only then the cursor moves.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import structlog

from hooklog.catalog.base import EI_CONSUMER, Catalog
from hooklog.consumers.ei_store import EiStore
from hooklog.consumers.ei_stretch import Stretch
from hooklog.eventlog.base import EventLogReader, FeedRecords, JudgedRecord

__all__ = ["FOLDER_NAME", "EiExport"]

FOLDER_NAME = "ei"
_GATHERED_BYTES_MAX = 64 * 1024 * 1024
# Of what has expired nothing is gathered; the cursor goes on all the same, or an end in between would undo hours.
_PASSED_EVENTS_MAX = 1_000_000

_Judged: TypeAlias = tuple[int, str, int]
"""Org, event name, version of the definition."""

diagnostics = structlog.get_logger()


class EiExport:
    """Not thread-safe. Holds no transaction longer than a moment, and the interpreter's lock not much longer."""

    def __init__(
        self,
        folder: Path,
        store: EiStore,
        log: EventLogReader,
        catalog: Catalog,
        records_max: int,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Args:
        folder: the data folder.
        store: where the export stands.
        log: what is followed; the store must be of the same log.
        catalog: which events are for the export, and what of them is sensitive. All three are closed by `close`.
        records_max: about how many records are taken at a time.
        is_stopping: asked between commits; a step that is told to stop leaves everything to the next one.
        """
        assert store.log_id == log.identity(), "the export belongs to another event log"
        self._folder = folder / FOLDER_NAME
        self._store = store
        self._log = log
        self._catalog = catalog
        self._records_max = records_max
        self._is_stopping = is_stopping
        self._hidden: dict[_Judged, frozenset[str] | None] = {}
        # How many events the log had settled where the cursor stands; more or less, as some of them may be parked.
        self._position = log.position()

    def is_due(self) -> bool:
        """Whether about as much waits as is taken at a time. Costs one look at a single row."""
        return self._log.position() - self._position >= self._records_max

    def step(self) -> bool:
        """Write what has settled, up to the bound; True when there may be more at once. May be repeated.

        Raises:
            StorageUnavailable, OSError: the disk failed; the step may be repeated.
        """
        self._catalog.refresh()
        self._hidden.clear()
        position = self._log.position()
        first, last = self._store.cursor + 1, self._store.planned
        is_planned = last is not None
        stretch = self._gather(last)
        if stretch is None:
            return False
        if last is None:
            last = stretch.last
            if last >= first and stretch.files:
                self._store.plan(last)
        if last >= first:
            if not self._write(stretch, f"{first:012d}-{last:012d}.parquet"):
                return False
            self._store.advance(last)
        is_more = stretch.is_full or is_planned
        self._position = self._position + stretch.settled if is_more else position
        return is_more

    def close(self) -> None:
        """Let go of the store, the log and the catalog."""
        self._store.close()
        self._log.close()
        self._catalog.close()

    def _gather(self, planned: int | None) -> Stretch | None:
        """The rows behind the cursor: those planned, or as many as the bounds allow. None when told to stop."""
        stretch = Stretch(self._store.cursor)
        while not stretch.is_full:
            rows = self._log.feed_records(stretch.last)
            if not rows:
                break
            # A row without entries tells that a restore has left numbers out.
            if rows[0].sequence > stretch.last + 1 and rows[0].settled:
                diagnostics.warning("ei_feed_expired", after=stretch.last, next=rows[0].sequence)
            for row in rows:
                if self._is_stopping():
                    return None
                if planned is not None and row.sequence > planned:
                    return stretch
                self._take(row, stretch)
                if planned is None and self._is_enough(stretch):
                    stretch.is_full = True
                    break
        return stretch

    def _is_enough(self, stretch: Stretch) -> bool:
        return (
            stretch.records >= self._records_max
            or stretch.size >= _GATHERED_BYTES_MAX
            or stretch.settled >= _PASSED_EVENTS_MAX
        )

    def _take(self, row: FeedRecords, stretch: Stretch) -> None:
        for record in row.records:
            judged = record.org_id, record.event_name, record.definition_version
            try:
                hidden = self._hidden[judged]
            except KeyError:
                hidden = self._hidden[judged] = self._hidden_by(record)
            if hidden is not None:
                psi = record.record.psi
                stretch.add(record, hidden.union(psi) if psi else hidden)
        stretch.end_row(row)

    def _hidden_by(self, record: JudgedRecord) -> frozenset[str] | None:
        """What is sensitive by the newest definition: marks that were set meanwhile count too. None: not for us."""
        judged_by = self._catalog.definition_version(
            record.org_id, record.event_name, record.definition_version
        )
        if judged_by is None or EI_CONSUMER not in judged_by.actions:
            return None
        newest = self._catalog.definition(record.org_id, record.event_name)
        return frozenset() if newest is None else newest.ever_psi

    def _write(self, stretch: Stretch, name: str) -> bool:
        """False when told to stop in between."""
        if not stretch.files:
            return True
        # Loading the library takes long, so nobody waits for it who never writes a file.
        from hooklog.consumers.ei_file import write_file

        for (org_id, day), columns in sorted(stretch.files.items()):
            if self._is_stopping():
                return False
            write_file(self._folder / f"org={org_id}" / f"date={day}" / name, columns)
        return True
