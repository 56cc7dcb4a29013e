"""What the OpenAPI document says of the upkeep."""

from typing import Any

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.envelope import Notice
from hooklog.api.operation import Operation

__all__ = ["GET_UPKEEP", "StorageView", "UpkeepView"]


class StorageView(msgspec.Struct, frozen=True, rename="camel"):
    """Bytes on disk of the whole installation: `journal`, `eventLog`, `export`, `setup` (definitions, directory and
    credentials) and `other`; `freeBytes` is what its disk has left.
    """

    journal_bytes: int
    event_log_bytes: int
    export_bytes: int
    setup_bytes: int
    other_bytes: int
    free_bytes: int


class UpkeepView(msgspec.Struct, frozen=True, rename="camel"):
    """How the org's events are kept up with, and what is kept of them.

    Instants are epoch milliseconds; `oldestWaitingAt` is null and `lagMs` 0 where nothing waits, `oldestEntryAt` is
    null in an empty log, `storage` for callers without `admin`.
    """

    waiting_events: int
    oldest_waiting_at: int | None
    lag_ms: int
    oldest_entry_at: int | None
    retention_days: int
    retention_days_by_event: dict[str, int]
    storage: StorageView | None


class UpkeepAnswer(msgspec.Struct, frozen=True):
    """One item."""

    data: list[UpkeepView]
    warnings: list[Notice]
    errors: list[Any]


GET_UPKEEP = Operation(
    id="get-upkeep",
    summary="How far behind the pipeline is, how long entries are kept, and the disk that all takes",
    tag="Operations",
    description="`waitingEvents` are events of the org's webhooks that are accepted and not yet worked on, counted by "
    "commit groups; events that wait for their consumer are in `/v2/events/pending`. `oldestWaitingAt` is when the "
    "event was accepted that is worked on next, of any org: `lagMs` is how long ago that was. `storage` is of the "
    "whole installation and for `admin` only; it is measured at most every 5 seconds.",
    scope=Scope.EVENTS_READ,
    answer=UpkeepAnswer,
    answer_example={
        "data": [
            {
                "waitingEvents": 12,
                "oldestWaitingAt": 1767607200000,
                "lagMs": 38,
                "oldestEntryAt": 1765015200000,
                "retentionDays": 30,
                "retentionDaysByEvent": {"store_visit": 90},
                "storage": {
                    "journalBytes": 8388608,
                    "eventLogBytes": 734003200,
                    "exportBytes": 52428800,
                    "setupBytes": 1048576,
                    "otherBytes": 8192,
                    "freeBytes": 53687091200,
                },
            }
        ],
        "warnings": [],
        "errors": [],
    },
    is_extension=True,
)
