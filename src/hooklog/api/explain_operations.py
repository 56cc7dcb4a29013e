"""What the OpenAPI document says of the explanations (contract I.18)."""

from typing import Any

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.envelope import Notice
from hooklog.api.explanation_views import CustomerAnswerView, ExplanationView
from hooklog.api.log_operations import GET_LOGS
from hooklog.api.operation import Operation, path, query
from hooklog.api.org_scope import SCOPE_EXTENSION

__all__ = [
    "EVENTS_DEFAULT",
    "EVENTS_MAX",
    "EXPLAIN_CUSTOMER",
    "EXPLAIN_CUSTOMER_PATH",
    "EXPLAIN_EVENT",
    "EXPLAIN_EVENT_PATH",
]

EXPLAIN_CUSTOMER_PATH = "/v2/events/explain"
EVENTS_DEFAULT = 3
EVENTS_MAX = 20  # each is some reads of the store
EXPLAIN_EVENT_PATH = "/v2/events/logs/{request_id:str}/explain"
_ID = "019b8d9c-e8fb-7dcc-8000-5bbb0c4a1d05"
_START = 1_767_607_200_123


_NOT_HERE = frozenset({"order", "cursor", "include"})
_own_limit = query(
    "limit",
    "Events to explain.",
    kind=int,
    default=EVENTS_DEFAULT,
    minimum=1,
    maximum=EVENTS_MAX,
    extension=True,
)


class CustomerAnswer(msgspec.Struct, frozen=True):
    """What was found of a customer's events."""

    data: list[CustomerAnswerView]
    warnings: list[Notice]
    errors: list[Any]


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
    "since; the record; what each consumer answered, attempt by attempt; duplicates and replays, linked both "
    "ways. A pending event is explained as far as it has come.",
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

_NOTHING: dict[str, Any] = {
    "data": [
        {
            "summary": "No event named `store_visit` of mobile `919800000001` was found between 2026-01-05 "
            "00:00:00.000 UTC and 2026-01-05 23:59:59.999 UTC, in org 100737. An event of mobile "
            "`919800000001` came named `Store_Visit`: INVALID_EVENT_NAME.",
            "events": [],
            "more": None,
            "searched": {
                "customers": [
                    {
                        "type": "mobile",
                        "value": "919800000001",
                        "forms": [
                            "events that sent mobile 919800000001 as their customer, with or without a leading +",
                            "events resolved to user 500001 of org 100737",
                        ],
                        "users": [{"orgId": 100737, "userId": 500001}],
                        "malformed": None,
                    }
                ],
                "eventNames": ["store_visit"],
                "orgIds": [100737],
                "from": 1767571200000,
                "to": 1767657599999,
            },
            "nearMisses": [
                {
                    "kind": "otherName",
                    "text": "An event of mobile `919800000001` came named `Store_Visit`: INVALID_EVENT_NAME.",
                    "ids": [_ID],
                    "link": "https://hooklog.example/v2/events/logs?from_date=1767571200000&to_date=1767657599999"
                    "&customer=mobile%3A919800000001&event_name=Store_Visit",
                }
            ],
        }
    ],
    "warnings": [],
    "errors": [],
}

EXPLAIN_CUSTOMER = Operation(
    id="explain-customer",
    summary="Why a customer's event did nothing, in one call",
    tag="Logs",
    description="The newest events that match, pending ones among them, each explained as by its id; `more` leads to "
    "the rest. Where nothing matches, `nearMisses` say what there is instead, what explains most first: a malformed "
    "identifier, the customer's events under other names or at other times, pending events, events that hold the value "
    "in another attribute, names that look alike, definitions that are disabled or not published, refused pushes, "
    "disabled webhooks. All filters of the log hold here too.",
    scope=Scope.EVENTS_READ,
    parameters=tuple(
        _own_limit if one.name == "limit" else one for one in GET_LOGS.parameters if one.name not in _NOT_HERE
    ),
    answer=CustomerAnswer,
    answer_example=_NOTHING,
    errors=(400, 503),
    is_extension=True,
)
