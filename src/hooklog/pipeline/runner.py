"""The worker's loop: read from the journal, judge, commit; take up parked events; survive poison.

Only a broken invariant of journal or position, or being fenced, ends it. An event that kills the process is found
by trying one at a time after an unclean death, with a note on disk first that its own commit clears: the second death
on the same event settles it as EVENT_PROCESSING_FAILED (design.md, durability rule 6).
"""

from collections.abc import Callable, Sequence
from operator import attrgetter

import structlog

from hooklog.catalog.base import Catalog
from hooklog.consumers.base import Outbound
from hooklog.errors import HooklogError
from hooklog.event import Event
from hooklog.eventlog.base import Batch, EventLogWriter, Parked, Suspect
from hooklog.journal.base import JournalReader
from hooklog.pipeline.batch import BatchResult, Line
from hooklog.pipeline.intake import Intake
from hooklog.pipeline.settings import PipelineSettings
from hooklog.pipeline.settle import settle_failed, settle_refused
from hooklog.pipeline.stage import Work

__all__ = ["Runner"]

_DEATHS_MAX = 2
_DUE_MAX = 200
# What the events of a part take while they are judged, some 3 KB each, stays in a core's second-level cache.
_PART_EVENTS = 256
_DIED = "the worker died on this event twice"

_id_of = attrgetter("entry.id")

diagnostics = structlog.get_logger()


class Runner:
    """One worker. Not thread-safe."""

    def __init__(
        self,
        journal: JournalReader,
        log: EventLogWriter,
        catalog: Catalog,
        line: Line,
        settings: PipelineSettings,
        clock_ms: Callable[[], int],
        outbound: Outbound | None = None,
    ) -> None:
        """Take the event log over; from now on earlier workers cannot commit.

        `outbound` makes the consumers' calls about what is committed as pending; None where there are none.
        """
        self._journal = journal
        self._log = log
        self._catalog = catalog
        self._line = line
        self._settings = settings
        self._clock_ms = clock_ms
        self._outbound = outbound
        died = log.take_over()
        self._died_on = log.suspect()
        if self._died_on is not None and not died:
            # It was being tried alone when the worker ended cleanly, so it did no harm.
            log.put_suspect(None)
            self._died_on = None
        # The poison, if any, is among what the dead worker had in hand: the next batch and what was due first.
        self._careful_until = log.position + settings.batch_events_max if died else 0
        self._careful_due_left = _DUE_MAX
        if died:
            diagnostics.warning("worker_died_uncleanly", position=log.position)

    def step(self) -> int:
        """Judge and commit one batch; returns how many events it held, 0 when there is nothing to do.

        Raises:
            Fenced: another worker took over; nothing was committed.
            JournalGap, JournalForeign: see JournalReader.
            StorageUnavailable: the world failed; nothing was committed and the step may be repeated.
        """
        if self._careful_until:
            return self._careful_step()
        return self._batch()

    def next_due_ms(self) -> int | None:
        """When a parked event wants to be tried again, epoch milliseconds."""
        return self._log.next_due_ms()

    def _batch(self) -> int:
        read = self._journal.read(self._log.position, self._settings.batch_events_max)
        due = self._due(_DUE_MAX)
        if not read and not due:
            return 0
        result = self._judge([item.event for item in read], due)
        self._commit(read[-1].position if read else self._log.position, result)
        return len(read) + len(due)

    def _due(self, limit: int) -> list[Parked]:
        """Parked events whose call has ended, and those whose time has come."""
        answered = [] if self._outbound is None else self._log.parked_among(self._outbound.answered())
        known = {item.event.id for item in answered}
        return [
            *answered,
            *(item for item in self._log.due(self._clock_ms(), limit) if item.event.id not in known),
        ]

    def _commit(self, to_position: int, result: BatchResult) -> None:
        for org_id, name, version in result.verified:
            self._catalog.mark_verified(org_id, name, version)
        self._log.commit(
            Batch(
                from_position=self._log.position,
                to_position=to_position,
                settled=tuple(result.settled),
                parked=tuple(result.parked),
            )
        )
        if self._outbound is not None and result.begun:
            self._outbound.begin(result.begun)

    def _judge(self, events: Sequence[Event], due: Sequence[Parked]) -> BatchResult:
        self._catalog.refresh()
        self._line.start_batch()
        intake = Intake(self._catalog, self._line.plans)
        result = BatchResult()
        items: list[Event | Parked] = [*events, *due]
        for first in range(0, len(items), _PART_EVENTS):
            works = self._take_up(items[first : first + _PART_EVENTS], intake, result)
            self._line.run(works, result)
        # The order of acceptance, for the feed's followers.
        result.settled.sort(key=_id_of)
        return result

    def _take_up(self, items: Sequence[Event | Parked], intake: Intake, result: BatchResult) -> list[Work]:
        works = []
        for item in items:
            try:
                if isinstance(item, Parked):
                    works.append(intake.resumed(item))
                elif item.refusal is None:
                    works.append(intake.fresh(item))
                else:
                    result.settled.append(settle_refused(item, self._clock_ms()))
            except HooklogError:
                raise
            except Exception as error:  # noqa: BLE001 - a bug may end events, never the worker
                diagnostics.exception("event_cannot_be_taken_up")
                why = f"taking it up raised {type(error).__name__}"
                result.settled.append(settle_failed(item, why, self._clock_ms()))
        return works

    def _careful_step(self) -> int:
        """One event alone, named on disk before it is touched."""
        position = self._log.position
        read = self._journal.read(position, 1) if position < self._careful_until else []
        due = [] if read or not self._careful_due_left else self._log.due(self._clock_ms(), 1)
        self._careful_due_left -= len(due)
        if not read and not due:
            self._careful_until = 0
            return self._batch()
        item = read[0].event if read else due[0]
        event = item if isinstance(item, Event) else item.event
        died_on = self._died_on
        deaths = died_on.deaths + 1 if died_on is not None and died_on.id == event.id else 0
        self._log.put_suspect(Suspect(event.id, deaths))
        if deaths >= _DEATHS_MAX:
            diagnostics.error("event_kills_the_worker", id=event.id.hex(), deaths=deaths)
            result = BatchResult([settle_failed(item, _DIED, self._clock_ms())])
        else:
            result = self._judge([event] if read else [], due)
        self._commit(read[0].position if read else position, result)
        return 1
