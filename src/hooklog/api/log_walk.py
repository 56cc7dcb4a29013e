"""Looking through the log: in short turns among the readers, and for a bounded time."""

import time
from collections.abc import Callable
from functools import partial

import msgspec

from hooklog.api.context import Context
from hooklog.api.envelope import ApiError
from hooklog.event import Entry
from hooklog.eventlog.query import Query

__all__ = ["SECONDS_MAX", "took_too_long", "walk_through"]

SECONDS_MAX = 20.0
BUSY = 461
# Others wait for a reader no longer than this and the step that it ends with.
_TURN_SECONDS = 0.1


async def walk_through(context: Context, query: Query, see: Callable[[list[Entry]], None]) -> None:
    """Hand every entry that a query finds to `see`, which may block, in order; `query.limit` at a time.

    Raises:
        ApiError: 503 (461) when they were not all seen in time.
    """
    ends_at = time.monotonic() + SECONDS_MAX

    def turn(asked: Query) -> Query | None:
        turn_ends_at = time.monotonic() + _TURN_SECONDS
        while time.monotonic() < turn_ends_at:
            found = context.log.page(asked)
            see(found)
            if len(found) < asked.limit:
                return None
            asked = msgspec.structs.replace(asked, after=found[-1].id)
        return asked

    following: Query | None = query
    while following is not None:
        if time.monotonic() >= ends_at:
            raise took_too_long()
        following = await context.read(partial(turn, following))


def took_too_long() -> ApiError:
    """503 (461), with what helps."""
    return ApiError(
        503,
        f"Looking through the log took longer than {SECONDS_MAX:g} s; "
        "narrow it by from_date and to_date, event_name, or customer",
        code=BUSY,
        headers={"retry-after": "60"},
    )
