"""The webhook URLs as an ASGI application: `POST /webhooks/{id}`, the same with `/batch`, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hooklog.ingest.accept import NOT_FOUND, Intake
from hooklog.ingest.arriving import ArrivingBody
from hooklog.ingest.head import PREFIX, PushHead, head_of
from hooklog.ingest.push import Answer, IngestSettings, accepted, body_too_slow, refused
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

    @property
    def is_told(self) -> bool:
        """See Waiter."""
        return self._answer.done()

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
        body = ArrivingBody(self._settings, self._intake.room, head)
        try:
            answer = await self._answer(head, body, receive)
        except TimeoutError:
            await _send(send, body_too_slow(self._settings, self._make_id()), closes=True)
        except _Gone:
            return
        else:
            await _send(send, answer, closes=answer.code == 413 and body.is_too_large)
        finally:
            body.let_go()

    async def _answer(self, head: PushHead, body: ArrivingBody, receive: Receive) -> Answer:
        async with asyncio.timeout(self._settings.body_seconds_max):
            await _read(body, receive)
        if not body.has_room:
            return self._intake.no_room()
        asker = _Asker()
        self._intake.take(head, body.joined(), body.size, asker)
        body.let_go()
        return await asker.wait()


async def _read(body: ArrivingBody, receive: Receive) -> None:
    """All of it, or as much as must be read of what is too large."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        body.add(message.get("body", b""))
        if not message.get("more_body", False) or body.is_read_enough:
            return


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
