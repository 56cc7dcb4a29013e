"""`/v2/events/filters`: questions to the log that an org keeps by name (an extension)."""

from collections.abc import Callable

from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from hooklog.access.scopes import Caller, Scope
from hooklog.api.author import author_of, changed
from hooklog.api.bodies import BODY_BYTES_MAX, json_object
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.envelope import NOT_FOUND, ApiError, Notice, success
from hooklog.api.log_reading import asked_query
from hooklog.api.masking import mask_for
from hooklog.api.parameters import unknown_parameters
from hooklog.api.saved_filter_form import SavedFilterForm, filter_name_in, parse_saved_filter
from hooklog.api.saved_filter_operations import (
    CREATE_FILTER,
    DELETE_FILTER,
    FILTERS_PATH,
    GET_FILTER,
    GET_FILTERS,
    UPDATE_FILTER,
)
from hooklog.api.saved_filter_views import SavedFilterView, saved_filter_view
from hooklog.author import Author
from hooklog.catalog.base import Changes, SavedFilter

__all__ = ["SAVED_FILTER_ROUTES"]

_ONE = FILTERS_PATH + "/{filter_name:str}"


@get(FILTERS_PATH, name="get-event-filters", opt={"operation": GET_FILTERS})
async def get_filters(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """All of the org's, by name."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    show = _view(context, request, caller)
    found = await context.look(lambda: [show(one) for one in context.catalog.filters(caller.org_id)])
    return success(found, unknown_parameters(parameters_of(request), ()))


@get(_ONE, name="get-event-filter", opt={"operation": GET_FILTER})
async def get_filter(request: AnyRequest, context: TheContext, filter_name: FromPath[str]) -> Response[bytes]:
    """One of them."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    show = _view(context, request, caller)

    def read() -> SavedFilterView:
        found = context.catalog.filter(caller.org_id, filter_name)
        if found is None:
            raise ApiError(404, NOT_FOUND)
        return show(found)

    return success([await context.look(read)], unknown_parameters(parameters_of(request), ()))


@post(
    FILTERS_PATH,
    name="create-event-filter",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": CREATE_FILTER},
)
async def create_filter(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """A new one."""
    caller = await context.caller(request, Scope.EVENTS_WRITE)
    body = await json_object(request)
    form = parse_saved_filter(body, filter_name_in(body))
    await asked_query(context, caller, form.parameters)

    def create(changes: Changes) -> SavedFilter:
        if changes.filter(caller.org_id, form.name) is not None:
            raise ApiError(409, f"there is a saved filter {form.name!r} already; replace it with PUT")
        count = len(changes.filters(caller.org_id))
        if count >= context.limits.filters_max:
            raise ApiError(
                400,
                f"the org has {count} saved filters and may have {context.limits.filters_max}; delete one first",
            )
        return changes.put_filter(_filter(caller, form))

    author = author_of(caller)
    return _changed(context, request, caller, author, await context.change(author, create), form.warnings)


@put(
    _ONE,
    name="update-event-filter",
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": UPDATE_FILTER},
)
async def update_filter(
    request: AnyRequest, context: TheContext, filter_name: FromPath[str]
) -> Response[bytes]:
    """The whole of it anew, under the same name."""
    caller = await context.caller(request, Scope.EVENTS_WRITE)
    body = await json_object(request)
    if body.get("name", filter_name) != filter_name:
        raise ApiError(400, f"name cannot be changed; delete {filter_name!r} and save it under another one")
    form = parse_saved_filter(body, filter_name)
    await asked_query(context, caller, form.parameters)

    def update(changes: Changes) -> SavedFilter:
        _must_be_there(changes, caller.org_id, filter_name)
        return changes.put_filter(_filter(caller, form))

    author = author_of(caller)
    return _changed(context, request, caller, author, await context.change(author, update), form.warnings)


@delete(_ONE, name="delete-event-filter", status_code=200, opt={"operation": DELETE_FILTER})
async def delete_filter(
    request: AnyRequest, context: TheContext, filter_name: FromPath[str]
) -> Response[bytes]:
    """Gone; the audit still tells it."""
    caller = await context.caller(request, Scope.EVENTS_WRITE)

    def remove(changes: Changes) -> None:
        _must_be_there(changes, caller.org_id, filter_name)
        changes.delete_filter(caller.org_id, filter_name)

    author = author_of(caller)
    await context.change(author, remove)
    return changed(author, [], unknown_parameters(parameters_of(request), ()))


SAVED_FILTER_ROUTES = [get_filters, get_filter, create_filter, update_filter, delete_filter]


def _must_be_there(changes: Changes, org_id: int, name: str) -> None:
    if changes.filter(org_id, name) is None:
        raise ApiError(404, NOT_FOUND)


def _filter(caller: Caller, form: SavedFilterForm) -> SavedFilter:
    return SavedFilter(
        caller.org_id, form.name, form.query, form.description, is_by_seer=caller.may(Scope.PSI_READ)
    )


def _view(context: Context, request: AnyRequest, caller: Caller) -> Callable[[SavedFilter], SavedFilterView]:
    """How the caller sees filters, as of now. Blocks where others saved them: one mask serves all of them."""
    mask, base = mask_for(caller, context.catalog, context.directory), context.api_url(request)
    return lambda saved: saved_filter_view(saved, base, mask)


def _changed(
    context: Context,
    request: AnyRequest,
    caller: Caller,
    author: Author,
    saved: SavedFilter,
    warnings: list[Notice],
) -> Response[bytes]:
    # Nobody is shown less than they wrote, so this does not block.
    return changed(author, [_view(context, request, caller)(saved)], warnings)
