"""Trials of a system in memory: what would become of its entries."""

from collections.abc import Iterable
from urllib.parse import parse_qs

from hooklog.catalog.base import Catalog, Definition, EventMapping
from hooklog.catalog.snapshot import SnapshotCatalog
from hooklog.directory.base import Directory
from hooklog.event import RequestIds, Status
from hooklog.eventlog.base import EventLogReader
from hooklog.pipeline.settings import PipelineSettings
from hooklog.roles.trial import findings_of
from hooklog.roles.trial_lines import Task
from hooklog.server import TrialRooms
from hooklog.testing.setting import ORG_ID
from hooklog.testing.system import MemorySystem
from hooklog.trial.base import Findings, Question

__all__ = ["ends_of", "tried", "tried_in"]

_LAST_MS = (1 << 48) - 1


def tried(
    system: MemorySystem,
    filters: str = "",
    *,
    definitions: Iterable[Definition] = (),
    mappings: Iterable[EventMapping] = (),
    calling: Iterable[int] = (),
    entries_max: int = 1_000_000,
    org_ids: tuple[int, ...] = (ORG_ID,),
    sees_all: bool = True,
) -> Findings:
    """What a trial of a system finds; `calling` are the orgs that have a loyalty endpoint."""
    question = Question(
        org_id=org_ids[0],
        org_ids=org_ids,
        filters=parse_qs(filters),
        time_zone="UTC",
        # The system's clock may stand anywhere.
        until_id=RequestIds(lambda: _LAST_MS).make(),
        entries_max=entries_max,
        sees_all=sees_all,
        definitions=tuple(definitions),
        mappings=tuple(mappings),
    )
    return tried_in(system.catalog, system.directory, system.log, question, frozenset(calling))


def tried_in(
    catalog: Catalog,
    directory: Directory,
    log: EventLogReader,
    question: Question,
    calling: frozenset[int] = frozenset(),
) -> Findings:
    """What a trial finds in these rooms."""
    rooms = TrialRooms(SnapshotCatalog(catalog.trying().state), directory, log)
    *_, last = findings_of(Task(question, calling, PipelineSettings()), rooms)
    return last


def ends_of(findings: Findings) -> dict[tuple[Status, Status], int]:
    """How many went from which status to which."""
    return {(one.before, one.after): one.count for one in findings.transitions}
