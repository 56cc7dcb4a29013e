"""The event log's writing side in SQLite: `events.db`, one fenced transaction a batch (design.md, rules 1, 3 to 6)."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import structlog

from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, row_of, storage_errors, transaction
from hooklog.errors import Fenced
from hooklog.event import wall_clock_ms
from hooklog.eventlog.base import Batch, Claim, Parked, Settled, Suspect
from hooklog.eventlog.sqlite_record_index import index_records, run_of
from hooklog.eventlog.sqlite_retention import remove_expired
from hooklog.eventlog.sqlite_rows import (
    ENTRY_COLUMNS,
    decode_parked,
    encode_feed,
    encode_parked,
    encode_record,
    encode_stages,
    entry_to_row,
)

__all__ = ["FILE_NAME", "SqliteEventLogWriter"]

FILE_NAME = "events.db"
_CHECKPOINT_PAGES = 8_000  # 32 MiB of WAL
_WORDS_CACHED_MAX = 50_000

diagnostics = structlog.get_logger()


class SqliteEventLogWriter:
    """See EventLogWriter. Opening it makes the file; only `take_over` gives the right to commit."""

    def __init__(
        self,
        folder: Path,
        *,
        clock_ms: Callable[[], int] = wall_clock_ms,
        synchronous: str = "FULL",
        vfs: str | None = None,
    ) -> None:
        """Args: `folder`: the data folder; `clock_ms`: epoch milliseconds; the rest: see `open_database`."""
        self._connection = open_database(
            folder / FILE_NAME, synchronous=synchronous, vfs=vfs, checkpoint_pages=_CHECKPOINT_PAGES
        )
        self._clock_ms = clock_ms
        self._epoch = -1
        self._words: dict[tuple[int, str], int] = {}
        with storage_errors("event log"):
            migrate(self._connection, "eventlog")
            with transaction(self._connection):
                self._connection.execute(
                    "INSERT OR IGNORE INTO state VALUES (1, ?, 0, 0, 0, NULL, 0, 0)",
                    (secrets.token_bytes(16),),
                )
            row = row_of(self._connection, "SELECT log_id, position, records FROM state")
        self.log_id: bytes = row[0]
        self.position: int = row[1]
        self._records: int = row[2]

    def take_over(self) -> bool:
        """See EventLogWriter."""
        with storage_errors("event log"), transaction(self._connection):
            row = row_of(self._connection, "SELECT position, epoch, is_running, records FROM state")
            self.position, self._epoch, self._records = row[0], row[1] + 1, row[3]
            self._connection.execute("UPDATE state SET epoch = ?, is_running = 1", (self._epoch,))
        return bool(row[2])

    @contextmanager
    def _fenced(self) -> Iterator[None]:
        """A transaction that only the worker of the present epoch, at the position it believes in, can commit."""
        with storage_errors("event log"), transaction(self._connection):
            self._connection.execute(
                "UPDATE state SET epoch = epoch WHERE position = ? AND epoch = ?",
                (self.position, self._epoch),
            )
            if self._connection.changes() != 1:
                raise Fenced(
                    f"another worker has taken over from epoch {self._epoch} at position {self.position}"
                )
            yield

    def commit(self, batch: Batch) -> None:
        """See EventLogWriter."""
        assert batch.from_position == self.position, f"{batch.from_position} is not {self.position}"
        assert batch.to_position >= batch.from_position
        try:
            with self._fenced():
                records = self._records + self._write_entries(batch.settled)
                self._connection.execute(
                    "UPDATE state SET position = ?, records = ?", (batch.to_position, records)
                )
                self._write_claims(batch)
                self._write_pending(batch)
        except BaseException:
            self._words.clear()  # Some of them may have been numbered by what was just rolled back.
            raise
        self.position, self._records = batch.to_position, records

    def _write_entries(self, settled: Sequence[Settled]) -> int:
        """Returns how many records there were among them."""
        if not settled:
            return 0
        run = self._connection.executemany
        rows = [entry_to_row(item, self._word) for item in settled]
        before = self._connection.total_changes()
        run(f"INSERT OR IGNORE INTO entry ({ENTRY_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
        if self._connection.total_changes() - before != len(rows):
            # Entries never change, so the first one stays. Only a restored journal can bring an event again.
            diagnostics.error("entry_was_there_already", first_id=settled[0].entry.id.hex(), count=len(rows))
            settled = [item for item in settled if not self._is_explained(item)]
            if not settled:
                return 0
            rows = [entry_to_row(item, self._word) for item in settled]
        run(
            "INSERT INTO long_input VALUES (?,?,?)",
            [
                (item.entry.org_id, item.entry.id, item.entry.input)
                for item, row in zip(settled, rows, strict=True)
                if row[-1] is None
            ],
        )
        run(
            "INSERT INTO detail VALUES (?,?,?,?)",
            [
                (
                    item.entry.org_id,
                    item.entry.id,
                    encode_stages(item.stages) if item.stages else None,
                    None if item.record is None else encode_record(item.record),
                )
                for item in settled
            ],
        )
        ids = encode_feed([(item.entry.org_id, item.entry.id) for item in settled])
        self._connection.execute("INSERT INTO feed (at_ms, ids) VALUES (?, ?)", (self._clock_ms(), ids))
        return index_records(self._connection, settled, self._word, run_of(self._records))

    def _is_explained(self, settled: Settled) -> bool:
        """Whether the log has had this event before: every entry's row in `detail` is written behind it."""
        find = "SELECT 1 FROM detail WHERE org = ? AND id = ?"
        key = settled.entry.org_id, settled.entry.id
        return self._connection.execute(find, key).fetchone() is not None

    def _write_claims(self, batch: Batch) -> None:
        run = self._connection.executemany
        upsert = (
            "INSERT INTO claim VALUES (?,?,?,?) ON CONFLICT (org, key) "
            "DO UPDATE SET owner = excluded.owner, is_settled = excluded.is_settled"
        )
        run(upsert, [(s.entry.org_id, s.claim_key, s.entry.id, 1) for s in batch.settled if s.claim_key])
        run(
            "DELETE FROM claim WHERE org = ? AND key = ? AND owner = ?",
            [(s.entry.org_id, s.released_key, s.entry.id) for s in batch.settled if s.released_key],
        )
        # Last: one that took a key over after its window, and is in flight, owns it from now on.
        run(upsert, [(p.org_id, p.claim_key, p.event.id, 0) for p in batch.parked if p.claim_key])

    def _write_pending(self, batch: Batch) -> None:
        run = self._connection.executemany
        run(
            "DELETE FROM pending WHERE org = ? AND id = ?",
            [(item.entry.org_id, item.entry.id) for item in batch.settled],
        )
        run(
            "INSERT OR REPLACE INTO pending VALUES (?,?,?,?)",
            [(p.org_id, p.event.id, p.next_at_ms, encode_parked(p)) for p in batch.parked],
        )

    def _word(self, org_id: int, text: str) -> int:
        known = self._words.get((org_id, text))
        if known is not None:
            return known
        find = "SELECT id FROM word WHERE org = ? AND text = ?"
        row = self._connection.execute(find, (org_id, text)).fetchone()
        if row is None:
            self._connection.execute("INSERT INTO word (org, text) VALUES (?, ?)", (org_id, text))
            number = self._connection.last_insert_rowid()
        else:
            number = int(row[0])
        if len(self._words) >= _WORDS_CACHED_MAX:
            self._words.clear()
        self._words[org_id, text] = number
        return number

    def claims(self, org_id: int, keys: Sequence[bytes]) -> dict[bytes, Claim]:
        """See EventLogWriter."""
        find = "SELECT owner, is_settled FROM claim WHERE org = ? AND key = ?"
        found: dict[bytes, Claim] = {}
        with storage_errors("event log"):
            for key in keys:
                for owner, is_settled in self._connection.execute(find, (org_id, key)):
                    found[key] = Claim(owner, bool(is_settled))
        return found

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
        with self._fenced():
            count = remove_expired(self._connection, org_id, before_ms, limit, event_name, kept_names)
        if count:
            self._words.clear()  # Some of them may be gone with the last entry that had them.
        return count

    def trim_feed(self, before_ms: int, limit: int) -> int:
        """See EventLogWriter."""
        with self._fenced():
            self._connection.execute(
                "DELETE FROM feed WHERE sequence IN "
                "(SELECT sequence FROM feed WHERE at_ms < ? ORDER BY sequence LIMIT ?)",
                (before_ms, limit),
            )
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
            self._connection.close()
