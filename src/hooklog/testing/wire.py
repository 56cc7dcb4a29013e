"""A bare TCP connection to the program, for requests that no HTTP library would send.

Every read has a deadline, so a server that hangs fails the test instead of holding it up.
"""

import json
import select
import socket
import time
from collections.abc import Iterable
from typing import Any, Self

import msgspec

__all__ = ["Reply", "Wire", "request"]

_SECONDS_MAX = 20.0
_READ_BYTES = 65_536
_HEADER_END = b"\r\n\r\n"


class Reply(msgspec.Struct, frozen=True):
    """One answer: status, headers by lower-case name, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body decoded."""
        return json.loads(self.body)


class Wire:
    """A connection to a port of this machine; a context manager. All calls block, up to `seconds_max` each."""

    def __init__(self, port: int, seconds_max: float = _SECONDS_MAX) -> None:
        """Connect."""
        self._seconds_max = seconds_max
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=seconds_max)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""

    def __enter__(self) -> Self:
        """The connection itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._socket.close()

    def send(self, *parts: bytes) -> bool:
        """Send bytes as they are; False when the other side has closed before it took them all."""
        try:
            for part in parts:
                self._socket.sendall(part)
        except (ConnectionResetError, BrokenPipeError):
            return False
        return True

    def crawl(self, data: bytes) -> Reply | None:
        """Send byte by byte, some thirty a second, until an answer comes or all is sent; the next answer."""
        for byte in data:
            answered, _, _ = select.select([self._socket], [], [], 0.03)
            if answered or not self.send(bytes([byte])):
                break
        return self.reply()

    def end_sending(self) -> None:
        """Close our half of the connection; answers can still come."""
        self._socket.shutdown(socket.SHUT_WR)

    def reply(self, *, has_body: bool = True) -> Reply | None:
        """The next answer; None when the other side has closed, or reset, the connection without one.

        Args: `has_body`: False for the answer to a HEAD, whose Content-Length announces nothing.

        Raises:
            AssertionError: half an answer came, or nothing came within the time.
        """
        deadline = time.monotonic() + self._seconds_max
        while _HEADER_END not in self._read:
            if not self._more(deadline):
                assert not self._read, f"half an answer: {self._read[:500]!r}"
                return None
        head, _, self._read = self._read.partition(_HEADER_END)
        status_line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0")) if has_body else 0
        while len(self._read) < length:
            assert self._more(deadline), f"the body of {status_line!r} is cut short"
        body, self._read = self._read[:length], self._read[length:]
        return Reply(int(status_line.split(" ")[1]), headers, body)

    def replies(self) -> list[Reply]:
        """All answers up to the end of the connection, which the other side must close."""
        found: list[Reply] = []
        while (reply := self.reply()) is not None:
            found.append(reply)
        return found

    def _more(self, deadline: float) -> bool:
        self._socket.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            read = self._socket.recv(_READ_BYTES)
        except ConnectionResetError:
            return False
        except TimeoutError:
            raise AssertionError(
                f"no answer within {self._seconds_max:g} s, so far: {self._read[:500]!r}"
            ) from None
        self._read += read
        return bool(read)


def request(
    target: str,
    body: bytes = b"",
    *,
    method: str = "POST",
    version: str = "1.1",
    content_type: str | None = "application/json",
    headers: Iterable[tuple[str, str]] = (),
    has_length: bool = True,
) -> bytes:
    """A well-formed request, unless told otherwise.

    Args:
        target: what stands behind the method, e.g. "/webhooks/ab".
        body: sent as it is.
        method: any text.
        version: of HTTP.
        content_type: None leaves the header out.
        headers: further ones.
        has_length: whether to send Content-Length.
    """
    lines = [f"{method} {target} HTTP/{version}", "Host: hooklog.test"]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    if has_length:
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
