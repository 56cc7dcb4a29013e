"""What the OpenAPI document says of the webhook URLs, which the intake serves (contract I.6, II.8)."""

from typing import Any

from hooklog.api.openapi_errors import PushAnswer
from hooklog.api.operation import Family, Operation, header, path

__all__ = ["PUSHES"]

PUSH = Operation(
    id="push-event",
    summary="Push one event",
    tag="Push",
    description="200 means that the event is synced to disk; what became of it is in the log under `requestId`. "
    "Every attribute of the event stands beside `event_name`; `eventDateTime` and `orgResolver` are optional. "
    "Credentials are needed where the webhook asks for them.",
    family=Family.PUSH,
    parameters=(
        path("webhook_id", "The webhook's id, 32 hex digits.", example="67b62dffb7f5337f8a8237970bd0a467"),
        header("Authorization", "Basic credentials of a till, on a webhook with BASIC."),
        header("X-CAP-API-OAUTH-TOKEN", "A client's token, on a webhook with OAUTH."),
    ),
    body=dict[str, Any],
    body_example={"event_name": "Event_Rutuja", "customer": "917744876415"},
    answer=PushAnswer,
    answer_example={
        "status": {"code": 1100, "message": "Event is pushed to transformation state"},
        "requestId": "019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05",
    },
    errors=(401, 404, 405, 408, 410, 413, 415, 429),
)

PUSHES = [("/webhooks/{webhook_id}", "post", PUSH)]
