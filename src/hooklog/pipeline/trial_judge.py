"""Judging past entries anew without changing anything: the stages of the worker, over rooms that are only read."""

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

import msgspec
import structlog

from hooklog.catalog.base import Catalog
from hooklog.catalog.mapping import NAME_KEY
from hooklog.consumers.ei import EiConsumer
from hooklog.directory.known import AskedDirectory
from hooklog.errors import HooklogError
from hooklog.event import Entry, Event
from hooklog.eventlog.query import Hidden
from hooklog.pipeline.batch import BatchResult
from hooklog.pipeline.fields import RESERVED_NAMES
from hooklog.pipeline.intake import Intake
from hooklog.pipeline.settings import PipelineSettings
from hooklog.pipeline.stage import Work
from hooklog.pipeline.stages import build_line
from hooklog.pipeline.trial_rooms import TrialClaims, TrialDirectory, TrialLoyalty
from hooklog.pipeline.uniqueness import KnowsClaims
from hooklog.psi import mask_nested
from hooklog.trial.base import NOT_JUDGED
from hooklog.trial.tally import Tally

__all__ = ["TrialJudge"]

_BATCH_EVENTS: Final = 256  # As many as the worker takes through the stages together.

diagnostics = structlog.get_logger()


class TrialJudge:
    """One trial's judge; what it finds it adds to a tally. Not thread-safe."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        directory: AskedDirectory,
        log: KnowsClaims,
        calling: frozenset[int],
        settings: PipelineSettings,
        tally: Tally,
        hidden: Hidden | None = None,
    ) -> None:
        """Args:
        catalog: what entries are judged by, drafts included; it does not change meanwhile.
        directory: is only read.
        log: is only read.
        calling: the orgs that have a loyalty endpoint.
        settings: the worker's.
        tally: what is found goes there.
        hidden: what whoever asks may not see. Rules of their own choice must not tell what lies nested in a field
            that is not sensitive itself, so there it is judged as it is shown to them.
        """
        self._hidden = hidden
        self._catalog = catalog
        self._tally = tally
        self._makes: dict[int, bool] = {}
        self._claims = TrialClaims(log)
        self._loyalty = TrialLoyalty(calling)
        self._line = build_line(
            catalog=catalog,
            directory=TrialDirectory(directory),
            log=self._claims,
            ei=EiConsumer(),
            emf=self._loyalty,
            # A stage that raises on an event will raise again: nothing is at stake.
            settings=msgspec.structs.replace(settings, attempts_max=1),
            clock_us=lambda: time.time_ns() // 1000,
        )

    def judge(self, entries: Sequence[Entry]) -> None:
        """Judge entries, the oldest first, all of them accepted after those judged before.

        Raises:
            StorageUnavailable: the disk failed; the trial cannot go on.
        """
        for first in range(0, len(entries), _BATCH_EVENTS):
            self._judge_batch(entries[first : first + _BATCH_EVENTS])

    def _judge_batch(self, entries: Sequence[Entry]) -> None:
        findings = self._tally.findings
        before = {entry.id: entry for entry in entries if entry.status not in NOT_JUDGED}
        self._claims.start_batch(entries[0].id)
        self._loyalty.start_batch(before)
        self._line.start_batch()
        intake = Intake(self._catalog, self._line.plans)
        taken = [self._take_up(intake, entry) for entry in before.values()]
        works = [work for work in taken if work is not None]
        result = BatchResult()
        for part in self._parts(works, {entry.org_id for entry in entries}):
            self._line.run(part, result)
        assert not result.parked, "nothing that a trial asks makes an event wait"
        result.settled.sort(key=lambda one: one.entry.id)
        self._claims.commit(result.settled)
        for settled in result.settled:
            self._tally.add(before[settled.entry.id].status, settled)
        findings.looked += len(entries)
        findings.refused += len(entries) - len(before)
        findings.unreadable += len(before) - len(works)
        findings.loyalty_unknown += len(self._loyalty.unknown)

    def _parts(self, works: Sequence[Work], org_ids: Iterable[int]) -> Iterator[list[Work]]:
        """The events that may be judged together, in order.

        The worker's stages look up the customers of a part all at once. What it has in hand came within
        milliseconds; here hours may lie between two events, and a customer whom one makes is there for the next of
        another kind. So where any customer may be made, what a source calls differently is judged apart.
        """
        if not any(map(self._makes_customers, org_ids)):
            return iter([list(works)] if works else [])
        kinds = groupby(works, key=lambda work: (work.webhook.id, work.payload.get(NAME_KEY)))
        return (list(part) for _, part in kinds)

    def _makes_customers(self, org_id: int) -> bool:
        """Whether an event of an org can make a customer."""
        known = self._makes.get(org_id)
        if known is None:
            fields = [one.field_of_type("customer") for one in self._catalog.definitions(org_id)]
            known = any(field is not None and field.flag("addCustomerIfNotExists") for field in fields)
            self._makes[org_id] = known
        return known

    def _take_up(self, intake: Intake, entry: Entry) -> Work | None:
        """The work of a settled event; None where it cannot be taken up any more."""
        webhook = self._catalog.webhook(entry.webhook_id)
        if webhook is None:
            return None
        try:
            return intake.fresh(Event(entry.id, webhook.org_id, entry.webhook_id, self._as_seen(entry)))
        except HooklogError:
            raise
        except Exception:  # noqa: BLE001 - as in the worker, one event's trouble is its own
            diagnostics.exception("entry_cannot_be_taken_up", id=entry.id.hex())
            return None

    def _as_seen(self, entry: Entry) -> bytes:
        is_flat = entry.input.count(b"{") == 1 and b"[" not in entry.input
        if self._hidden is None or is_flat:
            return entry.input
        names = self._hidden(entry.org_id, entry.event_name)
        return mask_nested(entry.input, names, RESERVED_NAMES) if names else entry.input
