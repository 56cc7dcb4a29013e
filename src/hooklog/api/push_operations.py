"""What the OpenAPI document says of the webhook URLs, which the intake serves (contract I.6, II.8)."""

from typing import Any

import msgspec

from hooklog.api.openapi_errors import PushAnswer
from hooklog.api.operation import Family, Operation, header, path

__all__ = ["PUSHES"]

_PARAMETERS = (
    path("webhook_id", "The webhook's id, 32 hex digits.", example="67b62dffb7f5337f8a8237970bd0a467"),
    header("Authorization", "Basic credentials of a till, on a webhook with BASIC."),
    header("X-CAP-API-OAUTH-TOKEN", "A client's token, on a webhook with OAUTH."),
)
_ERRORS = (401, 404, 405, 408, 410, 413, 415, 429)
_EVENT = {"event_name": "Event_Rutuja", "customer": "917744876415"}
_ACCEPTED = {
    "status": {"code": 1100, "message": "Event is pushed to transformation state"},
    "requestId": "019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05",
}


class BatchAnswer(msgspec.Struct, frozen=True):
    """What a batch is answered: one result for each of its events, in their order."""

    results: list[PushAnswer]


PUSH = Operation(
    id="push-event",
    summary="Push one event",
    tag="Push",
    description="200 means that the event is synced to disk; what became of it is in the log under `requestId`. "
    "Every attribute of the event stands beside `event_name`; `eventDateTime` and `orgResolver` are optional. "
    "Credentials are needed where the webhook asks for them.",
    family=Family.PUSH,
    parameters=_PARAMETERS,
    body=dict[str, Any],
    body_example=_EVENT,
    answer=PushAnswer,
    answer_example=_ACCEPTED,
    errors=_ERRORS,
)

PUSH_BATCH = Operation(
    id="push-batch",
    summary="Push many events at once",
    tag="Push",
    description="A JSON array, or NDJSON with one event a line, of at most 10,000 events and 16 MiB. 200 means that "
    "every event with code 1100 is synced to disk; each of the others failed alone, with the code and message that it "
    "would have been answered by itself. 400, 413, 429 or 503 for the whole means that none was accepted. Blank lines "
    "are skipped; a line that is no event fails alone, while an array that does not parse is 400. A batch counts "
    "against limits by the number of its events. The id in the headers names the batch, not an event.",
    family=Family.PUSH,
    parameters=_PARAMETERS,
    body=list[dict[str, Any]],
    body_example=[_EVENT, _EVENT],
    line=dict[str, Any],
    answer=BatchAnswer,
    answer_example={
        "results": [
            _ACCEPTED,
            {
                "status": {
                    "code": 413,
                    "message": "Request too large: 1200000 bytes; at most 1048576 are allowed",
                },
                "requestId": "019fb0d5-7ed6-7dcc-8400-91d3c02e7f6a",
            },
        ]
    },
    errors=_ERRORS,
    is_extension=True,
)

PUSHES = [
    ("/webhooks/{webhook_id}", "post", PUSH),
    ("/webhooks/{webhook_id}/batch", "post", PUSH_BATCH),
]
