"""`GET /v2/events/logs/failures`: failures by cause, with how often, since when, and what helps (contract I.18)."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import tzinfo
from functools import partial

import msgspec
from litestar import Response, get

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.counts import bucket_asked, count_through
from hooklog.api.envelope import ignored, success, warning
from hooklog.api.failure_operations import (
    FAILURES_DEFAULT,
    FAILURES_KNOWN,
    FAILURES_MAX,
    FAILURES_PATH,
    GET_FAILURES,
    FailureView,
)
from hooklog.api.log_operations import SEVERAL
from hooklog.api.log_reading import asked_filters
from hooklog.api.log_walk import walk_through
from hooklog.api.parameters import limit_parameter
from hooklog.event import Entry, Status, id_to_text, instant_of, wall_clock_ms
from hooklog.eventlog.buckets import Bucket
from hooklog.eventlog.counts import By, CountKey, CountsQuery
from hooklog.eventlog.failures import (
    GROUPS_MAX,
    SAMPLES_MAX,
    FailureGroup,
    FailureKey,
    FailureTally,
    bucket_fitting,
    trend_starts,
)
from hooklog.eventlog.pattern import NO_PATTERN, needs_stages_for_pattern, pattern_of
from hooklog.eventlog.query import Match, Query
from hooklog.eventlog.query_match import asks_kinds_only
from hooklog.explain.advice import suggestion

__all__ = ["Window", "failure_views", "get_failures", "tallied"]

Parameters = Mapping[str, list[str]]

_FAILURES = frozenset(Status) - {Status.EVENT_SUCCESS}
_APART = frozenset({By.STATUS, By.EVENT_NAME, By.PATTERN, By.TIME})


class Window(msgspec.Struct, frozen=True):
    """The time that is asked about, epoch milliseconds, both inclusive, and how its trend is cut."""

    from_ms: int | None
    to_ms: int
    bucket: Bucket
    zone: tzinfo


@get(FAILURES_PATH, name="get-failures", opt={"operation": GET_FAILURES})
async def get_failures(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The causes of the most failures first."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    zone = context.zone(caller.org_id)
    query = await asked_filters(context, caller, parameters)
    window = _window(query, parameters, zone)
    limit = limit_parameter(parameters, FAILURES_DEFAULT, FAILURES_MAX)
    tally, groups = await tallied(context, query, window, limit)
    warnings = ignored(parameters, FAILURES_KNOWN, SEVERAL)
    if tally.left_out:
        warnings.append(
            warning(
                f"there are more than {GROUPS_MAX} causes; {tally.left_out} failures of others are not counted; "
                "narrow the question by event_name, status or dates"
            )
        )
    elif tally.groups > limit:
        warnings.append(warning(f"{tally.groups - limit} further causes are not shown; raise limit"))
    return success(failure_views(groups, window), warnings)


def _window(query: Query, parameters: Parameters, zone: tzinfo) -> Window:
    now_ms = wall_clock_ms()
    from_ms = None if query.from_id is None else instant_of(query.from_id)
    to_ms = now_ms if query.until_id is None else min(now_ms, instant_of(query.until_id) - 1)
    to_ms = max(to_ms, from_ms or 0)
    return Window(from_ms, to_ms, bucket_asked(parameters) or bucket_fitting(from_ms, to_ms), zone)


async def tallied(
    context: Context, query: Query, window: Window, limit: int
) -> tuple[FailureTally, list[FailureGroup]]:
    """All failures that a query finds, added up, and the causes of the most of them.

    Raises:
        ApiError: 503 (461) when they could not all be looked at in time.
    """
    newest = trend_starts(0, window.to_ms, window.bucket, window.zone)
    tally = FailureTally(window.bucket, window.zone, newest[0])
    asked = frozenset(status for status in _FAILURES if query.statuses.accepts(status))
    if not asked:
        return tally, []
    query = msgspec.structs.replace(query, statuses=Match(asked))
    if not asks_kinds_only(query):
        await _look(context, query, tally)
        return tally, tally.largest(limit)
    await _count(context, query, window, tally)
    groups = tally.largest(limit)
    for group in groups:
        await context.read(partial(_find_ends, context, query, tally, group))
    # What has expired meanwhile has no ends any more.
    return tally, [group for group in groups if group.last]


async def _look(context: Context, query: Query, tally: FailureTally) -> None:
    """Add up entry by entry."""

    def see(entries: list[Entry]) -> None:
        for entry in entries:
            stages = (
                context.log.stages(entry.org_id, entry.id) if needs_stages_for_pattern(entry.status) else ()
            )
            tally.add(entry, pattern_of(entry.status, entry.message, stages))

    await walk_through(context, query, see)


async def _count(context: Context, query: Query, window: Window, tally: FailureTally) -> None:
    """Add up from what is kept with every entry."""
    asked = CountsQuery(query, _APART, window.bucket, window.zone)

    def see(part: dict[CountKey, int]) -> None:
        for key, count in part.items():
            assert key.status is not None, "it was asked for"
            cause = FailureKey(key.status, key.event_name, key.pattern or NO_PATTERN)
            tally.count(cause, key.time_ms or 0, count)

    await count_through(context, asked, see)


def _find_ends(context: Context, query: Query, tally: FailureTally, group: FailureGroup) -> None:
    """The first and the newest of a group. Blocks: runs among the readers."""
    key = group.key
    if key.event_name is None:
        # Nothing asks for no name; so the names that others of this cause have are excluded.
        names = Match(excluded=tally.names(key.status, key.pattern))
    else:
        names = Match(frozenset({key.event_name}))
    asked = msgspec.structs.replace(
        query,
        statuses=Match(frozenset({key.status})),
        patterns=Match(frozenset({key.pattern})),
        event_names=names,
        limit=SAMPLES_MAX,
    )
    newest = context.log.page(asked)
    oldest = context.log.page(msgspec.structs.replace(asked, limit=1, is_ascending=True))
    group.samples = [entry.id for entry in newest]
    group.last = newest[0].id if newest else b""
    group.first = oldest[0].id if oldest else group.last


def failure_views(groups: list[FailureGroup], window: Window) -> list[FailureView]:
    """Groups as they are shown."""
    if not groups:
        return []
    first_ms = min(instant_of(group.first) for group in groups)
    from_ms = first_ms if window.from_ms is None else window.from_ms
    starts = list(trend_starts(min(from_ms, window.to_ms), window.to_ms, window.bucket, window.zone))
    return [_view(group, starts, window.bucket) for group in groups]


def _view(group: FailureGroup, starts: list[int], bucket: Bucket) -> FailureView:
    trend = [0] * len(starts)
    for time_ms, count in group.times.items():
        place = bisect_right(starts, time_ms) - 1
        if place >= 0:
            trend[place] += count
    key = group.key
    return FailureView(
        status=key.status.name,
        event_name=key.event_name,
        pattern=key.pattern,
        count=group.count,
        first_seen=instant_of(group.first),
        last_seen=instant_of(group.last),
        trend=trend,
        trend_from=starts[0],
        trend_bucket=bucket.value,
        sample_ids=[id_to_text(one) for one in group.samples],
        suggestion=suggestion(key.status, key.pattern),
    )
