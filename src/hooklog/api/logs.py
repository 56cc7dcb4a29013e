"""`GET /v2/events/logs`, the heart, and one entry by its request id (contract I.2, I.3, I.18)."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from msgspec import UNSET

from hooklog.access.scopes import Caller, Scope
from hooklog.api.context import AnyRequest, Context, parameters_of
from hooklog.api.envelope import NOT_FOUND, ApiError, Notice, success, warning
from hooklog.api.views import EntryView, entry_view, record_view, stage_views
from hooklog.event import Entry, id_from_text, id_to_text, instant_of, wall_clock_ms
from hooklog.eventlog.base import Parked
from hooklog.eventlog.cursor import decode_cursor, encode_cursor
from hooklog.eventlog.query import Include, Query, QueryError, parse_include, parse_query

__all__ = ["get_log", "get_logs"]

Value = TypeVar("Value")

PATH = "/v2/events/logs"
_KNOWN = frozenset(
    {
        "event_name",
        "from_date",
        "to_date",
        "limit",
        "status",
        "webhook_id",
        "id",
        "order",
        "cursor",
        "include",
        "format",
    }
)
_KNOWN_FOR_ONE = frozenset({"include", "format"})
_MESSAGE_PENDING = "Event is accepted and not settled yet"


@get(PATH, name="get-events-logs")
async def get_logs(request: AnyRequest, context: Context) -> Response[bytes]:
    """The org's log, newest first. Complete also for entries committed just now."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    query = _valid(parse_query(parameters, (caller.org_id,), context.zone(caller.org_id)))
    include = _valid(parse_include(parameters))
    query = _at_cursor(context, parameters, query)
    # One more than asked for tells whether there is a next page.
    found = await context.read(
        lambda: context.log.page(msgspec.structs.replace(query, limit=query.limit + 1))
    )
    page, has_more = found[: query.limit], len(found) > query.limit
    data = [await _view(context, entry, include) for entry in page]
    headers = {"link": _next_link(request, context, parameters, query, page[-1])} if has_more else None
    return success(data, _unknown(parameters, _KNOWN), headers)


@get(PATH + "/{request_id:str}", name="get-events-log")
async def get_log(request: AnyRequest, context: Context, request_id: str) -> Response[bytes]:
    """One event of the org by its request id, also while it is pending."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    include = _valid(parse_include(parameters))
    wanted = id_from_text(request_id)
    if wanted is None:
        raise ApiError(404, NOT_FOUND)
    entry = await context.read(lambda: context.log.entry(caller.org_id, wanted))
    if entry is not None:
        view = await _view(context, entry, include)
    else:
        view = await _unsettled(context, caller, wanted, include)
    return success([view], _unknown(parameters, _KNOWN_FOR_ONE))


async def _view(context: Context, entry: Entry, include: frozenset[Include]) -> EntryView:
    view = entry_view(entry)
    if Include.STAGES in include:
        stages = await context.read(lambda: context.log.stages(entry.org_id, entry.id))
        view = msgspec.structs.replace(view, stages=stage_views(entry.id, stages))
    if Include.RECORD in include:
        record = await context.read(lambda: context.log.record(entry.org_id, entry.id))
        view = msgspec.structs.replace(view, record=None if record is None else record_view(entry, record))
    return view


async def _unsettled(
    context: Context, caller: Caller, wanted: bytes, include: frozenset[Include]
) -> EntryView:
    """An event that waits for its consumer, or that the worker has not reached yet.

    Raises:
        ApiError: 404 when there is no such event in the caller's org.
    """
    parked = await context.read(lambda: context.log.parked(caller.org_id, wanted))
    if parked is None:
        position = await context.read(context.log.position)
        event = await context.read_journal(lambda: context.journal.find(wanted, position))
        # It may have settled between the two looks.
        entry = await context.read(lambda: context.log.entry(caller.org_id, wanted))
        if entry is not None:
            return await _view(context, entry, include)
        if event is None or event.org_id != caller.org_id:
            raise ApiError(404, NOT_FOUND)
        parked = Parked(caller.org_id, event, 0, 0, None, (), b"")
    view = _pending_view(parked)
    if Include.STAGES in include:
        view = msgspec.structs.replace(view, stages=stage_views(wanted, parked.stages))
    return msgspec.structs.replace(view, record=None) if Include.RECORD in include else view


def _pending_view(parked: Parked) -> EntryView:
    event = parked.event
    is_child = parked.org_id != event.org_id
    return EntryView(
        start_time=instant_of(event.id),
        response_time=max(0, wall_clock_ms() - instant_of(event.id)),
        org_id=parked.org_id,
        status="PENDING",
        event_name=UNSET if parked.event_name is None else parked.event_name,
        input_request=event.body.decode("utf-8", "replace"),
        id=id_to_text(event.id),
        webhook_id=event.webhook_id,
        parent_org_id=event.org_id if is_child else -1,
        message=_MESSAGE_PENDING,
        attempts=parked.attempts,
        next_attempt_at=parked.next_at_ms or UNSET,
    )


def _valid(value: Value | QueryError) -> Value:
    if isinstance(value, QueryError):
        raise ApiError(400, value.message)
    return value


def _at_cursor(context: Context, parameters: Mapping[str, list[str]], query: Query) -> Query:
    cursors = parameters.get("cursor")
    if not cursors:
        return query
    after = decode_cursor(context.cursor_key, query, cursors[-1])
    if after is None:
        raise ApiError(
            400,
            f"cursor {cursors[-1]!r} does not belong to this question; "
            "take it from the Link header and leave the other parameters as they were",
        )
    return msgspec.structs.replace(query, after=after)


def _next_link(
    request: AnyRequest, context: Context, parameters: Mapping[str, list[str]], query: Query, last: Entry
) -> str:
    """The absolute URL of the next page (RFC 8288): the same question, further on."""
    base = context.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    cursor = encode_cursor(context.cursor_key, query, last.id)
    pairs = [(name, value) for name, values in parameters.items() if name != "cursor" for value in values]
    return f'<{base}{PATH}?{urlencode([*pairs, ("cursor", cursor)])}>; rel="next"'


def _unknown(parameters: Mapping[str, list[str]], known: frozenset[str]) -> list[Notice]:
    return [
        warning(f"query parameter {name!r} is not known here and was ignored")
        for name in parameters
        if name not in known
    ]
