"""Drafts as they are sent to what-if: what the catalog would hold, had they been stored and published."""

from typing import Any

import msgspec

from hooklog.api.bodies import shown
from hooklog.api.definition_form import event_name_in, parse_definition
from hooklog.api.definitions import definition_of
from hooklog.api.envelope import NOT_FOUND, ApiError, Notice, warning
from hooklog.api.mapping_form import parse_mapping
from hooklog.api.mappings import put_mapping
from hooklog.api.masking import Mask
from hooklog.catalog.base import Changes, Definition, EventMapping, PublishState
from hooklog.catalog.field_catalogue import with_defaults
from hooklog.catalog.rules import is_same_field, why_not_update
from hooklog.catalog.settings import CatalogSettings

__all__ = ["Drafts", "drafts_in"]


class Drafts(msgspec.Struct, frozen=True):
    """What stands in for what the catalog has, and what is worth a word about it."""

    definitions: tuple[Definition, ...]
    mappings: tuple[EventMapping, ...]
    warnings: list[Notice]


def drafts_in(
    body: dict[str, Any], changes: Changes, org_id: int, limits: CatalogSettings, mask: Mask | None
) -> Drafts:
    """The drafts of a body's `definition` and `mapping`, each in the form in which it is stored.

    Args:
        body: as sent.
        changes: a transaction that is never written; the drafts are put into it.
        org_id: whose.
        limits: of the installation.
        mask: what the caller may not see, None for nothing.

    Raises:
        ApiError: 400 for what could not be stored, 404 for a disabled event, 403 for rules that would tell sensitive
            values to who may not see them.
    """
    warnings: list[Notice] = []
    definition, mapping = _part(body, "definition"), _part(body, "mapping")
    if definition is not None:
        warnings += _put_definition(definition, changes, org_id, limits, mask)
    if mapping is not None:
        form = parse_mapping(mapping)
        if mask is not None and mask.names(org_id, None):
            raise _forbidden("the org has sensitive fields, and a mapping decides what they are judged by")
        warnings += [*form.warnings, *put_mapping(changes, org_id, form)]
    # A mapping is written once for its names and once for its fields; the last one holds.
    mappings = {one.event_name: one for one in changes.written if isinstance(one, EventMapping)}
    definitions = {one.name: one for one in changes.written if isinstance(one, Definition)}
    return Drafts(tuple(definitions.values()), tuple(mappings.values()), warnings)


def _part(body: dict[str, Any], key: str) -> dict[str, Any] | None:
    part = body.get(key)
    if part is not None and not isinstance(part, dict):
        raise ApiError(400, f"{key} is {shown(part)}; it must be an object as it is sent to be stored")
    return part


def _put_definition(
    body: dict[str, Any], changes: Changes, org_id: int, limits: CatalogSettings, mask: Mask | None
) -> list[Notice]:
    name = event_name_in(body, is_new=False)
    newest = changes.definition(org_id, name)
    if newest is None:
        event_name_in(body, is_new=True)
    elif newest.state == PublishState.DISABLED:
        raise ApiError(404, NOT_FOUND)
    known = () if newest is None else newest.fields
    form = parse_definition(body, name, limits, known)
    if mask is not None:
        in_force = {one.name: one for one in known}
        for field in form.fields:
            before = in_force.get(field.name)
            is_kept = before is not None and is_same_field(with_defaults(before), field)
            if field.name in mask.names(org_id, name) and not is_kept:
                raise _forbidden(f"field {field.name!r} is sensitive")
    why = "" if newest is None else why_not_update(newest, form.fields)
    changes.put_definition(msgspec.structs.replace(definition_of(org_id, form), state=PublishState.PUBLISHED))
    return [*form.warnings, *([warning(f"it could not be stored like this: {why}")] if why else [])]


def _forbidden(why: str) -> ApiError:
    return ApiError(403, f"{why}; only who may read it (psi:read) can try other rules for it", code=4000)
