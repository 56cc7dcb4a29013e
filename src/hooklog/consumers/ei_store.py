"""Where the analytical export stands, in `ei.db`: what has been written, and what is being written."""

from pathlib import Path

from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, row_of, storage_errors, transaction

__all__ = ["EiStore"]

FILE_NAME = "ei.db"


class EiStore:
    """For one thread. Every write is durable when it returns.

    Raises:
        StorageUnavailable: the disk failed; nothing was written.
    """

    def __init__(self, folder: Path, log_id: bytes) -> None:
        """Open, and make where it is missing. Args: `folder`: the data folder; `log_id`: the event log's."""
        self._connection = open_database(folder / FILE_NAME)
        with storage_errors("analytical export"):
            migrate(self._connection, "ei")
            with transaction(self._connection):
                self._connection.execute("INSERT OR IGNORE INTO state VALUES (1, ?, 0, NULL)", (log_id,))
            row = row_of(self._connection, "SELECT log_id, cursor, planned FROM state")
        self.log_id: bytes = row[0]
        self.cursor: int = row[1]
        self.planned: int | None = row[2]

    def plan(self, last: int) -> None:
        """The files of the sequences behind the cursor up to `last` are about to be written."""
        self._put(self.cursor, last)

    def advance(self, cursor: int) -> None:
        """All up to this sequence is written."""
        self._put(cursor, None)

    def _put(self, cursor: int, planned: int | None) -> None:
        with storage_errors("analytical export"), transaction(self._connection):
            self._connection.execute("UPDATE state SET cursor = ?, planned = ?", (cursor, planned))
        self.cursor, self.planned = cursor, planned

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
