"""How a record looks on the wire, for the OpenAPI document (contract II.11.1); `views.py` makes it."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

__all__ = ["RECORD_EXAMPLE", "RecordShape", "Remark"]


class Remark(msgspec.Struct, frozen=True):
    """One warning."""

    message: str


class SideEffects(msgspec.Struct, frozen=True, rename="camel"):
    """What loyalty did with an event; the list is missing where it was not asked."""

    request_id: str
    side_effects: list[Any] | UnsetType = UNSET


class RecordShape(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A stored record; what has no value is absent. `additonalAttributes` is spelt so on the wire."""

    org_id: int
    user_id: int | UnsetType = UNSET
    date: str
    event_name: str
    event_id: str
    source: str
    till_code: str | UnsetType = UNSET
    display_name: str | UnsetType = UNSET
    additonal_attributes: dict[str, Any]
    psi_attributes: list[str]
    unique_id: str
    click_event_side_effects: SideEffects | UnsetType = UNSET


RECORD_EXAMPLE = {
    "orgId": 100737,
    "userId": 564590100,
    "date": "2026-01-05T10:00:01Z",
    "eventName": "store_visit",
    "eventId": "019b8d9c-e8e8-7dcc-8000-5bbb0c4a1d05",
    "source": "INSTORE",
    "tillCode": "75155373",
    "displayName": "Store visit",
    "additonalAttributes": {
        "accountId": None,
        "autoUpdateTimeStamp": 1767607201401,
        "customerId": "564590100",
        "displayName": "Store visit",
        "eventDateTime": "1767607200000",
        "eventDateTimeInputOffset": "+00:00",
        "eventName": "store_visit",
        "hotel_name": "*****",
        "isDuplicate": False,
        "is_mongo_push": True,
        "orgId": 100737,
        "requestId": "019b8d9c-e8e8-7dcc-8000-5bbb0c4a1d05",
        "source": "INSTORE",
        "source_till_id": 75155373,
        "source_user_id": 564590100,
        "uniqueId": "019b8d9c-e8e8-7dcc-8000-5bbb0c4a1d05",
        "x-cap-lineage-id": "019b8d9c-e8e8-7dcc-8000-5bbb0c4a1d05",
        "x-cap-lineage-start": "1767607201000",
    },
    "psiAttributes": ["hotel_name"],
    "uniqueId": "019b8d9c-e8e8-7dcc-8000-5bbb0c4a1d05",
}
