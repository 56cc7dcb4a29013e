"""What is stored of an event that passed validation, and how its attributes read on the wire (II.11.1, I.21).

One table of reserved names serves all who look at attributes: what is shown, what is filtered by, and what is
exported are the same values.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from hooklog.event import Status, id_to_text, instant_of

__all__ = [
    "RESERVED",
    "JudgedRecord",
    "Record",
    "StoredRecord",
    "attribute_of",
    "attribute_text",
    "attributes_of",
    "event_seconds",
]


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is stored of an event that passed validation (contract I.11, II.11.1), without what the entry says.

    Instants are epoch milliseconds; `attributes` are texts as a record shows them (contract I.21); `psi` are the
    names that the definition marks sensitive, also those the event lacks.
    """

    user_id: int | None
    source: str
    till_id: int | None
    till_code: str
    sent_till_code: str | None
    event_at_ms: int
    sent_offset: str | None
    updated_at_ms: int
    is_duplicate: bool
    unique_id: str
    display_name: str | None
    group_id: int | None
    attributes: dict[str, str]
    psi: tuple[str, ...]
    side_effects: tuple[object, ...] | None = None


class StoredRecord(msgspec.Struct, frozen=True):
    """A record with what its entry says of it."""

    org_id: int
    id: bytes
    event_name: str
    record: Record


class JudgedRecord(StoredRecord, frozen=True, gc=False):
    """The same with how the event ended, and the version of the definition that judged it."""

    status: Status
    definition_version: int


def event_seconds(record: Record) -> int:
    """The event's time in epoch seconds: as a record shows it, floored (contract II.1.4), is how it is ordered."""
    return record.event_at_ms // 1000


def attribute_of(stored: StoredRecord, name: str) -> object | None:
    """The value that a record shows for an attribute; None where it shows none, or null.

    A reserved name never shows what a caller sent under it, not even where there is no value of our own.
    """
    reserved = RESERVED.get(name)
    return stored.record.attributes.get(name) if reserved is None else reserved(stored)


def attribute_text(stored: StoredRecord, name: str) -> str | None:
    """`attribute_of` as text, for filters: numbers in digits, booleans as in JSON."""
    value = attribute_of(stored, name)
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def attributes_of(stored: StoredRecord) -> dict[str, object]:
    """All attributes as a record shows them: custom ones mixed with the documented ones, keys alphabetical."""
    mixed: dict[str, object] = {
        name: value for name, value in stored.record.attributes.items() if name not in RESERVED
    }
    for name, read in RESERVED.items():
        value = read(stored)
        if value is not None or name in _SHOWN_AS_NULL:
            mixed[name] = value
    return dict(sorted(mixed.items()))


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


_SHOWN_AS_NULL: Final = frozenset({"accountId", "displayName"})

RESERVED: Final[Mapping[str, Callable[[StoredRecord], object | None]]] = {
    "accountId": lambda _: None,
    "autoUpdateTimeStamp": lambda stored: stored.record.updated_at_ms,
    "customerId": lambda stored: _text(stored.record.user_id),
    "displayName": lambda stored: stored.record.display_name,
    "eventDateTime": lambda stored: str(event_seconds(stored.record) * 1000),
    "eventDateTimeInputOffset": lambda stored: stored.record.sent_offset,
    "eventName": lambda stored: stored.event_name,
    "groupId": lambda stored: _text(stored.record.group_id),
    "isDuplicate": lambda stored: stored.record.is_duplicate,
    "is_mongo_push": lambda _: True,
    "orgId": lambda stored: stored.org_id,
    "ouTillCode": lambda stored: stored.record.sent_till_code,
    "requestId": lambda stored: id_to_text(stored.id),
    "source": lambda stored: stored.record.source,
    "source_till_id": lambda stored: stored.record.till_id,
    "source_user_id": lambda stored: stored.record.user_id,
    "uniqueId": lambda stored: stored.record.unique_id,
    "x-cap-lineage-id": lambda stored: id_to_text(stored.id),
    "x-cap-lineage-start": lambda stored: str(instant_of(stored.id)),
}
"""The names that have a meaning of their own in a record, and where each value comes from."""
