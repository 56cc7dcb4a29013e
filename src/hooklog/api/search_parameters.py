"""What the parameters of a search mean (contract I.12, I.25, II.11.4); bad ones are 400 with code 1850, by name."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import NoReturn, TypeVar

import msgspec

from hooklog.api.envelope import ApiError, Notice, ignored
from hooklog.api.record_operations import SEARCH_LIMIT_DEFAULT, SEARCH_LIMIT_MAX, SEARCH_PARAMETERS
from hooklog.api.search_identifiers import Named, named
from hooklog.event import id_from_text
from hooklog.eventlog.instants import DATE_FORMS, parse_instant
from hooklog.eventlog.record_query import AttributeFilter, RecordQuery, attribute_filter, ids_named

__all__ = ["INVALID", "Search", "parse_search", "refuse", "repeated"]

INVALID = 1850
ATTRIBUTES_MAX = 20  # As many as a definition may have.
VALUES_MAX = 100
_OFFSET_DIGITS_MAX = 9
_KNOWN = frozenset(parameter.name for parameter in SEARCH_PARAMETERS)
_USER_TYPES = ("mobile", "email", "userId")
_GROUP_TYPES = ("groupId", "groupExternalId", "mobile", "email", "userId")

Parameters = Mapping[str, list[str]]
Choice = TypeVar("Choice")


class Search(msgspec.Struct, frozen=True):
    """What is asked for, before identifiers are looked up; `query` has no orgs, customers and groups yet."""

    query: RecordQuery
    limit: int
    offset: int
    includes_side_effects: bool
    user: Named | None
    group: Named | None


def parse_search(parameters: Parameters, zone: tzinfo) -> Search:
    """What the parameters ask for; of one that takes a single value the last counts.

    Args:
        parameters: each parameter's values in order.
        zone: the org's time zone, for dates without one.

    Raises:
        ApiError: 400, code 1850, naming the parameter, the value received and what is allowed.
    """
    user = named(parameters, "userIdentifier", _USER_TYPES, refuse)
    group = named(parameters, "userGroupIdentifier", _GROUP_TYPES, refuse)
    is_exact = _choice(parameters, "allowExactMatch", {"true": True, "false": False}, default=False)
    attributes = _attributes(parameters, is_exact=is_exact)
    from_at, until_at = _range(parameters, zone)
    return Search(
        query=RecordQuery(
            org_ids=(),
            from_at=from_at,
            until_at=until_at,
            is_ascending=_choice(parameters, "sortOrder", {"ASC": True, "DESC": False}, default=False),
            event_name=_last(parameters, "eventName"),
            is_duplicate=_choice(parameters, "isDuplicate", {"true": True, "false": False}, default=None),
            ids=_ids(parameters, attributes),
            attributes=attributes,
        ),
        limit=_limit(parameters),
        offset=_offset(parameters),
        includes_side_effects=_choice(
            parameters, "includeSideEffects", {"true": True, "false": False}, default=False
        ),
        user=user,
        group=group,
    )


def repeated(parameters: Parameters) -> list[Notice]:
    """A warning for each documented parameter that was given several times; attributes may be."""
    return ignored({name: values for name, values in parameters.items() if name in _KNOWN}, _KNOWN)


def refuse(name: str, why: str) -> NoReturn:
    """A parameter of a search is malformed.

    Raises:
        ApiError: 400, code 1850, naming it; always.
    """
    raise ApiError(400, f"Invalid search request parameters {name}: {why}", code=INVALID)


def _last(parameters: Parameters, name: str) -> str | None:
    values = parameters.get(name)
    return None if not values else values[-1]


def _choice(parameters: Parameters, name: str, choices: Mapping[str, Choice], default: Choice) -> Choice:
    """One of a few texts, in any case."""
    text = _last(parameters, name)
    if text is None:
        return default
    in_lower_case = {choice.lower(): meant for choice, meant in choices.items()}
    if text.lower() not in in_lower_case:
        refuse(name, f"received {text!r}, allowed are {' and '.join(choices)}")
    return in_lower_case[text.lower()]


def _limit(parameters: Parameters) -> int:
    text = _last(parameters, "limit")
    if text is None:
        return SEARCH_LIMIT_DEFAULT
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= SEARCH_LIMIT_MAX):
        refuse("limit", f"received {text!r}, allowed are whole numbers from 1 to {SEARCH_LIMIT_MAX}")
    return int(text)


def _offset(parameters: Parameters) -> int:
    text = _last(parameters, "offset")
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= _OFFSET_DIGITS_MAX):
        refuse(
            "offset",
            f"received {text!r}, allowed are whole numbers from 0, of at most {_OFFSET_DIGITS_MAX} digits",
        )
    return int(text)


def _range(parameters: Parameters, zone: tzinfo) -> tuple[int | None, int | None]:
    """Epoch seconds, from inclusive and until exclusive: those whose time, in whole seconds, lies in the range."""
    from_ms = _instant(parameters, "fromDate", zone, is_end=False)
    till_ms = _instant(parameters, "tillDate", zone, is_end=True)
    if from_ms is not None and till_ms is not None and from_ms > till_ms:
        refuse(
            "fromDate", f"{_last(parameters, 'fromDate')!r} is after tillDate; the range must not be empty"
        )
    return (
        None if from_ms is None else -(-from_ms // 1000),
        None if till_ms is None else till_ms // 1000 + 1,
    )


def _instant(parameters: Parameters, name: str, zone: tzinfo, *, is_end: bool) -> int | None:
    text = _last(parameters, name)
    if text is None:
        return None
    found = parse_instant(text, zone, is_end=is_end)
    if found is None:
        refuse(name, f"received {text!r}, allowed are {DATE_FORMS}")
    return found


def _attributes(parameters: Parameters, *, is_exact: bool) -> tuple[AttributeFilter, ...]:
    """Every parameter that is not documented is an attribute; `format=json` is sent by habit and means nothing."""
    asked = {
        name: values
        for name, values in parameters.items()
        if name not in _KNOWN and not (name == "format" and set(values) == {"json"})
    }
    if len(asked) > ATTRIBUTES_MAX:
        refuse(list(asked)[ATTRIBUTES_MAX], f"received {len(asked)} attributes, allowed are {ATTRIBUTES_MAX}")
    for name, values in asked.items():
        if "" in values:
            refuse(name, "received '', allowed is the value of an attribute, which is never blank")
        if len(values) > VALUES_MAX:
            refuse(name, f"received {len(values)} values, allowed are {VALUES_MAX}")
    return tuple(attribute_filter(name, values, is_exact=is_exact) for name, values in asked.items())


def _ids(parameters: Parameters, attributes: tuple[AttributeFilter, ...]) -> frozenset[bytes] | None:
    """The request ids that a match can have, where the parameters tell: they are looked up, nothing is searched."""
    text = _last(parameters, "eventId")
    known: list[frozenset[bytes]] = []
    if text is not None:
        wanted = id_from_text(text)
        if wanted is None:
            refuse("eventId", f"received {text!r}, allowed is a request id, such as a push's requestId")
        known.append(frozenset({wanted}))
    known += [ids for one in attributes if (ids := ids_named(one)) is not None]
    return frozenset.intersection(*known) if known else None
