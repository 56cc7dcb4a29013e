"""Which till an event counts for: the one in the payload, else the webhook's (contract I.5 (d), I.29)."""

from collections.abc import Sequence

from hooklog.directory.base import Till
from hooklog.directory.known import KnownDirectory
from hooklog.event import Stage, Status
from hooklog.pipeline.stage import PASS, Outcome, Work, as_sent, passed, reject, shown

__all__ = ["ResolveTill"]


class ResolveTill:
    """An unknown till, or another org's, is INVALID_TILL_CODE."""

    stage = Stage.RESOLVE_TILL

    def __init__(self, directory: KnownDirectory) -> None:
        """Args: `directory`: knows the tills."""
        self._directory = directory

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage. Asks once for each webhook's till."""
        found: dict[tuple[int, str], tuple[Till | None, Outcome]] = {}
        outcomes = []
        for work in batch:
            if work.plan.till_fields:
                outcomes.append(self._sent(work))
                continue
            key = work.org_id, work.till_code
            known = found.get(key)
            if known is None:
                known = found[key] = self._given(*key)
            work.till, outcome = known
            work.sent_till_code = None
            outcomes.append(outcome)
        return outcomes

    def _sent(self, work: Work) -> Outcome:
        """Every till field must name a till; the first one decides."""
        work.till = work.sent_till_code = None
        for name in work.plan.till_fields:
            if name not in work.stored:
                continue
            code = as_sent(work.attributes[name])
            till = self._till_of(work.org_id, code)
            if till is None:
                return reject(Status.INVALID_TILL_CODE, f"Invalid till code {shown(code)}", {"field": name})
            work.stored[name] = str(till.id)
            if work.sent_till_code is None:
                work.sent_till_code, work.till = code, till
        if work.till is not None:
            return passed({"tillId": work.till.id})
        work.till, outcome = self._given(work.org_id, work.till_code)
        return outcome

    def _given(self, org_id: int, code: str) -> tuple[Till | None, Outcome]:
        """By the webhook, or by the source beside the child org."""
        if not code:
            return None, PASS
        till = self._till_of(org_id, code)
        if till is None:
            return None, reject(Status.INVALID_TILL_CODE, f"Invalid till code {shown(code)}")
        return till, passed({"tillId": till.id})

    def _till_of(self, org_id: int, code: str) -> Till | None:
        till = self._directory.till(code)
        return None if till is None or till.org_id != org_id else till
