"""`/v2/events/what-if`: how past entries would end by a draft, or as things are today (an extension)."""

from collections.abc import Mapping, Sequence

from litestar import Response, delete, get, post
from litestar.params import FromPath

from hooklog.access.scopes import Caller, Scope
from hooklog.api.bodies import BODY_BYTES_MAX, json_object, text_in, unknown_keys
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_in, parameters_of
from hooklog.api.envelope import NOT_FOUND, ApiError, Notice, ignored, success
from hooklog.api.log_operations import SEVERAL, filters_without, picked
from hooklog.api.log_reading import asked_filters
from hooklog.api.masking import mask_for
from hooklog.api.parameters import parameter, unknown_parameters
from hooklog.api.what_if_drafts import Drafts, drafts_in
from hooklog.api.what_if_operations import (
    CANCEL_WHAT_IF,
    GET_WHAT_IF,
    START_WHAT_IF,
    WAIT_SECONDS_MAX,
    WHAT_IF_PATH,
)
from hooklog.api.what_if_views import trial_view
from hooklog.event import RequestIds
from hooklog.trial.base import Question, Trial

__all__ = ["cancel_what_if", "get_what_if", "start_trial", "start_what_if"]

_FILTER_CHARS_MAX = 16_000
_KEYS = ("filter", "definition", "mapping")
_FILTERS = filters_without("limit", "order", "cursor")
_NO_DRAFTS = Drafts((), (), [])


async def start_trial(
    context: Context,
    caller: Caller,
    filters: Mapping[str, Sequence[str]],
    drafts: Drafts = _NO_DRAFTS,
    until_id: bytes | None = None,
) -> Trial:
    """Begin to judge entries anew in a process of its own; ask the trial's findings, or wait for its end.

    Without drafts it tells what would become of these entries as things are today: `findings.succeeding` of them
    would succeed. This is what a plan to replay them asks.

    Args:
        context: the rooms.
        caller: whose entries, and what its filters may see.
        filters: the log's, as in a URL.
        drafts: what stands in for what the catalog has.
        until_id: entries from this id on are left out; None for those that are accepted from now on.

    Raises:
        ApiError: 400 where the filters are no question, 429 while as many trials run as may.
    """
    asked = picked(filters, _FILTERS)
    query = await asked_filters(context, caller, asked)
    if context.trials is None:
        raise ApiError(503, "this server makes no trials")
    trial = await context.trials.start(
        Question(
            org_id=caller.org_id,
            org_ids=query.org_ids,
            filters=asked,
            time_zone=str(context.zone(caller.org_id)),
            until_id=RequestIds().make() if until_id is None else until_id,
            entries_max=context.trials.entries_max,
            sees_all=caller.may(Scope.PSI_READ),
            definitions=drafts.definitions,
            mappings=drafts.mappings,
        )
    )
    if trial is None:
        raise ApiError(
            429,
            "as many what-ifs run as may at once; try again when one has ended",
            headers={"retry-after": "5"},
        )
    return trial


@post(
    WHAT_IF_PATH,
    name="start-what-if",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": START_WHAT_IF},
)
async def start_what_if(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """Starts it, and answers as it stands after the wait that was asked for."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    seconds = _wait_in(parameters)
    body = await json_object(request)
    filters = parameters_in(text_in(body, "filter", chars_max=_FILTER_CHARS_MAX) or "")
    mask = mask_for(caller, context.catalog, context.directory)
    drafts = await context.look(
        lambda: drafts_in(body, context.catalog.trying(), caller.org_id, context.limits, mask)
    )
    trial = await start_trial(context, caller, filters, drafts)
    await trial.wait(seconds)
    warnings = [
        *unknown_parameters(parameters, ("wait",)),
        *unknown_keys(body, _KEYS),
        *ignored(filters, {*trial.question.filters, "format"}, SEVERAL),
        *drafts.warnings,
    ]
    return _shown(trial, warnings)


@get(WHAT_IF_PATH + "/{trial_id:str}", name="get-what-if", opt={"operation": GET_WHAT_IF})
async def get_what_if(request: AnyRequest, context: TheContext, trial_id: FromPath[str]) -> Response[bytes]:
    """As it stands, or as it ended."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    seconds = _wait_in(parameters)
    trial = _found(context, caller, trial_id)
    await trial.wait(seconds)
    return _shown(trial, unknown_parameters(parameters, ("wait",)))


@delete(
    WHAT_IF_PATH + "/{trial_id:str}",
    name="cancel-what-if",
    status_code=200,
    opt={"operation": CANCEL_WHAT_IF},
)
async def cancel_what_if(
    request: AnyRequest, context: TheContext, trial_id: FromPath[str]
) -> Response[bytes]:
    """Ends it; what it has found so far stays."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    trial = _found(context, caller, trial_id)
    await trial.cancel()
    return _shown(trial, unknown_parameters(parameters_of(request), ()))


def _found(context: Context, caller: Caller, trial_id: FromPath[str]) -> Trial:
    trial = None if context.trials is None else context.trials.find(caller.org_id, trial_id)
    # What was asked by who may see sensitive values, and what was found, may tell of them.
    if trial is None or (trial.question.sees_all and not caller.may(Scope.PSI_READ)):
        raise ApiError(404, NOT_FOUND)
    return trial


def _shown(trial: Trial, warnings: Sequence[Notice]) -> Response[bytes]:
    return success([trial_view(trial)], warnings, {"cache-control": "no-store"})


def _wait_in(parameters: Mapping[str, list[str]]) -> int:
    text = parameter(parameters, "wait")
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= WAIT_SECONDS_MAX):
        raise ApiError(
            400, f"wait {text!r} is not allowed; it must be a whole number from 0 to {WAIT_SECONDS_MAX}"
        )
    return int(text)
