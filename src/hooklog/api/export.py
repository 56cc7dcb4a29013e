"""`GET /v2/events/logs/export`: all that matches, as a file that is made while it is sent (contract I.3, I.18)."""

from collections.abc import AsyncIterator, Callable
from functools import partial

import msgspec
from litestar import get
from litestar.response import Stream

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.envelope import ApiError
from hooklog.api.export_formats import EXPORT_FORMATS, Writer
from hooklog.api.export_operations import EXPORT, EXPORT_PATH
from hooklog.api.log_reading import EntryReader, asked_query
from hooklog.errors import Stopping
from hooklog.eventlog.base import EventLogReader
from hooklog.eventlog.query import EVERYTHING, Query

__all__ = ["get_export"]


@get(EXPORT_PATH, name="export-events-logs", opt={"operation": EXPORT})
async def get_export(request: AnyRequest, context: TheContext) -> Stream:
    """Every entry that was there at the beginning and matches appears exactly once."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    name = parameters.get("format", ["ndjson"])[-1]
    kind = EXPORT_FORMATS.get(name)
    if kind is None:
        raise ApiError(400, f"format {name!r} is not known; it must be one of {', '.join(EXPORT_FORMATS)}")
    # Made anew for each part: a mark of sensitive data that is set meanwhile holds at once.
    reader = partial(EntryReader, context, caller, parameters)
    reader()
    query = await asked_query(context, caller, parameters)
    context.exports.admit()

    async def body() -> AsyncIterator[bytes]:
        with context.exports.place():
            async for chunk in _file(context, reader, query, await context.read(kind.writer)):
                yield chunk

    headers = {"content-disposition": f'attachment; filename="events.{name}"', "cache-control": "no-store"}
    return Stream(body(), media_type=kind.media_type, headers=headers)


async def _file(
    context: Context, reader: Callable[[], EntryReader], query: Query, writer: Writer
) -> AsyncIterator[bytes]:
    """Part after part; each is a turn of its own among the readers, so nobody waits long for a large file."""
    yield writer.begin()
    viewer = reader()

    def hidden(org_id: int, event_name: str | None) -> frozenset[str]:
        return frozenset() if viewer.hidden is None else viewer.hidden(org_id, event_name)

    def turn() -> bytes | None:
        nonlocal viewer
        viewer = reader()
        found = next(parts, None)
        return None if found is None else writer.add([viewer.view(entry) for entry in found])

    asked = await context.read(lambda: _until_now(context.log, query))
    parts = context.log.walk(
        msgspec.structs.replace(
            asked, limit=EVERYTHING, after=None, hidden=None if asked.hidden is None else hidden
        )
    )
    chunk: bytes | None = b""
    while chunk is not None:
        if context.exports.is_closing:
            # The connection breaks, so that nobody takes a part for the whole.
            raise Stopping("the server is stopping; ask again in a moment")
        chunk = await context.read(turn)
        if chunk:
            yield chunk
    yield await context.read(writer.end)


def _until_now(log: EventLogReader, query: Query) -> Query:
    """Oldest first, an export could run after the events that come in for ever, also up to a date that is to come."""
    if not query.is_ascending:
        return query
    newest = log.page(Query(query.org_ids, 1))
    until_id = newest[0].id + b"\0" if newest else b""
    return msgspec.structs.replace(
        query, until_id=until_id if query.until_id is None else min(until_id, query.until_id)
    )
