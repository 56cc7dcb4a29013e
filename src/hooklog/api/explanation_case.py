"""What is known of one event, put together from the rooms as far as a caller may see it."""

from typing import Any

import msgspec

from hooklog.api.masking import Mask
from hooklog.catalog.base import Catalog
from hooklog.event import NO_PARENT, Stage, StageRecord, instant_of
from hooklog.eventlog.masked import masked_stages
from hooklog.explain.case import Case
from hooklog.explain.changes import definition_then
from hooklog.explain.mapped import MappedForm, mapped_then
from hooklog.psi import mask_values

__all__ = ["Told", "case_of"]


class Told(msgspec.Struct, frozen=True):
    """An event as it is stored, settled or not; `version` of the definition that judged it, None where none did."""

    org_id: int
    parent_org_id: int
    request_id: bytes
    webhook_id: str
    event_name: str | None
    body: bytes
    stages: tuple[StageRecord, ...]
    version: int | None


def case_of(catalog: Catalog, raw: Told, mask: Mask | None) -> Case:
    """What is known, with sensitive values taken out as soon as they have been mapped. May block on the disk.

    Status, message and record are left for who has the entry.
    """
    accepted_ms, name = instant_of(raw.request_id), raw.event_name or ""
    definition = None
    if raw.version is not None:
        definition = definition_then(catalog, raw.org_id, name, raw.version, _judged_ms(raw))
    payload = _decoded(raw.body)
    webhook_org_id = raw.org_id if raw.parent_org_id == NO_PARENT else raw.parent_org_id
    mapped = None
    if payload is not None:
        org_ids = raw.org_id, webhook_org_id
        mapped = mapped_then(catalog, payload, raw.stages, name, definition, org_ids, accepted_ms)
    stages = raw.stages
    if mask is not None:
        hidden = mask.names(raw.org_id, raw.event_name)
        stages = masked_stages(stages, hidden)
        payload = None if payload is None else _masked(payload, hidden)
        if mapped is not None:
            mapped = MappedForm(_masked(mapped.values, hidden), mapped.sources)
    return Case(
        org_id=raw.org_id,
        parent_org_id=raw.parent_org_id,
        request_id=raw.request_id,
        webhook_id=raw.webhook_id,
        status=None,
        event_name=raw.event_name,
        message="",
        stages=stages,
        payload=payload,
        mapped=mapped,
        definition=definition,
        record=None,
    )


def _judged_ms(raw: Told) -> int:
    line = next((one for one in raw.stages if one.stage is Stage.FIND_DEFINITION), None)
    return instant_of(raw.request_id) + (0 if line is None else line.started_us // 1000)


def _decoded(body: bytes) -> dict[str, Any] | None:
    """The payload; None where a refused body is none."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _masked(values: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    shown = mask_values(values, hidden)
    assert isinstance(shown, dict)
    return shown
