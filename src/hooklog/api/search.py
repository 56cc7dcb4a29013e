"""`GET /v2/events/search`: records by customer, group, date and attribute, with the number of all matches (II.11.4).

A search goes in short steps among the readers, so that it keeps no writer and no other question waiting; the whole
is bounded in time.
"""

import time

import msgspec
from litestar import Response, get

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.envelope import answer, warning
from hooklog.api.org_scope import orgs_of
from hooklog.api.record_operations import SEARCH, SEARCH_EVENTS
from hooklog.api.records import RecordShow, hidden_names, search_errors, search_took_too_long
from hooklog.api.search_identifiers import groups_named, users_named
from hooklog.api.search_parameters import Search, parse_search, refuse, repeated
from hooklog.eventlog.record_query import RecordHit, RecordQuery

__all__ = ["search_events"]

SECONDS_MAX = 20.0


class Found(msgspec.Struct, frozen=True):
    """A page, and how many match in all; `is_complete` says whether all were counted."""

    page: list[RecordHit]
    total: int
    is_complete: bool = True


@get(SEARCH, name="search-events", opt={"operation": SEARCH_EVENTS})
async def search_events(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The records that match. Complete also for events settled just now."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    org_ids = orgs_of(context, caller, parameters, refuse)
    asked = parse_search(parameters, context.zone(caller.org_id))
    hidden = hidden_names(context, caller, org_ids) if asked.query.attributes else None
    show = RecordShow(context, caller, with_side_effects=asked.includes_side_effects)
    with search_errors():
        query = await context.read(lambda: _located(context, asked, org_ids))
        found = await _find(context, msgspec.structs.replace(query, hidden=hidden), asked)
        views = await context.read(lambda: show.views(found.page))
    warnings = repeated(parameters)
    if not found.is_complete:
        warnings.append(
            warning(
                f"totalRecords counts the first {found.total} matches only: counting took longer than "
                f"{SECONDS_MAX:g} s; narrow the search by eventName, fromDate and tillDate, or a customer"
            )
        )
    return answer({"clickEventDataList": views, "totalRecords": found.total, "warnings": warnings})


def _located(context: Context, asked: Search, org_ids: tuple[int, ...]) -> RecordQuery:
    """The query with its orgs, and with the customers and groups that its identifiers name there."""
    return msgspec.structs.replace(
        asked.query,
        org_ids=org_ids,
        users=None if asked.user is None else users_named(context.directory, org_ids, asked.user),
        groups=None if asked.group is None else groups_named(context.directory, org_ids, asked.group),
    )


async def _find(context: Context, query: RecordQuery, asked: Search) -> Found:
    """Walk to the page's end, then count what is behind it."""
    deadline = time.monotonic() + SECONDS_MAX
    parts = context.log.records(query)
    page: list[RecordHit] = []
    seen = 0
    while (part := await context.read(lambda: next(parts, None))) is not None:
        first = max(0, asked.offset - seen)
        page += part[first : first + asked.limit - len(page)]
        seen += len(part)
        if len(page) == asked.limit:
            return await _counted(context, query, Found(page, asked.offset + len(page)), deadline)
        if time.monotonic() > deadline:
            raise search_took_too_long(
                SECONDS_MAX, "narrow it by eventName, fromDate and tillDate, or a customer"
            )
    return Found(page, seen)


async def _counted(context: Context, query: RecordQuery, found: Found, deadline: float) -> Found:
    rest = context.log.count_records(msgspec.structs.replace(query, after=found.page[-1].key))
    total = found.total
    while (count := await context.read(lambda: next(rest, None))) is not None:
        total += count
        if time.monotonic() > deadline:
            return Found(found.page, total, is_complete=False)
    return Found(found.page, total)
