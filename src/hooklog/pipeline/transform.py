"""From the source's names to our own: the mapped form of an event (contract I.5 (a), I.30, II.6)."""

from collections.abc import Sequence

from hooklog.catalog.base import Catalog, FieldMapping
from hooklog.catalog.mapping import NAME_KEY, WEB_ENGAGE_TRANSFORMER, mapped_form, transformer_kind
from hooklog.event import USUAL_MESSAGES, Stage, Status
from hooklog.pipeline.mapped import likely_identifiers
from hooklog.pipeline.stage import PASS, Outcome, Work, passed, reject

__all__ = ["Transform"]

_NO_MAPPING = reject(
    Status.INVALID_META_TRANSFORMER_MAPPINGS, USUAL_MESSAGES[Status.INVALID_META_TRANSFORMER_MAPPINGS]
)
_NOTHING = frozenset[str]()


class Transform:
    """The default transformer passes names through and never needs a mapping; others fail where none fits."""

    stage = Stage.TRANSFORM

    def __init__(self, catalog: Catalog) -> None:
        """Args: `catalog`: refreshed by the runner once a batch."""
        self._catalog = catalog

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage."""
        kinds: dict[str, str | None] = {}
        outcomes = []
        for work in batch:
            transformer = work.webhook.transformer
            if transformer not in kinds:
                kinds[transformer] = transformer_kind(transformer)
            kind = kinds[transformer]
            name = work.payload.get(NAME_KEY)
            if not isinstance(name, str) or kind is None:
                outcomes.append(_NO_MAPPING)
            elif kind == WEB_ENGAGE_TRANSFORMER:
                outcomes.append(self._map(work, name))
            else:
                work.event_name = name
                work.attributes = mapped_form(work.payload, kind, (), _NOTHING)
                outcomes.append(PASS)
            if outcomes[-1] is _NO_MAPPING:
                work.identifiers = likely_identifiers(self._catalog, work.org_id, work.payload)
        return outcomes

    def _map(self, work: Work, name: str) -> Outcome:
        fitting = self._fitting(work, name)
        if fitting is None:
            return _NO_MAPPING
        work.event_name, fields = fitting
        definition = self._catalog.definition(work.org_id, work.event_name)
        declared = _NOTHING if definition is None else definition.field_names
        work.attributes = mapped_form(work.payload, WEB_ENGAGE_TRANSFORMER, fields, declared)
        return passed({"sourceName": name})

    def _fitting(self, work: Work, source_name: str) -> tuple[str, tuple[FieldMapping, ...]] | None:
        """The event that a source name means: to the org itself, else to the org that the webhook belongs to."""
        for org_id in (work.org_id, work.event.org_id):
            mapping = self._catalog.mapping(org_id)
            event_name = mapping.event_of.get(source_name)
            if event_name is not None:
                return event_name, mapping.fields(event_name)
        return None
