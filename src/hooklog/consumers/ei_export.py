"""The analytical export: a follower of the feed writes records to Parquet files (contract I.15; design.md, rule 4).

Each event is in exactly one file. Which stretch of the feed the next files hold is stored first; a crash at any
step after it leads to the same names, files that are there stay, and only then the cursor moves.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from hooklog.catalog.base import EI_CONSUMER, Catalog
from hooklog.consumers.ei_row import Row, day_of
from hooklog.consumers.ei_store import EiStore
from hooklog.eventlog.base import EventLogReader

__all__ = ["FOLDER_NAME", "EiExport"]

FOLDER_NAME = "ei"
_FEED_ROWS = 16
_GATHERED_BYTES_MAX = 64 * 1024 * 1024

diagnostics = structlog.get_logger()


class EiExport:
    """Not thread-safe. Holds no transaction longer than one look-up."""

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
        is_stopping: asked between events; a step that is told to stop leaves everything to the next one.
        """
        assert store.log_id == log.identity(), "the export belongs to another event log"
        self._folder = folder / FOLDER_NAME
        self._store = store
        self._log = log
        self._catalog = catalog
        self._records_max = records_max
        self._is_stopping = is_stopping

    def step(self) -> bool:
        """Write what has settled, up to the bound; True when there is more at once. May be repeated.

        Raises:
            StorageUnavailable, OSError: the disk failed; the step may be repeated.
        """
        # Loading the library takes long, so nobody waits for it who never writes a file.
        from hooklog.consumers.ei_file import write_file

        self._catalog.refresh()
        first, last = self._store.cursor + 1, self._store.planned
        stretch = self._gather(last)
        if stretch is None:
            return False
        if last is None:
            last = stretch.last
            if last < first:
                return False
            if stretch.files:
                self._store.plan(last)
        for (org_id, day), rows in sorted(stretch.files.items()):
            if self._is_stopping():
                return False
            name = f"{first:012d}-{last:012d}.parquet"
            write_file(self._folder / f"org={org_id}" / f"date={day}" / name, rows)
        self._store.advance(last)
        return stretch.is_full

    def close(self) -> None:
        """Let go of the store, the log and the catalog."""
        self._store.close()
        self._log.close()
        self._catalog.close()

    def _gather(self, planned: int | None) -> "_Stretch | None":
        """The rows behind the cursor: those planned, or as many as the bounds allow. None when told to stop."""
        stretch = _Stretch(self._store.cursor)
        while not stretch.is_full:
            feed = self._log.feed(stretch.last, _FEED_ROWS)
            if feed and feed[0].sequence > stretch.last + 1:
                diagnostics.warning("ei_feed_expired", after=stretch.last, next=feed[0].sequence)
            for row in feed:
                if self._is_stopping():
                    return None
                if planned is not None and row.sequence > planned:
                    return stretch
                self._take(row.ids, stretch)
                stretch.last = row.sequence
                is_enough = stretch.records >= self._records_max or stretch.size >= _GATHERED_BYTES_MAX
                if planned is None and is_enough:
                    stretch.is_full = True
                    break
            if len(feed) < _FEED_ROWS:
                break
        return stretch

    def _take(self, ids: tuple[tuple[int, bytes], ...], stretch: "_Stretch") -> None:
        for org_id, request_id in ids:
            entry = self._log.entry(org_id, request_id)
            record = self._log.record(org_id, request_id)
            # Expired meanwhile, or failed before there was a record.
            if entry is None or record is None or entry.event_name is None:
                continue
            version = self._log.definition_version(org_id, request_id) or 0
            judged_by = self._catalog.definition_version(org_id, entry.event_name, version)
            if judged_by is None or EI_CONSUMER not in judged_by.actions:
                continue
            newest = self._catalog.definition(org_id, entry.event_name)
            # Marks that were set meanwhile count too.
            hidden = frozenset(record.psi) | (frozenset() if newest is None else newest.ever_psi)
            row = Row(org_id, request_id, entry.event_name, entry.status.name, record, hidden)
            stretch.files.setdefault((org_id, day_of(record)), []).append(row)
            stretch.records += 1
            stretch.size += len(entry.input)


class _Stretch(msgspec.Struct):
    last: int
    files: dict[tuple[int, str], list[Row]] = {}
    records: int = 0
    size: int = 0
    is_full: bool = False
