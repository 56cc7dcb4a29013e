"""The log's filter language, owned here for the API, the terminal and the console (contract I.2, I.3).

Values of one parameter are alternatives, different parameters all hold, a value that starts with `!` excludes.
Bad input is a `QueryError` value that names the parameter, what was received and what is allowed.
"""

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Generic, TypeVar

import msgspec

from hooklog.event import Entry, Status, id_from_text, id_lowest_at
from hooklog.eventlog.instants import DATE_FORMS, parse_instant

__all__ = [
    "LIMIT_DEFAULT",
    "LIMIT_MAX",
    "Include",
    "Match",
    "Query",
    "QueryError",
    "matches",
    "parse_include",
    "parse_query",
]

LIMIT_DEFAULT = 10
LIMIT_MAX = 1_000
VALUES_MAX = 100  # alternatives of one parameter; each is a look-up of its own

Value = TypeVar("Value")


class Include(enum.StrEnum):
    """What an answer may carry beside the documented entry."""

    STAGES = "stages"
    RECORD = "record"


class Match(msgspec.Struct, Generic[Value], frozen=True):
    """Which values pass: one of `included` (all, where it is empty) and none of `excluded`."""

    included: frozenset[Value] = frozenset()
    excluded: frozenset[Value] = frozenset()

    def accepts(self, value: Value | None) -> bool:
        """Whether a value passes; an absent one (None) passes where nothing is asked for by name."""
        if value is None:
            return not self.included
        return value not in self.excluded and (not self.included or value in self.included)


class Query(msgspec.Struct, frozen=True):
    """One question to the log, ready to run.

    The range is of request ids: `from_id` inclusive, `until_id` exclusive. `after` is the last id of the
    previous page. Results are by id, descending (newest first) unless `is_ascending`.
    """

    org_ids: tuple[int, ...]
    limit: int = LIMIT_DEFAULT
    from_id: bytes | None = None
    until_id: bytes | None = None
    after: bytes | None = None
    is_ascending: bool = False
    event_names: Match[str] = Match()
    statuses: Match[Status] = Match()
    webhook_ids: Match[str] = Match()
    ids: Match[bytes] = Match()
    patterns: Match[str] = Match()


class QueryError(msgspec.Struct, frozen=True):
    """Why the parameters are no question: a sentence for the caller (HTTP 400)."""

    message: str


def matches(query: Query, entry: Entry) -> bool:
    """Whether an entry passes every filter of a query, cursor included: the definition that backends follow.

    Only `patterns` is left out, which an entry does not tell by itself: see `Settled.pattern`.
    """
    if query.after is not None and (
        entry.id <= query.after if query.is_ascending else entry.id >= query.after
    ):
        return False
    return (
        entry.org_id in query.org_ids
        and (query.from_id is None or entry.id >= query.from_id)
        and (query.until_id is None or entry.id < query.until_id)
        and query.event_names.accepts(entry.event_name)
        and query.statuses.accepts(entry.status)
        and query.webhook_ids.accepts(entry.webhook_id)
        and query.ids.accepts(entry.id)
    )


def parse_query(
    parameters: Mapping[str, Sequence[str]], org_ids: tuple[int, ...], zone: tzinfo
) -> Query | QueryError:
    """The question that a URL's parameters ask (contract I.2, I.3); unknown parameters are not looked at.

    Args:
        parameters: each parameter's values in order; the last value counts for those that take only one.
        org_ids: whose log, decided by the caller's credentials.
        zone: the org's time zone, for dates without one.
    """
    try:
        from_ms = _instant(parameters, "from_date", zone, is_end=False)
        to_ms = _instant(parameters, "to_date", zone, is_end=True)
        if from_ms is not None and to_ms is not None and from_ms > to_ms:
            return QueryError(
                f"from_date {parameters['from_date'][-1]!r} is after to_date {parameters['to_date'][-1]!r}; "
                "the range must not be empty"
            )
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
        )
    except _Invalid as invalid:
        return QueryError(str(invalid))


def parse_include(parameters: Mapping[str, Sequence[str]]) -> frozenset[Include] | QueryError:
    """What `include=` asks for, values separated by commas or repeated."""
    asked = [item for text in parameters.get("include", ()) for item in text.split(",")]
    known = {item.value: item for item in Include}
    for item in asked:
        if item not in known:
            return QueryError(f"include {item!r} is not known; allowed are {', '.join(known)}")
    return frozenset(known[item] for item in asked)


class _Invalid(Exception):
    """Carries the sentence of a QueryError up to `parse_query`."""


def _instant(parameters: Mapping[str, Sequence[str]], name: str, zone: tzinfo, *, is_end: bool) -> int | None:
    values = parameters.get(name)
    if not values:
        return None
    found = parse_instant(values[-1], zone, is_end=is_end)
    if found is None:
        raise _Invalid(f"{name} {values[-1]!r} is not a date; allowed are {DATE_FORMS}")
    return found


def _limit(parameters: Mapping[str, Sequence[str]]) -> int:
    values = parameters.get("limit")
    if not values:
        return LIMIT_DEFAULT
    text = values[-1]
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= LIMIT_MAX):
        raise _Invalid(f"limit {text!r} is not allowed; it must be a whole number from 1 to {LIMIT_MAX}")
    return int(text)


def _order(parameters: Mapping[str, Sequence[str]]) -> bool:
    values = parameters.get("order")
    if not values:
        return False
    if values[-1] not in {"asc", "desc"}:
        raise _Invalid(f"order {values[-1]!r} is not allowed; it must be asc or desc")
    return values[-1] == "asc"


def _match(parameters: Mapping[str, Sequence[str]], name: str, parse: Callable[[str], Value]) -> Match[Value]:
    values = parameters.get(name, ())
    if len(values) > VALUES_MAX:
        raise _Invalid(f"{name} has {len(values)} values; at most {VALUES_MAX} are allowed")
    included = frozenset(parse(value) for value in values if not value.startswith("!"))
    excluded = frozenset(parse(value[1:]) for value in values if value.startswith("!"))
    return Match(included, excluded)


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
