"""What the OpenAPI document says of the standard events' routes (contract I.13, I.30, II.5)."""

from collections.abc import Sequence
from typing import Any

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.author import Done
from hooklog.api.definition_operations import DONE_EXAMPLE, TAG
from hooklog.api.definition_views import FieldView
from hooklog.api.envelope import Notice
from hooklog.api.operation import Operation, query

__all__ = [
    "ENABLE_STANDARD_EVENT",
    "GET_STANDARD_EVENTS",
    "SourceFieldView",
    "SourceMappingView",
    "SourceNameView",
    "StandardEventItem",
    "StandardEventView",
]


class StandardEventView(msgspec.Struct, frozen=True, rename="camel"):
    """A standard event; types are in lower camel case here, as documented."""

    label: str
    description: str
    event_category: str
    event_name: str
    actions: Sequence[str]
    fields: Sequence[FieldView]


class SourceNameView(msgspec.Struct, frozen=True, rename="camel"):
    """Which source names mean it."""

    web_engage_field_name: str
    value_map: dict[str, str]


class SourceFieldView(msgspec.Struct, frozen=True, rename="camel"):
    """Which source attribute fills a field, misspellings included."""

    event_field_name: str
    web_engage_field_name: str


class SourceMappingView(msgspec.Struct, frozen=True, rename="camel"):
    """The usual WebEngage names."""

    event_name_mapping: SourceNameView
    event_field_mappings: Sequence[SourceFieldView]
    mapper_name: str


class StandardEventItem(msgspec.Struct, frozen=True, rename="camel"):
    """A standard event with the names of its usual source."""

    standard_click_events_meta: StandardEventView
    web_engage_transformer_mapping: SourceMappingView


class StandardEventsAnswer(msgspec.Struct, frozen=True):
    """The twelve standard events."""

    data: list[StandardEventItem]
    warnings: list[Notice]
    errors: list[Any]


_FORMAT = query("format", "Accepted and without effect, as documented.", example="json")

GET_STANDARD_EVENTS = Operation(
    id="get-standard-events-meta",
    summary="The standard events",
    tag=TAG,
    scope=Scope.EVENTS_READ,
    parameters=(_FORMAT,),
    answer=StandardEventsAnswer,
    answer_example={
        "data": [
            {
                "standardClickEventsMeta": {
                    "label": "Product Searched",
                    "description": "Product Searched",
                    "eventCategory": "Ecommerce",
                    "eventName": "ProductSearched",
                    "actions": ["EIConsumer"],
                    "fields": [
                        {
                            "name": "searchTerm",
                            "type": "string",
                            "attributes": {"isRequired": {"value": "true", "valueType": "BOOLEAN"}},
                        }
                    ],
                },
                "webEngageTransformerMapping": {
                    "eventNameMapping": {
                        "webEngageFieldName": "event_name",
                        "valueMap": {"Product Searched": "ProductSearched"},
                    },
                    "eventFieldMappings": [{"eventFieldName": "searchTerm", "webEngageFieldName": "Search"}],
                    "mapperName": "ProductSearched",
                },
            }
        ],
        "warnings": [],
        "errors": [],
    },
)

ENABLE_STANDARD_EVENT = Operation(
    id="enable-standard-event",
    summary="Take over a standard event",
    tag=TAG,
    description="The org gets its definition, UNPUBLISHED and NOT_VERIFIED. Code 1806, with 409: it is there already.",
    scope=Scope.EVENTS_WRITE,
    parameters=(
        query("event_name", "The standard event's name.", required=True, example="ProductAddedToCart"),
        query(
            "use_standard_adapter_mappings",
            "Whether to take over the usual WebEngage names too.",
            kind=bool,
            default=False,
        ),
        _FORMAT,
    ),
    answer=Done,
    answer_example=DONE_EXAMPLE,
    errors=(400, 404, 409),
)
