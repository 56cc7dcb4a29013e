"""`scope=child`: whether an answer covers the children of the caller's org too (contract I.14, I.25)."""

from collections.abc import Mapping

from hooklog.access.scopes import Caller
from hooklog.api.context import Context
from hooklog.api.envelope import ApiError
from hooklog.api.operation import query

__all__ = ["SCOPE", "SCOPE_EXTENSION", "orgs_of"]

_MEANS = "`child` adds the children of a parent org to the org's own."
SCOPE = query("scope", _MEANS, choices=("child",))
SCOPE_EXTENSION = query("scope", _MEANS, choices=("child",), extension=True)


def orgs_of(
    context: Context, caller: Caller, parameters: Mapping[str, list[str]], code: int | None = None
) -> tuple[int, ...]:
    """The orgs that a caller asks about: its own first, then its children by id where `scope=child`.

    Raises:
        ApiError: 400 (with `code`, where the route has one of its own) for any other scope.
    """
    values = parameters.get("scope")
    if not values:
        return (caller.org_id,)
    if values[-1] != "child":
        raise ApiError(400, f"scope {values[-1]!r} is not known; the only one is child", code=code)
    return (caller.org_id, *(child.id for child in context.directory.children(caller.org_id)))
