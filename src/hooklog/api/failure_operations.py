"""What the OpenAPI document says of failures (contract I.18)."""

from typing import Any

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.envelope import Notice
from hooklog.api.log_operations import GET_LOGS, PATH
from hooklog.api.operation import Operation, query
from hooklog.eventlog.buckets import Bucket

__all__ = [
    "FAILURES_DEFAULT",
    "FAILURES_KNOWN",
    "FAILURES_MAX",
    "FAILURES_PATH",
    "GET_FAILURES",
    "FailureView",
]

FAILURES_PATH = f"{PATH}/failures"
FAILURES_DEFAULT = 50
FAILURES_MAX = 500
_NOT_HERE = frozenset({"limit", "order", "cursor", "include"})


class FailureView(msgspec.Struct, frozen=True, rename="camel"):
    """Failures of one cause. Instants are epoch milliseconds; `eventName` is null for events without a name.

    `trend` counts them in each bucket from the one that starts at `trendFrom` on.
    """

    status: str
    event_name: str | None
    pattern: str
    count: int
    first_seen: int
    last_seen: int
    trend: list[int]
    trend_from: int
    trend_bucket: str
    sample_ids: list[str]
    suggestion: str


class FailuresAnswer(msgspec.Struct, frozen=True):
    """The causes of failures."""

    data: list[FailureView]
    warnings: list[Notice]
    errors: list[Any]


_EXAMPLE: dict[str, Any] = {
    "data": [
        {
            "status": "INVALID_GROUP_IDENTIFIER_PASSED",
            "eventName": "Group_User_Event",
            "pattern": "Invalid group identifier passed {}",
            "count": 1284,
            "firstSeen": 1767571201877,
            "lastSeen": 1767607200123,
            "trend": [0, 0, 12, 1272],
            "trendFrom": 1767582000000,
            "trendBucket": "hour",
            "sampleIds": ["019b8d9c-e8fb-7dcc-8000-5bbb0c4a1d05"],
            "suggestion": "Compare the value with groupIdentifierType in the definition: most often the external id of "
            "an existing group is wanted, not its number. Then have the source send the event again to the same "
            "webhook.",
        }
    ],
    "warnings": [],
    "errors": [],
}

GET_FAILURES = Operation(
    id="get-failures",
    summary="The causes of failures, the most frequent first",
    tag="Logs",
    description="Failures are grouped by status, event name and pattern: the message with `{}` where values were, so "
    "no value is in it. Each group has its count, first and last instant, a trend over the window, the newest request "
    "ids, and what helps. The window goes from `from_date` (or the first failure shown) to `to_date` (or now); of more "
    "than 1,000 buckets the trend shows the newest. All filters of the log hold here too.",
    scope=Scope.EVENTS_READ,
    parameters=(
        *(one for one in GET_LOGS.parameters if one.name not in _NOT_HERE),
        query(
            "bucket",
            "How finely the trend is cut, hours and days in the org's time zone; left out, what fits the window.",
            extension=True,
            choices=tuple(Bucket),
        ),
        query(
            "limit",
            "Causes to show.",
            kind=int,
            default=FAILURES_DEFAULT,
            minimum=1,
            maximum=FAILURES_MAX,
            extension=True,
        ),
    ),
    answer=FailuresAnswer,
    answer_example=_EXAMPLE,
    errors=(400, 503),
    is_extension=True,
)

FAILURES_KNOWN = frozenset(parameter.name for parameter in GET_FAILURES.parameters)
