"""`GET /v2/events/event_data`: the record of one event, and the records of one customer (contract II.11.2, II.11.3)."""

import time

from litestar import Response, get
from litestar.params import FromPath

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, TheContext, parameters_of
from hooklog.api.envelope import ApiError, ignored, success, warning
from hooklog.api.org_scope import orgs_of
from hooklog.api.record_operations import (
    CUSTOMER_RECORDS_MAX,
    EVENT_DATA,
    GET_CUSTOMER_EVENTS,
    GET_EVENT_DATA,
)
from hooklog.api.records import RecordShow, search_errors, search_took_too_long
from hooklog.directory.identifier import is_malformed
from hooklog.event import id_from_text
from hooklog.eventlog.record_query import RecordHit, RecordQuery

__all__ = ["get_customer_events", "get_event_data"]

SECONDS_MAX = 20.0


@get(EVENT_DATA, name="get-event-data", opt={"operation": GET_EVENT_DATA})
async def get_event_data(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The stored record of one event; nothing where there is none."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    asked = parameters.get("id", [""])[-1]
    if not asked:
        raise ApiError(400, "id is missing; it must be a request id, such as a push's requestId")
    org_ids = orgs_of(context, caller, parameters)
    wanted = id_from_text(asked)
    show = RecordShow(context, caller)

    def read() -> list[dict[str, object]]:
        if wanted is None:
            return []
        views = (show.view(org_id, wanted) for org_id in org_ids)
        return [view for view in views if view is not None]

    with search_errors():
        return success(await context.read(read), ignored(parameters, {"id", "scope", "format"}))


@get(EVENT_DATA + "/{user_id:str}", name="get-customer-events", opt={"operation": GET_CUSTOMER_EVENTS})
async def get_customer_events(
    request: AnyRequest, context: TheContext, user_id: FromPath[str]
) -> Response[bytes]:
    """A customer's records, newest first; `warnings` say so where there are more than the bound."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    if is_malformed("userId", user_id):
        raise ApiError(400, f"userId {user_id!r} is not a userId; it must be a whole number of 64 bits")
    org_ids = orgs_of(context, caller, parameters)
    users = frozenset((org_id, int(user_id)) for org_id in org_ids)
    query = RecordQuery(org_ids=org_ids, users=users)
    show = RecordShow(context, caller, shows_till_code=True)
    found: list[RecordHit] = []
    with search_errors():
        parts = context.log.records(query)
        deadline = time.monotonic() + SECONDS_MAX
        while len(found) <= CUSTOMER_RECORDS_MAX:
            part = await context.read(lambda: next(parts, None))
            if part is None:
                break
            found += part
            if time.monotonic() > deadline:
                raise search_took_too_long(SECONDS_MAX, "ask GET /v2/events/search, which takes dates")
        views = await context.read(lambda: show.views(found[:CUSTOMER_RECORDS_MAX]))
    warnings = ignored(parameters, {"scope", "format"})
    if len(found) > CUSTOMER_RECORDS_MAX:
        warnings.append(
            warning(
                f"only the newest {CUSTOMER_RECORDS_MAX} events of userId {user_id} are shown; "
                "GET /v2/events/search gives the others, by dates or by offset"
            )
        )
    return success(views, warnings)
