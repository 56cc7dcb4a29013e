"""Judges an event's attributes by the fields of its definition (contract I.5 (c), I.21).

Promises: every failing field is named, in definition order, with the rule, the value received and a hint;
what passes comes back as the text that a record stores; attributes that nobody declared are kept; no input
raises. A definition is compiled once per version, so that judging an event parses no rules.
"""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

import msgspec

from hooklog.catalog.base import Field, psi_names
from hooklog.pipeline.dates import ParsedDate, parse_date
from hooklog.pipeline.field_failure import FieldFailure, failure_of, failures_message, missing
from hooklog.pipeline.field_types import DATE_HINT, Check, as_text, check_of, takes_any_text

__all__ = [
    "RESERVED_NAMES",
    "CompiledFields",
    "FieldFailure",
    "Judged",
    "compile_fields",
    "failures_message",
    "psi_names",
]

_EVENT_DATE_TIME = "eventDateTime"
RESERVED_NAMES: Final = frozenset({"event_name", _EVENT_DATE_TIME, "orgResolver"})
"""Names with a meaning of their own: never custom attributes, not even where a definition declares them."""


class Judged(msgspec.Struct, frozen=True):
    """What became of an event's attributes: the text to store of each that passed, and every failure.

    `event_date` is what a good `eventDateTime` means; None where none was sent.
    """

    stored: dict[str, str]
    failures: tuple[FieldFailure, ...]
    event_date: ParsedDate | None = None


class CompiledFields:
    """The fields of one version of a definition, made ready by `compile_fields`. Threads may share it."""

    __slots__ = ("_checks", "_is_event_date_required", "_known")

    def __init__(self, fields: Sequence[Field]) -> None:
        """Args: `fields`: of one definition, in its order."""
        self._checks: tuple[tuple[str, bool, bool, Check], ...] = tuple(
            (field.name, takes_any_text(field), field.is_required, check_of(field))
            for field in fields
            if field.type != "customer" and field.name not in RESERVED_NAMES
        )
        self._known = RESERVED_NAMES.union(field.name for field in fields)
        self._is_event_date_required = any(
            field.name == _EVENT_DATE_TIME and field.is_required for field in fields
        )

    def judge(self, values: dict[str, object], zone: tzinfo, now_ms: int) -> Judged:
        """Judge one event. Computes only, within the bound on each regex; may be repeated.

        Args:
            values: the attributes as decoded from JSON, after mapping; not changed.
            zone: the org's time zone, for dates without one.
            now_ms: the event's acceptance in epoch milliseconds, for dates without a whole year.
        """
        stored: dict[str, str] = {}
        failures: list[FieldFailure] = []
        for name, is_any_text, is_required, check in self._checks:
            value = values.get(name)
            if is_any_text and value and isinstance(value, str):
                stored[name] = value
                continue
            if value is None or value == "":
                if is_required:
                    failures.append(missing(name, values))
                continue
            text = check(value, zone, now_ms)
            if isinstance(text, str):
                stored[name] = text
            else:
                failures.append(text)
        if not self._known.issuperset(values):
            self._take_undeclared(values, stored, failures)
        if not self._is_event_date_required and _EVENT_DATE_TIME not in values:
            return Judged(stored, tuple(failures) if failures else ())
        event_date = self._judge_event_date(values, zone, now_ms)
        if isinstance(event_date, FieldFailure):
            return Judged(stored, (*failures, event_date))
        return Judged(stored, tuple(failures), event_date)

    def _take_undeclared(
        self, values: dict[str, object], stored: dict[str, str], failures: list[FieldFailure]
    ) -> None:
        known = self._known
        for name, value in values.items():
            if name not in known and value is not None and value != "":
                text = as_text(name, value)
                if isinstance(text, str):
                    stored[name] = text
                else:
                    failures.append(text)

    def _judge_event_date(
        self, values: dict[str, object], zone: tzinfo, now_ms: int
    ) -> ParsedDate | FieldFailure | None:
        value = values.get(_EVENT_DATE_TIME)
        if value is None or value == "":
            return missing(_EVENT_DATE_TIME, values) if self._is_event_date_required else None
        found = parse_date(value, zone, now_ms) if isinstance(value, str) else None
        return failure_of(_EVENT_DATE_TIME, "date", value, DATE_HINT) if found is None else found


def compile_fields(fields: tuple[Field, ...]) -> CompiledFields:
    """Make a definition's fields ready to judge by; once per version, since it compiles their regexes.

    The customer field is left out: it is never a failure here and not stored by its name (II.11.1). A field of
    a reserved name has that name's meaning: declaring `eventDateTime` can only make it required.
    """
    return CompiledFields(fields)
