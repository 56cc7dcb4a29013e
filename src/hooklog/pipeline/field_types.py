"""What each field type accepts and how a record stores it as text (contract I.21, II.1.5, `fieldTypes`).

Promise: a check never raises on a value that JSON can hold, and never runs longer than the bound on a regex.
"""

import math
import re
from collections.abc import Callable
from datetime import tzinfo
from decimal import Decimal
from typing import Final

from hooklog.catalog.base import Field
from hooklog.catalog.bounded_regex import compile_bounded
from hooklog.pipeline.dates import DATE_PATTERNS, parse_date
from hooklog.pipeline.field_failure import FieldFailure, failure_of, json_text

__all__ = ["DATE_HINT", "Check", "as_text", "check_of", "double_text", "takes_any_text"]

Check = Callable[[object, tzinfo, int], str | FieldFailure]
"""Given a value that is neither null nor "", the zone and the present: the text to store, or the failure."""

DATE_HINT: Final = "send a date as one of " + " | ".join(DATE_PATTERNS)
# The longest decimal that is stored for a double has about 345 characters; it must read back.
_NUMBER_CHARS_MAX = 1_000
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")


def check_of(field: Field) -> Check:
    """The check of one field, with its rules compiled. An unknown type is our own bug."""
    assert field.type in _CHECKS, f"field {field.name} has the unknown type {field.type}"
    return _CHECKS[field.type](field)


def takes_any_text(field: Field) -> bool:
    """Whether the field's check gives every text back as it is, so that it need not be asked."""
    has_regex = field.type in _REGEX_TYPES and field.text("regex") != ""
    return _CHECKS.get(field.type) in {_string_check, _code_check} and not has_regex


def as_text(name: str, value: object) -> str | FieldFailure:
    """Any JSON value but null as text: scalars plainly, objects and arrays as compact JSON.

    Only a value that is nested too deeply to be written is a failure.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return double_text(value)
    text = json_text(value)
    return (
        failure_of(name, "nesting", value, "send a value that is nested less deeply")
        if text is None
        else text
    )


def double_text(number: float) -> str:
    """The shortest decimal that reads back as the same number, with a point and without an exponent."""
    text = repr(number)
    if "e" not in text:
        return text
    text = format(Decimal(text), "f")
    return text if "." in text else text + ".0"


def _string_check(field: Field) -> Check:
    return _text_check(field, as_text)


def _code_check(field: Field) -> Check:
    """For the types that name something by a code: a text or a number."""
    rule = field.type

    def to_text(name: str, value: object) -> str | FieldFailure:
        if isinstance(value, bool | list | dict):
            return failure_of(name, rule, value, "send a text or a number")
        return as_text(name, value)

    return _text_check(field, to_text)


def _text_check(field: Field, to_text: Callable[[str, object], str | FieldFailure]) -> Check:
    name = field.name
    pattern = field.text("regex") if field.type in _REGEX_TYPES else ""
    what_is_wrong = compile_bounded(pattern) if pattern else None

    def plain(value: object, _zone: tzinfo, _now_ms: int) -> str | FieldFailure:
        return value if isinstance(value, str) else to_text(name, value)

    if what_is_wrong is None:
        return plain

    def matched(value: object, _zone: tzinfo, _now_ms: int) -> str | FieldFailure:
        text = value if isinstance(value, str) else to_text(name, value)
        reason = what_is_wrong(text) if isinstance(text, str) else ""
        return failure_of(name, "regex", value, reason) if reason else text

    return matched


def _double_check(field: Field) -> Check:
    name = field.name

    def check(value: object, _zone: tzinfo, _now_ms: int) -> str | FieldFailure:
        if isinstance(value, float):
            text = repr(value)
            if "e" not in text and "n" not in text:  # neither an exponent nor inf nor nan
                return text
        number = _finite(value)
        if number is None:
            return failure_of(name, "double", value, "send a finite number such as 20 or 12.5")
        return double_text(number)

    return check


def _enum_check(field: Field) -> Check:
    name = field.name
    attribute = field.attributes.get("possibleValues")
    listed = (attribute.values if attribute is not None else None) or ()
    possible = frozenset(listed)
    hint = f"send one of {', '.join(listed)}" if listed else "send a text"

    def check(value: object, _zone: tzinfo, _now_ms: int) -> str | FieldFailure:
        if not isinstance(value, str):
            return failure_of(name, "enum", value, hint)
        if possible and value not in possible:
            return failure_of(name, "possibleValues", value, hint)
        return value

    return check


def _date_check(field: Field) -> Check:
    name = field.name

    def check(value: object, zone: tzinfo, now_ms: int) -> str | FieldFailure:
        if isinstance(value, str) and parse_date(value, zone, now_ms) is not None:
            return value
        return failure_of(name, "date", value, DATE_HINT)

    return check


def _currency_check(field: Field) -> Check:
    name = field.name

    def check(value: object, _zone: tzinfo, _now_ms: int) -> str | FieldFailure:
        if isinstance(value, str) and _CURRENCY.fullmatch(value):
            return value
        return failure_of(name, "currencyCode", value, "send three letters such as INR")

    return check


_REGEX_TYPES = frozenset({"string", "couponCode"})
_CHECKS: Final[dict[str, Callable[[Field], Check]]] = {
    "string": _string_check,
    "couponCode": _code_check,
    "productSku": _code_check,
    "productBrand": _code_check,
    "productCategory": _code_check,
    "tillCode": _code_check,
    "groupId": _code_check,
    "double": _double_check,
    "enum": _enum_check,
    "date": _date_check,
    "currencyCode": _currency_check,
}


def _finite(value: object) -> float | None:
    """The 64-bit number that a JSON number or numeric text means; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not (len(value) <= _NUMBER_CHARS_MAX and _NUMBER.fullmatch(value)):
        return None
    try:
        number = float(value)
    except OverflowError:  # an integer of more than 308 digits
        return None
    return number if math.isfinite(number) else None
