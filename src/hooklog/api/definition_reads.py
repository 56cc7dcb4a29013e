"""Reading definitions and the catalogue of field types (contract II.4.3 to II.4.5)."""

from litestar import Response, get

from hooklog.access.scopes import Scope
from hooklog.api.author import shaped
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.definition_operations import (
    GET_EVENTS,
    GET_META,
    GET_META_FIELDS,
    STATUSES,
    DefinitionItem,
    MetaAnswer,
)
from hooklog.api.definition_views import definition_view, org_context, transformer_mappings
from hooklog.api.envelope import NOT_FOUND, ApiError, success
from hooklog.api.parameters import one_of, parameter, required_parameter, unknown_parameters
from hooklog.catalog.base import Definition, PublishState
from hooklog.catalog.field_catalogue import meta_fields
from hooklog.event import wall_clock_ms

__all__ = ["get_event_meta", "get_event_meta_fields", "get_events"]

PATH = "/v2/events"


@get(PATH, name="get-events", opt={"operation": GET_EVENTS})
async def get_events(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The org's definitions, newest first; those that a file set up come last, by name."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    status, name = one_of(parameters, "status", STATUSES), parameter(parameters, "eventName")

    def read() -> list[DefinitionItem]:
        found = [
            one
            for one in context.catalog.definitions(caller.org_id)
            if _is_wanted(one, status) and name in {None, one.name}
        ]
        return _items(context, caller.org_id, sorted(found, key=lambda one: (-one.created_ms, one.name)))

    known = (one.name for one in GET_EVENTS.parameters)
    return success(await context.look(read), unknown_parameters(parameters, known))


@get(PATH + "/meta", name="get-event-meta", opt={"operation": GET_META})
async def get_event_meta(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """One definition with all that was filled in."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    name, status = required_parameter(parameters, "event_name"), one_of(parameters, "status", STATUSES)

    def read() -> list[DefinitionItem]:
        found = context.catalog.definition(caller.org_id, name)
        wanted = [] if found is None or not _is_wanted(found, status) else [found]
        return _items(context, caller.org_id, wanted)

    items = await context.look(read)
    if not items:
        raise ApiError(404, NOT_FOUND)
    warnings = unknown_parameters(parameters, ("event_name", "status"))
    return shaped(MetaAnswer(items[0].click_events_meta, items[0].transformer_mappings, warnings))


@get(PATH + "/meta_fields", name="get-event-meta-fields", opt={"operation": GET_META_FIELDS})
async def get_event_meta_fields(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """Every field type and every attribute that it can have."""
    await context.caller(request, Scope.EVENTS_READ)
    return success(meta_fields(), unknown_parameters(parameters_of(request), ()))


def _is_wanted(definition: Definition, status: str | None) -> bool:
    """What is disabled is shown only to those who ask for it (contract I.9)."""
    return definition.state != PublishState.DISABLED if status is None else definition.state == status


def _items(context: Context, org_id: int, definitions: list[Definition]) -> list[DefinitionItem]:
    if not definitions:
        return []
    mapping, kind, now_ms = (
        context.catalog.mapping(org_id),
        org_context(context.directory, org_id),
        wall_clock_ms(),
    )
    return [
        DefinitionItem(definition_view(one, kind, now_ms), transformer_mappings(one, mapping))
        for one in definitions
    ]
