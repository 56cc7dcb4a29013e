"""What every route that shows entries does: ask as the parameters say, show as the caller may see."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from hooklog.access.scopes import Caller
from hooklog.api.context import Context
from hooklog.api.envelope import ApiError
from hooklog.api.log_customers import resolved
from hooklog.api.masking import mask_for, told_psi
from hooklog.api.org_scope import orgs_of
from hooklog.api.views import EntryView, entry_view, record_view, stage_views
from hooklog.event import Entry, Status
from hooklog.eventlog.query import Hidden, Include, Query
from hooklog.eventlog.query_parse import QueryError, parse_include, parse_query

__all__ = ["EntryReader", "asked_filters", "asked_query", "valid"]

Value = TypeVar("Value")

_OF_PAGES = frozenset({"limit", "order"})


class EntryReader:
    """Shows entries to one caller: masked where they may not see all, with what was asked to be included."""

    def __init__(self, context: Context, caller: Caller, parameters: Mapping[str, list[str]]) -> None:
        """Made for each request.

        Raises:
            ApiError: 400 for an `include` that is not known.
        """
        self._log = context.log
        self._catalog = context.catalog
        self._shown = context.shown.shown
        self.mask = mask_for(caller, context.catalog, context.directory)
        self.include = valid(parse_include(parameters))

    @property
    def hidden(self) -> Hidden | None:
        """What filters may not see, as of when this was made."""
        return None if self.mask is None else self.mask.names

    def shown(self, entry: Entry) -> EntryView | msgspec.Raw:
        """The same as `view`, from memory where nothing was asked to be included."""
        if self.include:
            return self.view(entry)
        hidden = None if self.mask is None else self.mask.names(entry.org_id, entry.event_name)
        return self._shown(entry, hidden, self.view)

    def view(self, entry: Entry) -> EntryView:
        """An entry as this caller may see it. Blocks: runs among the readers."""
        mask, include = self.mask, self.include
        needs_stages = Include.STAGES in include or (
            mask is not None and entry.status is Status.FIELD_VALIDATION_FAILED
        )
        stages = self._log.stages(entry.org_id, entry.id) if needs_stages else ()
        view = entry_view(entry if mask is None else mask.entry(entry, stages))
        if Include.STAGES in include:
            shown = stages if mask is None else mask.stages(entry, stages)
            view = msgspec.structs.replace(view, stages=stage_views(entry.id, shown))
        if Include.RECORD in include:
            view = msgspec.structs.replace(view, record=self._record(entry))
        return view

    def _record(self, entry: Entry) -> dict[str, object] | None:
        record = self._log.record(entry.org_id, entry.id)
        if record is None:
            return None
        shown = record if self.mask is None else self.mask.record(entry, record)
        return record_view(entry, told_psi(self._catalog, entry, shown))


async def asked_query(context: Context, caller: Caller, parameters: Mapping[str, list[str]]) -> Query:
    """The question that a URL's parameters ask, of the orgs that the caller may read, with the customers that they
    name there. Its filters see what the caller would be shown (contract I.24).

    Raises:
        ApiError: 400 where they are no question.
    """
    org_ids = orgs_of(context, caller, parameters)
    query = valid(parse_query(parameters, org_ids, context.zone(caller.org_id)))
    mask = mask_for(caller, context.catalog, context.directory)
    if mask is not None:
        query = msgspec.structs.replace(query, hidden=mask.names)
    if not query.customers.is_asked:
        return query
    return await context.read(lambda: resolved(query, context.directory))


async def asked_filters(context: Context, caller: Caller, parameters: Mapping[str, list[str]]) -> Query:
    """The same for routes that do not page: what would say so is theirs, or nothing.

    Raises:
        ApiError: 400 where they are no question.
    """
    return await asked_query(
        context, caller, {name: values for name, values in parameters.items() if name not in _OF_PAGES}
    )


def valid(value: Value | QueryError) -> Value:
    """The value.

    Raises:
        ApiError: 400 with the sentence of a QueryError.
    """
    if isinstance(value, QueryError):
        raise ApiError(400, value.message)
    return value
