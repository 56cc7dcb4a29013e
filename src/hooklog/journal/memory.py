"""The journal in memory: the oracle of the conformance suite, and the intake of in-process tests."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from hooklog.errors import JournalGap
from hooklog.event import Event
from hooklog.journal.base import READ_BYTES_MAX, Positioned

__all__ = ["MemoryJournal"]


class MemoryJournal:
    """Writer and reader in one; keeps its groups in a list."""

    def __init__(self, starts_after: int = 0) -> None:
        """Args: `starts_after`: the position already committed; numbering goes on above it."""
        self.last = starts_after
        self._groups: list[tuple[int, tuple[Event, ...]]] = []

    def append(self, events: Sequence[Event]) -> int:
        """See JournalWriter."""
        assert events, "an empty group has no position"
        self._groups.append((self.last + 1, tuple(events)))
        self.last += len(events)
        return self.last

    def read(self, after: int, limit: int, bytes_max: int = READ_BYTES_MAX) -> list[Positioned]:
        """See JournalReader."""
        assert all(first + len(events) == second for (first, events), (second, _) in pairwise(self._groups))
        found: list[Positioned] = []
        for first, events in self._groups:
            found += [Positioned(first + n, event) for n, event in enumerate(events) if first + n > after]
            if sum(len(item.event.body) for item in found) >= bytes_max:
                break
        next_position = found[0].position if found else self.last + 1
        if next_position > after + 1:
            raise JournalGap(f"positions {after + 1} to {next_position - 1} are missing from the journal")
        return found[:limit]

    def find(self, request_id: bytes, after: int) -> Event | None:
        """See JournalReader."""
        for first, events in self._groups:
            for offset, event in enumerate(events):
                if event.id == request_id and first + offset > after:
                    return event
        return None

    def trim(self, to: int) -> int:
        """See JournalWriter."""
        kept = [(first, events) for first, events in self._groups if first + len(events) - 1 > to]
        gone = len(self._groups) - len(kept)
        self._groups = kept
        return gone

    def backlog_by_org(self, after: int) -> dict[int, int]:
        """See JournalWriter."""
        return dict(
            Counter(
                event.org_id
                for first, events in self._groups
                if first + len(events) - 1 > after
                for event in events
            )
        )

    def close(self) -> None:
        """See JournalWriter."""
