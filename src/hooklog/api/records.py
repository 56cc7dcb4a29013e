"""Records as one caller may see them, and what all routes that show them share (contract I.12, I.24, I.25, II.11)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog

from hooklog.access.scopes import Caller
from hooklog.api.context import Context
from hooklog.api.envelope import ApiError
from hooklog.api.masking import Mask, mask_for, told_psi
from hooklog.api.views import bare_record_view, side_effects_view
from hooklog.errors import StorageUnavailable
from hooklog.event import Entry, Stage, StageOutcome, StageRecord
from hooklog.eventlog.record import Record
from hooklog.eventlog.record_query import RecordHit

__all__ = ["UNREACHABLE", "RecordShow", "hidden_names", "search_errors", "search_took_too_long"]

UNREACHABLE = 1849
_BUSY = 461
_RETRY_SECONDS = "5"

diagnostics = structlog.get_logger()


class RecordShow:
    """How the records of one answer are shown; made for each request, so that a mark set meanwhile holds at once."""

    def __init__(
        self,
        context: Context,
        caller: Caller,
        *,
        shows_till_code: bool = False,
        with_side_effects: bool = False,
    ) -> None:
        """Args:
        context: the rooms.
        caller: who sees it; without `psi:read` sensitive values are masked.
        shows_till_code: the till by its code instead of its id.
        with_side_effects: with what loyalty did.
        """
        self._log = context.log
        self._catalog = context.catalog
        self._mask: Mask | None = mask_for(caller, context.catalog, context.directory)
        self._shows_till_code = shows_till_code
        self._with_side_effects = with_side_effects

    def views(self, hits: Sequence[RecordHit]) -> list[dict[str, object]]:
        """The records that were found, in order; those that expired meanwhile are left out.

        Blocks: runs among the readers. A record takes some tens of microseconds.
        """
        shown = (self.view(hit.org_id, hit.key.id) for hit in hits)
        return [one for one in shown if one is not None]

    def view(self, org_id: int, request_id: bytes) -> dict[str, object] | None:
        """One record; None where there is none. Blocks: runs among the readers."""
        entry = self._log.entry(org_id, request_id)
        record = self._log.record(org_id, request_id)
        if entry is None or record is None:
            return None
        if self._mask is not None:
            record = self._mask.record(entry, record)
        record = told_psi(self._catalog, entry, record)
        shown = bare_record_view(entry, record, shows_till_code=self._shows_till_code)
        if self._with_side_effects:
            shown["clickEventSideEffects"] = side_effects_view(entry, self._side_effects(entry, record))
        return shown

    def _side_effects(self, entry: Entry, record: Record) -> Sequence[object] | None:
        """What loyalty answered; nothing ([]) where it took the event and said nothing, None where it did not."""
        if record.side_effects is not None:
            return record.side_effects
        return () if any(map(_is_taken_by_loyalty, self._log.stages(entry.org_id, entry.id))) else None


def _is_taken_by_loyalty(stage: StageRecord) -> bool:
    is_skipped = "skipped" in (stage.detail or {})
    return stage.stage is Stage.CONSUME_EMF and stage.outcome is StageOutcome.PASSED and not is_skipped


def hidden_names(
    context: Context, caller: Caller, org_ids: Sequence[int]
) -> dict[tuple[int, str], frozenset[str]] | None:
    """The `hidden` of a RecordQuery for a caller: sensitive names by org and event name, the sources' names for them
    too; None for one who sees all.
    """
    mask = mask_for(caller, context.catalog, context.directory)
    if mask is None:
        return None
    marked = {
        (org_id, definition.name): mask.names(org_id, definition.name)
        for org_id in org_ids
        for definition in context.catalog.definitions(org_id)
    }
    return {key: names for key, names in marked.items() if names}


@contextmanager
def search_errors() -> Iterator[None]:
    """A store that cannot be read is answered with the documented code: 503, 1849, try again later."""
    try:
        yield
    except StorageUnavailable as error:
        diagnostics.error("search_failed", code=error.code, error=str(error), hint=error.hint)
        raise ApiError(
            503,
            "The search system cannot be reached now, try again later",
            code=UNREACHABLE,
            headers={"retry-after": _RETRY_SECONDS},
        ) from error


def search_took_too_long(seconds_max: float, advice: str) -> ApiError:
    """503 (461): what was found until then would look like all there is."""
    return ApiError(
        503,
        f"The search took longer than {seconds_max:g} s; {advice}",
        code=_BUSY,
        headers={"retry-after": "60"},
    )
