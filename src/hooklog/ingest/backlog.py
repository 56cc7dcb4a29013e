"""How much was accepted and not yet worked on, and when that is too much (contract I.6: never an unbounded queue)."""

import os
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from operator import attrgetter
from pathlib import Path

from hooklog.event import Event
from hooklog.ingest.push import IngestSettings
from hooklog.telemetry import metrics

__all__ = ["Backlog"]

_ORG_ID = attrgetter("org_id")


class Backlog:
    """Counts by org, kept on the edge's loop: up with each commit group, down as the worker's position moves."""

    def __init__(
        self, settings: IngestSettings, folder: Path, before: Mapping[int, int], last: int, position: int
    ) -> None:
        """Args:
        settings: the bounds.
        folder: whose disk must have room.
        before: events of each org that lay in the journal at the start.
        last: the journal's last position at the start.
        position: the committed position at the start.
        """
        self._settings = settings
        self._folder = folder
        self._by_org = Counter(before)
        self._groups: deque[tuple[int, Counter[int]]] = deque()
        if before:
            self._groups.append((last, Counter(before)))
        self._last = last
        self._position = position
        self._has_room = True
        self._may_refuse = True
        self.look_at_disk()

    @property
    def events(self) -> int:
        """Accepted and not yet worked on."""
        return max(0, self._last - self._position)

    def added(self, last: int, events: Sequence[Event]) -> None:
        """A group was committed to the journal, up to a position."""
        orgs = Counter(map(_ORG_ID, events))
        self._groups.append((last, orgs))
        self._by_org.update(orgs)
        self._last = last
        self._changed()

    def settled(self, position: int) -> None:
        """The worker has committed up to a position. Groups count until they are done wholly."""
        self._position = position
        while self._groups and self._groups[0][0] <= position:
            self._by_org.subtract(self._groups.popleft()[1])
        if not self._groups:
            self._by_org.clear()
        self._changed()

    def look_at_disk(self) -> None:
        """Ask the file system for its free space; called about once a second."""
        free = os.statvfs(self._folder)
        free_bytes = free.f_bavail * free.f_frsize
        metrics.disk_free_bytes.set(free_bytes)
        self._has_room = free_bytes >= self._settings.disk_free_bytes_min
        self._changed()

    def waiting(self, org_id: int) -> int:
        """How many events of an org's webhooks wait. Those of a commit group count until all of it is done."""
        return min(self.events, self._by_org[org_id])

    def _changed(self) -> None:
        metrics.backlog_events.set(self.events)
        # Asked for each push, and nearly always false.
        self._may_refuse = not self._has_room or self.events >= self._settings.backlog_events_max / 2

    def refusal(self, org_id: int) -> str | None:
        """Why no push of this org can be taken now; None when it can."""
        if not self._may_refuse:
            return None
        if not self._has_room:
            return "the disk is nearly full"
        most = self._settings.backlog_events_max
        if self.events >= most:
            return f"{self.events} events are waiting to be worked on"
        share = most * self._settings.backlog_org_share
        if self.events >= most / 2 and self._by_org[org_id] >= share:
            return f"{self._by_org[org_id]} events of this org are waiting to be worked on"
        return None
