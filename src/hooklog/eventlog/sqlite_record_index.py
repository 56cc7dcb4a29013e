"""The index of dated records in `events.db`, as the writer keeps it: two narrow trees, inside its transaction.

What is in them and why is told in the schema and in docs/decisions/0006-record-index.md.
"""

import enum
from collections.abc import Callable, Iterable
from typing import TypeAlias

import apsw

from hooklog.db.sqlite import insert_rows, row_of
from hooklog.eventlog.base import Settled
from hooklog.eventlog.record import Record, event_seconds
from hooklog.eventlog.sqlite_rows import NO_NAME

__all__ = ["RUN_RECORDS", "IndexedRecord", "Kind", "index_records", "remove_records", "run_of"]

# 16,384 rows of 45 bytes are 250 pages: a commit of 1,000 records writes each of them once at most.
RUN_RECORDS = 16_384

IndexedRecord: TypeAlias = tuple[int, bytes, int, Record]
"""Org, request id, the number of the event name, record."""


class Kind(enum.IntEnum):
    """What a row of `record_of` goes by. The numbers are on disk: never change or reuse one."""

    USER = 0
    GROUP = 1


def run_of(records: int) -> int:
    """The run that the next dated records go to, after so many were written."""
    return records // RUN_RECORDS


def index_records(
    connection: apsw.Connection, settled: Iterable[Settled], word: Callable[[int, str], int], run: int
) -> int:
    """Index the dated records of settled events that are new to the log; returns how many there were.

    Args:
        connection: inside a transaction.
        settled: all have one.
        word: gives the number of a text in an org.
        run: where the rows of customers and groups go.
    """
    by_time: list[tuple[object, ...]] = []
    by_value: list[tuple[int, int, int, int, int, bytes, int, int]] = []
    for item in settled:
        record, entry = item.record, item.entry
        assert record is not None, "only what has a record is dated"
        name = NO_NAME if entry.event_name is None else word(entry.org_id, entry.event_name)
        is_duplicate, event_at = int(record.is_duplicate), event_seconds(record)
        by_time.append((entry.org_id, name, is_duplicate, event_at, entry.id, run))
        for kind, value in _values(record):
            by_value.append((run, entry.org_id, kind, value, event_at, entry.id, name, is_duplicate))
    insert_rows(connection, "INSERT INTO record_at", by_time)
    # In the order of the tree they are written in half the time.
    insert_rows(connection, "INSERT INTO record_of", sorted(by_value))
    return len(by_time)


def remove_records(connection: apsw.Connection, gone: Iterable[IndexedRecord]) -> None:
    """Take the dated records of events out of the index."""
    delete = (
        "DELETE FROM record_at WHERE org = ? AND name = ? AND is_duplicate = ? AND event_at = ? AND id = ? "
        "RETURNING run"
    )
    by_value: list[tuple[object, ...]] = []
    for org_id, request_id, name, record in gone:
        event_at = event_seconds(record)
        place = (org_id, name, int(record.is_duplicate), event_at, request_id)
        run = int(row_of(connection, delete, place)[0])
        by_value += [(run, org_id, kind, value, event_at, request_id) for kind, value in _values(record)]
    connection.executemany(
        "DELETE FROM record_of WHERE run = ? AND org = ? AND kind = ? AND value = ? AND event_at = ? AND id = ?",
        by_value,
    )


def _values(record: Record) -> list[tuple[int, int]]:
    """What a record is found by in `record_of`: kinds with values."""
    found = ((Kind.USER, record.user_id), (Kind.GROUP, record.group_id))
    return [(int(kind), value) for kind, value in found if value is not None]
