"""HEAD is answered as GET is, without the body (RFC 9110 9.3.2), wherever there is a GET."""

from collections.abc import Awaitable, Callable
from typing import Any

__all__ = ["AsgiApp", "allowing_head", "with_head"]

# Frameworks type their own dialects of ASGI; what both sides agree on is the protocol.
AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]


def with_head(api: AsgiApp) -> AsgiApp:
    """The API with HEAD: routes know of GET only."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await api(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        has_ended = False

        async def told(message: Any) -> None:
            nonlocal has_ended
            if message["type"] == "http.response.start":
                await send({**message, "headers": [_told(*header) for header in message.get("headers", ())]})
            elif not is_head:
                await send(message)
            elif not has_ended:
                # A stream would go on for as long as somebody listens; here nobody does.
                has_ended = True
                await send({"type": "http.response.body", "body": b""})

        await api({**scope, "method": "GET"} if is_head else scope, receive, told)

    return application


def allowing_head(methods: str) -> str:
    """The value of an Allow header, with HEAD where GET is; in the order of the alphabet."""
    named = {method.strip() for method in methods.split(",")}
    if "GET" in named:
        named.add("HEAD")
    return ", ".join(sorted(named))


def _told(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    return (
        (name, allowing_head(value.decode("latin-1")).encode("latin-1"))
        if name.lower() == b"allow"
        else (name, value)
    )
