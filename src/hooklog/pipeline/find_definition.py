"""Which definition judges an event: the newest version of exactly its name (contract I.5 (b))."""

from collections.abc import Sequence

from hooklog.catalog.base import Catalog, PublishState
from hooklog.event import Stage, Status
from hooklog.pipeline.stage import Outcome, Work, passed, reject, shown

__all__ = ["FindDefinition"]


class FindDefinition:
    """An empty, unknown or disabled name is INVALID_EVENT_NAME."""

    stage = Stage.FIND_DEFINITION

    def __init__(self, catalog: Catalog) -> None:
        """Args: `catalog`: refreshed by the runner once a batch."""
        self._catalog = catalog

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage."""
        return [self._find(work) for work in batch]

    def _find(self, work: Work) -> Outcome:
        name = work.event_name
        assert name is not None, "transform lets no event without a name through"
        definition = self._catalog.definition(work.org_id, name) if name else None
        if definition is None or definition.state == PublishState.DISABLED:
            return reject(Status.INVALID_EVENT_NAME, f"Invalid event name {shown(name)}")
        work.definition = definition
        return passed({"version": definition.version})
