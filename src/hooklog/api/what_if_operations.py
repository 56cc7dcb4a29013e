"""What the OpenAPI document says of what-if."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from hooklog.access.scopes import Scope
from hooklog.api.definition_operations import DefinitionBody
from hooklog.api.envelope import Notice
from hooklog.api.mapping_operations import MappingBody
from hooklog.api.operation import Operation, path, query
from hooklog.api.what_if_views import TrialView

__all__ = ["CANCEL_WHAT_IF", "GET_WHAT_IF", "START_WHAT_IF", "WAIT_SECONDS_MAX", "WHAT_IF_PATH", "WhatIfBody"]

WHAT_IF_PATH: Final = "/v2/events/what-if"
WAIT_SECONDS_MAX: Final = 30
_TAG = "What-if"
_ID = "7c9e6679f3a14a0b9c0de944f3d2a1b0"


class WhatIfBody(msgspec.Struct, frozen=True, rename="camel"):
    """Which entries, and by what: a draft, or (neither given) things as they are today."""

    filter: Annotated[
        str, Meta(description="Which entries: the query of `GET /v2/events/logs`, as in its URL. Blank: all.")
    ] = ""
    definition: DefinitionBody | None = None
    mapping: MappingBody | None = None


class WhatIfAnswer(msgspec.Struct, frozen=True):
    """Where the trial stands and what it has found."""

    data: list[TrialView]
    warnings: list[Notice]
    errors: list[Any]


_BODY: dict[str, Any] = {
    "filter": "event_name=store_visit&from_date=2026-01-05&to_date=2026-01-11",
    "definition": {
        "eventName": "store_visit",
        "actions": ["EIConsumer"],
        "fields": [
            {"name": "mobile", "type": "customer", "attributes": {"identifierType": {"value": "mobile"}}},
            {"name": "visit_ref", "type": "string", "attributes": {"isRequired": {"value": "true"}}},
        ],
    },
}
_SAMPLE: dict[str, Any] = {
    "id": _ID,
    "state": "DONE",
    "startedAt": 1767607200123,
    "endedAt": 1767607201456,
    "filter": "event_name=store_visit&from_date=2026-01-05&to_date=2026-01-11",
    "drafts": ["store_visit"],
    "total": 1284,
    "looked": 1284,
    "judged": 1280,
    "changed": 12,
    "succeeding": 1268,
    "refused": 4,
    "unreadable": 0,
    "loyaltyUnknown": 0,
    "entriesMax": 1000000,
    "limitReached": False,
    "matrix": [
        {"from": "EVENT_SUCCESS", "to": "EVENT_SUCCESS", "count": 1268},
        {"from": "EVENT_SUCCESS", "to": "FIELD_VALIDATION_FAILED", "count": 12},
    ],
    "changes": [
        {
            "from": "EVENT_SUCCESS",
            "to": "FIELD_VALIDATION_FAILED",
            "count": 12,
            "sampleIds": ["019b8d9c-e8fb-7dcc-8000-5bbb0c4a1d05"],
            "reasons": [{"pattern": "Field validation failed: visit_ref: required", "count": 12}],
        }
    ],
    "failure": None,
}
_ANSWER: dict[str, Any] = {"data": [_SAMPLE], "warnings": [], "errors": []}
_WAIT = query(
    "wait",
    "How long to wait for the end before answering, in seconds.",
    kind=int,
    default=0,
    minimum=0,
    maximum=WAIT_SECONDS_MAX,
    extension=True,
)
_PATH_ID = path("trial_id", "As the start answered it.", example=_ID)

START_WHAT_IF = Operation(
    id="start-what-if",
    summary="Judge past entries anew, without changing anything",
    tag=_TAG,
    description="How many entries would change their status, from what to what, were they judged by a draft of a "
    "definition or mapping (as it would be published), or by what is in force today. Nothing is written and nobody is "
    "called: a customer that would be made counts as made; what a loyalty endpoint answered counts as it was, and "
    "`loyaltyUnknown` is how many succeed only if it takes them. Entries are judged in the order of their acceptance; "
    "pushes that the edge refused are not judged. It runs in the background; only a few run at once (429 then), and an "
    "answer is kept for about an hour. A caller without `psi:read` cannot try other rules on sensitive fields (403); "
    "what lies nested in others is judged as they see it.",
    scope=Scope.EVENTS_READ,
    parameters=(_WAIT,),
    body=WhatIfBody,
    body_example=_BODY,
    answer=WhatIfAnswer,
    answer_example=_ANSWER,
    errors=(404, 413, 415),
    is_extension=True,
)

GET_WHAT_IF = Operation(
    id="get-what-if",
    summary="Where a what-if stands and what it has found",
    tag=_TAG,
    description="While it runs, what was found so far.",
    scope=Scope.EVENTS_READ,
    parameters=(_PATH_ID, _WAIT),
    answer=WhatIfAnswer,
    answer_example=_ANSWER,
    errors=(404,),
    is_extension=True,
)

CANCEL_WHAT_IF = Operation(
    id="cancel-what-if",
    summary="End a what-if",
    tag=_TAG,
    description="What it has found so far stays. One that has ended stays as it is.",
    scope=Scope.EVENTS_READ,
    parameters=(_PATH_ID,),
    answer=WhatIfAnswer,
    answer_example={"data": [{**_SAMPLE, "state": "CANCELLED"}], "warnings": [], "errors": []},
    errors=(404,),
    is_extension=True,
)
