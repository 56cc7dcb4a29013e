"""The documented field types and their attributes, with the defaults that a stored definition shows (contract II.4).

Everything comes from `fixtures/standard_events.json`; only what the documentation leaves open is said here.
"""

from functools import cache
from importlib import resources
from typing import Any, Final

import msgspec

from hooklog.catalog.definition import Attribute, Field

__all__ = [
    "AttributeRule",
    "attribute_rules",
    "field_type",
    "field_types",
    "meta_fields",
    "output_type",
    "standard_facts",
    "with_defaults",
]

# What is filled in where an attribute was left out (contract II.4.1, I.21); the others have no value.
_DEFAULTS: Final = {
    "isRequired": "true",
    "isUniqueKeyField": "false",
    "isPsiData": "false",
    "addCustomerIfNotExists": "false",
    "identifierType": "MOBILE",
    "source": "INSTORE",
    "groupIdentifierType": "GroupExternalId",
}
_GROUP_IDENTIFIER_TYPE = "userId"
_NEVER_FILLED = "possibleValues"


class AttributeRule(msgspec.Struct, frozen=True):
    """An attribute: its documented value type, and the field types that it means something for."""

    name: str
    value_type: str
    types: frozenset[str]


@cache
def standard_facts() -> dict[str, Any]:
    """The fixture, decoded. Not to be changed."""
    text = (resources.files("hooklog.fixtures") / "standard_events.json").read_bytes()
    facts: dict[str, Any] = msgspec.json.decode(text)
    return facts


@cache
def field_types() -> dict[str, str]:
    """The documented spelling of each type by its lower-case name."""
    return {one["type"].lower(): one["type"] for one in standard_facts()["fieldTypes"]}


def field_type(text: str) -> str | None:
    """The documented spelling of a type that may come in any case; None where there is none."""
    return field_types().get(text.lower())


def output_type(name: str) -> str:
    """A type as newer answers spell it: in capitals."""
    return name.upper()


@cache
def attribute_rules() -> dict[str, AttributeRule]:
    """Every attribute that a field can have, by its name."""
    everything = frozenset(field_types().values())
    rules = {}
    for one in standard_facts()["attributeCatalogue"]:
        where = one["appliesTo"]
        types = frozenset(where) if isinstance(where, list) else everything
        if where == "all except customer":
            types -= {"customer"}
        rules[one["name"]] = AttributeRule(one["name"], one["valueType"], types)
    return rules


def with_defaults(field: Field) -> Field:
    """The field as a stored definition has it: every attribute of its type, by name. May be repeated.

    A field of the unique key is always required (contract II.4.1).
    """
    filled = dict(field.attributes)
    for rule in attribute_rules().values():
        given = field.attributes.get(rule.name)
        if given is None and (field.type not in rule.types or rule.name == _NEVER_FILLED):
            continue
        filled[rule.name] = _filled(given or Attribute(), rule, field.type)
    if field.flag("isUniqueKeyField"):
        filled["isRequired"] = msgspec.structs.replace(filled["isRequired"], value="true")
    return Field(field.name, field.type, dict(sorted(filled.items())))


def _filled(given: Attribute, rule: AttributeRule, type_name: str) -> Attribute:
    default = _DEFAULTS.get(rule.name) if type_name in rule.types else None
    if type_name == "groupId" and rule.name == "identifierType":
        default = _GROUP_IDENTIFIER_TYPE
    return Attribute(
        value=default if given.value is None else given.value,
        # The spelling that was sent is echoed.
        value_type=given.value_type or rule.value_type,
        values=given.values,
    )


@cache
def meta_fields() -> list[dict[str, Any]]:
    """The catalogue as `GET /v2/events/meta_fields` shows it; the documented sample lacks the newer types."""
    return [
        {
            "type": one["type"],
            "label": one["label"],
            "valueType": one["valueType"] or "String",
            "attributes": one["attributes"] if one["inMetaFieldsSample"] else _newer(one["type"]),
        }
        for one in standard_facts()["fieldTypes"]
    ]


def _newer(type_name: str) -> list[dict[str, Any]]:
    shown = []
    for name, attribute in with_defaults(Field("", type_name)).attributes.items():
        default = {} if attribute.value is None else {"defaultValue": attribute.value}
        shown.append({"name": name, "valueType": attribute.value_type, **default})
    if type_name == "enum":
        shown.append({"name": _NEVER_FILLED, "valueType": "LIST"})
    return shown
