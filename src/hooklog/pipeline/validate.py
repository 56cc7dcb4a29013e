"""Whether every declared field is there and well formed (contract I.5 (c)); the customer field is judged later."""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hooklog.directory.known import KnownDirectory
from hooklog.event import Stage, Status
from hooklog.pipeline.fields import FieldFailure, failures_message
from hooklog.pipeline.stage import PASS, Outcome, Work, reject

__all__ = ["Validate"]


class Validate:
    """FIELD_VALIDATION_FAILED names every failing field, the rule, the value received and a hint."""

    stage = Stage.VALIDATE

    def __init__(self, directory: KnownDirectory) -> None:
        """Args: `directory`: tells each org's time zone."""
        self._directory = directory

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage."""
        zones: dict[int, tzinfo] = {}
        outcomes = []
        for work in batch:
            zone = zones.get(work.org_id)
            if zone is None:
                zone = zones[work.org_id] = self._zone(work.org_id)
            # Dates without a year count from the acceptance, so that judging again gives the same; a replay happened
            # when its original did.
            replay_of = work.event.replay_of
            said_ms = work.accepted_ms if replay_of is None else replay_of.said_ms
            judged = work.plan.fields.judge(work.attributes, zone, said_ms)
            work.stored = judged.stored
            if judged.failures:
                outcomes.append(_reject(work, judged.failures))
                continue
            moment = judged.event_date
            if moment is None:
                # Then the processing time is the event's time (contract II.1.4); records floor it to the second.
                work.event_at_ms, work.sent_offset = said_ms, None
            else:
                work.event_at_ms, work.sent_offset = moment.instant_ms, moment.offset
            outcomes.append(PASS)
        return outcomes

    def _zone(self, org_id: int) -> tzinfo:
        org = self._directory.org(org_id)
        try:
            return UTC if org is None or org.time_zone == "UTC" else ZoneInfo(org.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return UTC  # Names are checked when an org is stored; a zone may yet be missing on this machine.


def _reject(work: Work, failures: tuple[FieldFailure, ...]) -> Outcome:
    detail: dict[str, object] = {
        "fields": [{"field": f.field, "rule": f.rule, "value": f.received, "hint": f.hint} for f in failures]
    }
    message = failures_message(failures, frozenset(work.plan.psi))
    return reject(Status.FIELD_VALIDATION_FAILED, message, detail)
