"""Why a push of a known webhook is refused: what its sender is told and what the log says (contract I.4, I.19)."""

import msgspec

from hooklog.event import USUAL_MESSAGES, Status
from hooklog.ingest.body import BadBody

__all__ = ["DISABLED", "Verdict", "invalid", "no_json", "too_large", "unauthorized"]


class Verdict(msgspec.Struct, frozen=True):
    """A refusal. `code` is that of the envelope where it is not the HTTP status."""

    http_status: int
    status: Status
    entry_message: str
    answer_message: str
    code: int | None = None
    headers: tuple[tuple[str, str], ...] = ()


DISABLED = Verdict(
    410,
    Status.WEBHOOK_DISABLED,
    USUAL_MESSAGES[Status.WEBHOOK_DISABLED],
    USUAL_MESSAGES[Status.WEBHOOK_DISABLED],
)


def _unauthorized(challenge: str) -> Verdict:
    # RFC 9110 11.6.1: a 401 names a way to sign in that is taken here.
    headers = (("www-authenticate", f'{challenge} realm="hooklog"'),)
    message = "Please check your username/password or authentication token"
    return Verdict(401, Status.UNAUTHORIZED, USUAL_MESSAGES[Status.UNAUTHORIZED], message, headers=headers)


_UNAUTHORIZED, _UNAUTHORIZED_BY_TOKEN = _unauthorized("Basic"), _unauthorized("Bearer")


def unauthorized(mechanism: str) -> Verdict:
    """The credentials are missing or wrong. Args: `mechanism`: the webhook's."""
    return _UNAUTHORIZED_BY_TOKEN if mechanism.upper() == "OAUTH" else _UNAUTHORIZED


def invalid(bad: BadBody, http_status: int = 400) -> Verdict:
    """The body is none that we take."""
    message = f"Invalid request body: {bad.why}"
    return Verdict(http_status, Status.INVALID_REQUEST_BODY, message, message, bad.code)


def no_json(content_type: str, *, is_batch: bool) -> Verdict:
    """The content type is another one."""
    wanted = "neither application/json nor application/x-ndjson" if is_batch else "not application/json"
    return invalid(BadBody(f"content type {content_type[:100]!r} is {wanted}"), 415)


def too_large(size: str, allowed: str) -> Verdict:
    """Args: `size`: what came, with its unit; `allowed`: likewise."""
    message = f"Request too large: {size}"
    return Verdict(413, Status.REQUEST_TOO_LARGE, message, f"{message}; at most {allowed} are allowed")
