"""The fields of a definition as they are sent (contract I.8, II.4.1).

What is wrong is refused: with 1823 an unknown type, with 1802 everything else about fields.
"""

from typing import Any

from hooklog.api.bodies import shown
from hooklog.api.envelope import ApiError
from hooklog.catalog.bounded_regex import why_refused
from hooklog.catalog.definition import Attribute, Field
from hooklog.catalog.field_catalogue import (
    AttributeRule,
    attribute_rules,
    field_type,
    field_types,
    standard_facts,
    with_defaults,
)
from hooklog.catalog.settings import ATTRIBUTE_NAME_CHARS_MAX
from hooklog.directory.identifier import IDENTIFIER_TYPES

__all__ = ["invalid", "parse_fields"]

# Names that an event's payload uses for something else (contract I.5, I.19).
_NOT_FOR_FIELDS = ("event_name", "orgResolver", "eventDateTimeInputOffset")
_GROUP_IDENTIFIER_TYPES = ("groupId", "groupExternalId", "mobile", "email", "userId")
_VALUE_CHARS_MAX = 200
_POSSIBLE_VALUES_MAX = 500


def invalid(message: str) -> ApiError:
    """A field or its attribute fails validation: code 1802."""
    return ApiError(400, message, code=1802)


def parse_fields(raw: object, attributes_max: int, known: tuple[Field, ...] = ()) -> tuple[Field, ...]:
    """The fields with their defaults filled in.

    Args:
        raw: what stands under `fields`.
        attributes_max: how many an event may have.
        known: what the event has already; a file may have given it more, and longer names.

    Raises:
        ApiError: 400 with code 1823 or 1802; the message says where.
    """
    if raw is not None and not isinstance(raw, list):
        raise invalid(f"fields is {shown(raw)}; it must be a list of objects")
    names_known = frozenset(field.name for field in known)
    fields = [_field(one, names_known, f"fields[{place}]") for place, one in enumerate(raw or [])]
    if len(fields) > max(attributes_max, len(known)):
        raise invalid(f"fields has {len(fields)} entries; an event has at most {attributes_max}")
    names = [field.name for field in fields]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise invalid(f"fields names {shown(twice)} twice; each name can stand once")
    if not any(field.type == "customer" for field in fields):
        raise invalid("fields has no field of type customer; every event needs one")
    return tuple(fields)


def _field(raw: object, names_known: frozenset[str], where: str) -> Field:
    if not isinstance(raw, dict):
        raise invalid(f"{where} is {shown(raw)}; it must be an object with name, type and attributes")
    name, kind = raw.get("name"), raw.get("type")
    is_known = isinstance(name, str) and name in names_known
    if not is_known and not (isinstance(name, str) and 1 <= len(name) <= ATTRIBUTE_NAME_CHARS_MAX):
        allowed = f"a text of 1 to {ATTRIBUTE_NAME_CHARS_MAX} characters"
        raise invalid(f"{where}.name is {shown(name)}; it must be {allowed}")
    if name in _NOT_FOR_FIELDS:
        raise invalid(f"{where}.name is {shown(name)}, which has a meaning of its own in every event")
    known = _type(kind, where)
    attributes = raw.get("attributes")
    if attributes is not None and not isinstance(attributes, dict):
        raise invalid(f"{where}.attributes is {shown(attributes)}; it must be an object")
    parsed = {
        key: _attribute(key, value, known, f"{where}.attributes.{key}")
        for key, value in (attributes or {}).items()
        if value is not None
    }
    return with_defaults(Field(str(name), known, parsed))


def _type(raw: object, where: str) -> str:
    known = field_type(raw) if isinstance(raw, str) else None
    if known is None:
        text = raw if isinstance(raw, str) and len(raw) <= _VALUE_CHARS_MAX else shown(raw)
        allowed = ", ".join(field_types().values())
        raise ApiError(
            400, f"{text} invalid event field type: {where}.type; allowed are {allowed}", code=1823
        )
    return known


def _attribute(name: str, raw: object, kind: str, where: str) -> Attribute:
    rule = attribute_rules().get(name)
    if rule is None:
        raise invalid(f"{where} is not known; allowed are {', '.join(attribute_rules())}")
    if not isinstance(raw, dict):
        raise invalid(f'{where} is {shown(raw)}; it must be an object such as {{"value":"true"}}')
    value_type = raw.get("valueType")
    if value_type is not None and (
        not isinstance(value_type, str) or value_type.upper() not in {"", rule.value_type}
    ):
        raise invalid(f"{where}.valueType is {shown(value_type)}; it must be {rule.value_type}")
    value, values = _value(raw, rule, where), _values(raw, rule, where)
    if kind not in rule.types and (value not in {None, "false"} or values):
        allowed = ", ".join(sorted(rule.types))
        raise invalid(f"{where} is for fields of type {allowed}, not for {kind}")
    return Attribute(value, value_type or "", values)


def _value(raw: dict[str, Any], rule: AttributeRule, where: str) -> str | None:
    """The text of an attribute; null and "" are none."""
    value = raw.get("value")
    if value is None or value == "":
        return None
    if rule.value_type == "BOOLEAN":
        return _choice(value, ("true", "false"), where).lower()
    if not isinstance(value, str):
        raise invalid(f"{where}.value is {shown(value)}; it must be a text")
    if rule.name == "regex":
        reason = why_refused(value)
        if reason:
            raise invalid(f"{where}.value is {shown(value)}: {reason}")
        return value
    choices = _choices(rule.name)
    if choices:
        return _choice(value, choices, where)
    if len(value) > _VALUE_CHARS_MAX:
        raise invalid(f"{where}.value is {shown(value)}; at most {_VALUE_CHARS_MAX} characters are allowed")
    return value


def _choices(attribute: str) -> tuple[str, ...]:
    """The closed set of an enum; accounts are each source's own."""
    return {
        "identifierType": IDENTIFIER_TYPES,
        "source": tuple(standard_facts()["sources"]),
        "groupIdentifierType": _GROUP_IDENTIFIER_TYPES,
    }.get(attribute, ())


def _choice(value: object, choices: tuple[str, ...], where: str) -> str:
    """The value as sent, where it is one of the choices in any case; a JSON boolean counts as its text."""
    text = shown(value) if isinstance(value, bool) else value
    if not isinstance(text, str) or text.lower() not in {choice.lower() for choice in choices}:
        raise invalid(f"{where}.value is {shown(value)}; allowed are {', '.join(choices)}")
    return text


def _values(raw: dict[str, Any], rule: AttributeRule, where: str) -> tuple[str, ...] | None:
    values = raw.get("values")
    if values is None:
        if rule.value_type == "LIST":
            raise invalid(f"{where}.values is missing; it must be a list of texts")
        return None
    if rule.value_type != "LIST":
        raise invalid(f"{where}.values is for possibleValues only")
    is_good = isinstance(values, list) and 1 <= len(values) <= _POSSIBLE_VALUES_MAX
    if not is_good or not all(isinstance(one, str) and 1 <= len(one) <= _VALUE_CHARS_MAX for one in values):
        raise invalid(
            f"{where}.values is {shown(values)}; it must be a list of 1 to {_POSSIBLE_VALUES_MAX} texts "
            f"of 1 to {_VALUE_CHARS_MAX} characters"
        )
    return tuple(values)
