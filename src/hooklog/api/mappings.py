"""Adapter mappings: posting them, reading them, and which transformers there are (contract I.12, I.30, II.6)."""

from collections.abc import Mapping

from litestar import Response, get, post

from hooklog.access.scopes import Scope
from hooklog.api.author import author_of, done
from hooklog.api.bodies import BODY_BYTES_MAX, json_object, shown
from hooklog.api.context import AnyRequest, TheContext, parameters_of
from hooklog.api.definition_views import transformer_mappings
from hooklog.api.definitions import living
from hooklog.api.envelope import ApiError, Notice, success, warning
from hooklog.api.mapping_form import MappingForm, parse_mapping
from hooklog.api.mapping_operations import CREATE_MAPPING, GET_ADAPTERS, GET_MAPPINGS, MappingItem
from hooklog.api.parameters import unknown_parameters
from hooklog.catalog.base import Changes, PublishState
from hooklog.catalog.field_catalogue import standard_facts
from hooklog.catalog.mapping import own_name

__all__ = ["create_mapping", "get_adapters_meta", "get_mappings", "moved_warnings", "put_mapping"]

PATH = "/v2/events/adapter_mapping"
# Each push looks up one name and walks one event's fields; these many are a few hundred kilobytes an org.
_SOURCE_NAMES_MAX = 2_000
_FIELD_MAPPINGS_MAX = 500


@post(
    PATH,
    name="create-adapter-mapping",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": CREATE_MAPPING},
)
async def create_mapping(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """What is posted is merged with what is there; it holds for every push accepted from now on."""
    caller = await context.caller(request, Scope.EVENTS_WRITE)
    form = parse_mapping(await json_object(request))
    author = author_of(caller)
    warnings = await context.change(author, lambda changes: put_mapping(changes, caller.org_id, form))
    return done(author, [*form.warnings, *warnings])


@get(PATH, name="get-adapter-mappings", opt={"operation": GET_MAPPINGS})
async def get_mappings(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """Every event of the org with its mappings."""
    caller = await context.caller(request, Scope.EVENTS_READ)

    def read() -> list[MappingItem]:
        mapping = context.catalog.mapping(caller.org_id)
        return [
            MappingItem(one.name, transformer_mappings(one, mapping))
            for one in context.catalog.definitions(caller.org_id)
            if one.state != PublishState.DISABLED
        ]

    return success(await context.look(read), unknown_parameters(parameters_of(request), ()))


@get("/v2/events/adapters_meta", name="get-adapters-meta", opt={"operation": GET_ADAPTERS})
async def get_adapters_meta(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The transformers under their documented names."""
    await context.caller(request, Scope.EVENTS_READ)
    return success(standard_facts()["adapters"], unknown_parameters(parameters_of(request), ()))


def moved_warnings(moved: Mapping[str, str]) -> list[Notice]:
    """A source name that meant another event before is worth a word."""
    return [
        warning(f"source name {shown(source)} meant the event {shown(before)} until now")
        for source, before in moved.items()
    ]


def put_mapping(changes: Changes, org_id: int, form: MappingForm) -> list[Notice]:
    """Merge what was sent with what is there; what is worth a word.

    Raises:
        ApiError: 404 for an event that there is not, 400 for more mappings than an org may have or for a field
            that is mapped twice.
    """
    declared = {name: living(changes, org_id, name).field_names for name in form.events}
    for name in form.default_events:
        changes.map_by_default(org_id, name)
    warnings = moved_warnings(changes.map_names(org_id, form.event_of))
    for name, fields in form.fields.items():
        filled = [own_name(one.name, declared[name]) for one in fields]
        twice = next((field for field in filled if filled.count(field) > 1), None)
        if twice is not None:
            raise ApiError(400, f"the field {shown(twice)} of event {shown(name)} is mapped twice")
        changes.map_fields(org_id, name, fields)
        warnings += [
            warning(f"event {shown(name)} has no field {shown(field)}; its value will be stored all the same")
            for field in filled
            if field not in declared[name]
        ]
    mapping = changes.mapping(org_id)
    if len(mapping.event_of) > _SOURCE_NAMES_MAX:
        raise ApiError(
            400, f"the org would have {len(mapping.event_of)} source names; allowed are {_SOURCE_NAMES_MAX}"
        )
    for name in form.fields:
        if len(mapping.fields(name)) > _FIELD_MAPPINGS_MAX:
            raise ApiError(
                400,
                f"event {shown(name)} would have {len(mapping.fields(name))} field mappings; "
                f"allowed are {_FIELD_MAPPINGS_MAX}",
            )
    return warnings
