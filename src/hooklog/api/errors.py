"""From exceptions to answers: nothing that goes wrong leaves the documented shapes (contract I.1)."""

from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from litestar import Response
from litestar.exceptions import HTTPException

from hooklog.api.context import AnyRequest, Asked
from hooklog.api.envelope import INTERNAL, NOT_FOUND, ApiError, failure
from hooklog.api.head import allowing_head
from hooklog.errors import HooklogError, StorageDamaged

__all__ = ["EXCEPTION_HANDLERS", "answer_to"]

diagnostics = structlog.get_logger()

# The framework's words for a client that went away before its body was complete.
_HUNG_UP = "client disconnected prematurely"


def _api_error(request: AnyRequest, error: ApiError) -> Response[bytes]:
    return _failed(request, error)


def _http_error(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """What the framework found: wrong path, wrong method, unreadable body."""
    if error.status_code == 404:
        return _failed(request, ApiError(404, NOT_FOUND))
    if error.detail == _HUNG_UP:
        # Nobody reads the answer, and no operator need look.
        return _failed(request, ApiError(400, "The body did not arrive whole"))
    if error.status_code >= 500:
        return _unexpected(request, error)
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    message = error.detail
    if error.status_code == 405:
        headers["allow"] = allowing_head(headers.get("allow", ""))
        message = f"{request.method} is not allowed here; allowed are {headers['allow'] or 'other methods'}"
    if error.status_code == 413:
        message = _too_large(request)
    return _failed(request, ApiError(error.status_code, message, headers=headers))


def _too_large(request: AnyRequest) -> str:
    allowed = request.route_handler.resolve_request_max_body_size()
    sent = request.headers.get("content-length", f"more than {allowed}")
    return f"the body has {sent} bytes; at most {allowed} are allowed"


def _world_error(request: AnyRequest, error: HooklogError) -> Response[bytes]:
    """The world failed: worth a retry, or an operator's look."""
    diagnostics.error(
        "request_failed", path=_path(request), code=error.code, error=str(error), hint=error.hint
    )
    # Damage is tried again inside, but no caller's patience mends it.
    if error.retryable and not isinstance(error, StorageDamaged):
        return _failed(request, ApiError(503, INTERNAL, headers={"retry-after": "5"}))
    return _failed(request, ApiError(500, INTERNAL))


def _unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
    diagnostics.error("request_raised", path=_path(request), exc_info=error)
    return _failed(request, ApiError(500, INTERNAL))


def _failed(request: AnyRequest, error: ApiError) -> Response[bytes]:
    return failure(_path(request), error, request.method)


def _path(request: AnyRequest) -> str:
    # Not from `request.url`: building that fails on a Host header that is none.
    path: str = request.scope["path"]
    return path


EXCEPTION_HANDLERS: MutableMapping[int | type[Exception], Callable[[Any, Any], Response[Any]]] = {
    ApiError: _api_error,
    HTTPException: _http_error,
    HooklogError: _world_error,
    Exception: _unexpected,
}


def answer_to(request: Asked, error: Exception) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers with which an exception is answered where the framework is not asked."""
    kind = next(known for known in (ApiError, HooklogError, Exception) if isinstance(error, known))
    answer = EXCEPTION_HANDLERS[kind](request, error)
    assert answer.status_code is not None
    return answer.status_code, answer.content, dict(answer.headers)
