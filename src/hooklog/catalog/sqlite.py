"""The catalog in SQLite: `catalog.db`, read whole into memory and read again when another process changed it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import msgspec

from hooklog.catalog.audit import Author, Change
from hooklog.catalog.base import AUDITS_MAX
from hooklog.catalog.changes import Changes
from hooklog.catalog.definition import Definition
from hooklog.catalog.reading import CatalogReading
from hooklog.catalog.snapshot import SnapshotCatalog
from hooklog.catalog.sqlite_rows import decode_change, delete_filter, put_change, put_subject, read_state
from hooklog.db.migrate import migrate, refuse_newer
from hooklog.db.sqlite import open_database, snapshot, storage_errors, transaction
from hooklog.event import wall_clock_ms

__all__ = ["FILE_NAME", "SqliteCatalog", "read_catalog"]

FILE_NAME = "catalog.db"

_decode_definition = msgspec.json.Decoder(Definition).decode


def read_catalog(folder: Path) -> SnapshotCatalog:
    """The catalog of a prepared folder as it is now, read without the right to write, and closed again."""
    connection = open_database(folder / FILE_NAME, read_only=True)
    try:
        with storage_errors("catalog"), snapshot(connection):
            refuse_newer(connection, "catalog")
            return SnapshotCatalog(read_state(connection))
    finally:
        connection.close()


class SqliteCatalog(CatalogReading):
    """See Catalog. Threads may share it; old versions are read from the disk, the newest from memory."""

    def __init__(
        self, folder: Path, vfs: str | None = None, clock_ms: Callable[[], int] = wall_clock_ms
    ) -> None:
        """Args: `folder`: the data folder; `vfs`: see `open_database`; `clock_ms`: tells epoch milliseconds."""
        super().__init__()
        self._connection = open_database(folder / FILE_NAME, vfs=vfs)
        self._clock_ms = clock_ms
        self._lock = threading.Lock()
        self._seen = -1
        self._is_news = False
        with storage_errors("catalog"):
            migrate(self._connection, "catalog")
        self.refresh()

    def refresh(self) -> bool:
        """See Catalog: asks SQLite's data_version, which costs microseconds."""
        with self._lock, storage_errors("catalog"):
            self._look()
            is_news, self._is_news = self._is_news, False
            return is_news

    def _look(self) -> None:
        # It counts commits of other connections; our own keep the memory true themselves. A commit between the two
        # statements is seen again at the next look.
        seen = self._connection.pragma("data_version")
        if seen != self._seen:
            self._state = read_state(self._connection)
            self._seen = seen
            self._is_news = True

    def definition_version(self, org_id: int, name: str, version: int) -> Definition | None:
        """See Catalog."""
        newest = self.definition(org_id, name)
        if newest is not None and newest.version == version:
            return newest
        find = "SELECT body FROM definition WHERE org = ? AND name = ? AND version = ?"
        with self._lock, storage_errors("catalog"):
            row = self._connection.execute(find, (org_id, name, version)).fetchone()
        return None if row is None else _decode_definition(row[0])

    def audits(self, org_id: int, event_name: str | None = None, limit: int = AUDITS_MAX) -> list[Change]:
        """See Catalog."""
        where, values = (
            ("org = ?", [org_id]) if event_name is None else ("org = ? AND event = ?", [org_id, event_name])
        )
        find = f"SELECT kind, at_ms, author, after, before FROM audit WHERE {where} ORDER BY sequence DESC LIMIT ?"
        with self._lock, storage_errors("catalog"):
            rows = self._connection.execute(find, (*values, limit)).fetchall()
        return [decode_change(row) for row in rows]

    @contextmanager
    def changing(self, by: Author | None = None) -> Iterator[Changes]:
        """See Catalog: BEGIN IMMEDIATE keeps every other writer out, so what memory says then is the truth."""
        with self._lock, storage_errors("catalog"):
            try:
                with transaction(self._connection):
                    self._look()
                    changes = Changes(self._state, by, self._clock_ms())
                    yield changes
                    for item in changes.written:
                        put_subject(self._connection, item)
                    for gone in changes.deleted:
                        delete_filter(self._connection, gone)
                    for change in changes.audits:
                        put_change(self._connection, change)
            except apsw.Error:
                # What is on the disk now is for the next look to say.
                self._seen = -1
                raise
            # Only now that it is durable may anybody see it.
            self._state = changes.state

    def close(self) -> None:
        """See Catalog."""
        with self._lock:
            self._connection.close()
