"""The standard events: reading them, and taking one over (contract I.9, I.13, I.30, II.5)."""

from litestar import Response, get, post

from hooklog.access.scopes import Scope
from hooklog.api.author import author_of, done
from hooklog.api.context import AnyRequest, TheContext, parameters_of
from hooklog.api.definition_views import FieldView, attribute_views
from hooklog.api.definitions import already_exists
from hooklog.api.envelope import NOT_FOUND, ApiError, Notice, success
from hooklog.api.mappings import moved_warnings
from hooklog.api.parameters import boolean_parameter, required_parameter, unknown_parameters
from hooklog.api.standard_operations import (
    ENABLE_STANDARD_EVENT,
    GET_STANDARD_EVENTS,
    SourceFieldView,
    SourceMappingView,
    SourceNameView,
    StandardEventItem,
    StandardEventView,
)
from hooklog.catalog.base import Changes
from hooklog.catalog.standard_events import StandardEvent, standard_definition, standard_events

__all__ = ["enable_standard_event", "get_standard_events"]


@get(
    "/v2/events/standard_events_meta", name="get-standard-events-meta", opt={"operation": GET_STANDARD_EVENTS}
)
async def get_standard_events(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """All of the catalogue, whether the org has them or not."""
    await context.caller(request, Scope.EVENTS_READ)
    return success(
        [_item(event) for event in standard_events().values()], unknown_parameters(parameters_of(request), ())
    )


@post(
    "/v2/events/standard_events/enable",
    name="enable-standard-event",
    status_code=200,
    opt={"operation": ENABLE_STANDARD_EVENT},
)
async def enable_standard_event(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The org gets the definition, and the usual source names where it asks for them."""
    caller = await context.caller(request, Scope.EVENTS_WRITE)
    parameters = parameters_of(request)
    event = standard_events().get(required_parameter(parameters, "event_name"))
    with_mapping = boolean_parameter(parameters, "use_standard_adapter_mappings") or False
    if event is None:
        raise ApiError(404, NOT_FOUND)

    def enable(changes: Changes) -> list[Notice]:
        if changes.definition(caller.org_id, event.name) is not None:
            raise already_exists(event.name)
        changes.put_definition(standard_definition(caller.org_id, event))
        if not with_mapping:
            return []
        moved = changes.map_names(caller.org_id, event.event_of)
        changes.map_fields(caller.org_id, event.name, event.mappings)
        return moved_warnings(moved)

    author = author_of(caller)
    warnings = await context.change(author, enable)
    known = (one.name for one in ENABLE_STANDARD_EVENT.parameters)
    return done(author, [*unknown_parameters(parameters, known), *warnings])


def _item(event: StandardEvent) -> StandardEventItem:
    return StandardEventItem(
        StandardEventView(
            label=event.label,
            description=event.description,
            event_category=event.category,
            event_name=event.name,
            actions=event.actions,
            fields=[FieldView(one.name, one.type, attribute_views(one.attributes)) for one in event.fields],
        ),
        SourceMappingView(
            SourceNameView("event_name", event.event_of),
            [SourceFieldView(one.name, one.source) for one in event.mappings],
            event.mapper_name,
        ),
    )
