"""What a copy of `events.db` needs before it can be gone on with: it is no dead worker's, and its feed leaps.

Commits behind a copy had sequence numbers, and followers may remember them. They must not come again with another
meaning, so the feed goes on far behind them. A row without entries, which no commit writes, tells the leap.
"""

import apsw

from hooklog.db.sqlite import row_of, transaction
from hooklog.eventlog.sqlite_feed import encode_spans

__all__ = ["end_of_feed", "leap", "note_clean_end"]


def note_clean_end(connection: apsw.Connection) -> None:
    """The worker that wrote the original has not died with this copy: whatever it had in hand did no harm to it."""
    with transaction(connection):
        connection.execute("UPDATE state SET is_running = 0")


def end_of_feed(connection: apsw.Connection) -> int:
    """The highest sequence number that was ever given out."""
    find = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'feed'"
    return int(row_of(connection, find)[0])


def leap(connection: apsw.Connection, by: int, at_ms: int) -> int:
    """Let the feed go on behind so many numbers that are left out; returns the first one of the new ones.

    Args:
        connection: of a copy that nobody follows yet.
        by: more than there can have been commits behind the copy.
        at_ms: epoch milliseconds.
    """
    with transaction(connection):
        sequence = end_of_feed(connection) + by
        connection.execute(
            "INSERT INTO feed (sequence, at_ms, place, places, spans) VALUES (?, ?, 0, 0, ?)",
            (sequence, at_ms, encode_spans([])),
        )
    return sequence
