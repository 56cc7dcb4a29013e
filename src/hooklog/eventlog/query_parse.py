"""How a question to the log is written in a URL or on the command line (contract I.2, I.3, I.21).

Bad input is a `QueryError` value that names the parameter, what was received and what is allowed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, TypeAlias, TypeVar

import msgspec

from hooklog.directory.identifier import IDENTIFIER_TYPES, canonical, is_malformed
from hooklog.event import Status, id_from_text, id_lowest_at
from hooklog.eventlog.instants import DATE_FORMS, parse_instant
from hooklog.eventlog.query import LIMIT_DEFAULT, LIMIT_MAX, AttributeMatch, Include, Match, Query, SentAs
from hooklog.eventlog.words import words_of

__all__ = ["ATTRIBUTE_PREFIX", "QueryError", "parse_include", "parse_query"]

ATTRIBUTE_PREFIX = "attr."
VALUES_MAX = 100  # alternatives of one parameter; each is a look-up of its own
ATTRIBUTES_MAX = 20  # as many as a definition may have
_DIGITS_MAX = 15

Parameters: TypeAlias = Mapping[str, Sequence[str]]
Value = TypeVar("Value")

_TYPES = {spelling.lower(): spelling for spelling in IDENTIFIER_TYPES}

_ANY: Match[Any] = Match()


class QueryError(msgspec.Struct, frozen=True):
    """Why the parameters are no question: a sentence for the caller (HTTP 400)."""

    message: str


class _Invalid(Exception):
    """Carries the sentence of a QueryError up to `parse_query`."""


def parse_query(parameters: Parameters, org_ids: tuple[int, ...], zone: tzinfo) -> Query | QueryError:
    """The question that a URL's parameters ask (contract I.2, I.3); unknown parameters are not looked at.

    Args:
        parameters: each parameter's values in order; the last value counts for those that take only one.
        org_ids: whose log, decided by the caller's credentials.
        zone: the org's time zone, for dates without one.
    """
    try:
        from_ms, to_ms = _range(parameters, zone)
        response = _match(parameters, "min_response_time", _milliseconds)
        return Query(
            org_ids=org_ids,
            limit=_limit(parameters),
            from_id=None if from_ms is None else id_lowest_at(from_ms),
            until_id=None if to_ms is None else id_lowest_at(to_ms + 1),
            is_ascending=_order(parameters),
            event_names=_match(parameters, "event_name", lambda text: text),
            statuses=_match(parameters, "status", _status),
            webhook_ids=_match(parameters, "webhook_id", lambda text: text.lower()),
            ids=_match(parameters, "id", _id),
            patterns=_match(parameters, "pattern", lambda text: text),
            customers=_match(parameters, "customer", _customer),
            attributes=_attributes(parameters),
            words=_match(parameters, "q", _words),
            # At least one of several is at least the least of them; at least none of several is below the least.
            response_min_ms=min(response.included, default=None),
            response_below_ms=min(response.excluded, default=None),
        )
    except _Invalid as invalid:
        return QueryError(str(invalid))


def parse_include(parameters: Parameters) -> frozenset[Include] | QueryError:
    """What `include=` asks for, values separated by commas or repeated."""
    asked = [item for text in parameters.get("include", ()) for item in text.split(",")]
    known = {item.value: item for item in Include}
    for item in asked:
        if item not in known:
            return QueryError(f"include {item!r} is not known; allowed are {', '.join(known)}")
    return frozenset(known[item] for item in asked)


def _range(parameters: Parameters, zone: tzinfo) -> tuple[int | None, int | None]:
    from_ms = _instant(parameters, "from_date", zone, is_end=False)
    to_ms = _instant(parameters, "to_date", zone, is_end=True)
    if from_ms is not None and to_ms is not None and from_ms > to_ms:
        raise _Invalid(
            f"from_date {parameters['from_date'][-1]!r} is after to_date {parameters['to_date'][-1]!r}; "
            "the range must not be empty"
        )
    return from_ms, to_ms


def _instant(parameters: Parameters, name: str, zone: tzinfo, *, is_end: bool) -> int | None:
    values = parameters.get(name)
    if not values:
        return None
    found = parse_instant(values[-1], zone, is_end=is_end)
    if found is None:
        raise _Invalid(f"{name} {values[-1]!r} is not a date; allowed are {DATE_FORMS}")
    return found


def _limit(parameters: Parameters) -> int:
    values = parameters.get("limit")
    if not values:
        return LIMIT_DEFAULT
    text = values[-1]
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= LIMIT_MAX):
        raise _Invalid(f"limit {text!r} is not allowed; it must be a whole number from 1 to {LIMIT_MAX}")
    return int(text)


def _order(parameters: Parameters) -> bool:
    values = parameters.get("order")
    if not values:
        return False
    if values[-1] not in {"asc", "desc"}:
        raise _Invalid(f"order {values[-1]!r} is not allowed; it must be asc or desc")
    return values[-1] == "asc"


def _match(parameters: Parameters, name: str, parse: Callable[[str], Value]) -> Match[Value]:
    values = parameters.get(name)
    if not values:
        return _ANY
    if len(values) > VALUES_MAX:
        raise _Invalid(f"{name} has {len(values)} values; at most {VALUES_MAX} are allowed")
    included = frozenset(parse(value) for value in values if not value.startswith("!"))
    excluded = frozenset(parse(value[1:]) for value in values if value.startswith("!"))
    return Match(included, excluded)


def _attributes(parameters: Parameters) -> tuple[AttributeMatch, ...]:
    asked = sorted(name for name in parameters if name.startswith(ATTRIBUTE_PREFIX))
    if ATTRIBUTE_PREFIX in asked:
        raise _Invalid(f"{ATTRIBUTE_PREFIX} names no attribute; it must be {ATTRIBUTE_PREFIX}<name>")
    if len(asked) > ATTRIBUTES_MAX:
        raise _Invalid(
            f"there are {len(asked)} {ATTRIBUTE_PREFIX} filters; at most {ATTRIBUTES_MAX} are allowed"
        )
    return tuple(
        AttributeMatch(name.removeprefix(ATTRIBUTE_PREFIX), _match(parameters, name, lambda text: text))
        for name in asked
    )


def _status(text: str) -> Status:
    try:
        return Status[text]
    except KeyError:
        raise _Invalid(
            f"status {text!r} is not known; it must be one of {', '.join(Status.__members__)}"
        ) from None


def _id(text: str) -> bytes:
    found = id_from_text(text)
    if found is None:
        raise _Invalid(f"id {text!r} is not a request id; it must be a UUID such as a push's requestId")
    return found


def _customer(text: str) -> SentAs:
    """A malformed value is asked for like any other: that is how the events that sent it are found."""
    kind, colon, value = text.partition(":")
    if not colon:
        if is_malformed("userId", text):
            raise _Invalid(
                f"customer {text!r} is not allowed; it must be <identifierType>:<value> or a userId, "
                "a whole number of 64 bits"
            )
        return SentAs("userId", str(int(text)))
    if kind.lower() not in _TYPES:
        raise _Invalid(f"customer {text!r} has an unknown type; allowed are {', '.join(IDENTIFIER_TYPES)}")
    if not value:
        raise _Invalid(f"customer {text!r} has no value; it must be <identifierType>:<value>")
    if kind.lower() == "mobile" and value.startswith(" "):
        # In a URL a `+` that was not encoded arrives as a space.
        value = "+" + value[1:]
    identifier = canonical(kind, value)
    return SentAs(identifier.type, identifier.value)


def _words(text: str) -> frozenset[str]:
    words = words_of(text)
    if not words:
        raise _Invalid(f"q {text!r} has no word; it must have a letter or a digit")
    return words


def _milliseconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise _Invalid(
            f"min_response_time {text!r} is not allowed; it must be a whole number of milliseconds"
        )
    return int(text)
