"""How a definition and its mappings look on the wire (contract II.4.3)."""

import hashlib
from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from hooklog.catalog.definition import Attribute, Definition, Field
from hooklog.catalog.field_catalogue import output_type, with_defaults
from hooklog.catalog.mapping import EventMapping, OrgMapping
from hooklog.directory.base import Directory
from hooklog.event import NO_PARENT

__all__ = [
    "DefinitionView",
    "FieldView",
    "OrgContextView",
    "TransformerMappings",
    "attribute_views",
    "definition_view",
    "event_mapping_view",
    "org_context",
    "transformer_mappings",
]


class AttributeView(msgspec.Struct, frozen=True, rename="camel"):
    """One attribute of a field; `value` is absent where there is none."""

    value: str | UnsetType = UNSET
    value_type: str | UnsetType = UNSET
    values: Sequence[str] | UnsetType = UNSET


class FieldView(msgspec.Struct, frozen=True):
    """One field."""

    name: str
    type: str
    attributes: dict[str, AttributeView]


class OrgContextView(msgspec.Struct, frozen=True, rename="camel"):
    """Where the org stands among connected orgs: STANDARD_ORG, SUPER_ORG or CHILD_ORG."""

    org_type: str


class DefinitionView(msgspec.Struct, frozen=True, rename="camel"):
    """A definition; `date` is the instant of the answer, as documented, and absent in the audit."""

    event_id: str
    event_name: str
    event_type: str
    actions: Sequence[str]
    fields: Sequence[FieldView]
    org_id: int
    status: str
    test_status: str
    connected_org_context: OrgContextView | UnsetType = UNSET
    label: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    date: int | UnsetType = UNSET
    standard_event: bool = False


class EventNameMappingView(msgspec.Struct, frozen=True, rename="camel"):
    """Every mapped event name of the org, as in the documented samples."""

    value_map: dict[str, str]


class FieldMappingView(msgspec.Struct, frozen=True, rename="camel"):
    """One field's mapping; without `fieldName` the source has the same name."""

    event_field_name: str
    field_name: str | UnsetType = UNSET


class TransformerMapping(msgspec.Struct, frozen=True, rename="camel"):
    """One transformer's mapping of an event."""

    event_name_mapping: EventNameMappingView
    event_field_mappings: Sequence[FieldMappingView]


class TransformerMappings(msgspec.Struct, frozen=True, rename="camel"):
    """Both transformers' mappings of an event, null until posted (contract I.30)."""

    default_transformer_mapping: TransformerMapping | None
    web_engage_transformer_mapping: TransformerMapping | None


def definition_view(
    definition: Definition, context: OrgContextView | None, now_ms: int | None
) -> DefinitionView:
    """A definition as it is read.

    Args:
        definition: any version.
        context: of its org; None leaves it out.
        now_ms: epoch milliseconds; None leaves `date` out.
    """
    return DefinitionView(
        event_id=_event_id(definition),
        event_name=definition.name,
        event_type=_event_type(definition),
        actions=definition.actions,
        fields=[_field_view(with_defaults(field)) for field in definition.fields],
        org_id=definition.org_id,
        status=definition.state,
        test_status="VERIFIED" if definition.is_verified else "NOT_VERIFIED",
        connected_org_context=UNSET if context is None else context,
        label=definition.label or UNSET,
        description=definition.description or UNSET,
        date=UNSET if now_ms is None else now_ms,
        standard_event=definition.is_standard,
    )


def transformer_mappings(definition: Definition, mapping: OrgMapping) -> TransformerMappings:
    """The mappings of an event, with the source names of all events of its org, as in the documented samples."""
    own = mapping.of_event.get(definition.name, EventMapping(definition.org_id, definition.name))
    names = [field.name for field in definition.fields]
    return _mappings(own, {name: name for name in mapping.default_events}, names, dict(mapping.event_of))


def event_mapping_view(own: EventMapping) -> TransformerMappings:
    """The mappings of an event by themselves, whatever else the org maps."""
    sources = () if own.web_engage is None else own.web_engage.sources
    return _mappings(own, {own.event_name: own.event_name}, [], dict.fromkeys(sources, own.event_name))


def _mappings(
    own: EventMapping, default_names: dict[str, str], fields: list[str], event_of: dict[str, str]
) -> TransformerMappings:
    default = web_engage = None
    if own.is_default:
        views = [FieldMappingView(name) for name in fields]
        default = TransformerMapping(EventNameMappingView(default_names), views)
    if own.web_engage is not None:
        views = [FieldMappingView(one.name, one.source) for one in own.web_engage.fields]
        web_engage = TransformerMapping(EventNameMappingView(event_of), views)
    return TransformerMappings(default, web_engage)


def org_context(directory: Directory, org_id: int) -> OrgContextView:
    """The kind of an org: a parent is a SUPER_ORG."""
    org = directory.org(org_id)
    if directory.children(org_id):
        return OrgContextView("SUPER_ORG")
    is_child = org is not None and org.parent_org_id != NO_PARENT
    return OrgContextView("CHILD_ORG" if is_child else "STANDARD_ORG")


def attribute_views(attributes: dict[str, Attribute]) -> dict[str, AttributeView]:
    """Attributes as sent or filled in; one without a value shows its type only."""
    return {
        name: AttributeView(
            value=UNSET if one.value is None else one.value,
            value_type=one.value_type or UNSET,
            values=UNSET if one.values is None else one.values,
        )
        for name, one in attributes.items()
    }


def _field_view(field: Field) -> FieldView:
    return FieldView(field.name, output_type(field.type), attribute_views(field.attributes))


def _event_id(definition: Definition) -> str:
    """32 hex digits that stay the same through all versions: names are never used twice in an org."""
    text = f"{definition.org_id}/{definition.name}"
    return hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _event_type(definition: Definition) -> str:
    types = {field.type for field in definition.fields}
    if "productSku" in types:
        return "PRODUCTEVENT"
    return "COUPONEVENT" if "couponCode" in types else "USEREVENT"
