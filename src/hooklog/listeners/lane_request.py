"""A request on its way in, as the parser of a connection tells it piece by piece."""

from urllib.parse import unquote

import httptools

from hooklog.ingest.arriving import ArrivingBody, Room
from hooklog.ingest.head import PushHead, head_of
from hooklog.ingest.push import IngestSettings
from hooklog.listeners.head import HeadAnswer, head_without_offer, judge_head

__all__ = ["Request"]


class Request:
    """One request. `push` and `body` are None where it is for nothing that is here."""

    __slots__ = (
        *("_head", "_list", "body", "closes", "is_answered", "is_head", "offers_upgrade"),
        *("push", "rest_bytes", "url", "version", "waits"),
    )

    def __init__(self) -> None:
        """Nothing of it is here."""
        self.url = b""
        self._list: list[tuple[bytes, bytes]] = []
        self._head: dict[str, str] = {}
        self.push: PushHead | None = None
        self.body: ArrivingBody | None = None
        self.version = "1.1"
        self.closes = self.is_head = self.offers_upgrade = False
        # Whether the client waits for 100 before it sends the body.
        self.waits = False
        # Its answer is decided although it is not here whole; the rest is dropped.
        self.is_answered = False
        self.rest_bytes = 0

    @property
    def headers(self) -> dict[str, str]:
        """By lower-case name; of equal names the last."""
        return self._head

    def header(self, name: bytes, value: bytes) -> None:
        """One more header."""
        self._list.append((name.lower(), value))

    def judge(self, parser: httptools.HttpRequestParser) -> HeadAnswer | None:
        """With the head complete: why it may not pass, None when it may."""
        self.version = parser.get_http_version()
        return judge_head(parser.get_method(), self.url, self.version, self._list)

    def begin(self, parser: httptools.HttpRequestParser, settings: IngestSettings, room: Room) -> None:
        """The head may pass: find out what it says, and expect a body.

        Raises:
            httptools.HttpParserError: the target is none.
        """
        self.offers_upgrade = parser.should_upgrade()
        method = parser.get_method().decode("ascii")
        path = httptools.parse_url(self.url).path.decode("ascii")
        self._head = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._list}
        self.push = head_of(unquote(path) if "%" in path else path, method, self._head)
        if self.push is not None:
            self.body = ArrivingBody(settings, room, self.push)
        self.closes = self.version == "1.0" or not parser.should_keep_alive()
        self.is_head = method == "HEAD"
        self.waits = "expect" in self._head

    def without_offer(self, parser: httptools.HttpRequestParser) -> bytes:
        """The head again, without the upgrade that it offers."""
        return head_without_offer(parser.get_method(), self.url, self.version, self._list)

    def add(self, chunk: bytes) -> None:
        """One more piece of the body."""
        if self.body is None or self.is_answered:
            self.rest_bytes += len(chunk)
        else:
            self.body.add(chunk)

    def let_go(self) -> None:
        """Keep nothing of the body any more."""
        if self.body is not None:
            self.body.let_go()
