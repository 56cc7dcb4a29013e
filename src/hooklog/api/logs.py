"""`GET /v2/events/logs`, the heart, and one entry by its request id (contract I.2, I.3, I.18)."""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.enums import MediaType
from litestar.params import FromPath

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, Asked, Context, TheContext, parameters_of
from hooklog.api.envelope import NOT_FOUND, ApiError, ignored, listing, success
from hooklog.api.log_operations import GET_LOG, GET_LOGS, KNOWN, KNOWN_FOR_ONE, PATH, SEVERAL
from hooklog.api.log_reading import EntryReader, asked_query
from hooklog.api.log_walk import find_entries
from hooklog.api.org_scope import orgs_of
from hooklog.api.unsettled import find_unsettled, pending_view
from hooklog.api.views import EntryView
from hooklog.event import Entry, id_from_text
from hooklog.eventlog.cursor import decode_cursor, encode_cursor
from hooklog.eventlog.query import Query

__all__ = ["answer_logs", "get_log", "get_logs"]


@get(PATH, name="get-events-logs", opt={"operation": GET_LOGS})
async def get_logs(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The org's log, newest first. Complete also for entries committed just now."""
    body, headers = await answer_logs(request, context)
    return Response(body, media_type=MediaType.JSON, headers=headers)


async def answer_logs(request: Asked, context: Context) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the page that a request asks for.

    Raises:
        ApiError: see the operation.
    """
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    query = _at_cursor(context, parameters, await asked_query(context, caller, parameters))
    reader = EntryReader(context, caller, parameters)
    # One more than asked for tells whether there is a next page.
    wider = msgspec.structs.replace(query, limit=query.limit + 1)

    def show(found: list[Entry]) -> tuple[list[EntryView | msgspec.Raw], bytes | None]:
        page = found[: query.limit]
        return [reader.shown(entry) for entry in page], (page[-1].id if len(found) > query.limit else None)

    data, last = await find_entries(context, wider, show)
    headers = {} if last is None else {"link": _next_link(request, context, parameters, query, last)}
    return listing(data, ignored(parameters, KNOWN, SEVERAL)), headers


@get(PATH + "/{request_id:str}", name="get-events-log", opt={"operation": GET_LOG})
async def get_log(request: AnyRequest, context: TheContext, request_id: FromPath[str]) -> Response[bytes]:
    """One event of the org by its request id, also while it is pending."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    reader = EntryReader(context, caller, parameters)
    wanted = id_from_text(request_id)
    if wanted is None:
        raise ApiError(404, NOT_FOUND)
    org_ids = orgs_of(context, caller, parameters)

    def settled() -> EntryView | None:
        entries = (context.log.entry(org_id, wanted) for org_id in org_ids)
        entry = next((one for one in entries if one is not None), None)
        return None if entry is None else reader.view(entry)

    view = await context.read(settled)
    if view is None:
        parked = await find_unsettled(context, org_ids, wanted)
        # It may have settled between the two looks.
        view = await context.read(settled)
        if view is None and parked is None:
            raise ApiError(404, NOT_FOUND)
        if view is None and parked is not None:
            view = pending_view(parked, reader.include, reader.mask)
    return success([view], ignored(parameters, KNOWN_FOR_ONE, SEVERAL))


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
    request: Asked, context: Context, parameters: Mapping[str, list[str]], query: Query, last: bytes
) -> str:
    """The absolute URL of the next page (RFC 8288): the same question, further on."""
    base = context.api_url(request)
    cursor = encode_cursor(context.cursor_key, query, last)
    pairs = [(name, value) for name, values in parameters.items() if name != "cursor" for value in values]
    return f'<{base}{PATH}?{urlencode([*pairs, ("cursor", cursor)])}>; rel="next"'
