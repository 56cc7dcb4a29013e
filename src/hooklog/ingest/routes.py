"""The webhook URLs as an ASGI application: `POST /webhooks/{id}` and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hooklog.ingest.accept import NOT_FOUND, Intake
from hooklog.ingest.head import PREFIX, head_of
from hooklog.ingest.push import DRAIN_FACTOR, Answer, IngestSettings, accepted, body_too_slow, refused
from hooklog.ingest.waiter import Waiter

__all__ = ["PREFIX", "IngestApp"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class _Gone(Exception):
    """The client went away before its body was complete."""


class _Asker(Waiter):
    """A request of this application, waiting."""

    __slots__ = ("_answer",)

    def __init__(self) -> None:
        self._answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def accepted(self) -> None:
        """See Waiter."""
        self.answered(accepted(self.request_id))

    def answered(self, answer: Answer) -> None:
        """See Waiter."""
        if not self._answer.cancelled():
            self._answer.set_result(answer)

    async def wait(self) -> Answer:
        """The answer."""
        return await self._answer


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
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        head = head_of(scope["path"], scope["method"], headers)
        if head is None:
            await _send(send, refused(404, NOT_FOUND, self._make_id()), closes=False)
            return
        try:
            async with asyncio.timeout(self._settings.body_seconds_max):
                body, size = await self._read(headers, receive)
        except TimeoutError:
            await _send(send, body_too_slow(self._settings, self._make_id()), closes=True)
            return
        except _Gone:
            return
        asker = _Asker()
        self._intake.take(head, body, size, asker)
        answer = await asker.wait()
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
            if not message.get("more_body", False) or size > keep * DRAIN_FACTOR:
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
