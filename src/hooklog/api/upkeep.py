"""`GET /v2/events/upkeep`: lag of the pipeline, retention, and the disk that is taken. Each part is cheap to find."""

from litestar import Response, get

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.envelope import ignored, success, warning
from hooklog.api.upkeep_operations import GET_UPKEEP, StorageView, UpkeepView
from hooklog.errors import JournalGap
from hooklog.event import instant_of, wall_clock_ms
from hooklog.eventlog.query import Query
from hooklog.storage import FILES_MAX, Storage

__all__ = ["get_upkeep"]

# Between the two questions the worker may go on, and what it left may be trimmed; hardly ever twice in a row.
_TRIES_MAX = 5


@get("/v2/events/upkeep", name="get-upkeep", opt={"operation": GET_UPKEEP})
async def get_upkeep(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """One item, of the caller's org."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    org_id = caller.org_id
    storage = await context.read(context.storage) if caller.may(Scope.ADMIN) else None
    oldest_waiting_at = await context.read_journal(lambda: _oldest_waiting(context))
    found = UpkeepView(
        waiting_events=context.waiting(org_id),
        oldest_waiting_at=oldest_waiting_at,
        lag_ms=0 if oldest_waiting_at is None else max(0, wall_clock_ms() - oldest_waiting_at),
        oldest_entry_at=await context.read(lambda: _oldest_entry(context, org_id)),
        retention_days=context.retention.days_of(org_id),
        retention_days_by_event=context.retention.named_days(org_id),
        storage=None if storage is None else _storage_view(storage),
    )
    warnings = ignored(parameters_of(request), {"format"})
    if storage is not None and not storage.is_whole:
        warnings.append(warning(f"only {FILES_MAX} files of the data folder were measured"))
    return success([found], warnings)


def _oldest_waiting(context: Context) -> int | None:
    for tries_left in reversed(range(_TRIES_MAX)):
        try:
            found = context.journal.read(context.log.position(), 1)
        except JournalGap:
            if not tries_left:
                raise
        else:
            return instant_of(found[0].event.id) if found else None
    raise AssertionError("the last try returns or raises")


def _oldest_entry(context: Context, org_id: int) -> int | None:
    found = context.log.page(Query(org_ids=(org_id,), limit=1, is_ascending=True))
    return found[0].start_ms if found else None


def _storage_view(storage: Storage) -> StorageView:
    of_part = storage.bytes_by_part
    return StorageView(
        journal_bytes=of_part.get("journal", 0),
        event_log_bytes=of_part.get("event_log", 0),
        export_bytes=of_part.get("export", 0),
        setup_bytes=of_part.get("setup", 0),
        other_bytes=of_part.get("other", 0),
        free_bytes=storage.free_bytes,
    )
