"""`GET /v2/events/pending`: the events that wait for their consumer, those that are due first (contract I.3, I.18)."""

from litestar import Response, get

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, TheContext, parameters_of
from hooklog.api.envelope import ignored, success, warning
from hooklog.api.log_operations import PENDING_EXAMPLE, LogsAnswer
from hooklog.api.masking import mask_for
from hooklog.api.operation import Operation, query
from hooklog.api.org_scope import SCOPE_EXTENSION, orgs_of
from hooklog.api.parameters import limit_parameter
from hooklog.api.unsettled import pending_view
from hooklog.api.views import EntryView
from hooklog.eventlog.query import LIMIT_DEFAULT, LIMIT_MAX

__all__ = ["get_pending"]

PATH = "/v2/events/pending"

GET_PENDING = Operation(
    id="get-pending-events",
    summary="The events that are accepted and wait to be tried again",
    tag="Logs",
    description="Entries in the making, with status PENDING, `attempts` and `nextAttemptAt`; those that are due first "
    "come first. `warnings` say so where there are more. An event enters the log when it settles.",
    scope=Scope.EVENTS_READ,
    parameters=(
        query("limit", "Events to show.", kind=int, default=LIMIT_DEFAULT, minimum=1, maximum=LIMIT_MAX),
        SCOPE_EXTENSION,
    ),
    answer=LogsAnswer,
    answer_example=PENDING_EXAMPLE,
    errors=(400,),
    is_extension=True,
)


@get(PATH, name="get-pending-events", opt={"operation": GET_PENDING})
async def get_pending(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The parked events of the org."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    limit = limit_parameter(parameters, LIMIT_DEFAULT, LIMIT_MAX)
    org_ids = orgs_of(context, caller, parameters)
    mask = mask_for(caller, context.catalog, context.directory)

    def read() -> list[EntryView]:
        # One more than asked for tells whether there are others.
        return [pending_view(parked, frozenset(), mask) for parked in context.log.pending(org_ids, limit + 1)]

    found = await context.read(read)
    warnings = ignored(parameters, {"limit", "scope", "format"})
    if len(found) > limit:
        warnings.append(warning(f"more than {limit} events are pending; raise limit (at most {LIMIT_MAX})"))
    return success(found[:limit], warnings)
