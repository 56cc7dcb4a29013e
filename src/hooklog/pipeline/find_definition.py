"""Which definition judges an event: the newest version of exactly its name (contract I.5 (b))."""

from collections.abc import Sequence

from hooklog.catalog.base import Catalog, PublishState
from hooklog.event import Stage, Status
from hooklog.pipeline.mapped import likely_identifiers
from hooklog.pipeline.plan import NO_PLAN, Plan, Plans
from hooklog.pipeline.stage import Outcome, Work, passed, reject, shown

__all__ = ["FindDefinition"]


class FindDefinition:
    """An empty, unknown or disabled name is INVALID_EVENT_NAME."""

    stage = Stage.FIND_DEFINITION

    def __init__(self, catalog: Catalog, plans: Plans) -> None:
        """Args: `catalog`: refreshed by the runner once a batch; `plans`: of the definitions in use."""
        self._catalog = catalog
        self._plans = plans

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage. Asks once for each name."""
        found: dict[tuple[int, str | None], tuple[Plan, Outcome]] = {}
        outcomes = []
        for work in batch:
            key = work.org_id, work.event_name
            known = found.get(key)
            if known is None:
                known = found[key] = self._find(*key)
            work.plan, outcome = known
            if work.plan is NO_PLAN:
                work.identifiers = likely_identifiers(self._catalog, work.org_id, work.attributes)
            outcomes.append(outcome)
        return outcomes

    def _find(self, org_id: int, name: str | None) -> tuple[Plan, Outcome]:
        assert name is not None, "transform lets no event without a name through"
        definition = self._catalog.definition(org_id, name) if name else None
        if definition is None or definition.state == PublishState.DISABLED:
            return NO_PLAN, reject(Status.INVALID_EVENT_NAME, f"Invalid event name {shown(name)}")
        plan = self._plans.of(definition)
        return plan, passed(plan.detail)
