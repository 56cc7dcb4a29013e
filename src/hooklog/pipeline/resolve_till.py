"""Which till an event counts for: the one in the payload, else the webhook's (contract I.5 (d), I.29)."""

from collections.abc import Sequence

from hooklog.directory.base import Directory
from hooklog.event import Stage, Status
from hooklog.pipeline.stage import PASS, Outcome, Work, as_sent, passed, reject, shown

__all__ = ["ResolveTill"]


class ResolveTill:
    """An unknown till, or another org's, is INVALID_TILL_CODE."""

    stage = Stage.RESOLVE_TILL

    def __init__(self, directory: Directory) -> None:
        """Args: `directory`: knows the tills."""
        self._directory = directory

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage."""
        return [self._resolve(work) for work in batch]

    def _resolve(self, work: Work) -> Outcome:
        """Every till field must name a till; the first one decides."""
        work.till = work.sent_till_code = None
        sent = [
            (field.name, as_sent(work.attributes[field.name]))
            for field in work.known_definition.fields
            if field.type == "tillCode" and field.name in work.stored
        ]
        for name, code in sent:
            till = self._directory.till(code)
            if till is None or till.org_id != work.org_id:
                return reject(Status.INVALID_TILL_CODE, f"Invalid till code {shown(code)}", {"field": name})
            work.stored[name] = str(till.id)
            if work.sent_till_code is None:
                work.sent_till_code, work.till = code, till
        if work.till is None and work.till_code:
            till = self._directory.till(work.till_code)
            if till is None or till.org_id != work.org_id:
                return reject(Status.INVALID_TILL_CODE, f"Invalid till code {shown(work.till_code)}")
            work.till = till
        return PASS if work.till is None else passed({"tillId": work.till.id})
