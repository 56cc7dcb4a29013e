"""Looking through the log: in short turns among the readers, and for a bounded time."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from hooklog.api.context import Context
from hooklog.api.envelope import ApiError
from hooklog.event import Entry
from hooklog.eventlog.query import EVERYTHING, Query
from hooklog.eventlog.query_match import asks_newest

__all__ = ["SECONDS_MAX", "find_entries", "look_for", "took_too_long", "walk_through"]

SECONDS_MAX = 20.0
BUSY = 461
# Others wait for a reader no longer than this and the step that it ends with.
_TURN_SECONDS = 0.1

# Entries that the loop reads itself, some 100 microseconds.
_AT_HAND_MAX = 51

Result = TypeVar("Result")


async def find_entries(context: Context, query: Query, show: Callable[[list[Entry]], Result]) -> Result:
    """What `show`, which may block, makes of the entries that a query finds, all of them up to its limit.

    Raises:
        ApiError: 503 (461) when they were not all found in time; part of a page would look like all there is.
    """
    if _is_at_hand(query):
        # A hop to another thread and back would take longer than the look itself.
        return show(context.log.page(query))
    found: list[Entry] = []
    return await _all_in_turns(context, query, found.extend, lambda: show(found))


async def walk_through(context: Context, query: Query, see: Callable[[list[Entry]], None]) -> None:
    """Hand every entry that a query finds, whatever its limit, to `see`, which may block, in order and in parts.

    Raises:
        ApiError: 503 (461) when they were not all seen in time.
    """
    await _all_in_turns(context, msgspec.structs.replace(query, limit=EVERYTHING), see, lambda: None)


def _is_at_hand(query: Query) -> bool:
    """Whether a few of the newest entries are asked for, and nothing else: what was written lately is warm."""
    return query.limit <= _AT_HAND_MAX and len(query.org_ids) == 1 and asks_newest(query)


async def look_for(context: Context, query: Query, seconds_max: float) -> list[Entry]:
    """The entries that a query finds, in order; those of them that were found in so many seconds."""
    found: list[Entry] = []
    await _in_turns(context, query, found.extend, lambda: None, seconds_max)
    return found


async def _all_in_turns(
    context: Context, query: Query, see: Callable[[list[Entry]], None], end: Callable[[], Result]
) -> Result:
    ended = await _in_turns(context, query, see, end, SECONDS_MAX)
    if ended is None:
        raise took_too_long()
    return ended[0]


async def _in_turns(
    context: Context,
    query: Query,
    see: Callable[[list[Entry]], None],
    end: Callable[[], Result],
    seconds_max: float,
) -> tuple[Result] | None:
    """A short walk is one turn: it ends in the thread that it began in. None when the time was over before."""
    ends_at = time.monotonic() + seconds_max
    parts: Iterator[list[Entry]] = context.log.walk(query)

    def turn() -> tuple[Result] | None:
        turn_ends_at = time.monotonic() + _TURN_SECONDS
        for part in parts:
            see(part)
            if time.monotonic() >= turn_ends_at:
                return None
        return (end(),)

    while (ended := await context.read(turn)) is None:
        if time.monotonic() >= ends_at:
            return None
    return ended


def took_too_long() -> ApiError:
    """503 (461), with what helps."""
    return ApiError(
        503,
        f"Looking through the log took longer than {SECONDS_MAX:g} s; "
        "narrow it by from_date and to_date, event_name, or customer",
        code=BUSY,
        headers={"retry-after": "60"},
    )
