"""The event log's reading side in SQLite: any thread of any process, never in the worker's way.

The indexes are named in each statement: SQLite's planner prefers a scan of the clustered tree even after ANALYZE
(docs/decisions/0001-sqlite.md). Each look-up of an index yields ids in order, so a page is a merge of a few
ordered lists and touches no more rows than it shows.
"""

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import cast

import apsw

from hooklog.db.sqlite import ReaderPool, row_of, snapshot, storage_errors
from hooklog.event import Entry, StageRecord, Status
from hooklog.eventlog.base import FeedRow, Parked, Record
from hooklog.eventlog.query import Match, Query
from hooklog.eventlog.record_query import RecordHit, RecordQuery
from hooklog.eventlog.sqlite_records import SqliteRecords
from hooklog.eventlog.sqlite_rows import (
    ENTRY_COLUMNS,
    decode_feed,
    decode_parked,
    decode_record,
    decode_stages,
    entry_from_row,
)
from hooklog.eventlog.sqlite_writer import FILE_NAME

__all__ = ["SqliteEventLogReader"]

_WORDS_CACHED_MAX = 50_000
_FAILURES = frozenset(Status) - {Status.EVENT_SUCCESS}


class SqliteEventLogReader:
    """See EventLogReader. The file must exist; every calling thread gets a connection of its own."""

    def __init__(self, folder: Path, vfs: str | None = None) -> None:
        """Args: `folder`: the data folder; `vfs`: see `open_database`."""
        self._pool = ReaderPool(folder / FILE_NAME, vfs)
        self._texts: dict[int, str] = {}
        self._records = SqliteRecords(self._pool, self._text)

    def page(self, query: Query) -> list[Entry]:
        """See EventLogReader."""
        connection = self._pool.connection()
        # One snapshot for all look-ups of the page; a page is short, so it holds no checkpoint back.
        with storage_errors("event log"), snapshot(connection):
            ids = heapq.merge(
                *(lane for org_id in query.org_ids for lane in self._lanes(connection, query, org_id)),
                key=lambda pair: pair[1],
                reverse=not query.is_ascending,
            )
            wanted = list(islice(ids, query.limit))
            return [entry for org_id, request_id in wanted if (entry := self.entry(org_id, request_id))]

    def _lanes(
        self, connection: apsw.Connection, query: Query, org_id: int
    ) -> Iterator[list[tuple[int, bytes]]]:
        """Ordered lists of matching (org, id), disjoint and together complete for one page."""
        names = self._numbers(connection, org_id, query.event_names)
        webhooks = self._numbers(connection, org_id, query.webhook_ids)
        if names is None or webhooks is None:
            return
        select = _Select(query, org_id)
        select.match("name", names)
        select.match("webhook", webhooks)
        select.match("status", query.statuses)
        for index, prefix in _prefixes(query, names, webhooks):
            yield [(org_id, row[0]) for row in connection.execute(*select.statement(index, prefix))]

    def _numbers(self, connection: apsw.Connection, org_id: int, match: Match[str]) -> Match[int] | None:
        """A filter on texts as one on their numbers; None when it asks only for texts the org never had."""

        def number(texts: frozenset[str]) -> frozenset[int]:
            find = "SELECT id FROM word WHERE org = ? AND text = ?"
            return frozenset(row[0] for text in texts for row in connection.execute(find, (org_id, text)))

        included = number(match.included)
        return None if match.included and not included else Match(included, number(match.excluded))

    def entry(self, org_id: int, request_id: bytes) -> Entry | None:
        """See EventLogReader."""
        connection = self._pool.connection()
        find = f"SELECT {ENTRY_COLUMNS} FROM entry WHERE org = ? AND id = ?"
        # Retention may take the entry, its words and its long input away between two looks.
        with storage_errors("event log"), snapshot(connection):
            row = connection.execute(find, (org_id, request_id)).fetchone()
            return None if row is None else entry_from_row(row, self._text, self._long_input)

    def stages(self, org_id: int, request_id: bytes) -> tuple[StageRecord, ...]:
        """See EventLogReader."""
        blob = self._one("SELECT stages FROM detail WHERE org = ? AND id = ?", org_id, request_id)
        return () if blob is None else decode_stages(blob)

    def record(self, org_id: int, request_id: bytes) -> Record | None:
        """See EventLogReader."""
        blob = self._one("SELECT record FROM detail WHERE org = ? AND id = ?", org_id, request_id)
        return None if blob is None else decode_record(blob)

    def definition_version(self, org_id: int, request_id: bytes) -> int | None:
        """See EventLogReader."""
        connection = self._pool.connection()
        find = "SELECT version FROM entry WHERE org = ? AND id = ? AND version > 0"
        with storage_errors("event log"):
            row = connection.execute(find, (org_id, request_id)).fetchone()
        return None if row is None else int(row[0])

    def parked(self, org_id: int, request_id: bytes) -> Parked | None:
        """See EventLogReader."""
        blob = self._one("SELECT parked FROM pending WHERE org = ? AND id = ?", org_id, request_id)
        return None if blob is None else decode_parked(blob)

    def pending(self, org_ids: Sequence[int], limit: int) -> list[Parked]:
        """See EventLogReader."""
        find = (
            "SELECT next_at, id, parked FROM pending INDEXED BY pending_by_org "
            "WHERE org = ? ORDER BY next_at, id LIMIT ?"
        )
        with storage_errors("event log"):
            connection = self._pool.connection()
            rows = [row for org_id in org_ids for row in connection.execute(find, (org_id, limit))]
        return [decode_parked(parked) for _, _, parked in sorted(rows)[:limit]]

    def records(self, query: RecordQuery) -> Iterator[list[RecordHit]]:
        """See EventLogReader."""
        return self._records.records(query)

    def count_records(self, query: RecordQuery) -> Iterator[int]:
        """See EventLogReader."""
        return self._records.count_records(query)

    def feed(self, after: int, limit: int) -> list[FeedRow]:
        """See EventLogReader."""
        find = "SELECT sequence, ids FROM feed WHERE sequence > ? ORDER BY sequence LIMIT ?"
        with storage_errors("event log"):
            rows = self._pool.connection().execute(find, (after, limit)).fetchall()
        return [FeedRow(cast("int", row[0]), decode_feed(cast("bytes", row[1]))) for row in rows]

    def position(self) -> int:
        """See EventLogReader."""
        with storage_errors("event log"):
            row = row_of(self._pool.connection(), "SELECT position FROM state")
        return int(row[0])

    def identity(self) -> bytes:
        """See EventLogReader."""
        with storage_errors("event log"):
            return bytes(row_of(self._pool.connection(), "SELECT log_id FROM state")[0])

    def close(self) -> None:
        """See EventLogReader."""
        self._pool.close()

    def _one(self, statement: str, org_id: int, request_id: bytes) -> bytes | None:
        with storage_errors("event log"):
            row = self._pool.connection().execute(statement, (org_id, request_id)).fetchone()
        return None if row is None else row[0]

    def _text(self, number: int) -> str:
        """The text of a word; words never change, so what was read once stays true."""
        text = self._texts.get(number)
        if text is None:
            find = "SELECT text FROM word WHERE id = ?"
            row = self._pool.connection().execute(find, (number,)).fetchone()
            assert row is not None, f"word {number} is missing"
            if len(self._texts) >= _WORDS_CACHED_MAX:
                self._texts.clear()
            text = self._texts[number] = str(row[0])
        return text

    def _long_input(self, org_id: int, request_id: bytes) -> bytes:
        body = self._one("SELECT input FROM long_input WHERE org = ? AND id = ?", org_id, request_id)
        assert body is not None, f"the input of {request_id.hex()} is missing"
        return body


def _prefixes(
    query: Query, names: Match[int], webhooks: Match[int]
) -> Iterator[tuple[str, Sequence[tuple[str, object]]]]:
    """Which index to walk and from which equalities: the rarest kind of value that is asked for."""
    statuses = query.statuses.included
    if query.ids.included:
        yield from (("", (("id", one),)) for one in sorted(query.ids.included))
    elif names.included:
        # The index goes (name, status, id); the few statuses that exist are walked one by one.
        yield from (
            ("entry_by_name", (("name", name), ("status", int(status))))
            for name in sorted(names.included)
            for status in sorted(statuses or Status)
        )
    elif statuses and statuses <= _FAILURES:
        yield from (("entry_by_status", (("status", int(status)),)) for status in sorted(statuses))
    elif webhooks.included:
        yield from (("entry_by_webhook", (("webhook", number),)) for number in sorted(webhooks.included))
    elif statuses:
        yield from (("entry_by_status", (("status", int(status)),)) for status in sorted(statuses))
    else:
        yield "", ()


class _Select:
    """A statement in the making: the range and filters of a query for one org."""

    def __init__(self, query: Query, org_id: int) -> None:
        self._order = "" if query.is_ascending else " DESC"
        self._limit = query.limit
        self._conditions = ["org = ?"]
        self._values: list[object] = [org_id]
        beyond = ">" if query.is_ascending else "<"
        for condition, bound in (
            ("id >= ?", query.from_id),
            ("id < ?", query.until_id),
            (f"id {beyond} ?", query.after),
        ):
            if bound is not None:
                self._add(condition, bound)
        if query.ids.excluded:
            self._among("id NOT IN", sorted(query.ids.excluded))

    def match(self, column: str, match: Match[int] | Match[Status]) -> None:
        """Add a filter on a numeric column."""
        if match.included:
            self._among(f"{column} IN", sorted(match.included))
        if match.excluded:
            self._among(f"{column} NOT IN", sorted(match.excluded))

    def statement(self, index: str, prefix: Sequence[tuple[str, object]]) -> tuple[str, list[object]]:
        """SQL and values for one walk along an index ("" is the clustered tree) from some equalities."""
        pinned = f"INDEXED BY {index}" if index else "NOT INDEXED"
        conditions = [f"{column} = ?" for column, _ in prefix] + self._conditions
        values = [value for _, value in prefix] + self._values
        sql = (
            f"SELECT id FROM entry {pinned} WHERE {' AND '.join(conditions)} ORDER BY id{self._order} LIMIT ?"
        )
        return sql, [*values, self._limit]

    def _add(self, condition: str, value: object) -> None:
        self._conditions.append(condition)
        self._values.append(value)

    def _among(self, operator: str, values: Sequence[object]) -> None:
        self._conditions.append(f"{operator} ({','.join('?' * len(values))})")
        self._values += [int(value) if isinstance(value, Status) else value for value in values]
