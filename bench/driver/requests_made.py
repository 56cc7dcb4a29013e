"""Prebuilt HTTP/1.1 requests: everything but a counter of fixed width is made once, so a request costs one join."""

from collections.abc import Sequence
from urllib.parse import urlsplit

COUNTER = b"{n}"
COUNTER_DIGITS = 10


class Requests:
    """The requests of a load, sent in turn again and again; `{n}` in a body is a counter, ten digits wide."""

    def __init__(
        self,
        url: str,
        bodies: Sequence[bytes],
        *,
        method: str,
        headers: Sequence[str],
        lines: int = 1,
        targets: Sequence[str] = (),
    ) -> None:
        """Args:
        url: where to send, http only.
        bodies: in turn; sent as they are, but for the counter (the first one of a request; others are left as zeros).
        method: of every request.
        headers: further ones, each "Name: value".
        lines: puts so many bodies into one request, one a line.
        targets: paths with queries, in turn, in place of the URL's own; then there is one body at most.
        """
        parts = urlsplit(url)
        assert parts.scheme == "http", "only http is spoken"
        assert not targets or len(bodies) <= 1, "either bodies or targets vary"
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or 80
        self._first_line = f"{method} %s HTTP/1.1"
        self._headers = [f"Host: {parts.netloc}", *headers]
        own = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if targets:
            self._made = [self._request(target, b"".join(bodies)) for target in targets]
        else:
            self._made = [self._request(own, body) for body in _gathered(bodies or [b""], lines)]
        self._count = 0
        self._turns = len(self._made)

    def _request(self, target: str, body: bytes) -> tuple[bytes, bytes | None]:
        """What stands before the counter and behind it; None behind it where there is none."""
        before, has_counter, after = body.partition(COUNTER)
        after = after.replace(COUNTER, b"0" * COUNTER_DIGITS)
        length = len(before) + len(after) + (COUNTER_DIGITS if has_counter else 0)
        sized = [f"Content-Length: {length}"] if body else []
        head = "\r\n".join([self._first_line % target, *self._headers, *sized, "", ""]).encode()
        return head + before, after if has_counter else None

    def next(self) -> bytes:
        """The bytes of the next request."""
        count = self._count = self._count + 1
        before, after = self._made[count % self._turns]
        return before if after is None else b"%b%010d%b" % (before, count, after)


def _gathered(bodies: Sequence[bytes], lines: int) -> list[bytes]:
    """So many bodies a request; the last ones that fill no request are left out, unless they are all there is."""
    if lines == 1:
        return list(bodies)
    enough = [*bodies] * -(-lines // len(bodies)) if len(bodies) < lines else bodies
    return [b"\n".join(enough[at : at + lines]) for at in range(0, len(enough) - lines + 1, lines)]
