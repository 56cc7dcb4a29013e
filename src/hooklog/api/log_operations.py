"""What the OpenAPI document says of the log's routes (contract I.2, I.3, I.18)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.operation import Operation, Parameter, path, query
from hooklog.api.org_scope import SCOPE_EXTENSION
from hooklog.api.views import PENDING, EntryView
from hooklog.event import Status
from hooklog.eventlog.instants import DATE_FORMS
from hooklog.eventlog.query import LIMIT_DEFAULT, LIMIT_MAX, Include
from hooklog.eventlog.query_parse import ATTRIBUTE_PREFIX

__all__ = [
    "GET_LOG",
    "GET_LOGS",
    "INCLUDE",
    "KNOWN",
    "KNOWN_FOR_ONE",
    "PATH",
    "PENDING_EXAMPLE",
    "SEVERAL",
    "LogsAnswer",
    "filters_without",
    "picked",
]

PATH = "/v2/events/logs"
_EXAMPLE_ID = "019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05"
_ALTERNATIVES = "Repeat it for alternatives; a value that starts with `!` excludes."


class Remark(msgspec.Struct, frozen=True):
    """One warning."""

    message: str


class LogsAnswer(msgspec.Struct, frozen=True):
    """Entries, newest first."""

    data: list[EntryView]
    warnings: list[Remark]
    errors: list[Any]


_ENTRY = {
    "startTime": 1790527409878,
    "responseTime": 2,
    "orgId": 100737,
    "status": "INVALID_GROUP_IDENTIFIER_PASSED",
    "eventName": "Group_User_Event",
    "inputRequest": '{"event_name":"Group_User_Event","enum":"3854766","customer":"919970388310"}',
    "id": _EXAMPLE_ID,
    "webhookId": "67b62dffb7f5337f8a8237970bd0a467",
    "parentOrgId": -1,
    "message": "Invalid group identifier passed 3854766",
}
_EXAMPLE = {"data": [_ENTRY], "warnings": [], "errors": []}
_WAITS = {
    "status": PENDING,
    "message": "Event is accepted and not settled yet",
    "attempts": 2,
    "nextAttemptAt": 1790527413120,
}
PENDING_EXAMPLE = {"data": [{**_ENTRY, **_WAITS}], "warnings": [], "errors": []}

INCLUDE = query(
    "include",
    "What to add to each entry: its stages with times and decisions, its stored record. Separate by comma.",
    extension=True,
    example="stages,record",
    choices=(*(item.value for item in Include), "stages,record"),
)
_FORMAT = query("format", "Accepted and without effect, as documented.", example="json")

_FILTERS: tuple[Parameter, ...] = (
    query("event_name", f"The exact name. {_ALTERNATIVES}", repeats=True, example="Group_User_Event"),
    query("from_date", f"First instant or day: {DATE_FORMS}.", example="2026-01-05"),
    query("to_date", f"Last instant or day, inclusive: {DATE_FORMS}.", example="2026-01-05"),
    query("limit", "Entries a page.", kind=int, default=LIMIT_DEFAULT, minimum=1, maximum=LIMIT_MAX),
    query(
        "status",
        f"How the event ended; UNAUTHORIZED too. {_ALTERNATIVES}",
        repeats=True,
        extension=True,
        choices=tuple(text for status in Status for text in (status.name, f"!{status.name}")),
        example="EMF_PROCESSOR_FAILED",
    ),
    query("webhook_id", f"The webhook that was pushed to. {_ALTERNATIVES}", repeats=True, extension=True),
    query(
        "id", f"The request id of a push. {_ALTERNATIVES}", repeats=True, extension=True, example=_EXAMPLE_ID
    ),
    query(
        "customer",
        "A customer by `<identifierType>:<value>` or by userId: events that sent this identifier, and events of "
        f"whoever is known by it, however they were identified. {_ALTERNATIVES}",
        repeats=True,
        extension=True,
        example="mobile:919970388310",
    ),
    query(
        "attr.{name}",
        "The exact value of the attribute of that name as the stored record shows it (`attr.hotel=Ritz`; 20 is "
        "`20.0` where the field is a double); of an event without a record, the value it was sent with. Blank finds "
        "events that lack it. A sensitive attribute reads `*****` for callers without `psi:read`. "
        f"{_ALTERNATIVES}",
        repeats=True,
        extension=True,
    ),
    query(
        "q",
        "Words that must all occur in inputRequest or message, in any order and case; a word is a run of letters "
        f"and digits. {_ALTERNATIVES}",
        repeats=True,
        extension=True,
        example="group invalid",
    ),
    query(
        "pattern",
        "What the messages of failures of one cause have in common, as `/logs/failures` tells it: with the status and "
        f"the event name it finds the events that are counted there. {_ALTERNATIVES}",
        repeats=True,
        extension=True,
        example="Invalid group identifier passed {}",
    ),
    query(
        "min_response_time",
        f"Least responseTime, in milliseconds. {_ALTERNATIVES}",
        repeats=True,
        extension=True,
        example="500",
    ),
    query("order", "Oldest or newest first.", extension=True, choices=("asc", "desc"), default="desc"),
    SCOPE_EXTENSION,
    query("cursor", "The place of the next page; take it whole from the Link header.", extension=True),
)

GET_LOGS = Operation(
    id="get-events-logs",
    summary="The log of all events of the org",
    tag="Logs",
    description="Newest first. Where there is more, the `Link` header holds the URL of the next page; every entry "
    "that was there at the first page appears exactly once. Parameters that are not known are ignored, each named "
    "in `warnings`; of one that takes a single value and is given again the last counts, and `warnings` say so. A "
    "question that would take longer than 20 s to look through is answered 503 (code 461).",
    scope=Scope.EVENTS_READ,
    parameters=(*_FILTERS, INCLUDE, _FORMAT),
    answer=LogsAnswer,
    answer_example=_EXAMPLE,
    errors=(400, 503),
    has_pages=True,
)

GET_LOG = Operation(
    id="get-events-log",
    summary="One event by its request id, also while it is pending",
    tag="Logs",
    scope=Scope.EVENTS_READ,
    parameters=(
        path("request_id", "The request id that the push was answered.", example=_EXAMPLE_ID),
        SCOPE_EXTENSION,
        INCLUDE,
        _FORMAT,
    ),
    answer=LogsAnswer,
    answer_example=_EXAMPLE,
    errors=(400, 404),
    is_extension=True,
)

KNOWN = frozenset(parameter.name for parameter in GET_LOGS.parameters)
KNOWN_FOR_ONE = frozenset({"include", "format", "scope"})
# Those that take alternatives; what to include may be separated by comma or repeated.
SEVERAL = frozenset({INCLUDE.name, *(parameter.name for parameter in _FILTERS if parameter.repeats)})


def filters_without(*names: str) -> tuple[Parameter, ...]:
    """The log's filters but those of these names, for a route where they make no sense."""
    return tuple(one for one in _FILTERS if one.name not in names)


def picked(parameters: Mapping[str, Sequence[str]], filters: Collection[Parameter]) -> dict[str, list[str]]:
    """Those of a URL's parameters that are among the filters; an attribute's is, whatever its name."""
    names = frozenset(one.name for one in filters)
    return {
        name: list(values)
        for name, values in parameters.items()
        if name in names or name.startswith(ATTRIBUTE_PREFIX)
    }
