"""Filters as a caller may see them: without what their author could read and the caller may not (contract I.24)."""

from collections.abc import Mapping, Sequence

import msgspec

from hooklog.api.masking import Mask
from hooklog.eventlog.query_parse import ATTRIBUTE_PREFIX
from hooklog.psi import MASK

__all__ = ["Visible", "visible_parameters"]

_WORDS = "q"


class Visible(msgspec.Struct, frozen=True):
    """What is shown of filters. Those that are masked ask another question than the one that they are shown of."""

    parameters: Mapping[str, Sequence[str]]
    is_masked: bool


def visible_parameters(
    parameters: Mapping[str, Sequence[str]], org_id: int, *, is_by_seer: bool, mask: Mask | None
) -> Visible:
    """The filters without sensitive attributes' values, and without words, which may be such values.

    Nothing is hidden of what was written by somebody who could not see it either. May block, where there is a mask.

    Args:
        parameters: as in a URL of the log.
        org_id: whose filters.
        is_by_seer: whether their author could see sensitive values.
        mask: the caller's; None sees all.
    """
    hidden = frozenset[str]() if mask is None or not is_by_seer else mask.names(org_id, None)
    shown = {
        name: [MASK if _is_sensitive(name, hidden) else value for value in values]
        for name, values in parameters.items()
    }
    return Visible(shown, any(_is_sensitive(name, hidden) for name in parameters))


def _is_sensitive(name: str, hidden: frozenset[str]) -> bool:
    """Whether the values of a filter are not for who may not see the `hidden` attributes."""
    if not hidden:
        return False
    return name == _WORDS or (
        name.startswith(ATTRIBUTE_PREFIX) and name.removeprefix(ATTRIBUTE_PREFIX) in hidden
    )
