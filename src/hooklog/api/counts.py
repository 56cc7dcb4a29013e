"""`GET /v2/events/logs/counts`: how many entries match, by what they have in common (contract I.3, I.18)."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import msgspec
from litestar import Response, get
from msgspec import UNSET

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.count_operations import BY, COUNTS_KNOWN, COUNTS_PATH, GET_COUNTS, ROWS_MAX, CountView
from hooklog.api.envelope import ApiError, ignored, success
from hooklog.api.log_operations import SEVERAL
from hooklog.api.log_reading import asked_filters
from hooklog.api.log_walk import SECONDS_MAX, took_too_long
from hooklog.event import id_lowest_at, instant_of, wall_clock_ms
from hooklog.eventlog.counts import Bucket, By, CountKey, CountsQuery
from hooklog.eventlog.failures import bucket_fitting
from hooklog.eventlog.query import Query
from hooklog.eventlog.query_match import asks_kinds_only

__all__ = ["bucket_asked", "count_through", "counted", "get_counts"]

Parameters = Mapping[str, list[str]]

_DAY_MS = 86_400_000
# What is counted at a time where times are told apart, so that an answer that is too long is noticed early.
_STRETCH_MS = {Bucket.MINUTE: _DAY_MS, Bucket.HOUR: 30 * _DAY_MS, Bucket.DAY: 400 * _DAY_MS}


@get(COUNTS_PATH, name="get-events-logs-counts", opt={"operation": GET_COUNTS})
async def get_counts(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """Rows by time, then by the other keys."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    query = await asked_filters(context, caller, parameters)
    asked = CountsQuery(query, _by(parameters), _bucket(parameters, query), context.zone(caller.org_id))
    found = await counted(context, asked)
    rows = [_view(asked, key, count) for key, count in sorted(found.items(), key=lambda row: _place(row[0]))]
    return success(rows, ignored(parameters, COUNTS_KNOWN, {*SEVERAL, "by"}))


def _by(parameters: Parameters) -> frozenset[By]:
    asked = [text for value in parameters.get("by", ()) for text in value.split(",")]
    for text in asked:
        if text not in BY:
            raise ApiError(400, f"by {text!r} is not known; allowed are {', '.join(BY)}")
    return frozenset(By(text) for text in asked)


def bucket_asked(parameters: Parameters) -> Bucket | None:
    """The bucket that was asked for, if any.

    Raises:
        ApiError: 400 for one that is not known.
    """
    values = parameters.get("bucket")
    if not values:
        return None
    if values[-1] not in set(Bucket):
        raise ApiError(400, f"bucket {values[-1]!r} is not known; it must be one of {', '.join(Bucket)}")
    return Bucket(values[-1])


def _bucket(parameters: Parameters, query: Query) -> Bucket:
    from_ms = None if query.from_id is None else instant_of(query.from_id)
    to_ms = wall_clock_ms() if query.until_id is None else instant_of(query.until_id)
    return bucket_asked(parameters) or bucket_fitting(from_ms, to_ms)


async def counted(context: Context, asked: CountsQuery) -> Counter[CountKey]:
    """All counts.

    Raises:
        ApiError: 503 (461) when they could not all be made in time, 400 when there are too many.
    """
    found: Counter[CountKey] = Counter()

    def see(part: dict[CountKey, int]) -> None:
        found.update(part)
        if len(found) > ROWS_MAX:
            raise ApiError(
                400,
                f"there are more than {ROWS_MAX} rows; take less in by, a longer bucket, or a shorter time",
            )

    await count_through(context, asked, see)
    return found


async def count_through(
    context: Context, asked: CountsQuery, see: Callable[[dict[CountKey, int]], None]
) -> None:
    """Hand all counts to `see`, part by part, to be added up by key.

    Raises:
        ApiError: 503 (461) when they could not all be made in time; or what `see` raises.
    """
    ends_at = time.monotonic() + SECONDS_MAX
    parts = _parts(context, asked)
    while (part := await context.read(lambda: next(parts, None))) is not None:
        see(part)
        if time.monotonic() >= ends_at:
            raise took_too_long()


def _parts(context: Context, asked: CountsQuery) -> Iterator[dict[CountKey, int]]:
    """Stretch by stretch where times are told apart. Each step blocks: runs among the readers.

    What has to be counted entry by entry comes in short steps by itself.
    """
    if By.TIME not in asked.by or not asks_kinds_only(asked.query):
        yield from context.log.counts(asked)
        return
    oldest = msgspec.structs.replace(asked.query, limit=1, is_ascending=True)
    newest = msgspec.structs.replace(asked.query, limit=1, is_ascending=False)
    ends = [context.log.page(one) for one in (oldest, newest)]
    if not all(ends):
        return
    first_ms, last_ms = (page[0].start_ms for page in ends)
    stretch_ms = _STRETCH_MS[asked.bucket]
    for at_ms in range(first_ms // stretch_ms * stretch_ms, last_ms + 1, stretch_ms):
        yield from context.log.counts(_between(asked, at_ms, at_ms + stretch_ms))


def _between(asked: CountsQuery, from_ms: int, until_ms: int) -> CountsQuery:
    query = asked.query
    low = id_lowest_at(from_ms)
    # Past the greatest instant that ids can hold there is no lowest id any more.
    high = id_lowest_at(until_ms) if until_ms < 1 << 48 else b"\xff" * 17
    bounded = msgspec.structs.replace(
        query,
        from_id=low if query.from_id is None else max(low, query.from_id),
        until_id=high if query.until_id is None else min(high, query.until_id),
    )
    return msgspec.structs.replace(asked, query=bounded)


def _view(asked: CountsQuery, key: CountKey, count: int) -> CountView:
    return CountView(
        status=UNSET if key.status is None else key.status.name,
        event_name=key.event_name if By.EVENT_NAME in asked.by else UNSET,
        webhook_id=UNSET if key.webhook_id is None else key.webhook_id,
        time=UNSET if key.time_ms is None else key.time_ms,
        count=count,
    )


def _place(key: CountKey) -> tuple[int, int, str, str]:
    status = 0 if key.status is None else int(key.status)
    return key.time_ms or 0, status, key.event_name or "", key.webhook_id or ""
