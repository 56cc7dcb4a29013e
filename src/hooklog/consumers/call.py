"""One signed POST to an endpoint and what it came to. Bounded in time, redirects and answer size; never raises."""

import asyncio
import ssl
import time
from collections.abc import Iterable, Sequence
from typing import Protocol
from urllib.parse import urljoin

import httpcore
import msgspec

from hooklog.consumers.base import Delivery
from hooklog.consumers.guard import AddressRefused, GuardedBackend, Network
from hooklog.consumers.signing import signed_headers

__all__ = ["Call", "CallResult", "Caller", "Calls"]

_ANSWER_BYTES_MAX = 64 * 1024
_REDIRECTS_MAX = 3
_RETRY_AFTER_SECONDS_MAX = 3_600
_NOT_TAKEN = frozenset({408, 425, 429, 503})
_HTTP_ERRORS = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
# Deeper ones could be read but not stored.
_SIDE_EFFECTS_DEPTH_MAX = 32


class Call(msgspec.Struct, frozen=True):
    """What to send where; `webhook_id` is the same on every attempt."""

    url: str
    secret: str
    webhook_id: str
    body: bytes


class CallResult(msgspec.Struct, frozen=True):
    """How a call ended.

    `error` "" means taken. `is_definite`: no further attempt will do better. `may_have_arrived`: the receiver may
    have acted although we do not know it. `retry_after_seconds` is the receiver's wish, 0 for none. `not_kept` is why
    side effects that it told are not among `side_effects`.
    """

    error: str = ""
    is_definite: bool = False
    may_have_arrived: bool = False
    retry_after_seconds: int = 0
    side_effects: tuple[object, ...] | None = None
    not_kept: str = ""


class Calls(Protocol):
    """Calls in flight, for the worker's thread; see Dispatcher."""

    def under_way(self, org_id: int) -> int:
        """How many deliveries of an org are being called or wait for it."""

    def is_under_way(self, delivery: Delivery) -> bool:
        """Whether this delivery is being called, or waits for it."""

    def begin(self, calls: Sequence[tuple[Delivery, Call]]) -> None:
        """Make these calls; one that is under way is not made twice. Never blocks."""

    def take(self, delivery: Delivery) -> CallResult | None:
        """The result of a call that has ended, once."""

    def ended(self) -> list[tuple[int, bytes]]:
        """The (home org, request id) of calls that have ended since the last time."""

    def close(self) -> None:
        """Drop what is in flight."""


class Caller:
    """Makes calls, each over a connection of its own; belongs to one event loop.

    On a connection that is used again, a second answer to one call would be taken for that of the next.
    """

    def __init__(self, networks: Iterable[Network], timeout_seconds: float, connections_max: int) -> None:
        """Args: `networks`: private ones that may be called; the rest are bounds."""
        self._timeout_seconds = timeout_seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=connections_max,
            max_keepalive_connections=0,
            network_backend=GuardedBackend(networks),
        )

    async def call(self, call: Call) -> CallResult:
        """Make the call; a redirect that keeps the method (307, 308) is followed, signed anew."""
        url = call.url
        try:
            async with asyncio.timeout(self._timeout_seconds):
                for _ in range(_REDIRECTS_MAX + 1):
                    result = await self._post(call, url)
                    if isinstance(result, CallResult):
                        return result
                    url = urljoin(url, result)
                return CallResult(f"more than {_REDIRECTS_MAX} redirects", is_definite=True)
        except (TimeoutError, ValueError, TypeError, httpcore.UnsupportedProtocol, *_HTTP_ERRORS) as error:
            return self._failure(error)

    def _failure(self, error: Exception) -> CallResult:
        if isinstance(error, TimeoutError):
            return CallResult(f"no answer within {self._timeout_seconds:g} s", may_have_arrived=True)
        if isinstance(error, AddressRefused):
            return CallResult(str(error), is_definite=True)
        if isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout):
            return CallResult(f"cannot connect: {error}")
        if isinstance(error, _HTTP_ERRORS):
            return CallResult(f"the connection broke: {type(error).__name__}", may_have_arrived=True)
        # What the library says of a URL that is none, or of another scheme.
        return CallResult(f"the URL cannot be called: {error}", is_definite=True)

    async def _post(self, call: Call, url: str) -> CallResult | str:
        """The result, or where a redirect leads."""
        headers = signed_headers(call.secret, call.webhook_id, int(time.time()), call.body)
        headers |= {"content-type": "application/json", "connection": "close"}
        async with self._pool.stream("POST", url, headers=list(headers.items()), content=call.body) as answer:
            received = {name.lower(): value for name, value in answer.headers}
            location = received.get(b"location", b"").decode("latin-1")
            if answer.status in {307, 308} and location:
                return location
            body = b""
            async for chunk in answer.aiter_stream():
                body += chunk
                if len(body) > _ANSWER_BYTES_MAX:
                    break
        return _judge(answer.status, received, body)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


def _judge(status: int, headers: dict[bytes, bytes], body: bytes) -> CallResult:
    if 200 <= status < 300:
        return _taken(body)
    error = f"answered {status}"
    if status in _NOT_TAKEN:
        return CallResult(error, retry_after_seconds=_retry_after_seconds(headers.get(b"retry-after", b"")))
    if status >= 500:
        return CallResult(error, may_have_arrived=True)
    return CallResult(error, is_definite=True)


def _retry_after_seconds(wish: bytes) -> int:
    """A number of seconds, in bounds; 0 for anything else, a date among it."""
    # Ten digits are more than the bound already, and thousands of them are refused by int().
    return min(int(wish[:10]), _RETRY_AFTER_SECONDS_MAX) if wish.isdigit() else 0


def _taken(body: bytes) -> CallResult:
    """With what the receiver says it did, where that can be read and stored; many say nothing."""
    if len(body) > _ANSWER_BYTES_MAX:
        return CallResult(side_effects=(), not_kept=f"the answer is longer than {_ANSWER_BYTES_MAX} bytes")
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        is_meant = b'"sideEffects"' in body
        return CallResult(side_effects=(), not_kept="the answer is not JSON" if is_meant else "")
    found = decoded.get("sideEffects") if isinstance(decoded, dict) else None
    if found is None:
        return CallResult(side_effects=())
    if not isinstance(found, list):
        return CallResult(side_effects=(), not_kept="sideEffects is not a list")
    if not _can_be_stored(found):
        why = f"sideEffects is nested deeper than {_SIDE_EFFECTS_DEPTH_MAX} or has a number of more than 64 bits"
        return CallResult(side_effects=(), not_kept=why)
    return CallResult(side_effects=tuple(found))


def _can_be_stored(found: list[object]) -> bool:
    """Records are stored as MessagePack, which knows no number beyond 64 bits."""
    level: list[object] = [found]
    for _ in range(_SIDE_EFFECTS_DEPTH_MAX):
        level = [part for one in level for part in _parts(one)]
        if not level:
            break
    else:
        return False
    try:
        msgspec.msgpack.encode(found)
    except (OverflowError, UnicodeEncodeError):
        return False
    return True


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
