"""The answer to a push, free of any HTTP framework, and the bounds of the intake (contract I.1, I.6)."""

import msgspec

from hooklog.event import id_to_text

__all__ = [
    "ACCEPTED_BODY",
    "ACCEPTED_CODE",
    "ACCEPTED_HEADERS",
    "DRAIN_FACTOR",
    "Answer",
    "IngestSettings",
    "accepted",
    "batch_taken",
    "body_too_slow",
    "refused",
    "refused_body",
]

ACCEPTED_CODE = 1100
_ACCEPTED_MESSAGE = "Event is pushed to transformation state"
# The documented acknowledgement (contract II.8) but for the request id.
ACCEPTED_BODY = f'{{"status":{{"code":{ACCEPTED_CODE},"message":"{_ACCEPTED_MESSAGE}"}},"requestId":"%s"}}'
# The documentation names both; a source finds the id under either (contract II.3).
ACCEPTED_HEADERS = ("x-cap-request-id", "x-cap-hydra-request-id")
# A body that is refused for its size is read on for a while, or the sender would see a reset, not an answer.
DRAIN_FACTOR = 16


class IngestSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of the intake over HTTP.

    An event has at most `body_bytes_max` bytes nested at most `depth_max` deep; a batch at most `batch_events_max`
    events in `batch_bytes_max` bytes. A body must have arrived within `body_seconds_max`. Beyond `batch_bytes_held_max`
    bytes of batches that are arriving, or that are being judged, further ones get 503. Refused pushes are logged up to
    `refusals_logged_per_second` a webhook, with `refusal_bytes_max` of their body. Beyond a backlog of
    `backlog_events_max` (or, for one org, its `backlog_org_share` once half of that is taken), or below
    `disk_free_bytes_min`, pushes get 503.
    """

    body_bytes_max: int = 1024 * 1024
    depth_max: int = 100
    batch_events_max: int = 10_000
    batch_bytes_max: int = 16 * 1024 * 1024
    batch_bytes_held_max: int = 64 * 1024 * 1024
    body_seconds_max: float = 30.0
    refusals_logged_per_second: int = 10
    refusal_bytes_max: int = 4096
    backlog_events_max: int = 2_000_000
    backlog_org_share: float = 0.5
    disk_free_bytes_min: int = 256 * 1024 * 1024
    retry_after_seconds: int = 5

    def bytes_max(self, *, is_batch: bool) -> int:
        """How many bytes a body may have."""
        return self.batch_bytes_max if is_batch else self.body_bytes_max


class Answer(msgspec.Struct, frozen=True):
    """What to send back: HTTP status, JSON body, further headers."""

    code: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def accepted(request_id: bytes) -> Answer:
    """The documented acknowledgement (contract II.8); the id is in a header too (contract I.6)."""
    text = id_to_text(request_id)
    return Answer(200, (ACCEPTED_BODY % text).encode("ascii"), _id_headers(text))


def batch_taken(body: bytes, request_id: bytes) -> Answer:
    """The answer to a batch, with an id of its own in the headers; those of its events are in the body."""
    return Answer(200, body, _id_headers(id_to_text(request_id)))


def refused(
    http_status: int,
    message: str,
    request_id: bytes,
    *,
    code: int | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Answer:
    """A refusal in the push's own envelope (contract I.1); `code` is the HTTP status unless one is documented."""
    text = id_to_text(request_id)
    body = refused_body(http_status if code is None else code, message, text)
    return Answer(http_status, body, (*_id_headers(text), *headers))


def refused_body(code: int, message: str, request_id: str) -> bytes:
    """A refusal on the wire. Args: `code`: of the envelope; `request_id`: its text."""
    return msgspec.json.encode({"status": {"code": code, "message": message}, "requestId": request_id})


def body_too_slow(settings: IngestSettings, request_id: bytes) -> Answer:
    """The refusal of a push whose body took too long to arrive."""
    return refused(408, f"The body did not arrive within {settings.body_seconds_max:g} seconds", request_id)


def _id_headers(text: str) -> tuple[tuple[str, str], ...]:
    first, second = ACCEPTED_HEADERS
    return (first, text), (second, text)
