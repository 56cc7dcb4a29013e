"""Deleting what is too old from `events.db`, in small bounded steps inside the worker's transaction."""

from typing import cast

import apsw

from hooklog.event import id_lowest_at
from hooklog.eventlog.sqlite_record_index import remove_records

__all__ = ["remove_expired"]


def remove_expired(
    connection: apsw.Connection,
    org_id: int,
    before_ms: int,
    limit: int,
    event_name: str | None,
    kept_names: frozenset[str],
) -> int:
    """Delete up to `limit` entries accepted before an instant, oldest first, with all that explains them.

    Args:
        connection: inside a transaction.
        org_id: whose entries.
        before_ms: epoch milliseconds; entries of exactly this instant stay.
        limit: how many at most.
        event_name: only entries of this name; None for all.
        kept_names: entries of these names stay.
    """
    bound = id_lowest_at(before_ms)
    if event_name is None:
        kept = sorted(kept_names)
        rows = connection.execute(
            "SELECT id, name, webhook FROM entry NOT INDEXED WHERE org = ? AND id < ? AND name NOT IN "
            f"(SELECT id FROM word WHERE org = ? AND text IN ({','.join('?' * len(kept))})) ORDER BY id LIMIT ?",
            (org_id, bound, org_id, *kept, limit),
        )
    else:
        rows = connection.execute(
            "SELECT id, name, webhook FROM entry INDEXED BY entry_by_name WHERE org = ? AND id < ? "
            "AND name = (SELECT id FROM word WHERE org = ? AND text = ?) ORDER BY id LIMIT ?",
            (org_id, bound, org_id, event_name, limit),
        )
    found = rows.fetchall()
    keys = [(org_id, cast("bytes", row[0])) for row in found]
    remove_records(connection, keys)
    for table in ("entry", "long_input", "detail"):
        connection.executemany(f"DELETE FROM {table} WHERE org = ? AND id = ?", keys)
    _forget_words(connection, org_id, {cast("int", word) for row in found for word in row[1:]})
    return len(keys)


def _forget_words(connection: apsw.Connection, org_id: int, words: set[int]) -> None:
    """Delete the words that no entry has any more: sources may send ever new names, and the table stays bounded."""
    connection.executemany(
        "DELETE FROM word WHERE id = ?1 "
        "AND NOT EXISTS (SELECT 1 FROM entry INDEXED BY entry_by_name WHERE org = ?2 AND name = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM entry INDEXED BY entry_by_webhook WHERE org = ?2 AND webhook = ?1)",
        [(word, org_id) for word in sorted(words)],
    )
