"""What the OpenAPI document says of counts (contract I.18)."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from hooklog.access.scopes import Scope
from hooklog.api.envelope import Notice
from hooklog.api.log_operations import GET_LOGS, PATH
from hooklog.api.operation import Operation, query
from hooklog.eventlog.counts import Bucket, By

__all__ = ["BY", "COUNTS_KNOWN", "COUNTS_PATH", "GET_COUNTS", "ROWS_MAX", "CountView"]

COUNTS_PATH = f"{PATH}/counts"
ROWS_MAX = 10_000
BY = tuple(one for one in By if one is not By.PATTERN)  # causes are told by /logs/failures
_NOT_HERE = frozenset({"limit", "order", "cursor", "include"})


class CountView(msgspec.Struct, frozen=True, rename="camel"):
    """How many entries are alike in what is asked; only those keys are there.

    `time` is the start of the bucket in epoch milliseconds, `eventName` null for entries without a name.
    """

    status: str | UnsetType = UNSET
    event_name: str | UnsetType | None = UNSET
    webhook_id: str | UnsetType = UNSET
    time: int | UnsetType = UNSET
    count: int = 0


class CountsAnswer(msgspec.Struct, frozen=True):
    """The counts, by time, then by the other keys."""

    data: list[CountView]
    warnings: list[Notice]
    errors: list[Any]


_EXAMPLE: dict[str, Any] = {
    "data": [
        {"status": "EMF_PROCESSOR_FAILED", "time": 1767607200000, "count": 12},
        {"status": "EVENT_SUCCESS", "time": 1767607200000, "count": 48211},
    ],
    "warnings": [],
    "errors": [],
}

GET_COUNTS = Operation(
    id="get-events-logs-counts",
    summary="How many entries there are, by status, event name, webhook and time",
    tag="Logs",
    description="Without `by`, one row counts all that match. Rows have only the keys asked for, and none is 0. They "
    "come from what is kept with every entry where the filters are dates, status, event name and webhook, else from "
    "looking at the entries. All filters of the log hold here too.",
    scope=Scope.EVENTS_READ,
    parameters=(
        *(one for one in GET_LOGS.parameters if one.name not in _NOT_HERE),
        query(
            "by",
            "What to count apart. Separate by comma, or repeat it.",
            extension=True,
            example="status,time",
            choices=(*BY, "status,time", "event_name,time"),
        ),
        query(
            "bucket",
            "How finely times are told apart, hours and days in the org's time zone; left out, what fits the window.",
            extension=True,
            choices=tuple(Bucket),
        ),
    ),
    answer=CountsAnswer,
    answer_example=_EXAMPLE,
    errors=(400, 503),
    is_extension=True,
)

COUNTS_KNOWN = frozenset(parameter.name for parameter in GET_COUNTS.parameters)
