"""How a saved filter is shown: with where it leads, and without what the caller may not see."""

from urllib.parse import urlencode

import msgspec

from hooklog.api.context import parameters_in
from hooklog.api.log_operations import PATH
from hooklog.api.masking import Mask
from hooklog.api.visible_parameters import visible_parameters
from hooklog.catalog.saved_filter import SavedFilter

__all__ = ["SavedFilterView", "saved_filter_view", "visible_query"]


class SavedFilterView(msgspec.Struct, frozen=True, rename="camel"):
    """A saved filter. `url` asks the API, `consoleUrl` shows it in the console; instants are epoch milliseconds.
    `isMasked`: some of `query` reads `*****` and so would find other events than the filter is about; both URLs are
    empty then.
    """

    name: str
    description: str
    query: str
    is_masked: bool
    url: str
    console_url: str
    created_at: int
    created_by: str
    changed_at: int
    changed_by: str


def saved_filter_view(saved: SavedFilter, base: str, mask: Mask | None) -> SavedFilterView:
    """The filter as a caller may see it; `mask` None sees all."""
    query, is_masked = _visible(saved, mask)
    asked = f"?{query}" if query else ""
    return SavedFilterView(
        name=saved.name,
        description=saved.description,
        query=query,
        is_masked=is_masked,
        url="" if is_masked else f"{base}{PATH}{asked}",
        console_url="" if is_masked else f"{base}/console/{asked}",
        created_at=saved.created_ms,
        created_by=saved.created_by,
        changed_at=saved.changed_ms,
        changed_by=saved.changed_by,
    )


def visible_query(saved: SavedFilter, mask: Mask | None) -> str:
    """The query without what its author could read and the caller may not; as it was saved where that is nothing."""
    return _visible(saved, mask)[0]


def _visible(saved: SavedFilter, mask: Mask | None) -> tuple[str, bool]:
    """The same, and whether anything is hidden."""
    visible = visible_parameters(
        parameters_in(saved.query), saved.org_id, is_by_seer=saved.is_by_seer, mask=mask
    )
    return urlencode(visible.parameters, doseq=True) if visible.is_masked else saved.query, visible.is_masked
