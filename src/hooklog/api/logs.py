"""`GET /v2/events/logs`, the heart, and one entry by its request id (contract I.2, I.3, I.18)."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.envelope import NOT_FOUND, ApiError, ignored, success
from hooklog.api.log_operations import GET_LOG, GET_LOGS, KNOWN, KNOWN_FOR_ONE, PATH
from hooklog.api.masking import Mask, mask_for
from hooklog.api.org_scope import orgs_of
from hooklog.api.unsettled import find_unsettled, pending_view
from hooklog.api.views import EntryView, entry_view, record_view, stage_views
from hooklog.event import Entry, Status, id_from_text
from hooklog.eventlog.cursor import decode_cursor, encode_cursor
from hooklog.eventlog.query import Include, Query, QueryError, parse_include, parse_query

__all__ = ["get_log", "get_logs"]

Value = TypeVar("Value")


@get(PATH, name="get-events-logs", opt={"operation": GET_LOGS})
async def get_logs(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The org's log, newest first. Complete also for entries committed just now."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    org_ids = orgs_of(context, caller, parameters)
    query = _valid(parse_query(parameters, org_ids, context.zone(caller.org_id)))
    include = _valid(parse_include(parameters))
    query = _at_cursor(context, parameters, query)
    mask = mask_for(caller, context.catalog, context.directory)
    # One more than asked for tells whether there is a next page.
    wider = msgspec.structs.replace(query, limit=query.limit + 1)

    def read() -> tuple[list[EntryView], bytes | None]:
        found = context.log.page(wider)
        page = found[: query.limit]
        return [_view(context, entry, include, mask) for entry in page], (
            page[-1].id if len(found) > query.limit else None
        )

    data, last = await context.read(read)
    headers = None if last is None else {"link": _next_link(request, context, parameters, query, last)}
    return success(data, ignored(parameters, KNOWN), headers)


@get(PATH + "/{request_id:str}", name="get-events-log", opt={"operation": GET_LOG})
async def get_log(request: AnyRequest, context: TheContext, request_id: FromPath[str]) -> Response[bytes]:
    """One event of the org by its request id, also while it is pending."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    include = _valid(parse_include(parameters))
    wanted = id_from_text(request_id)
    if wanted is None:
        raise ApiError(404, NOT_FOUND)
    org_ids = orgs_of(context, caller, parameters)
    mask = mask_for(caller, context.catalog, context.directory)

    def settled() -> EntryView | None:
        entries = (context.log.entry(org_id, wanted) for org_id in org_ids)
        entry = next((one for one in entries if one is not None), None)
        return None if entry is None else _view(context, entry, include, mask)

    view = await context.read(settled)
    if view is None:
        parked = await find_unsettled(context, org_ids, wanted)
        # It may have settled between the two looks.
        view = await context.read(settled)
        if view is None and parked is None:
            raise ApiError(404, NOT_FOUND)
        if view is None and parked is not None:
            view = pending_view(parked, include, mask)
    return success([view], ignored(parameters, KNOWN_FOR_ONE))


def _view(context: Context, entry: Entry, include: frozenset[Include], mask: Mask | None) -> EntryView:
    """An entry as this caller may see it, with what was asked for. Blocks: runs among the readers."""
    needs_stages = Include.STAGES in include or (
        mask is not None and entry.status is Status.FIELD_VALIDATION_FAILED
    )
    stages = context.log.stages(entry.org_id, entry.id) if needs_stages else ()
    view = entry_view(entry if mask is None else mask.entry(entry, stages))
    if Include.STAGES in include:
        shown = stages if mask is None else mask.stages(entry, stages)
        view = msgspec.structs.replace(view, stages=stage_views(entry.id, shown))
    if Include.RECORD in include:
        record = context.log.record(entry.org_id, entry.id)
        if record is not None and mask is not None:
            record = mask.record(entry, record)
        view = msgspec.structs.replace(view, record=None if record is None else record_view(entry, record))
    return view


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
    request: AnyRequest, context: Context, parameters: Mapping[str, list[str]], query: Query, last: bytes
) -> str:
    """The absolute URL of the next page (RFC 8288): the same question, further on."""
    base = context.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    cursor = encode_cursor(context.cursor_key, query, last)
    pairs = [(name, value) for name, values in parameters.items() if name != "cursor" for value in values]
    return f'<{base}{PATH}?{urlencode([*pairs, ("cursor", cursor)])}>; rel="next"'
