"""The event log's writing side in SQLite: `events.db`, one fenced transaction a batch (design.md, rules 1, 3 to 6)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import cast

from hooklog.db.checkpoint_aside import CheckpointAside
from hooklog.db.sqlite import row_of, storage_errors, transaction
from hooklog.errors import Fenced
from hooklog.event import wall_clock_ms
from hooklog.eventlog.base import Batch, Claim, Parked, Suspect
from hooklog.eventlog.sqlite_blocks import BlockReader
from hooklog.eventlog.sqlite_entries import EntryWriter, Written
from hooklog.eventlog.sqlite_file import CHECKPOINT_PAGES, FILE_NAME, open_log
from hooklog.eventlog.sqlite_replays import link_parked
from hooklog.eventlog.sqlite_retention import expired, has_expired, remove_entries
from hooklog.eventlog.sqlite_rows import decode_parked, encode_parked, read_claims

__all__ = ["SqliteEventLogWriter"]


class SqliteEventLogWriter:
    """See EventLogWriter. Opening it makes the file; only `take_over` gives the right to commit."""

    def __init__(
        self,
        folder: Path,
        *,
        clock_ms: Callable[[], int] = wall_clock_ms,
        synchronous: str = "FULL",
        vfs: str | None = None,
        checkpoints_aside: bool = False,
    ) -> None:
        """Args:
        folder: the data folder.
        clock_ms: epoch milliseconds.
        synchronous: see `open_database`.
        vfs: see `open_database`.
        checkpoints_aside: let a thread of its own move the WAL into the file, so that no commit waits for that.
        """
        self._connection = open_log(folder, synchronous=synchronous, vfs=vfs)
        self._clock_ms = clock_ms
        self._epoch = -1
        self._entries = EntryWriter(self._connection)
        self._blocks = BlockReader()
        with storage_errors("event log"):
            row = row_of(self._connection, "SELECT log_id, position FROM state")
        self.log_id: bytes = row[0]
        self.position: int = row[1]
        self._aside = (
            CheckpointAside(self._connection, folder / FILE_NAME, CHECKPOINT_PAGES, vfs)
            if checkpoints_aside
            else None
        )

    def take_over(self) -> bool:
        """See EventLogWriter."""
        with storage_errors("event log"), transaction(self._connection):
            row = row_of(self._connection, "SELECT position, epoch, is_running FROM state")
            self.position, self._epoch = row[0], row[1] + 1
            self._connection.execute("UPDATE state SET epoch = ?, is_running = 1", (self._epoch,))
        return bool(row[2])

    @contextmanager
    def _fenced(self) -> Iterator[Written]:
        """A transaction that only the worker of the present epoch, at the position it believes in, can commit.

        Gives what was written before, from the file: a commit may be told as failed although it had worked.
        """
        with storage_errors("event log"), transaction(self._connection):
            row = self._connection.execute(
                "UPDATE state SET epoch = epoch WHERE position = ? AND epoch = ? RETURNING records, blocks",
                (self.position, self._epoch),
            ).fetchall()
            if not row:
                raise Fenced(
                    f"another worker has taken over from epoch {self._epoch} at position {self.position}"
                )
            yield Written(*cast("tuple[int, int]", row[0]))

    def commit(self, batch: Batch) -> None:
        """See EventLogWriter."""
        assert batch.from_position == self.position, f"{batch.from_position} is not {self.position}"
        assert batch.to_position >= batch.from_position
        try:
            with self._fenced() as before:
                written = self._entries.write(batch.settled, self._clock_ms(), before)
                self._connection.execute(
                    "UPDATE state SET position = ?, records = ?, blocks = ?, suspect_id = NULL, suspect_deaths = 0",
                    (batch.to_position, written.records, written.blocks),
                )
                self._write_claims(batch)
                self._write_pending(batch)
        except BaseException:
            self._entries.forget()
            raise
        self.position = batch.to_position

    def _write_claims(self, batch: Batch) -> None:
        run = self._connection.executemany
        upsert = (
            "INSERT INTO claim VALUES (?,?,?,?) ON CONFLICT (org, key) "
            "DO UPDATE SET owner = excluded.owner, is_settled = excluded.is_settled"
        )
        claimed = [(s.entry.org_id, s.claim_key, s.entry.id, 1) for s in batch.settled if s.claim_key]
        # In the order of the tree: keys are random, and a page is then read and written once.
        run(upsert, sorted(claimed, key=itemgetter(0, 1)))
        run(
            "DELETE FROM claim WHERE org = ? AND key = ? AND owner = ?",
            [(s.entry.org_id, s.released_key, s.entry.id) for s in batch.settled if s.released_key],
        )
        # Last: one that took a key over after its window, and is in flight, owns it from now on.
        run(upsert, [(p.org_id, p.claim_key, p.event.id, 0) for p in batch.parked if p.claim_key])

    def _write_pending(self, batch: Batch) -> None:
        run = self._connection.executemany
        if row_of(self._connection, "SELECT EXISTS (SELECT 1 FROM pending)")[0]:
            run(
                "DELETE FROM pending WHERE org = ? AND id = ?",
                [(item.entry.org_id, item.entry.id) for item in batch.settled],
            )
        run(
            "INSERT OR REPLACE INTO pending VALUES (?,?,?,?)",
            [(p.org_id, p.event.id, p.next_at_ms, encode_parked(p)) for p in batch.parked],
        )
        if batch.parked:
            link_parked(self._connection, batch.parked)

    def claims(self, org_id: int, keys: Sequence[bytes]) -> dict[bytes, Claim]:
        """See EventLogWriter."""
        with storage_errors("event log"):
            return read_claims(self._connection, org_id, keys)

    def due(self, now_ms: int, limit: int) -> list[Parked]:
        """See EventLogWriter."""
        with storage_errors("event log"):
            rows = self._connection.execute(
                "SELECT parked FROM pending WHERE next_at <= ? ORDER BY next_at LIMIT ?", (now_ms, limit)
            ).fetchall()
        return [decode_parked(cast("bytes", row[0])) for row in rows]

    def parked_among(self, keys: Sequence[tuple[int, bytes]]) -> list[Parked]:
        """See EventLogWriter."""
        find = "SELECT parked FROM pending WHERE org = ? AND id = ?"
        with storage_errors("event log"):
            rows = [row for key in keys for row in self._connection.execute(find, key).fetchall()]
        return [decode_parked(cast("bytes", row[0])) for row in rows]

    def next_due_ms(self) -> int | None:
        """See EventLogWriter."""
        with storage_errors("event log"):
            row = row_of(self._connection, "SELECT min(next_at) FROM pending")
        return None if row[0] is None else int(row[0])

    def suspect(self) -> Suspect | None:
        """See EventLogWriter."""
        row = row_of(self._connection, "SELECT suspect_id, suspect_deaths FROM state")
        return None if row[0] is None else Suspect(row[0], row[1])

    def put_suspect(self, suspect: Suspect | None) -> None:
        """See EventLogWriter."""
        values = (None, 0) if suspect is None else (suspect.id, suspect.deaths)
        with self._fenced():
            self._connection.execute("UPDATE state SET suspect_id = ?, suspect_deaths = ?", values)

    def remove_expired(
        self,
        org_id: int,
        before_ms: int,
        limit: int,
        event_name: str | None = None,
        kept_names: frozenset[str] = frozenset(),
    ) -> int:
        """See EventLogWriter."""
        if limit <= 0:
            return 0
        query = expired(org_id, before_ms, limit, event_name, kept_names)
        with storage_errors("event log"):
            if not has_expired(self._connection, query):
                return 0  # As nearly always: to look first saves a sync.
        try:
            with self._fenced():
                count = remove_entries(self._connection, query, self._blocks)
                if count:
                    self._entries.notice_removed()
        except BaseException:
            self._entries.forget()
            raise
        return count

    def trim_feed(self, before_ms: int, limit: int) -> int:
        """See EventLogWriter."""
        # Only the first rows are looked at: they are in the order of time, but for a clock that was set back.
        first = "SELECT sequence FROM (SELECT sequence, at_ms FROM feed ORDER BY sequence LIMIT ?) WHERE at_ms < ?"
        with storage_errors("event log"):
            if self._connection.execute(f"{first} LIMIT 1", (limit, before_ms)).fetchone() is None:
                return 0
        with self._fenced():
            self._connection.execute(f"DELETE FROM feed WHERE sequence IN ({first})", (limit, before_ms))
            return self._connection.changes()

    def end(self) -> None:
        """See EventLogWriter. One that never took over, or was fenced, only closes. It closes in any case."""
        try:
            if self._epoch >= 0:
                with storage_errors("event log"), transaction(self._connection):
                    self._connection.execute(
                        "UPDATE state SET is_running = 0 WHERE epoch = ?", (self._epoch,)
                    )
        finally:
            if self._aside is not None:
                self._aside.end()
            self._connection.close()
