"""Clients that push without pause, in a thread of their own, and write down every answer that came whole.

What is written down as acknowledged was answered 200 to its last byte, so the log owes it an entry. A request that
broke off owes nothing: it may have been accepted or not.
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import msgspec

__all__ = ["Acknowledged", "Pushers", "Sent"]

_ANSWER_SECONDS_MAX = 30.0
_RECONNECT_SECONDS = 0.01


class Sent(msgspec.Struct, frozen=True):
    """One push: to which webhook, what, and what the test wants to remember of it."""

    webhook_id: str
    body: bytes
    kind: str
    key: str = ""


class Acknowledged(msgspec.Struct, frozen=True):
    """A push that was answered 200, with its request id."""

    id: str
    sent: Sent


class _Status(msgspec.Struct):
    code: int


class _Answer(msgspec.Struct, rename="camel"):
    status: _Status
    request_id: str


class _Results(msgspec.Struct):
    results: list[_Answer]


_decode = msgspec.json.Decoder(_Answer).decode
_decode_results = msgspec.json.Decoder(_Results).decode
_ACCEPTED = 1100


class Pushers:
    """Start with `start`, end with `stop`; what they have seen may be read at any time."""

    def __init__(
        self,
        port: int,
        pick: Callable[[random.Random], Sent],
        seed: int,
        clients: int = 32,
        batch_events_max: int = 0,
    ) -> None:
        """Args:
        port: of a webhook listener on 127.0.0.1.
        pick: makes the next push; called by every client with a generator of its own.
        seed: what the generators are made from.
        clients: how many connections push at once, each waiting for its answer.
        batch_events_max: how many events they send in one batch at most; 0 for single pushes.
        """
        self._port = port
        self._batch_events_max = batch_events_max
        self._pick = pick
        self._randoms = [random.Random(f"{seed}/{number}") for number in range(clients)]  # noqa: S311
        self._is_stopping = False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="pushers")
        self.acknowledged: list[Acknowledged] = []
        self.codes: Counter[int] = Counter()
        self.refused_connections = 0
        self.broken_requests = 0

    def start(self) -> None:
        """Begin to push."""
        self._thread.start()

    def stop(self) -> None:
        """Let every client finish its request, then end. May be repeated.

        Raises:
            TimeoutError: an answer took longer than 30 seconds.
        """
        self._is_stopping = True
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            asyncio.run(self._push_all())
        except BaseException as error:  # noqa: BLE001 - the test's thread raises it
            self._failure = error

    async def _push_all(self) -> None:
        await asyncio.gather(*(self._client(generator) for generator in self._randoms))

    async def _client(self, generator: random.Random) -> None:
        while not self._is_stopping:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except ConnectionError:
                self.refused_connections += 1
                await asyncio.sleep(_RECONNECT_SECONDS)
                continue
            try:
                is_open = True
                while is_open and not self._is_stopping:
                    is_open = await self._exchange(reader, writer, self._next(generator))
            except (ConnectionError, asyncio.IncompleteReadError):
                self.broken_requests += 1
            finally:
                writer.close()
                with suppress(ConnectionError):
                    await writer.wait_closed()

    def _next(self, generator: random.Random) -> list[Sent]:
        """What goes in one request: all to one webhook."""
        if not self._batch_events_max:
            return [self._pick(generator)]
        picked = [self._pick(generator) for _ in range(generator.randint(1, self._batch_events_max))]
        return [one for one in picked if one.webhook_id == picked[0].webhook_id]

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: list[Sent]
    ) -> bool:
        """One request and its answer; whether the connection stays open."""
        is_batch = bool(self._batch_events_max)
        target = sent[0].webhook_id + ("/batch" if is_batch else "")
        content_type = "application/x-ndjson" if is_batch else "application/json"
        body = b"\n".join(one.body for one in sent)
        head = (
            f"POST /webhooks/{target} HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\n"
            f"content-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode("ascii") + body)
        async with asyncio.timeout(_ANSWER_SECONDS_MAX):
            head_of_answer = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head_of_answer.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
            answer = await reader.readexactly(length)
        code = int(head_of_answer.split(None, 2)[1])
        self.codes[code] += 1
        if code == 200:
            self._note(sent, _decode_results(answer).results if is_batch else [_decode(answer)])
        return b"\r\nconnection: close\r\n" not in head_of_answer

    def _note(self, sent: list[Sent], answers: list[_Answer]) -> None:
        self.acknowledged += [
            Acknowledged(answer.request_id, one)
            for one, answer in zip(sent, answers, strict=True)
            if answer.status.code == _ACCEPTED
        ]
