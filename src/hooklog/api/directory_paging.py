"""Pages of the directory's lists: `limit` at most, `after` a place; the `Link` header leads on."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from litestar import Response

from hooklog.api.context import AnyRequest, Context, parameters_of
from hooklog.api.envelope import NOT_FOUND, ApiError, success
from hooklog.api.parameters import parameter, unknown_parameters
from hooklog.directory.base import ID_MIN

__all__ = [
    "LIMIT_DEFAULT",
    "LIMIT_MAX",
    "first_of",
    "found_or_404",
    "id_of",
    "one_of_them",
    "page_of",
    "pages",
]

LIMIT_DEFAULT = 100
LIMIT_MAX = 1_000
_ID = re.compile(r"-?[0-9]{1,19}")
_INTEGER = re.compile(r"[0-9]{1,6}")

Item = TypeVar("Item")


def id_of(text: str) -> int | None:
    """The id in a text; None for what is no integer of 64 bits."""
    if _ID.fullmatch(text) is None:
        return None
    number = int(text)
    return number if ID_MIN <= number < -ID_MIN else None


def found_or_404(found: Item | None) -> Item:
    """What was found.

    Raises:
        ApiError: 404 for None; what another org has is not found either.
    """
    if found is None:
        raise ApiError(404, NOT_FOUND)
    return found


def first_of(after: str | None) -> int:
    """Where a list by id goes on.

    Raises:
        ApiError: 400 when `after` is no id.
    """
    if after is None:
        return ID_MIN
    place = id_of(after)
    if place is None or place == -ID_MIN - 1:
        raise ApiError(400, f"query parameter after is {after!r}; it must be the last id of the page before")
    return place + 1


async def page_of(
    request: AnyRequest,
    context: Context,
    read: Callable[[str | None, int], Sequence[Item]],
    place: Callable[[Item], int | str],
    show: Callable[[Item], Any],
    *filters: str,
) -> Response[bytes]:
    """Answer one page.

    Args:
        request: with `limit` and `after`.
        context: has the threads for reading.
        read: the items after a place (None for the beginning), at most so many. Blocks.
        place: of an item in the list.
        show: an item as it is shown. Blocks.
        filters: the parameters that `read` looks at beside the place.

    Raises:
        ApiError: 400 for a limit or place that is none.
    """
    parameters = parameters_of(request)
    after, limit = parameter(parameters, "after"), _limit(parameter(parameters, "limit"))

    def asked() -> tuple[list[Any], str | None]:
        # One more than asked for tells whether there is a next page.
        found = read(after, limit + 1)
        last = str(place(found[limit - 1])) if len(found) > limit else None
        return [show(one) for one in found[:limit]], last

    data, last = await context.read(asked)
    following = {name: parameters[name][-1] for name in filters if name in parameters}
    following |= {"limit": str(limit), "after": last or ""}
    headers = None if last is None else {"link": _next_link(request, context, following)}
    return success(data, unknown_parameters(parameters, (*filters, "limit", "after")), headers)


def one_of_them(request: AnyRequest, view: object) -> Response[bytes]:
    """Answer one thing. There are no parameters; one that is given is ignored and named."""
    return success([view], unknown_parameters(parameters_of(request), ()))


def pages(items: Sequence[Item], place: Callable[[Item], int], first: int, limit: int) -> list[Item]:
    """A page of a list that is at hand as a whole, by place."""
    return [one for one in items if place(one) >= first][:limit]


def _limit(text: str | None) -> int:
    if text is None:
        return LIMIT_DEFAULT
    if _INTEGER.fullmatch(text) is None or not 1 <= int(text) <= LIMIT_MAX:
        raise ApiError(400, f"query parameter limit is {text!r}; allowed are 1 to {LIMIT_MAX}")
    return int(text)


def _next_link(request: AnyRequest, context: Context, following: dict[str, str]) -> str:
    return f'<{context.api_url(request)}{request.scope["path"]}?{urlencode(following)}>; rel="next"'
