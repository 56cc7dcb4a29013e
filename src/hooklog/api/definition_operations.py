"""What the OpenAPI document says of the definitions' routes (contract I.8, I.9, II.4)."""

from typing import Any

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.author import Done
from hooklog.api.definition_views import DefinitionView, TransformerMappings
from hooklog.api.envelope import Notice
from hooklog.api.operation import Operation, query
from hooklog.catalog.base import PublishState

__all__ = [
    "CREATE_EVENT",
    "DISABLE_EVENT",
    "DONE_EXAMPLE",
    "GET_EVENTS",
    "GET_META",
    "GET_META_FIELDS",
    "PUBLISH_EVENT",
    "STATUSES",
    "TAG",
    "UPDATE_EVENT",
    "DefinitionBody",
    "DefinitionItem",
    "MetaAnswer",
]

TAG = "Definitions"
STATUSES = (PublishState.UNPUBLISHED, PublishState.PUBLISHED, PublishState.DISABLED)
DONE_EXAMPLE: dict[str, Any] = {"warnings": [], "errors": []}


class AttributeBody(msgspec.Struct, frozen=True, rename="camel"):
    """One setting of a field: `values` for possibleValues, `value` (a text) for all others."""

    value: str = ""
    value_type: str = ""
    values: list[str] = []


class FieldBody(msgspec.Struct, frozen=True):
    """One field; `meta_fields` lists the types and their attributes."""

    name: str
    type: str
    attributes: dict[str, AttributeBody] = {}


class DefinitionBody(msgspec.Struct, frozen=True, rename="camel"):
    """A whole definition."""

    event_name: str
    actions: list[str]
    fields: list[FieldBody]
    label: str = ""
    description: str = ""


class DefinitionItem(msgspec.Struct, frozen=True, rename="camel"):
    """A definition with its mappings."""

    click_events_meta: DefinitionView
    transformer_mappings: TransformerMappings


class MetaAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """One definition; neither `data` nor `errors`, as documented."""

    click_events_meta: DefinitionView
    transformer_mappings: TransformerMappings
    warnings: list[Notice] = []


class EventsAnswer(msgspec.Struct, frozen=True):
    """Definitions, newest first."""

    data: list[DefinitionItem]
    warnings: list[Notice]
    errors: list[Any]


class MetaFieldsAnswer(msgspec.Struct, frozen=True):
    """The catalogue of field types."""

    data: list[dict[str, Any]]
    warnings: list[Notice]
    errors: list[Any]


_BODY: dict[str, Any] = {
    "eventName": "store_visit",
    "actions": ["EIConsumer", "EMFConsumer"],
    "description": "Visit",
    "fields": [
        {
            "name": "mobile",
            "type": "customer",
            "attributes": {
                "identifierType": {"value": "mobile", "valueType": "ENUM"},
                "addCustomerIfNotExists": {"value": "true", "valueType": "Boolean"},
            },
        },
        {"name": "till", "type": "tillCode", "attributes": {"isRequired": {"value": "false"}}},
        {"name": "visit_ref", "type": "string", "attributes": {"isUniqueKeyField": {"value": "true"}}},
    ],
}
_META: dict[str, Any] = {
    "clickEventsMeta": {
        "eventId": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "eventName": "store_visit",
        "eventType": "USEREVENT",
        "actions": ["EIConsumer"],
        "fields": [
            {
                "name": "mobile",
                "type": "CUSTOMER",
                "attributes": {
                    "accountId": {"valueType": "ENUM"},
                    "addCustomerIfNotExists": {"value": "false", "valueType": "BOOLEAN"},
                    "identifierType": {"value": "mobile", "valueType": "ENUM"},
                    "isRequired": {"value": "true", "valueType": "BOOLEAN"},
                    "source": {"value": "INSTORE", "valueType": "ENUM"},
                },
            }
        ],
        "orgId": 100737,
        "status": "UNPUBLISHED",
        "testStatus": "NOT_VERIFIED",
        "connectedOrgContext": {"orgType": "STANDARD_ORG"},
        "label": "Store visit",
        "description": "Visit",
        "date": 1767607200000,
        "standardEvent": False,
    },
    "transformerMappings": {"defaultTransformerMapping": None, "webEngageTransformerMapping": None},
}
_NAME = query("event_name", "The exact name of the event.", required=True, example="store_visit")
_STATUS = query(
    "status",
    "Only events of this status; disabled ones are shown only when asked for.",
    extension=True,
    choices=STATUSES,
)
_FORMAT = query("format", "Accepted and without effect, as documented.", example="json")

CREATE_EVENT = Operation(
    id="create-event",
    summary="Define an event",
    tag=TAG,
    description="It begins UNPUBLISHED and NOT_VERIFIED; attributes that are left out get the defaults of their "
    "type. Codes: 1802 (a field or attribute is wrong, too many fields, no customer field), 1806 (there already, "
    "with 409), 1810 (actions), 1811 (name), 1823 (field type).",
    scope=Scope.EVENTS_WRITE,
    body=DefinitionBody,
    body_example=_BODY,
    answer=Done,
    answer_example=DONE_EXAMPLE,
    errors=(409, 413, 415),
)

UPDATE_EVENT = Operation(
    id="update-event",
    summary="Replace the definition of an event",
    tag=TAG,
    description="Send the whole definition: fields left out are removed. Before publishing it has to be verified "
    "anew; after it the fields are frozen, but for `isPsiData` marks that are added. A field of the unique key "
    "stays one. Codes as for creating.",
    scope=Scope.EVENTS_WRITE,
    body=DefinitionBody,
    body_example=_BODY,
    answer=Done,
    answer_example=DONE_EXAMPLE,
    errors=(404, 413, 415),
)

GET_EVENTS = Operation(
    id="get-events",
    summary="The events that the org has defined",
    tag=TAG,
    description="Newest first, disabled ones left out.",
    scope=Scope.EVENTS_READ,
    parameters=(
        query("eventName", "Only the event of this exact name.", example="store_visit"),
        query("isDuplicate", "Accepted and without effect: a definition has no duplicates.", kind=bool),
        query("source_user_id", "Accepted and without effect: a definition has no customer.", kind=int),
        _STATUS,
        _FORMAT,
    ),
    answer=EventsAnswer,
    answer_example={"data": [_META], "warnings": [], "errors": []},
    errors=(400,),
)

GET_META = Operation(
    id="get-event-meta",
    summary="The definition of one event",
    tag=TAG,
    scope=Scope.EVENTS_READ,
    parameters=(_NAME, _STATUS, _FORMAT),
    answer=MetaAnswer,
    answer_example={**_META, "warnings": []},
    errors=(400, 404),
)

GET_META_FIELDS = Operation(
    id="get-event-meta-fields",
    summary="The field types and what can be set for each",
    tag=TAG,
    scope=Scope.EVENTS_READ,
    parameters=(_FORMAT,),
    answer=MetaFieldsAnswer,
    answer_example={
        "data": [
            {
                "type": "double",
                "label": "double",
                "valueType": "double",
                "attributes": [
                    {
                        "name": "isRequired",
                        "label": "is field required",
                        "valueType": "BOOLEAN",
                        "defaultValue": "true",
                    }
                ],
            }
        ],
        "warnings": [],
        "errors": [],
    },
)

DISABLE_EVENT = Operation(
    id="disable-event",
    summary="Turn an event off for good",
    tag=TAG,
    description="What is pushed afterwards ends as INVALID_EVENT_NAME. It cannot be turned on again.",
    scope=Scope.EVENTS_WRITE,
    parameters=(_NAME, _FORMAT),
    answer=Done,
    answer_example=DONE_EXAMPLE,
    errors=(400, 404),
)

PUBLISH_EVENT = Operation(
    id="publish-event",
    summary="Publish an event: from now on loyalty acts on it",
    tag=TAG,
    description="It must be VERIFIED, that is, one push must have succeeded since it was last changed; else 1802, "
    "as when the org has too many published events. Publishing a published event changes nothing.",
    scope=Scope.EVENTS_WRITE,
    parameters=(_NAME, _FORMAT),
    answer=Done,
    answer_example=DONE_EXAMPLE,
    errors=(400, 404),
    is_extension=True,
)
