"""What the OpenAPI document says of the routes that show records (contract II.11)."""

from typing import Any

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.operation import Operation, Parameter, path, query
from hooklog.api.org_scope import SCOPE, SCOPE_EXTENSION
from hooklog.api.record_shape import RECORD_EXAMPLE, RecordShape, Remark
from hooklog.eventlog.instants import DATE_FORMS

__all__ = [
    "CUSTOMER_RECORDS_MAX",
    "EVENT_DATA",
    "GET_CUSTOMER_EVENTS",
    "GET_EVENT_DATA",
    "SEARCH",
    "SEARCH_EVENTS",
    "SEARCH_LIMIT_DEFAULT",
    "SEARCH_LIMIT_MAX",
    "SEARCH_PARAMETERS",
]

EVENT_DATA = "/v2/events/event_data"
SEARCH = "/v2/events/search"
# The documented answer has no paging; this many records are a megabyte.
CUSTOMER_RECORDS_MAX = 1_000
SEARCH_LIMIT_DEFAULT = 10
SEARCH_LIMIT_MAX = 1_000


class RecordsAnswer(msgspec.Struct, frozen=True):
    """Records."""

    data: list[RecordShape]
    warnings: list[Remark]
    errors: list[Any]


class SearchAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """A page of records, and how many match in all."""

    click_event_data_list: list[RecordShape]
    total_records: int
    warnings: list[Remark]


_RECORDS_EXAMPLE = {"data": [RECORD_EXAMPLE], "warnings": [], "errors": []}
_UNREACHABLE = "Where the store cannot be read the answer is 503 with code 1849."
_TOO_LONG = "A question that takes too long is 503 with code 461."

GET_EVENT_DATA = Operation(
    id="get-event-data",
    summary="The stored record of one event",
    tag="Records",
    description="By request id. An event that did not pass validation has no record: `data` is empty then, as for an "
    f"unknown id. `tillCode` is the till's id. {_UNREACHABLE}",
    scope=Scope.EVENTS_READ,
    parameters=(
        query("id", "The request id that the push was answered.", required=True),
        SCOPE_EXTENSION,
    ),
    answer=RecordsAnswer,
    answer_example=_RECORDS_EXAMPLE,
    errors=(400,),
)

GET_CUSTOMER_EVENTS = Operation(
    id="get-customer-events",
    summary="The stored records of one customer",
    tag="Records",
    description=f"By the event's own time, newest first, at most {CUSTOMER_RECORDS_MAX}; `warnings` say so where "
    f"there are more. `tillCode` is the till's code. {_UNREACHABLE} {_TOO_LONG}",
    scope=Scope.EVENTS_READ,
    parameters=(path("user_id", "The customer's userId.", kind=int), SCOPE),
    answer=RecordsAnswer,
    answer_example=_RECORDS_EXAMPLE,
    errors=(400,),
)

_SOURCE = "Where the identifier is known from; INSTORE where it is left out."
_ACCOUNT = "The account, for sources that have several."

SEARCH_PARAMETERS: tuple[Parameter, ...] = (
    query("eventId", "The request id of a push."),
    query("eventName", "The exact name.", example="store_visit"),
    query("userIdentifierType", "What the customer is named by.", choices=("mobile", "email", "userId")),
    query("userIdentifierValue", "The customer's identifier.", example="919800000001"),
    query("userIdentifierSource", _SOURCE, default="INSTORE"),
    query("userIdentifierAccountId", _ACCOUNT),
    query(
        "userGroupIdentifierType",
        "What the group is named by: itself, or one who belongs to it.",
        choices=("groupId", "groupExternalId", "mobile", "email", "userId"),
    ),
    query("userGroupIdentifierValue", "The identifier of the group, or of one who belongs to it."),
    query("userGroupIdentifierSource", _SOURCE, default="INSTORE"),
    query("userGroupIdentifierAccountId", _ACCOUNT),
    query(
        "fromDate",
        f"First instant or day of the event's own time, in the org's zone: {DATE_FORMS}.",
        example="2026-01-05T00:00:00",
    ),
    query("tillDate", "Last instant or day, inclusive.", example="2026-01-05T23:59:59"),
    query(
        "limit",
        "Records a page.",
        kind=int,
        default=SEARCH_LIMIT_DEFAULT,
        minimum=1,
        maximum=SEARCH_LIMIT_MAX,
    ),
    query("offset", "How many records to skip.", kind=int, default=0, minimum=0),
    query("sortOrder", "By the event's own time.", choices=("ASC", "DESC"), default="DESC"),
    query("includeSideEffects", "Add what loyalty did with each event.", kind=bool, default=False),
    query("isDuplicate", "Only duplicates, or only others; both where it is left out.", kind=bool),
    query(
        "allowExactMatch",
        "true: attributes read exactly as given; false: they hold all words of what is given.",
        kind=bool,
        default=False,
    ),
    SCOPE_EXTENSION,
)

SEARCH_EVENTS = Operation(
    id="search-events",
    summary="Search the stored records",
    tag="Records",
    description="All parameters hold at once. Any other name is an attribute of the record, as `additonalAttributes` "
    "shows it, e.g. `hotel_name=Palace`; repeat it for alternatives (`format=json` alone is accepted and without "
    "effect). Without `psi:read` a sensitive attribute reads `*****` here too. `totalRecords` counts all matches. "
    f"Malformed parameters are 400 with code 1850. {_UNREACHABLE} {_TOO_LONG}",
    scope=Scope.EVENTS_READ,
    parameters=SEARCH_PARAMETERS,
    answer=SearchAnswer,
    answer_example={"clickEventDataList": [RECORD_EXAMPLE], "totalRecords": 1, "warnings": []},
    errors=(400,),
)
