"""The mapped form of an event, made again as it was made when the event was judged (contract I.30).

Definitions keep their versions, mappings are found in the audit: the state before the first change that came later.
"""

from collections.abc import Mapping, Sequence

import msgspec

from hooklog.catalog.base import Catalog, Definition, EventMapping, FieldMapping
from hooklog.catalog.mapping import DEFAULT_TRANSFORMER, WEB_ENGAGE_TRANSFORMER, mapped_form
from hooklog.event import Stage, StageOutcome, StageRecord

__all__ = ["MappedForm", "mapped_then", "mapping_then", "pointer"]


class MappedForm(msgspec.Struct, frozen=True):
    """`values` by our own names; `sources` tells the name under which each was sent."""

    values: dict[str, object]
    sources: dict[str, str]


def mapped_then(
    catalog: Catalog,
    payload: Mapping[str, object],
    stages: Sequence[StageRecord],
    event_name: str,
    definition: Definition | None,
    org_ids: tuple[int, int],
    accepted_ms: int,
) -> MappedForm | None:
    """What the transform stage made of a payload; None where it made nothing. May block on the disk.

    Args:
        catalog: what the orgs have set up, with its audit.
        payload: the body as decoded.
        stages: the event's timeline.
        event_name: as the stage found it.
        definition: the version that judged the event.
        org_ids: the org of the event, then that of its webhook.
        accepted_ms: epoch milliseconds.
    """
    line = next((one for one in stages if one.stage is Stage.TRANSFORM), None)
    if line is None or line.outcome is not StageOutcome.PASSED:
        return None
    source_name = (line.detail or {}).get("sourceName")
    kind = DEFAULT_TRANSFORMER
    fields: tuple[FieldMapping, ...] = ()
    if isinstance(source_name, str):
        at_ms = accepted_ms + line.started_us // 1000
        kind, fields = WEB_ENGAGE_TRANSFORMER, _fields(catalog, org_ids, event_name, source_name, at_ms)
    declared = frozenset[str]() if definition is None else definition.field_names
    # The same mapping, told where each value comes from; one that is missing may still have been named.
    named = {name: value if value is None or value == "" else name for name, value in payload.items()}
    filled = mapped_form(named, kind, fields, declared)
    any_name = mapped_form({name: name for name in payload}, kind, fields, declared)
    sources = {name: str(source or any_name[name]) for name, source in filled.items()}
    return MappedForm(mapped_form(payload, kind, fields, declared), sources)


def mapping_then(catalog: Catalog, org_id: int, event_name: str, at_ms: int) -> EventMapping | None:
    """The mapping of an event at an instant (epoch milliseconds); None where there was none."""
    later = [
        change
        for change in catalog.audits(org_id, event_name)
        if isinstance(change.after, EventMapping) and change.at_ms > at_ms
    ]
    if not later:
        return catalog.mapping(org_id).of_event.get(event_name)
    before = later[-1].before
    return before if isinstance(before, EventMapping) else None


def _fields(
    catalog: Catalog, org_ids: tuple[int, int], event_name: str, source_name: str, at_ms: int
) -> tuple[FieldMapping, ...]:
    """Those of the org whose mapping knew the source's name: the event's own, else its webhook's."""
    for org_id in dict.fromkeys(org_ids):
        mapping = mapping_then(catalog, org_id, event_name, at_ms)
        names = None if mapping is None else mapping.web_engage
        if names is not None and source_name in names.sources:
            return names.fields
    return ()


def pointer(*names: str) -> str:
    """The JSON pointer (RFC 6901) to a value in the input."""
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)
