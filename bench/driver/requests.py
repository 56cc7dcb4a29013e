"""Prebuilt HTTP/1.1 requests: everything but a counter of fixed width is made once, so a request costs one join."""

from urllib.parse import urlsplit

COUNTER = b"{n}"
COUNTER_DIGITS = 10


class Template:
    """A request that is sent again and again; `{n}` in its body is a counter, ten digits wide."""

    def __init__(self, url: str, body: bytes, *, method: str, headers: list[str], lines: int = 1) -> None:
        """Args:
        url: where to send, http only.
        body: sent as it is, but for the counter (the first one; others are left as zeros).
        method: of the request.
        headers: further ones, each "Name: value".
        lines: repeats the body as so many lines; the first one carries the counter.
        """
        parts = urlsplit(url)
        assert parts.scheme == "http", "only http is spoken"
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or 80
        fixed = body.replace(COUNTER, b"0" * COUNTER_DIGITS)
        before, has_counter, after = body.partition(COUNTER)
        whole = [before, after.replace(COUNTER, b"0" * COUNTER_DIGITS)] if has_counter else [fixed]
        if lines > 1:
            whole[-1] += b"\n" + b"\n".join([fixed] * (lines - 1))
        length = sum(map(len, whole)) + (COUNTER_DIGITS if has_counter else 0)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {length}", *headers]
        self._before = "\r\n".join([*head, "", ""]).encode() + whole[0]
        self._after = whole[1] if has_counter else b""
        self._has_counter = has_counter
        self._count = 0

    def next(self) -> bytes:
        """The bytes of the next request."""
        if not self._has_counter:
            return self._before
        self._count += 1
        return b"%b%010d%b" % (self._before, self._count, self._after)
