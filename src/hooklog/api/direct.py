"""`GET /v2/events/logs` without the framework: the heart is asked more often than all else, and half of the time that
an answer took was the framework's.

The same function answers both ways; HEAD, other methods and every other path go on to the framework. What differs
is only who takes the request apart and puts the answer together.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from hooklog.api.context import Context
from hooklog.api.errors import answer_to
from hooklog.api.log_operations import PATH
from hooklog.api.logs import answer_logs
from hooklog.api.request_ids import name_answer

__all__ = ["DirectRequest", "with_direct_logs"]

AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]


class DirectRequest:
    """What the routes look at in a request. Of a header that comes twice the first counts, as in the framework."""

    __slots__ = ("headers", "method", "scope")

    def __init__(self, scope: Any) -> None:
        """Args: `scope`: of an HTTP request."""
        self.scope = scope
        self.method: str = scope["method"]
        self.headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            self.headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))

    @property
    def base_url(self) -> str:
        """Scheme and host as the client wrote them; the server's own address where it named none (HTTP/1.0)."""
        host = self.headers.get("host") or ":".join(map(str, self.scope["server"]))
        return f"{self.scope['scheme']}://{host}/"


def with_direct_logs(api: AsgiApp, context: Context) -> AsgiApp:
    """The same API, with the heart answered directly."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "GET":
            await api(scope, receive, send)
            return
        request = DirectRequest(scope)
        try:
            body, headers = await answer_logs(request, context)
            status = 200
        except Exception as error:  # noqa: BLE001 - as the framework does: nothing leaves the documented shapes
            status, body, headers = answer_to(request, error)
        await _answer(scope, send, status, body, headers)

    return application


async def _answer(scope: Any, send: Any, status: int, body: bytes, headers: dict[str, str]) -> None:
    message = {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode("ascii")),
            *((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()),
        ],
    }
    await name_answer(message, scope)
    await send(message)
    await send({"type": "http.response.body", "body": body})
