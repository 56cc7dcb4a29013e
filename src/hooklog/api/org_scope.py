"""`scope=child`: whether an answer covers the children of the caller's org too (contract I.14, I.25)."""

from collections.abc import Callable, Mapping
from typing import NoReturn

from hooklog.access.scopes import Caller
from hooklog.api.context import Context
from hooklog.api.envelope import ApiError
from hooklog.api.operation import query

__all__ = ["SCOPE", "SCOPE_EXTENSION", "orgs_of"]

_MEANS = "`child` adds the children of a parent org to the org's own."
SCOPE = query("scope", _MEANS, choices=("child",))
SCOPE_EXTENSION = query("scope", _MEANS, choices=("child",), extension=True)

# Takes a parameter's name and what is wrong with it.
Refuse = Callable[[str, str], NoReturn]


def _refuse(name: str, why: str) -> NoReturn:
    raise ApiError(400, f"{name}: {why}")


def orgs_of(
    context: Context, caller: Caller, parameters: Mapping[str, list[str]], refuse: Refuse = _refuse
) -> tuple[int, ...]:
    """The orgs that a caller asks about: its own first, then its children by id where `scope=child`.

    Raises:
        ApiError: 400 for any other scope, or what `refuse` raises where the route has a code of its own.
    """
    values = parameters.get("scope")
    if not values:
        return (caller.org_id,)
    if values[-1] != "child":
        refuse("scope", f"received {values[-1]!r}, allowed is child")
    return (caller.org_id, *(child.id for child in context.directory.children(caller.org_id)))
