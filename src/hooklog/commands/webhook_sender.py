"""Sending events to a webhook, one push each. Another way to send (batch_sender.py) has the same `Sender` shape.

Only the documented acknowledgement counts as accepted: a page that answers 200 to everything accepts nothing.
"""

import enum
from collections.abc import Sequence
from typing import Protocol

import httpx
import msgspec

from hooklog.commands.client import make_client, why_unanswered
from hooklog.commands.event_file import Outgoing
from hooklog.commands.patience import AGAIN_CODES, asked_wait
from hooklog.errors import RemoteError
from hooklog.ingest.push import ACCEPTED_CODE

__all__ = [
    "NO_ANSWER",
    "Acknowledgement",
    "Reply",
    "Sender",
    "Verdict",
    "WebhookSender",
    "posted",
    "reply_of",
]

NO_ANSWER = 0
# These concern the webhook or the credentials, so every further event would fare the same.
_HOPELESS_CODES = frozenset({401, 403, 404, 405, 410})


class Verdict(enum.Enum):
    """What became of an event that was sent."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # this event, for good
    HOPELESS = "hopeless"  # this one and every other that would be sent
    AGAIN = "again"  # it may be accepted later; after a lost answer it may even have been


class Reply(msgspec.Struct, frozen=True):
    """The answer to one event. `code` is the envelope's, or the HTTP status, or NO_ANSWER; `wait_seconds` is what
    the server asks for before the next try.
    """

    verdict: Verdict
    code: int
    message: str
    request_id: str = ""
    wait_seconds: float | None = None


class Sender(Protocol):
    """Sends events of one thread."""

    def send(self, events: Sequence[Outgoing]) -> list[Reply]:
        """One reply for each event, in order. Blocks for the answer; sending again may store an event again."""

    def close(self) -> None:
        """Let go of the connection."""


class _Status(msgspec.Struct):
    code: int
    message: str = ""


class Acknowledgement(msgspec.Struct, rename="camel"):
    """What one event is answered."""

    status: _Status
    request_id: str = ""


class WebhookSender:
    """See Sender. One connection, kept open."""

    def __init__(self, url: str, auth: httpx.Auth | None) -> None:
        """Args: `url`: the webhook's; `auth`: signs each push, None where nobody signs in."""
        self._url = url
        self._client = make_client(url, auth)

    def send(self, events: Sequence[Outgoing]) -> list[Reply]:
        """See Sender."""
        return [self._push(event.body) for event in events]

    def _push(self, body: bytes) -> Reply:
        answer = posted(self._client, self._url, body, "application/json")
        return answer if isinstance(answer, Reply) else reply_of(answer)

    def close(self) -> None:
        """See Sender."""
        self._client.close()


def posted(client: httpx.Client, url: str, body: bytes, content_type: str) -> httpx.Response | Reply:
    """The answer to a POST, or why there is none."""
    try:
        return client.post(url, content=body, headers={"content-type": content_type})
    except httpx.TransportError as error:
        return Reply(Verdict.AGAIN, NO_ANSWER, why_unanswered(error))
    except RemoteError as error:  # the client gets no token
        return Reply(Verdict.HOPELESS, 401, str(error))


def reply_of(answer: httpx.Response) -> Reply:
    """What an HTTP answer to one push means."""
    try:
        said = msgspec.json.decode(answer.content, type=Acknowledgement)
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = Acknowledgement(_Status(answer.status_code, ""))
    http_status, code = answer.status_code, said.status.code
    message = said.status.message or f"HTTP {http_status}"
    if http_status == 200 and code == ACCEPTED_CODE and said.request_id:
        return Reply(Verdict.ACCEPTED, code, message, said.request_id)
    if http_status in AGAIN_CODES:
        wait = asked_wait(answer.headers.get("retry-after"))
        return Reply(Verdict.AGAIN, code, message, said.request_id, wait)
    if http_status < 400:
        message = f"this is no webhook: it answers {http_status} without the documented acknowledgement"
        return Reply(Verdict.HOPELESS, http_status, message)
    verdict = Verdict.HOPELESS if http_status in _HOPELESS_CODES else Verdict.REFUSED
    return Reply(verdict, code, message, said.request_id)
