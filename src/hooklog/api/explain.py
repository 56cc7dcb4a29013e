"""`GET /v2/events/logs/{id}/explain`: everything about one event, and what to do next (contract I.18)."""

from litestar import Response, get
from litestar.params import FromPath

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, TheContext, parameters_of
from hooklog.api.envelope import NOT_FOUND, ApiError, ignored, success
from hooklog.api.explain_operations import EXPLAIN_EVENT, EXPLAIN_EVENT_PATH
from hooklog.api.explanation import explain_entry, explain_parked
from hooklog.api.explanation_views import ExplanationView
from hooklog.api.masking import mask_for
from hooklog.api.org_scope import orgs_of
from hooklog.api.unsettled import find_unsettled
from hooklog.event import id_from_text

__all__ = ["explain_event"]


@get(EXPLAIN_EVENT_PATH, name="explain-event", opt={"operation": EXPLAIN_EVENT})
async def explain_event(
    request: AnyRequest, context: TheContext, request_id: FromPath[str]
) -> Response[bytes]:
    """One event of the org by its request id, also while it is pending."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    wanted = id_from_text(request_id)
    if wanted is None:
        raise ApiError(404, NOT_FOUND)
    org_ids = orgs_of(context, caller, parameters)
    mask = mask_for(caller, context.catalog, context.directory)

    notices = ignored(parameters, {"scope", "format"})

    def settled() -> ExplanationView | None:
        entries = (context.log.entry(org_id, wanted) for org_id in org_ids)
        entry = next((one for one in entries if one is not None), None)
        return None if entry is None else explain_entry(context, entry, mask, notices)

    view = await context.look(settled)
    if view is None:
        parked = await find_unsettled(context, org_ids, wanted)
        # It may have settled between the two looks.
        view = await context.look(settled)
        if view is None and parked is not None:
            view = await context.look(lambda: explain_parked(context, parked, mask))
    if view is None:
        raise ApiError(404, NOT_FOUND)
    return success([view], notices)
