"""A loyalty engine for tests: a real HTTP server on 127.0.0.1 that remembers every call and answers as it is told."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import msgspec

__all__ = ["SECRET", "Received", "Receiver", "Reply"]

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
_HANG_SECONDS_MAX = 60.0


class Received(msgspec.Struct, frozen=True):
    """One call; header names in lower case. `number` counts the calls with the same webhook-id from 1."""

    path: str
    headers: dict[str, str]
    body: bytes
    number: int

    @property
    def webhook_id(self) -> str:
        """What the receiver deduplicates by."""
        return self.headers["webhook-id"]

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    def is_signed(self, secret: str = SECRET) -> bool:
        """Whether the signature is the one that the Standard Webhooks specification asks for."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = f"{self.webhook_id}.{self.headers['webhook-timestamp']}.{self.body.decode()}"
        digest = hmac.new(key, content.encode(), hashlib.sha256).digest()
        return self.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


class Reply(msgspec.Struct, frozen=True):
    """What to answer; `hangs` is no answer at all, until the receiver closes; `again` is a second answer to the same
    call, right behind the first.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = {}
    hangs: bool = False
    again: "Reply | None" = None


class Receiver:
    """A context manager. `answer` is called by many threads at once."""

    def __init__(self, answer: Callable[[Received], Reply] = lambda _: Reply()) -> None:
        """Args: `answer`: says what to answer to a call."""
        self.answer = answer
        self._lock = threading.Lock()
        self._received: list[Received] = []
        self._is_closing = threading.Event()
        receiver = self

        class _Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver._serve(self)

            def log_message(self, *_: object) -> None:
                return

        class _Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                return  # The caller was killed, or did not wait.

        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="receiver")

    def __enter__(self) -> Self:
        """Listening."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of everybody who waits, and stop."""
        self._is_closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def received(self) -> list[Received]:
        """All calls so far, in the order in which they came."""
        with self._lock:
            return list(self._received)

    def calls(self, webhook_id: str) -> list[Received]:
        """The calls with this webhook-id."""
        return [one for one in self.received if one.webhook_id == webhook_id]

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        length = int(headers["content-length"])
        body = handler.rfile.read(length)
        if len(body) < length:
            # Whoever called was killed in the middle of it: nothing that a receiver could act on.
            handler.close_connection = True
            return
        with self._lock:
            number = 1 + sum(one.webhook_id == headers["webhook-id"] for one in self._received)
            received = Received(handler.path, headers, body, number)
            self._received.append(received)
        reply = self.answer(received)
        if reply.hangs:
            self._is_closing.wait(_HANG_SECONDS_MAX)
            handler.close_connection = True
            return
        answer: Reply | None = reply
        while answer is not None:
            _send(handler, answer)
            answer = answer.again


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response(reply.status)
    for name, value in {**reply.headers, "content-length": str(len(reply.body))}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(reply.body)
