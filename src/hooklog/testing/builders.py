"""Values for tests: each function gives a plain, valid one, and takes what the test is about by name.

Nothing here is random or looks at the clock, so a failure repeats itself. Instants count from `START_MS`, where the
fake clock starts too.
"""

from typing import Any

import msgspec

from hooklog.catalog.base import EI_CONSUMER, Attribute, Definition, Field, Webhook
from hooklog.event import USUAL_MESSAGES, Entry, Event, Stage, StageOutcome, StageRecord, Status
from hooklog.eventlog.base import Batch, Parked, Record, Settled
from hooklog.testing.clock import START_MS

__all__ = [
    "ORG",
    "STAGES",
    "START_MS",
    "WEBHOOK_ID",
    "make_batch",
    "make_definition",
    "make_entry",
    "make_event",
    "make_events",
    "make_field",
    "make_id",
    "make_parked",
    "make_record",
    "make_settled",
    "make_webhook",
]

ORG = 100
WEBHOOK_ID = "aabbccddeeff00112233445566778899"
STAGES = (
    StageRecord(Stage.INTAKE, 0, 40, StageOutcome.PASSED),
    StageRecord(Stage.VALIDATE, 40, 12, StageOutcome.REJECTED, {"field": "mobile", "rule": "isRequired"}),
)


def make_id(number: int, at_ms: int | None = None) -> bytes:
    """A request id: a valid UUIDv7 of the instant `at_ms`, by default `number` milliseconds after START_MS.

    Ids of one instant are in the order of their numbers.
    """
    instant_ms = START_MS + number if at_ms is None else at_ms
    value = (instant_ms << 80) | (0x7 << 76) | (0b10 << 62) | number
    return value.to_bytes(16, "big")


def make_event(number: int = 1, **changes: Any) -> Event:
    """An accepted push; `changes` are fields of Event. The id and the body tell the number."""
    event = Event(make_id(number), ORG, WEBHOOK_ID, b'{"event_name":"visit","number":%d}' % number)
    return msgspec.structs.replace(event, **changes)


def make_events(first: int, last: int, **changes: Any) -> list[Event]:
    """The events of all numbers from `first` to `last`, both included."""
    return [make_event(number, **changes) for number in range(first, last + 1)]


def make_entry(number: int = 1, **changes: Any) -> Entry:
    """An entry of the event of the same number; `changes` are fields of Entry.

    The message follows the status where it is usual.
    """
    status = changes.get("status", Status.EVENT_SUCCESS)
    entry = Entry(
        org_id=ORG,
        id=make_id(number),
        status=status,
        event_name="visit",
        input=b'{"event_name":"visit","number":%d}' % number,
        webhook_id=WEBHOOK_ID,
        message=USUAL_MESSAGES.get(status, f"{status.name} x"),
        response_ms=3,
    )
    return msgspec.structs.replace(entry, **changes)


def make_record(**changes: Any) -> Record:
    """The record of an event without a customer; `changes` are fields of Record."""
    record = Record(
        user_id=None,
        source="INSTORE",
        till_id=None,
        till_code="till01",
        sent_till_code=None,
        event_at_ms=START_MS,
        sent_offset=None,
        updated_at_ms=START_MS + 5,
        is_duplicate=False,
        unique_id="d41d8cd98f00b204e9800998ecf8427e",
        display_name=None,
        group_id=None,
        attributes={"hotel": "Ritz"},
        psi=(),
    )
    return msgspec.structs.replace(record, **changes)


def make_settled(number: int = 1, **changes: Any) -> Settled:
    """A settled event; `changes` are its stages, fields of Settled, or else of its entry."""
    stages = changes.pop("stages", STAGES)
    own = {name: changes.pop(name) for name in Settled.__struct_fields__ if name in changes}
    return Settled(**{"entry": make_entry(number, **changes), "passage": stages, **own})


def make_parked(number: int = 1, next_at_ms: int = START_MS, **changes: Any) -> Parked:
    """A parked event; `changes` are fields of Parked."""
    parked = Parked(
        org_id=ORG,
        event=make_event(number),
        attempts=1,
        next_at_ms=next_at_ms,
        event_name="visit",
        stages=STAGES,
        work=b"work",
    )
    return msgspec.structs.replace(parked, **changes)


def make_batch(from_position: int, *items: Settled | Parked, to_position: int | None = None) -> Batch:
    """A batch that moves the position by one for each item, or to `to_position` where given."""
    return Batch(
        from_position,
        from_position + len(items) if to_position is None else to_position,
        settled=tuple(item for item in items if isinstance(item, Settled)),
        parked=tuple(item for item in items if isinstance(item, Parked)),
    )


def make_field(name: str, field_type: str = "string", **attributes: str) -> Field:
    """A declared field; `attributes` are texts, as in isRequired="false"."""
    return Field(name, field_type, {key: Attribute(value, "STRING") for key, value in attributes.items()})


def make_definition(name: str = "visit", **changes: Any) -> Definition:
    """The first version of a definition with a customer field; `changes` are fields of Definition."""
    definition = Definition(ORG, name, 1, (EI_CONSUMER,), (make_field("mobile", "customer"),))
    return msgspec.structs.replace(definition, **changes)


def make_webhook(**changes: Any) -> Webhook:
    """An open webhook of ORG; `changes` are fields of Webhook."""
    return msgspec.structs.replace(Webhook(ORG, WEBHOOK_ID, "defaultTransformer", "till01"), **changes)
