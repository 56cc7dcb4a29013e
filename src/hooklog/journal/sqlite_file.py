"""What writer and reader of the journal know about one of its files: whose it is and where its numbers start."""

from pathlib import Path

import apsw
import msgspec

from hooklog.db.migrate import version_of
from hooklog.db.sqlite import transaction
from hooklog.errors import JournalForeign
from hooklog.event import Event

__all__ = ["Origin", "decode_events", "is_made", "last_number", "origin_of", "raise_last_number"]

decode_events = msgspec.msgpack.Decoder(list[Event]).decode


class Origin(msgspec.Struct, frozen=True):
    """The event log that a file belongs to, and the position that its numbers go on from."""

    log_id: bytes
    starts_after: int


def is_made(connection: apsw.Connection) -> bool:
    """Whether the file has its tables; a file whose making was cut short before that holds nothing."""
    try:
        return version_of(connection) != 0
    except apsw.ReadOnlyError as error:
        if getattr(error, "extendedresult", None) != apsw.SQLITE_READONLY_ROLLBACK:
            raise
        # Cut short before it became a WAL file: a rollback journal lies beside it, which only a writer may play back.
        return False


def origin_of(connection: apsw.Connection, log_id: bytes) -> Origin | None:
    """The file's origin; None while its making is unfinished: such a file holds nothing.

    Args:
        connection: an open journal file.
        log_id: the id of the event log in the same folder.

    Raises:
        JournalForeign: the file belongs to another event log.
    """
    if not is_made(connection):
        return None
    for found, starts_after in connection.execute("SELECT log_id, starts_after FROM origin"):
        if found != log_id:
            raise JournalForeign(
                f"{Path(connection.filename)} belongs to event log {found.hex()}, this folder's is {log_id.hex()}",
                "put the journal back into the folder it came from; both travel together in `hooklog backup`",
            )
        return Origin(found, starts_after)
    return None


def last_number(connection: apsw.Connection, origin: Origin) -> int:
    """The highest number that the file ever gave out, also when it was trimmed empty."""
    for (sequence,) in connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'journal'"):
        return max(int(sequence), origin.starts_after)
    return origin.starts_after


def raise_last_number(connection: apsw.Connection, to: int) -> None:
    """Let no number up to this one be given out any more; nothing where they all have been. For a copy of a file."""
    if not is_made(connection):
        return
    with transaction(connection):
        connection.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT 'journal', 0 "
            "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'journal')"
        )
        connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'journal'", (to,))
