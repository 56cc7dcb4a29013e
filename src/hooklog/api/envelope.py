"""The answers' envelopes: one shape per family, errors included (contract I.1, II.1.2)."""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from litestar import Response
from litestar.enums import MediaType

__all__ = [
    "INTERNAL",
    "NOT_FOUND",
    "SIGN_IN",
    "ApiError",
    "Notice",
    "answer",
    "failure",
    "ignored",
    "listing",
    "success",
    "warning",
]

INTERNAL = "All requests have failed due to errors"
NOT_FOUND = "Incorrect resource"
SIGN_IN = "Please check your username/password or authentication token"

# Their success has no `data`, so their errors have none either (contract I.1, II.1.2).
_WITHOUT_DATA = frozenset({"/v2/events/meta", "/v2/events/running_status", "/v2/events/search"})
# What is written there is shown; by contrast, the documented writes answer without `data`.
_WITH_DATA = (
    "/v2/directory/",
    "/v2/events/what-if",
    "/v2/events/replays",
    "/v2/events/logs/",
    "/v2/events/filters",
)

_SHOWN_CHARS_MAX = 100

_encode = msgspec.json.Encoder().encode


class ApiError(Exception):
    """A request that cannot be served as asked: HTTP status, documented code, a message for the caller."""

    def __init__(
        self,
        http_status: int,
        message: str,
        *,
        code: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Args: `code`: the documented code; the HTTP status where there is none."""
        super().__init__(message)
        self.http_status = http_status
        self.code = http_status if code is None else code
        self.headers = headers or {}


class Notice(msgspec.Struct, frozen=True):
    """One entry of `warnings`."""

    message: str


class _Listing(msgspec.Struct, frozen=True):
    """Key order as documented: data, warnings, errors."""

    data: Sequence[object]
    warnings: Sequence[Notice]
    errors: tuple[()] = ()


def warning(message: str) -> Notice:
    """One entry of `warnings`."""
    return Notice(message)


def ignored(
    parameters: Mapping[str, Sequence[str]], known: Collection[str], several: Collection[str] = ()
) -> list[Notice]:
    """A warning for each parameter that a route does not know (contract I.2), and for each that it takes once and was
    given more often: the last one counts. `x.{name}` knows all that begin so.

    Args:
        parameters: each with its values in order.
        known: what the route knows.
        several: those of them that may be given several times.
    """
    families = tuple(name.partition("{")[0] for name in known if "{" in name)
    notices = []
    for name, values in parameters.items():
        if name in known:
            if len(values) > 1 and name not in several and name != "format":
                notices.append(_repeated(name, values))
        elif not name.startswith(families):
            notices.append(warning(f"query parameter {name!r} is not known here and was ignored"))
    return notices


def _repeated(name: str, values: Sequence[str]) -> Notice:
    last = values[-1][:_SHOWN_CHARS_MAX]
    return warning(f"query parameter {name!r} was given {len(values)} times; the last one, {last!r}, counts")


def listing(data: Sequence[object], warnings: Sequence[Notice] = ()) -> bytes:
    """The body of a success of the v2 lists and reads."""
    return _encode(_Listing(data, warnings))


def success(
    data: Sequence[object], warnings: Sequence[Notice] = (), headers: dict[str, str] | None = None
) -> Response[bytes]:
    """200 of the v2 lists and reads."""
    return _json(200, listing(data, warnings), headers)


def answer(body: object, headers: dict[str, str] | None = None) -> Response[bytes]:
    """200 of an operation with an envelope of its own."""
    return _json(200, _encode(body), headers)


def failure(path: str, error: ApiError, method: str = "GET") -> Response[bytes]:
    """An error in the envelope of the family that the path belongs to.

    v2 reads carry `data` too, where their success does; so a client may always iterate over it. Of the writes only
    those that show what they wrote do.
    """
    if path.startswith("/v3/"):
        body: dict[str, object] = {
            "data": None,
            "errors": [{"code": error.code, "message": str(error)}],
            "warnings": None,
        }
    else:
        body = {
            "errors": [{"status": False, "code": error.code, "message": str(error)}],
            "warnings": [],
        }
        is_read = method in {"GET", "HEAD"} and path not in _WITHOUT_DATA
        if is_read or path.startswith(_WITH_DATA):
            body["data"] = []
    return _json(error.http_status, _encode(body), error.headers)


def _json(status: int, body: bytes, headers: dict[str, str] | None) -> Response[bytes]:
    return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)
