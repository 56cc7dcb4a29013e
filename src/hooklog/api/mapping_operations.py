"""What the OpenAPI document says of the mappings' routes (contract I.12, I.30, II.6)."""

from typing import Any

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.author import Done
from hooklog.api.definition_operations import DONE_EXAMPLE
from hooklog.api.definition_views import TransformerMappings
from hooklog.api.envelope import Notice
from hooklog.api.operation import Operation, query

__all__ = ["CREATE_MAPPING", "GET_ADAPTERS", "GET_MAPPINGS", "TAG", "MappingBody", "MappingItem"]

TAG = "Mappings"


class EventMapperBody(msgspec.Struct, frozen=True, rename="camel"):
    """Which event each source name means."""

    value_map: dict[str, str]
    event_field_name: str = "event_name"
    field_name: str = "event_name"
    event_data_type: str = ""


class FieldMapperBody(msgspec.Struct, frozen=True, rename="camel"):
    """Which field a source's attribute fills."""

    event_field_name: str
    field_name: str
    event_data_type: str = ""


class WebEngageBody(msgspec.Struct, frozen=True, rename="camel"):
    """The mappings of a WebEngage source; field mappings are by event."""

    event_mapper: EventMapperBody
    event_field_mapper: dict[str, list[FieldMapperBody]] = {}


class MappingBody(msgspec.Struct, frozen=True, rename="camel"):
    """`eventsMapped` for the default transformer, `webEngageTransformerData` for the other."""

    transformer_type: str
    events_mapped: list[str] = []
    web_engage_transformer_data: WebEngageBody | None = None


class MappingItem(msgspec.Struct, frozen=True, rename="camel"):
    """The mappings of one event."""

    event_name: str
    transformer_mappings: TransformerMappings


class MappingsAnswer(msgspec.Struct, frozen=True):
    """The mappings of every event, in the order of their names."""

    data: list[MappingItem]
    warnings: list[Notice]
    errors: list[Any]


class Adapter(msgspec.Struct, frozen=True):
    """A transformer."""

    name: str
    label: str


class AdaptersAnswer(msgspec.Struct, frozen=True):
    """The transformers."""

    data: list[Adapter]
    warnings: list[Notice]
    errors: list[Any]


_FORMAT = query("format", "Accepted and without effect, as documented.", example="json")
_VISIT = {"eventFieldName": "mobile", "eventDataType": "", "fieldName": "Customer Mobile"}

CREATE_MAPPING = Operation(
    id="create-adapter-mapping",
    summary="Map a source's names to events and their fields",
    tag=TAG,
    description="It is merged with what is there: a source name that is posted again means the new event from then "
    "on, a field that is posted again is filled from the new name. Code 1808: unknown transformer.",
    scope=Scope.EVENTS_WRITE,
    body=MappingBody,
    body_example={
        "transformerType": "webEngageTransformer",
        "webEngageTransformerData": {
            "eventMapper": {
                "eventFieldName": "event_name",
                "eventDataType": "",
                "fieldName": "event_name",
                "valueMap": {"Store Visit": "store_visit"},
            },
            "eventFieldMapper": {"store_visit": [_VISIT]},
        },
    },
    answer=Done,
    answer_example=DONE_EXAMPLE,
    errors=(404, 413, 415),
)

GET_MAPPINGS = Operation(
    id="get-adapter-mappings",
    summary="The mappings of the org's events",
    tag=TAG,
    description="Both are null until one was posted. Disabled events are left out.",
    scope=Scope.EVENTS_READ,
    parameters=(_FORMAT,),
    answer=MappingsAnswer,
    answer_example={
        "data": [
            {
                "eventName": "store_visit",
                "transformerMappings": {
                    "defaultTransformerMapping": None,
                    "webEngageTransformerMapping": {
                        "eventNameMapping": {"valueMap": {"Store Visit": "store_visit"}},
                        "eventFieldMappings": [{"eventFieldName": "mobile", "fieldName": "Customer Mobile"}],
                    },
                },
            }
        ],
        "warnings": [],
        "errors": [],
    },
)

GET_ADAPTERS = Operation(
    id="get-adapters-meta",
    summary="The transformers that there are",
    tag=TAG,
    scope=Scope.EVENTS_READ,
    parameters=(_FORMAT,),
    answer=AdaptersAnswer,
    answer_example={
        "data": [
            {"name": "DefaultTransformer", "label": "Default Transformer Mapping"},
            {"name": "WebEngageTransformer", "label": "WebEngage Transformer"},
        ],
        "warnings": [],
        "errors": [],
    },
)
