"""What the OpenAPI document says of the webhooks' routes (contract I.12, I.28, II.7)."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from hooklog.access.scopes import Scope
from hooklog.api.author import Done
from hooklog.api.definition_operations import DONE_EXAMPLE
from hooklog.api.envelope import Notice
from hooklog.api.operation import Operation, query

__all__ = [
    "CREATE_WEBHOOK",
    "DISABLE_WEBHOOK",
    "GET_WEBHOOKS",
    "STATUSES",
    "TAG",
    "UPDATE_WEBHOOK",
    "WebhookCreated",
    "WebhookView",
]

TAG = "Webhooks"
STATUSES = ("ENABLED", "DISABLED")
_ID = "67b62dffb7f5337f8a8237970bd0a467"
_URI = f"https://hooks.example/webhooks/{_ID}"


class WebhookBody(msgspec.Struct, frozen=True, rename="camel"):
    """A webhook to be made; `authMechanism` is BASIC or OAUTH and needed with `authEnabled`."""

    transformer_type: str
    till_code: str
    auth_enabled: bool = False
    auth_mechanism: str | UnsetType = UNSET
    uniqueness_check_enabled: bool = False
    listen_to_child_events: bool = False


class WebhookUpdateBody(msgspec.Struct, frozen=True, rename="camel"):
    """What to change; one of `webHookUri` and `webHookId` says where, what is left out stays."""

    web_hook_uri: str | UnsetType = UNSET
    web_hook_id: str | UnsetType = UNSET
    transformer_type: str | UnsetType = UNSET
    till_code: str | UnsetType = UNSET
    auth_enabled: bool | UnsetType = UNSET
    auth_mechanism: str | UnsetType = UNSET
    uniqueness_check_enabled: bool | UnsetType = UNSET
    listen_to_child_events: bool | UnsetType = UNSET


class WebhookDisableBody(msgspec.Struct, frozen=True, rename="camel"):
    """Which one."""

    web_hook_id: str


class WebhookCreated(msgspec.Struct, frozen=True, rename="camel"):
    """A new webhook; neither `data` nor `errors`, as documented."""

    transformer_type: str
    uniqueness_check_enabled: bool
    till_code: str
    web_hook_uri: str
    auth_enabled: bool
    warnings: list[Notice] = []


class WebhookView(msgspec.Struct, frozen=True, rename="camel"):
    """A webhook."""

    transformer_type: str
    web_hook_id: str
    uniqueness_check_enabled: bool
    till_code: str
    web_hook_uri: str
    auth_enabled: bool


class WebhooksAnswer(msgspec.Struct, frozen=True):
    """Webhooks, newest first."""

    data: list[WebhookView]
    warnings: list[Notice]
    errors: list[Any]


_VIEW: dict[str, Any] = {
    "transformerType": "WebEngageTransformer",
    "uniquenessCheckEnabled": False,
    "tillCode": "demo.till",
    "webHookUri": _URI,
    "authEnabled": False,
}

CREATE_WEBHOOK = Operation(
    id="create-webhook",
    summary="Make a URL that takes pushes",
    tag=TAG,
    description="Codes: 1808 (unknown transformer), 1839 (authEnabled without a known authMechanism). "
    "Uniqueness cannot be turned off again.",
    scope=Scope.WEBHOOKS_WRITE,
    body=WebhookBody,
    body_example={
        "transformerType": "WebEngageTransformer",
        "tillCode": "demo.till",
        "authEnabled": False,
        "uniquenessCheckEnabled": False,
    },
    answer=WebhookCreated,
    answer_example={**_VIEW, "warnings": []},
    errors=(413, 415),
)

UPDATE_WEBHOOK = Operation(
    id="update-webhook",
    summary="Change a webhook",
    tag=TAG,
    description="It holds for every push from then on. Codes as for creating.",
    scope=Scope.WEBHOOKS_WRITE,
    body=WebhookUpdateBody,
    body_example={"webHookUri": _URI, "authEnabled": True, "authMechanism": "BASIC"},
    answer=Done,
    answer_example=DONE_EXAMPLE,
    errors=(404, 413, 415),
)

GET_WEBHOOKS = Operation(
    id="get-webhooks",
    summary="The org's webhooks",
    tag=TAG,
    description="Newest first, disabled ones left out.",
    scope=Scope.EVENTS_READ,
    parameters=(
        query("status", "DISABLED lists the disabled ones.", extension=True, choices=STATUSES),
        query("format", "Accepted and without effect, as documented.", example="json"),
    ),
    answer=WebhooksAnswer,
    answer_example={
        "data": [
            {
                "transformerType": "WebEngageTransformer",
                "webHookId": _ID,
                "uniquenessCheckEnabled": False,
                "tillCode": "demo.till",
                "webHookUri": _URI,
                "authEnabled": False,
            }
        ],
        "warnings": [],
        "errors": [],
    },
    errors=(400,),
)

DISABLE_WEBHOOK = Operation(
    id="disable-webhook",
    summary="Turn a webhook off for good",
    tag=TAG,
    description="Pushes to it are answered 410 from then on.",
    scope=Scope.WEBHOOKS_WRITE,
    body=WebhookDisableBody,
    body_example={"webHookId": _ID},
    answer=Done,
    answer_example=DONE_EXAMPLE,
    errors=(404, 413, 415),
)
