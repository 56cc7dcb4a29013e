"""`GET /v2/events/logs/tail`: what settles, as it settles, with the filters of the log (contract I.3, I.18).

The feed gives the order: each commit has a sequence number, each entry its offset in it, and both are the event's
id. A client that comes back says the last one that it has, and goes on behind it: nothing is lost, nothing comes twice.
"""

import time
from collections.abc import AsyncIterator, Callable
from functools import partial

import msgspec
from litestar import get
from litestar.response import Stream

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.envelope import ApiError
from hooklog.api.log_reading import EntryReader, asked_query
from hooklog.api.tail_operations import TAIL, TAIL_PATH
from hooklog.event import Entry
from hooklog.eventlog.query import Match, Query

__all__ = ["Place", "get_tail", "parse_place"]

_ROWS = 4
# Stands behind every entry of a commit.
_BEYOND = 1 << 32
# Ids that are asked for at once: a commit may hold thousands.
_IDS = 200
_KEEP_ALIVE_SECONDS = 15.0
# Then the client comes back, and whether it may is looked at again.
_SECONDS_MAX = 900.0
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}

_encode = msgspec.json.Encoder().encode


class Place(msgspec.Struct, frozen=True, order=True):
    """Up to where in the feed everything has been seen: a commit, and the offset of an entry in it."""

    sequence: int
    offset: int

    def __str__(self) -> str:
        """As on the wire."""
        return f"{self.sequence}:{self.offset}"


def parse_place(text: str) -> Place | None:
    """The place of a `Last-Event-ID`; None when it is none."""
    sequence, _, offset = text.partition(":")
    if not (text.isascii() and sequence.isdigit() and offset.isdigit() and len(text) < 30):
        return None
    return Place(int(sequence), int(offset))


@get(TAIL_PATH, name="tail-events-logs", opt={"operation": TAIL}, media_type="text/event-stream")
async def get_tail(request: AnyRequest, context: TheContext) -> Stream:
    """Server-sent events for as long as the client listens."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    # Made anew for every few entries: a mark of sensitive data that is set meanwhile holds at once.
    reader = partial(EntryReader, context, caller, parameters)
    reader()
    query = await asked_query(context, caller, parameters)
    text = request.headers.get("last-event-id", "") or parameters.get("last_event_id", [""])[-1]
    place = parse_place(text) if text else None
    if text and place is None:
        raise ApiError(
            400, f"Last-Event-ID {text!r} is not <sequence>:<offset>; send the id of the last event"
        )
    context.tails.admit()

    async def body() -> AsyncIterator[bytes]:
        with context.tails.place():
            async for chunk in _Tail(context, reader, query).run(place):
                yield chunk

    return Stream(body(), media_type="text/event-stream", headers=_HEADERS)


class _Tail:
    """One client's way along the feed."""

    def __init__(self, context: Context, reader: Callable[[], EntryReader], query: Query) -> None:
        self._context = context
        self._reader = reader
        self._query = query

    async def run(self, place: Place | None) -> AsyncIterator[bytes]:
        ends_at = time.monotonic() + _SECONDS_MAX
        newest = await self._context.read(self._context.log.last_sequence)
        if place is not None and not await self._is_kept(place, newest):
            yield _reset(place, Place(newest, 0))
            place = None
        if place is None:
            # An offset beyond every commit: what is there already has been seen.
            place = Place(newest, _BEYOND)
        yield b"retry: 1000\n" + _mark(place)
        while not self._context.tails.is_closing and time.monotonic() < ends_at:
            before = place
            async for chunk, reached in self._further(place):
                place = reached
                yield chunk
            if place == before and newest > place.sequence:
                # There were commits, and none is left: without this it would look for them again at once, for ever.
                place = Place(newest, _BEYOND)
                yield _reset(before, place)
            elif place == before:
                newest = await self._context.tails.wait(place.sequence, _KEEP_ALIVE_SECONDS)
                # A comment keeps proxies from hanging up; the mark lets a client that is told of little come back here.
                yield b": \n" + _mark(place)

    async def _is_kept(self, place: Place, newest: int) -> bool:
        """Whether all behind a place is still in the feed; a place of another log is not."""
        if place.sequence > newest:
            return False
        rows = await self._context.read(lambda: self._context.log.feed(place.sequence - 1, 1))
        if rows and rows[0].sequence == place.sequence:
            return True
        # Its own commit is gone: what was left of that cannot be known.
        following = rows[0].sequence if rows else newest + 1
        return place.offset == _BEYOND and following == place.sequence + 1

    async def _further(self, place: Place) -> AsyncIterator[tuple[bytes, Place]]:
        """What the next few commits bring, each with the place that is reached with it."""
        rows = await self._context.read(lambda: self._context.log.feed(place.sequence - 1, _ROWS))
        if rows and rows[0].sequence > place.sequence + 1:
            kept = Place(rows[0].sequence - 1, _BEYOND)
            yield _reset(place, kept), kept
        for row in rows:
            places = [
                (Place(row.sequence, at), one) for at, (_, one) in zip(row.offsets, row.ids, strict=True)
            ]
            new = [item for item in places if item[0] > place]
            for start in range(0, len(new), _IDS):
                some = new[start : start + _IDS]
                found = await self._context.read(partial(self._matching, [one for _, one in some]))
                events = [_event("entry", place=at, data=found[one]) for at, one in some if one in found]
                yield b"".join(events), some[-1][0]
            # A commit whose entries have all expired has been seen, too.
            if row.sequence > place.sequence:
                yield b"", Place(row.sequence, _BEYOND)

    def _matching(self, ids: list[bytes]) -> dict[bytes, object]:
        """Of these entries those that match, as the client may see them. Blocks: runs among the readers."""
        reader = self._reader()
        query = msgspec.structs.replace(
            self._query, ids=self._among(ids), limit=len(ids), after=None, hidden=reader.hidden
        )
        found: list[Entry] = self._context.log.page(query) if query.ids.included else []
        return {entry.id: reader.view(entry) for entry in found}

    def _among(self, ids: list[bytes]) -> Match[bytes]:
        asked = self._query.ids
        return Match(frozenset(one for one in ids if asked.accepts(one)))


def _event(kind: str, *, place: Place, data: object) -> bytes:
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (str(place).encode(), kind.encode(), _encode(data))


def _reset(after: Place, place: Place) -> bytes:
    """What lies between has expired before it was seen."""
    return _event("reset", place=place, data={"after": str(after)})


def _mark(place: Place) -> bytes:
    """An id without an event: the client remembers it and tells nobody (WHATWG HTML, 9.2.6)."""
    return b"id: %s\n\n" % str(place).encode()
