"""Which event repeats which, in `events.db`: written with the replay's own end, so a link never leads nowhere."""

from collections import Counter
from collections.abc import Sequence

import apsw

from hooklog.db.sqlite import row_of
from hooklog.event import Status
from hooklog.eventlog.base import Parked, Settled

__all__ = [
    "find_original",
    "find_replayed",
    "find_replays",
    "forget_replays",
    "link_parked",
    "read_outcomes",
    "write_replays",
]

# A replay that was parked is linked already when it settles.
_LINK = "INSERT OR IGNORE INTO replay (original, id, org, job) VALUES (?, ?, ?, ?)"


def write_replays(connection: apsw.Connection, settled: Sequence[Settled]) -> None:
    """Link those of the settled events that are replays, and count how they ended. Inside the writer's commit."""
    found = [(item.replay_of, item.entry) for item in settled if item.replay_of is not None]
    if not found:
        return
    connection.executemany(_LINK, [(of.id, entry.id, entry.org_id, of.job) for of, entry in found])
    outcomes = Counter((of.job, int(entry.status)) for of, entry in found if of.job)
    connection.executemany(
        "INSERT INTO replay_outcome VALUES (?, ?, ?) "
        "ON CONFLICT (job, status) DO UPDATE SET count = count + excluded.count",
        [(job, status, count) for (job, status), count in outcomes.items()],
    )


def link_parked(connection: apsw.Connection, parked: Sequence[Parked]) -> None:
    """Link those of the parked events that are replays. Inside the writer's commit."""
    connection.executemany(
        _LINK,
        [
            (of.id, item.event.id, item.org_id, of.job)
            for item in parked
            if (of := item.event.replay_of) is not None
        ],
    )


def forget_replays(connection: apsw.Connection, ids: Sequence[bytes]) -> None:
    """The entries of these events are being deleted: their links go, too. Inside the writer's transaction."""
    if row_of(connection, "SELECT EXISTS (SELECT 1 FROM replay)")[0]:
        connection.executemany("DELETE FROM replay WHERE id = ?", [(one,) for one in ids])


def find_original(connection: apsw.Connection, org_id: int, request_id: bytes) -> bytes | None:
    """See EventLogReader.replay_of."""
    find = "SELECT original FROM replay WHERE id = ? AND org = ?"
    found: bytes | None = connection.execute(find, (request_id, org_id)).get
    return found


def find_replays(connection: apsw.Connection, org_id: int, request_id: bytes, limit: int) -> list[bytes]:
    """See EventLogReader.replays."""
    find = "SELECT id FROM replay WHERE original = ? AND org = ? ORDER BY id DESC LIMIT ?"
    return [bytes(row[0]) for row in connection.execute(find, (request_id, org_id, limit))][::-1]


def find_replayed(connection: apsw.Connection, job: bytes, originals: Sequence[bytes]) -> frozenset[bytes]:
    """See EventLogReader.replayed."""
    find = "SELECT 1 FROM replay WHERE original = ? AND job = ?"
    return frozenset(one for one in originals if connection.execute(find, (one, job)).fetchone() is not None)


def read_outcomes(connection: apsw.Connection, job: bytes) -> dict[Status, int]:
    """See EventLogReader.replay_outcomes."""
    rows = connection.execute("SELECT status, count FROM replay_outcome WHERE job = ?", (job,))
    return {Status(status): int(count) for status, count in rows}
