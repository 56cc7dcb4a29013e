"""Filters as a caller may see them: without what their author could read and the caller may not (contract I.24)."""

from collections.abc import Mapping, Sequence

import msgspec

from hooklog.api.masking import Mask
from hooklog.eventlog.query_parse import ATTRIBUTE_PREFIX
from hooklog.psi import MASK

__all__ = ["Visible", "visible_parameters"]

_CUSTOMER = "customer"
_WORDS = "q"


class Visible(msgspec.Struct, frozen=True):
    """What is shown of filters. Those that are masked ask another question than the one that they are shown of."""

    parameters: Mapping[str, Sequence[str]]
    is_masked: bool


def visible_parameters(
    parameters: Mapping[str, Sequence[str]], org_id: int, *, is_by_seer: bool, mask: Mask | None
) -> Visible:
    """The filters with `*****` for what may be sensitive: such attributes' values, words, and what customers are
    identified by, as by the log's own filters (`hooklog.eventlog.query_match`). A bare userId and a `!` stay.

    Nothing is hidden of what was written by somebody who could not see it either. May block, where there is a mask.

    Args:
        parameters: as in a URL of the log.
        org_id: whose filters.
        is_by_seer: whether their author could see sensitive values.
        mask: the caller's; None sees all.
    """
    hidden = frozenset[str]() if mask is None or not is_by_seer else mask.names(org_id, None)
    if not any(_is_sensitive(name, value, hidden) for name, values in parameters.items() for value in values):
        return Visible(parameters, is_masked=False)
    shown = {
        name: [_masked(name, value) if _is_sensitive(name, value, hidden) else value for value in values]
        for name, values in parameters.items()
    }
    return Visible(shown, is_masked=True)


def _is_sensitive(name: str, value: str, hidden: frozenset[str]) -> bool:
    """Whether a filter's value is not for who may not see the `hidden` attributes."""
    if not hidden:
        return False
    if name == _CUSTOMER:
        return ":" in value
    return name == _WORDS or (
        name.startswith(ATTRIBUTE_PREFIX) and name.removeprefix(ATTRIBUTE_PREFIX) in hidden
    )


def _masked(name: str, value: str) -> str:
    sign = "!" if value.startswith("!") else ""
    kind = value.removeprefix("!").partition(":")[0] + ":" if name == _CUSTOMER else ""
    return f"{sign}{kind}{MASK}"
