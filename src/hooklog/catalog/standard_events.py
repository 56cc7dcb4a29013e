"""The twelve standard events that an org can take over as they are (contract I.13, II.5)."""

from functools import cache
from typing import Any

import msgspec

from hooklog.catalog.definition import Attribute, Definition, Field
from hooklog.catalog.field_catalogue import standard_facts, with_defaults
from hooklog.catalog.mapping import FieldMapping

__all__ = ["StandardEvent", "standard_definition", "standard_events"]


class StandardEvent(msgspec.Struct, frozen=True):
    """One event of the catalogue with the names that its usual source has for it, misspellings included."""

    name: str
    label: str
    description: str
    category: str
    actions: tuple[str, ...]
    fields: tuple[Field, ...]
    event_of: dict[str, str]
    mapper_name: str
    mappings: tuple[FieldMapping, ...]


@cache
def standard_events() -> dict[str, StandardEvent]:
    """All of them by name, in the documented order."""
    found = [_standard_event(one) for one in standard_facts()["standardEvents"]]
    return {one.name: one for one in found}


def standard_definition(org_id: int, event: StandardEvent) -> Definition:
    """What an org gets that enables it."""
    return Definition(
        org_id=org_id,
        name=event.name,
        version=0,
        actions=event.actions,
        fields=tuple(with_defaults(field) for field in event.fields),
        label=event.label,
        description=event.description,
        is_standard=True,
    )


def _standard_event(facts: dict[str, Any]) -> StandardEvent:
    web_engage = facts["webEngage"]
    by_key = {field.get("wireMappingKey", field["name"]): field for field in facts["fields"]}
    return StandardEvent(
        name=facts["eventName"],
        label=facts["label"],
        description=facts["descriptionOnWire"],
        category=facts["category"],
        actions=tuple(facts["actions"]),
        fields=tuple(_field(field) for field in facts["fields"]),
        event_of=web_engage["valueMap"],
        mapper_name=web_engage["mapperName"],
        mappings=tuple(FieldMapping(key, by_key[key]["webEngageField"]) for key in web_engage["fieldOrder"]),
    )


def _field(facts: dict[str, Any]) -> Field:
    attributes = {name: msgspec.convert(one, Attribute) for name, one in facts["attributes"].items()}
    return Field(facts["name"], facts["type"], attributes)
