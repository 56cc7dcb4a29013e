"""The heads of requests that a source sends again and again: parsed and judged once, then known by their bytes.

What a head says depends on its bytes alone, so the same bytes from the same place in a connection need neither
parser nor judgement. A head is kept only when it is the plainest kind: an HTTP/1.1 POST to a webhook's path with
Content-Length, that keeps its connection and holds no secret.
"""

from collections.abc import Mapping

import msgspec

from hooklog.ingest.head import PushHead

__all__ = ["HEAD_BYTES_KEPT_MAX", "KnownHead", "KnownHeads"]

# Together 8 MiB at most; a source has a few hundred, one for each length of its bodies.
HEAD_BYTES_KEPT_MAX = 1_024
_HEADS_MAX = 4_096

_KEPT_HEADERS = ("content-type",)
_NOT_PLAIN = frozenset(
    {
        *("transfer-encoding", "expect", "upgrade"),
        # No secret stays in memory behind its connection.
        *("authorization", "proxy-authorization", "cookie"),
        *("x-api-key", "x-cap-api-oauth-token", "cap-api-access-token"),
    }
)


class KnownHead(msgspec.Struct, frozen=True):
    """What a known head says: the push without its body, and how many bytes of body follow."""

    push: PushHead
    length: int


class KnownHeads:
    """All heads that a listener knows. They are forgotten all together when there are too many."""

    def __init__(self) -> None:
        """None is known."""
        self._known: dict[bytes, KnownHead] = {}
        self.get = self._known.get

    def learn(self, head: bytes, push: PushHead, headers: Mapping[str, str], length_max: int) -> None:
        """Keep a head that was parsed and judged, if it is plain.

        Args:
            head: its bytes, up to and with the blank line; of HTTP/1.1, and of a connection that goes on.
            push: what it says.
            headers: all of them, names in lower case.
            length_max: of a body that is taken.
        """
        announced = headers.get("content-length", "")
        if len(head) > HEAD_BYTES_KEPT_MAX or push.method != "POST" or not announced.isdigit():
            return
        length = int(announced)
        if not 0 < length <= length_max or not _NOT_PLAIN.isdisjoint(headers):
            return
        if len(self._known) >= _HEADS_MAX:
            self._known.clear()
        kept = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
        self._known[head] = KnownHead(msgspec.structs.replace(push, headers=kept), length)
