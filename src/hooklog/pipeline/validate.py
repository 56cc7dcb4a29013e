"""Whether every declared field is there and well formed (contract I.5 (c)); the customer field is judged later."""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hooklog.catalog.base import Definition
from hooklog.directory.base import Directory
from hooklog.event import Stage, Status, instant_of
from hooklog.pipeline.fields import CompiledFields, compile_fields, failures_message, psi_names
from hooklog.pipeline.stage import PASS, Outcome, Work, reject

__all__ = ["Validate"]


class Validate:
    """FIELD_VALIDATION_FAILED names every failing field, the rule, the value received and a hint."""

    stage = Stage.VALIDATE

    def __init__(self, directory: Directory, compiled_max: int) -> None:
        """Args: `directory`: tells each org's time zone; `compiled_max`: how many compiled definitions to keep."""
        self._directory = directory
        self._compiled_max = compiled_max
        self._compiled: dict[tuple[int, str, int], CompiledFields] = {}

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage."""
        zones = {work.org_id: self._zone(work.org_id) for work in batch}
        return [self._validate(work, zones[work.org_id]) for work in batch]

    def _zone(self, org_id: int) -> tzinfo:
        org = self._directory.org(org_id)
        try:
            return UTC if org is None or org.time_zone == "UTC" else ZoneInfo(org.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return UTC  # Names are checked when an org is stored; a zone may yet be missing on this machine.

    def _validate(self, work: Work, zone: tzinfo) -> Outcome:
        definition = work.known_definition
        # Dates without a year count from the acceptance, so that judging again gives the same.
        judged = self._compile(definition).judge(work.attributes, zone, instant_of(work.event.id))
        if judged.failures:
            psi = psi_names(definition.fields)
            detail: dict[str, object] = {
                "fields": [
                    {"field": f.field, "rule": f.rule, "value": f.received, "hint": f.hint}
                    for f in judged.failures
                ]
            }
            return reject(Status.FIELD_VALIDATION_FAILED, failures_message(judged.failures, psi), detail)
        work.stored = judged.stored
        moment = judged.event_date
        # Without one, the processing time is the event's time (contract II.1.4); records floor it to the second.
        work.event_at_ms = instant_of(work.event.id) if moment is None else moment.instant_ms
        work.sent_offset = None if moment is None else moment.offset
        return PASS

    def _compile(self, definition: Definition) -> CompiledFields:
        key = definition.org_id, definition.name, definition.version
        compiled = self._compiled.get(key)
        if compiled is None:
            if len(self._compiled) >= self._compiled_max:
                self._compiled.pop(next(iter(self._compiled)))
            compiled = self._compiled[key] = compile_fields(definition.fields)
        return compiled
