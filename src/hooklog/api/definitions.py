"""Defining, replacing, publishing and disabling events (contract I.9, I.31, II.4)."""

import msgspec
from litestar import Response, post, put

from hooklog.access.scopes import Scope
from hooklog.api.author import author_of, done
from hooklog.api.bodies import BODY_BYTES_MAX, json_object
from hooklog.api.context import AnyRequest, TheContext, parameters_of
from hooklog.api.definition_form import DefinitionForm, event_name_in, parse_definition
from hooklog.api.definition_operations import CREATE_EVENT, DISABLE_EVENT, PUBLISH_EVENT, UPDATE_EVENT
from hooklog.api.envelope import NOT_FOUND, ApiError
from hooklog.api.field_form import invalid
from hooklog.api.parameters import required_parameter, unknown_parameters
from hooklog.catalog.base import Changes, Definition, PublishState
from hooklog.catalog.rules import why_not_update

__all__ = [
    "already_exists",
    "create_event",
    "definition_of",
    "disable_event",
    "living",
    "publish_event",
    "update_event",
]

PATH = "/v2/events"


@post(
    PATH,
    name="create-event",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": CREATE_EVENT},
)
async def create_event(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """A new event, unpublished and not verified."""
    caller = await context.caller(request, Scope.EVENTS_WRITE)
    body = await json_object(request)
    form = parse_definition(body, event_name_in(body, is_new=True), context.limits)

    def create(changes: Changes) -> None:
        if changes.definition(caller.org_id, form.name) is not None:
            raise already_exists(form.name)
        changes.put_definition(definition_of(caller.org_id, form))

    author = author_of(caller)
    await context.change(author, create)
    return done(author, form.warnings)


@put(PATH, name="update-event", request_max_body_size=BODY_BYTES_MAX, opt={"operation": UPDATE_EVENT})
async def update_event(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The whole definition anew; which parts may change depends on where it stands in its life."""
    caller = await context.caller(request, Scope.EVENTS_WRITE)
    body = await json_object(request)
    name = event_name_in(body, is_new=False)

    def update(changes: Changes) -> DefinitionForm:
        newest = living(changes, caller.org_id, name)
        form = parse_definition(body, name, context.limits, newest.fields)
        why = why_not_update(newest, form.fields)
        if why:
            raise invalid(why)
        is_published = newest.state == PublishState.PUBLISHED
        given = msgspec.structs.replace(
            definition_of(caller.org_id, form),
            state=newest.state,
            is_verified=is_published and newest.is_verified,
        )
        changes.put_definition(given, keeps_verified=is_published)
        return form

    author = author_of(caller)
    form = await context.change(author, update)
    return done(author, form.warnings)


@put(PATH + "/publish", name="publish-event", opt={"operation": PUBLISH_EVENT})
async def publish_event(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """From now on loyalty acts on it, and its fields are frozen."""
    caller = await context.caller(request, Scope.EVENTS_WRITE)
    parameters = parameters_of(request)
    name = required_parameter(parameters, "event_name")

    def publish(changes: Changes) -> None:
        newest = living(changes, caller.org_id, name)
        if newest.state == PublishState.PUBLISHED:
            return
        if not newest.is_verified:
            raise invalid(
                f"event {name!r} is not verified; push it until one ends as EVENT_SUCCESS, then publish"
            )
        published = sum(one.state == PublishState.PUBLISHED for one in changes.definitions(caller.org_id))
        if published >= context.limits.published_events_max:
            raise invalid(
                f"the org has {published} published events and may have "
                f"{context.limits.published_events_max}; disable one first"
            )
        changes.publish_definition(caller.org_id, name)

    author = author_of(caller)
    await context.change(author, publish)
    return done(author, unknown_parameters(parameters, ("event_name",)))


@put(PATH + "/disable", name="disable-event", opt={"operation": DISABLE_EVENT})
async def disable_event(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """Off for good; its versions and its entries stay."""
    caller = await context.caller(request, Scope.EVENTS_WRITE)
    parameters = parameters_of(request)
    name = required_parameter(parameters, "event_name")

    def disable(changes: Changes) -> None:
        living(changes, caller.org_id, name)
        changes.disable_definition(caller.org_id, name)

    author = author_of(caller)
    await context.change(author, disable)
    return done(author, unknown_parameters(parameters, ("event_name",)))


def living(changes: Changes, org_id: int, name: str) -> Definition:
    """The event's newest version.

    Raises:
        ApiError: 404 where there is none, or where it is disabled (contract I.31).
    """
    found = changes.definition(org_id, name)
    if found is None or found.state == PublishState.DISABLED:
        raise ApiError(404, NOT_FOUND)
    return found


def already_exists(name: str) -> ApiError:
    """The event is there, maybe disabled: names are never used twice (contract I.31)."""
    return ApiError(409, f"Event_{name} event already exists", code=1806)


def definition_of(org_id: int, form: DefinitionForm) -> Definition:
    """What was sent, as it is stored at first: unpublished and not verified."""
    return Definition(
        org_id=org_id,
        name=form.name,
        version=0,
        actions=form.actions,
        fields=form.fields,
        label=form.label,
        description=form.description,
    )
