"""What the OpenAPI document says of the explanations (contract I.18)."""

from typing import Any

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.envelope import Notice
from hooklog.api.explanation_views import ExplanationView
from hooklog.api.operation import Operation, path
from hooklog.api.org_scope import SCOPE_EXTENSION

__all__ = ["EXPLAIN_EVENT", "EXPLAIN_EVENT_PATH"]

EXPLAIN_EVENT_PATH = "/v2/events/logs/{request_id:str}/explain"
_ID = "019b8d9c-e8fb-7dcc-8000-5bbb0c4a1d05"
_START = 1_767_607_200_123


class ExplainAnswer(msgspec.Struct, frozen=True):
    """The explanation of one event."""

    data: list[ExplanationView]
    warnings: list[Notice]
    errors: list[Any]


_EXAMPLE: dict[str, Any] = {
    "data": [
        {
            "entry": {
                "startTime": _START,
                "responseTime": 3,
                "orgId": 100737,
                "status": "EMF_PROCESSOR_FAILED",
                "eventName": "store_visit",
                "inputRequest": '{"event_name":"store_visit","phone":"919800000001"}',
                "id": _ID,
                "webhookId": "67b62dffb7f5337f8a8237970bd0a467",
                "parentOrgId": -1,
                "message": "Error while processing emfEvent: customerId not present,cant proceed further",
            },
            "headline": "The event was stored, but loyalty did not take it. The input has no `mobile`, the field that "
            "names the customer; `phone` could be the customer's mobile.",
            "nextStep": "Have the customer's mobile sent as `mobile` instead of `phone`. Then have the source send the "
            "event again to the same webhook.",
            "mapped": {"phone": "919800000001"},
            "stages": [
                {
                    "stage": "resolve_customer",
                    "startedAt": 1767607200125.1,
                    "durationMs": 0.031,
                    "outcome": "passed",
                    "detail": {"found": False, "reason": "no customer in the event"},
                    "decision": "no customer in the event",
                }
            ],
            "errors": [
                {
                    "field": "mobile",
                    "rule": "customer",
                    "value": "nothing",
                    "hint": "send the customer's mobile as mobile",
                    "pointer": "",
                }
            ],
            "definition": {
                "version": 1,
                "since": 1767600000000,
                "changedSince": [
                    {"field": "mobile", "setting": "addCustomerIfNotExists", "was": "false", "is": "true"}
                ],
            },
            "record": None,
            "consumers": [
                {
                    "consumer": "EMFConsumer",
                    "orgId": 100737,
                    "outcome": "failed",
                    "reason": "customerId not present,cant proceed further",
                    "attempts": [],
                    "sideEffects": None,
                }
            ],
            "duplicateOf": None,
            "duplicates": [],
            "replayOf": None,
            "replays": [],
        }
    ],
    "warnings": [],
    "errors": [],
}

EXPLAIN_EVENT = Operation(
    id="explain-event",
    summary="Why one event ended as it did, and what to do next",
    tag="Logs",
    description="The entry with a headline and a next step in plain sentences; the mapped form as it was made with the "
    "mapping and the version of the definition that judged the event; each stage with its time and its decision; the "
    "fields to correct, each with the JSON pointer to its value in the input; what has changed in the definition "
    "since; the record; what each consumer answered, attempt by attempt; duplicates, linked both ways. A pending "
    "event is explained as far as it has come.",
    scope=Scope.EVENTS_READ,
    parameters=(
        path("request_id", "The request id that the push was answered.", example=_ID),
        SCOPE_EXTENSION,
    ),
    answer=ExplainAnswer,
    answer_example=_EXAMPLE,
    errors=(400, 404),
    is_extension=True,
)
