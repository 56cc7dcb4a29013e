"""An entry of the log as a server shows it, for commands that render it."""

from typing import Any

import msgspec

from hooklog.commands.remote import read_as
from hooklog.event import Status

__all__ = ["LOGS_PATH", "PENDING", "RemoteEntry", "RemoteStage", "read_entry"]

LOGS_PATH = "/v2/events/logs"
PENDING = "PENDING"


class RemoteStage(msgspec.Struct, frozen=True, rename="camel"):
    """One line of the timeline. `started_at` is epoch milliseconds, both times may have fractions."""

    stage: str
    started_at: float
    duration_ms: float
    outcome: str
    detail: dict[str, Any] = {}


class RemoteEntry(msgspec.Struct, frozen=True, rename="camel"):
    """The documented keys, and those of `include=` and of pending events where they are there."""

    start_time: int
    response_time: int
    org_id: int
    id: str
    webhook_id: str = ""
    parent_org_id: int = -1
    message: str = ""
    input_request: str = ""
    # The wire leaves it out where the push was not authorised (contract I.4).
    status: str = Status.UNAUTHORIZED.name
    event_name: str | None = None
    attempts: int = 0
    next_attempt_at: int | None = None
    stages: list[RemoteStage] = []
    record: dict[str, Any] | None = None


def read_entry(raw: msgspec.Raw) -> RemoteEntry:
    """The entry in an answer.

    Raises:
        RemoteError: it does not look like one.
    """
    return read_as(raw, RemoteEntry, "an entry")
