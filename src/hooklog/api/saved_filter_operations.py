"""What the OpenAPI document says of saved filters."""

from typing import Any, Final

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.envelope import Notice
from hooklog.api.operation import Operation, path
from hooklog.api.saved_filter_views import SavedFilterView

__all__ = [
    "CREATE_FILTER",
    "DELETE_FILTER",
    "FILTERS_PATH",
    "GET_FILTER",
    "GET_FILTERS",
    "UPDATE_FILTER",
]

FILTERS_PATH: Final = "/v2/events/filters"
_TAG = "Saved filters"
_NAME = path("filter_name", "As it was saved.", example="lost-visits")


class SavedFilterBody(msgspec.Struct, frozen=True):
    """A filter to save. `query` is that of `GET /v2/events/logs`, as in its URL; blank finds all."""

    name: str
    query: str = ""
    description: str = ""


class SavedFilterChange(msgspec.Struct, frozen=True):
    """What a saved filter becomes, as a whole."""

    query: str = ""
    description: str = ""


class SavedFiltersAnswer(msgspec.Struct, frozen=True):
    """Saved filters, by name."""

    data: list[SavedFilterView]
    warnings: list[Notice]
    errors: list[Any]


_QUERY = "event_name=store_visit&status=!EVENT_SUCCESS"
_CHANGE = {"query": _QUERY, "description": "Visits that came to nothing"}
_ANSWER: dict[str, Any] = {
    "data": [
        {
            "name": "lost-visits",
            **_CHANGE,
            "isMasked": False,
            "url": f"http://127.0.0.1:8080/v2/events/logs?{_QUERY}",
            "consoleUrl": f"http://127.0.0.1:8080/console/?{_QUERY}",
            "createdAt": 1767607200123,
            "createdBy": "demo.till",
            "changedAt": 1767607200123,
            "changedBy": "demo.till",
        }
    ],
    "warnings": [],
    "errors": [],
}

GET_FILTERS = Operation(
    id="get-event-filters",
    summary="The org's saved filters",
    tag=_TAG,
    description="By name. To callers without `psi:read` the values of sensitive attributes in a query read `*****`, "
    "and so do words and what customers are identified by, where the org has marked any field as sensitive and whoever "
    "saved the filter could read it. Such a filter (`isMasked`) has no URLs: what is left of it asks something else.",
    scope=Scope.EVENTS_READ,
    answer=SavedFiltersAnswer,
    answer_example=_ANSWER,
    is_extension=True,
)

GET_FILTER = Operation(
    id="get-event-filter",
    summary="One saved filter, with where it leads",
    tag=_TAG,
    scope=Scope.EVENTS_READ,
    parameters=(_NAME,),
    answer=SavedFiltersAnswer,
    answer_example=_ANSWER,
    errors=(404,),
    is_extension=True,
)

CREATE_FILTER = Operation(
    id="create-event-filter",
    summary="Save a filter under a name",
    tag=_TAG,
    description="Everybody in the org may ask it again. A name is 1 to 50 letters, digits, `_` and `-`, and used once "
    "(409). Errors name the parameter of the query that is wrong.",
    scope=Scope.EVENTS_WRITE,
    body=SavedFilterBody,
    body_example={"name": "lost-visits", **_CHANGE},
    answer=SavedFiltersAnswer,
    answer_example=_ANSWER,
    errors=(409, 413, 415),
    is_extension=True,
)

UPDATE_FILTER = Operation(
    id="update-event-filter",
    summary="Replace a saved filter",
    tag=_TAG,
    description="The whole of it; what is left out is blank afterwards.",
    scope=Scope.EVENTS_WRITE,
    parameters=(_NAME,),
    body=SavedFilterChange,
    body_example=_CHANGE,
    answer=SavedFiltersAnswer,
    answer_example=_ANSWER,
    errors=(404, 413, 415),
    is_extension=True,
)

DELETE_FILTER = Operation(
    id="delete-event-filter",
    summary="Delete a saved filter",
    tag=_TAG,
    scope=Scope.EVENTS_WRITE,
    description="The audit still tells it.",
    parameters=(_NAME,),
    answer=SavedFiltersAnswer,
    answer_example={**_ANSWER, "data": []},
    errors=(404,),
    is_extension=True,
)
