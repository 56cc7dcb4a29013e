"""Which org an event belongs to: the webhook's, or the child that its `orgResolver` names (contract II.15, I.29)."""

from collections.abc import Sequence

from hooklog.catalog.mapping import RESOLVER_KEY
from hooklog.directory.children import child_named
from hooklog.directory.known import KnownDirectory
from hooklog.event import Stage, Status
from hooklog.pipeline.stage import PASS, Outcome, Work, as_sent, passed, reject, shown

__all__ = ["RouteOrg"]


class RouteOrg:
    """A wrong or foreign child is INVALID_CHILD_ORG, logged in the webhook's own org (contract I.5)."""

    stage = Stage.ROUTE_ORG

    def __init__(self, directory: KnownDirectory) -> None:
        """Args: `directory`: knows which org is whose child."""
        self._directory = directory

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage."""
        outcomes = []
        for work in batch:
            work.org_id = work.event.org_id
            resolver = work.payload.get(RESOLVER_KEY)
            if resolver is None or resolver == "":
                work.till_code = work.webhook.till_code
                outcomes.append(PASS)
            else:
                outcomes.append(self._route(work, resolver))
        return outcomes

    def _route(self, work: Work, resolver: object) -> Outcome:
        child = child_named(resolver, work.event.org_id, self._directory)
        if child is None:
            named = resolver.get("childOrgId") if isinstance(resolver, dict) else resolver
            return reject(Status.INVALID_CHILD_ORG, f"Invalid child org {shown(named)}")
        assert isinstance(resolver, dict)
        till_code = resolver.get("tillCode")
        work.till_code = "" if till_code is None else as_sent(till_code)
        work.org_id, work.parent_org_id = child.id, work.event.org_id
        return passed({"childOrgId": child.id})
