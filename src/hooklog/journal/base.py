"""The journal's promise: what `append` returned for is on disk, in order, under numbers that are never reused.

Every event has a *position*: 1, 2, 3, ... without holes. The edge is the only writer, the worker the only
reader that counts. Backends pass one suite, tests/conformance/test_journal.py.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from hooklog.event import Event

__all__ = ["READ_BYTES_MAX", "JournalReader", "JournalSettings", "JournalWriter", "Positioned"]


# What one read may bring into memory, beyond the one commit group that crosses the line.
READ_BYTES_MAX = 16 * 1024 * 1024


class JournalSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of the intake.

    A commit group holds at most `group_events_max` events or `group_bytes_max` bytes of bodies; beyond
    `waiting_events_max` or `waiting_bytes_max` unanswered pushes are refused with 503. While commits take no longer
    than `commit_here_seconds_max`, the event loop waits for them itself; at 0 a thread always does.
    """

    group_events_max: int = 2_000
    group_bytes_max: int = 8 * 1024 * 1024
    waiting_events_max: int = 50_000
    waiting_bytes_max: int = 128 * 1024 * 1024
    commit_here_seconds_max: float = 0.005


class Positioned(msgspec.Struct, frozen=True, gc=False):
    """An event with its number in the journal."""

    position: int
    event: Event


class JournalWriter(Protocol):
    """Used by one thread of one process at a time."""

    @property
    def last(self) -> int:
        """The highest number ever given out; 0 in a new journal."""

    def append(self, events: Sequence[Event]) -> int:
        """Store a group (not empty) durably and return the position of its last event. Blocks for the sync.

        Raises:
            JournalUnavailable: nothing of the group may be answered as accepted. The writer is of no use any
                more: the process exits and the next one opens a new journal file.
        """

    def trim(self, to: int) -> int:
        """Let go of groups that lie wholly at or below `to`, a bounded number a call; returns how many went.

        Only ever called with a position that the event log has committed. May be repeated.
        """

    def backlog_by_org(self, after: int) -> dict[int, int]:
        """How many events of each org lie after a position, counted by groups. For the edge's start."""

    def close(self) -> None:
        """Let go of the storage; events stay."""


class JournalReader(Protocol):
    """Used by one thread at a time, in any process."""

    def read(self, after: int, limit: int, bytes_max: int = READ_BYTES_MAX) -> list[Positioned]:
        """The next events after a position, in order; empty when there are none yet.

        At most `limit`, and no further group once the bodies add up to `bytes_max`.

        Never blocks for new ones. May be repeated: the same call gives the same events until they are trimmed.

        Raises:
            JournalGap: the number after `after` is missing although later ones are there.
            JournalForeign: the journal was written for another event log.
        """

    def find(self, request_id: bytes, after: int) -> Event | None:
        """The event of a request id among those after a position; None when it is not there (any more).

        Groups are in the order of ids, so this looks at a few of them only.
        """

    def close(self) -> None:
        """Let go of the storage."""
