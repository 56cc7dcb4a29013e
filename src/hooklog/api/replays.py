"""Replays: `POST /v2/events/logs/{id}/replay` for one event, `/v2/events/replays` for all that match."""

from collections.abc import Sequence

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from hooklog.access.scopes import Caller, Scope
from hooklog.api.bodies import BODY_BYTES_MAX, boolean_in, json_object, unknown_keys
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.envelope import INTERNAL, NOT_FOUND, ApiError, Notice, ignored, success
from hooklog.api.log_operations import SEVERAL
from hooklog.api.masking import mask_for
from hooklog.api.replay_estimate import would_pass
from hooklog.api.replay_operations import (
    ACTS,
    GET_REPLAY,
    GET_REPLAYS,
    PLAN_REPLAY,
    REPLAY_EVENT,
    REPLAY_EVENT_PATH,
    REPLAYS_PATH,
)
from hooklog.api.replay_query import ask
from hooklog.api.replay_views import ReplayView, job_view
from hooklog.api.unsettled import find_unsettled
from hooklog.event import Entry, id_from_text, id_to_text
from hooklog.replay.fitness import Obstacle
from hooklog.replay.job import Act, Job
from hooklog.replay.job_store import JOBS_MAX

__all__ = ["REPLAY_ROUTES"]

_RETRY = {"retry-after": "5"}


@post(
    REPLAY_EVENT_PATH,
    name="replay-event",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": REPLAY_EVENT},
)
async def replay_event(
    request: AnyRequest, context: TheContext, request_id: FromPath[str]
) -> Response[bytes]:
    """One event of the org once more, with a new request id."""
    caller = await context.caller(request, Scope.EVENTS_WRITE)
    is_forced, notices = await _force(request)
    entry = await _entry(context, caller, id_from_text(request_id))
    why = context.replayer.refusal(caller.org_id)
    if why is not None:
        raise ApiError(503, INTERNAL, headers=_RETRY)
    found = await context.replayer.replay(entry, is_forced=is_forced)
    if isinstance(found, Obstacle):
        raise ApiError(409, f"event {id_to_text(entry.id)} is not replayed: {found.message}")
    return success([ReplayView(id_to_text(found), id_to_text(entry.id))], notices)


async def _entry(context: Context, caller: Caller, wanted: bytes | None) -> Entry:
    if wanted is None:
        raise ApiError(404, NOT_FOUND)
    entry = await context.read(lambda: context.log.entry(caller.org_id, wanted))
    if entry is None:
        waiting = await find_unsettled(context, (caller.org_id,), wanted)
        # It may have settled between the two looks.
        entry = await context.read(lambda: context.log.entry(caller.org_id, wanted))
        if entry is None and waiting is not None:
            raise ApiError(
                409, f"event {id_to_text(wanted)} has not settled yet; it can be replayed once it has"
            )
    if entry is None:
        raise ApiError(404, NOT_FOUND)
    return entry


async def _force(request: AnyRequest) -> tuple[bool, list[Notice]]:
    """Whether `force` was asked for; there may be no body at all."""
    if not await request.body():
        return False, []
    body = await json_object(request)
    return boolean_in(body, "force") or False, unknown_keys(body, ("force",))


@post(
    REPLAYS_PATH,
    name="plan-replay",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": PLAN_REPLAY},
)
async def plan_replay(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """A job that does nothing until it is started."""
    caller = await context.caller(request, Scope.EVENTS_WRITE)
    is_forced, notices = await _force(request)
    parameters = parameters_of(request)
    asked, query = await ask(context, caller, parameters, is_forced=is_forced)
    notices += ignored(parameters, {*asked.parameters, "format"}, SEVERAL)
    job = await context.replayer.plan(caller.org_id, asked, query)
    if job is None:
        raise ApiError(
            409, f"{JOBS_MAX} replays of this org are running or paused; cancel one, or let one finish"
        )
    context.replayer.estimate(job, would_pass(context, caller, job))
    return await _shown(context, caller, [job], notices)


@get(REPLAYS_PATH, name="get-replays", opt={"operation": GET_REPLAYS})
async def get_replays(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The jobs of the org, newest first."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    jobs = await context.replayer.jobs(caller.org_id)
    return await _shown(context, caller, jobs, ignored(parameters_of(request), {"format"}))


@get(REPLAYS_PATH + "/{job_id:str}", name="get-replay", opt={"operation": GET_REPLAY})
async def get_replay(request: AnyRequest, context: TheContext, job_id: FromPath[str]) -> Response[bytes]:
    """One job of the org."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    return await _shown(context, caller, [await _job(context, caller, job_id)])


async def _job(context: Context, caller: Caller, job_id: str) -> Job:
    wanted = id_from_text(job_id)
    job = None if wanted is None else await context.replayer.job(caller.org_id, wanted)
    if job is None:
        raise ApiError(404, NOT_FOUND)
    return job


async def _shown(
    context: Context, caller: Caller, jobs: Sequence[Job], notices: Sequence[Notice] = ()
) -> Response[bytes]:
    told = [await context.replayer.progress(job) for job in jobs]
    mask = mask_for(caller, context.catalog, context.directory)
    return success(await context.look(lambda: [job_view(one, mask) for one in told]), notices)


def _act_route(act: Act) -> HTTPRouteHandler:
    @post(
        f"{REPLAYS_PATH}/{{job_id:str}}/{act.value}",
        name=f"{act.value}-replay",
        status_code=200,
        opt={"operation": ACTS[act]},
    )
    async def route(request: AnyRequest, context: TheContext, job_id: FromPath[str]) -> Response[bytes]:
        caller = await context.caller(request, Scope.EVENTS_WRITE)
        before = await _job(context, caller, job_id)
        job = await context.replayer.act(caller.org_id, before.id, act)
        if job is None:
            raise ApiError(
                409, f"replay {job_id} is {before.state}; {act.value} does not apply to it any more"
            )
        return await _shown(context, caller, [job])

    return route


REPLAY_ROUTES: Sequence[HTTPRouteHandler] = (
    replay_event,
    plan_replay,
    get_replays,
    get_replay,
    *map(_act_route, Act),
)
