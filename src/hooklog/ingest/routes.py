"""The webhook URLs as an ASGI application: `POST /webhooks/{id}` and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hooklog.ingest.accept import Intake
from hooklog.ingest.push import Answer, IngestSettings, Push, refused

__all__ = ["PREFIX", "IngestApp"]

PREFIX = "/webhooks/"
# A body that is refused for its size is read on for a while, or the sender would see a reset, not an answer.
_DRAIN_FACTOR = 16

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class _Gone(Exception):
    """The client went away before its body was complete."""


class IngestApp:
    """ASGI 3. Any path it does not know is the documented 404."""

    def __init__(self, intake: Intake, settings: IngestSettings, make_id: Callable[[], bytes]) -> None:
        """Args: `intake`: judges; `settings`: bounds; `make_id`: request ids for what never reaches the intake."""
        self._intake = intake
        self._settings = settings
        self._make_id = make_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        webhook_id = scope["path"].removeprefix(PREFIX) if scope["path"].startswith(PREFIX) else ""
        if not webhook_id or "/" in webhook_id:
            await _send(send, refused(404, "Incorrect resource", self._make_id()), closes=False)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            async with asyncio.timeout(self._settings.body_seconds_max):
                body, size = await self._read(headers, receive)
        except TimeoutError:
            message = f"The body did not arrive within {self._settings.body_seconds_max:g} seconds"
            await _send(send, refused(408, message, self._make_id()), closes=True)
            return
        except _Gone:
            return
        push = Push(webhook_id.lower(), scope["method"], headers, body, size)
        answer = await self._intake.accept(push)
        await _send(send, answer, closes=answer.code == 413)

    async def _read(self, headers: dict[str, str], receive: Receive) -> tuple[bytes, int]:
        """The body up to its cap and one byte, and how large it is (as announced, or as far as it was read)."""
        keep = self._settings.body_bytes_max + 1
        announced = headers.get("content-length", "")
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            chunk = message.get("body", b"")
            if size < keep:
                chunks.append(chunk[: keep - size])
            size += len(chunk)
            if not message.get("more_body", False) or size > keep * _DRAIN_FACTOR:
                break
        return b"".join(chunks), max(size, int(announced)) if announced.isdigit() else size


async def _send(send: Send, answer: Answer, *, closes: bool) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(answer.body)).encode("ascii")),
        *((name.encode("ascii"), value.encode("ascii")) for name, value in answer.headers),
    ]
    if closes:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": answer.code, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
