"""How an entry, its stages and its record look on the wire (contract II.9, II.11.1, I.18)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from hooklog.event import Entry, StageOutcome, StageRecord, id_to_text, instant_of
from hooklog.eventlog.record import Record, StoredRecord, attributes_of

__all__ = [
    "PENDING",
    "EntryView",
    "StageView",
    "bare_record_view",
    "entry_view",
    "record_view",
    "side_effects_view",
    "stage_views",
]

# What stands where the status will be, while an event is not settled (contract I.18).
PENDING = "PENDING"


class StageView(msgspec.Struct, frozen=True, rename="camel"):
    """One line of the timeline. `started_at` is epoch milliseconds, `duration_ms` has microsecond grain."""

    stage: str
    started_at: float
    duration_ms: float
    outcome: str
    detail: dict[str, Any]


class EntryView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The documented keys in the documented order; what was not asked for, or has no value, is absent."""

    start_time: int
    response_time: int
    org_id: int
    status: str | UnsetType = UNSET
    event_name: str | UnsetType = UNSET
    input_request: str
    id: str
    webhook_id: str
    parent_org_id: int
    message: str
    attempts: int | UnsetType = UNSET
    next_attempt_at: int | UnsetType = UNSET
    stages: Sequence[StageView] | UnsetType = UNSET
    record: dict[str, Any] | UnsetType | None = UNSET


def entry_view(entry: Entry) -> EntryView:
    """A settled event as the documented log shows it; bytes that are not UTF-8 become U+FFFD (contract I.4)."""
    return EntryView(
        start_time=entry.start_ms,
        response_time=entry.response_ms,
        org_id=entry.org_id,
        status=entry.status.on_wire or UNSET,
        event_name=UNSET if entry.event_name is None else entry.event_name,
        input_request=entry.input.decode("utf-8", "replace"),
        id=id_to_text(entry.id),
        webhook_id=entry.webhook_id,
        parent_org_id=entry.parent_org_id,
        message=entry.message,
    )


def stage_views(request_id: bytes, stages: Sequence[StageRecord]) -> list[StageView]:
    """The timeline, with the waiting before it as a stage of its own, so that queueing and work show apart."""
    start_ms = instant_of(request_id)
    if not stages:
        return []
    queue = StageView(
        "queue", float(start_ms), stages[0].started_us / 1000, StageOutcome.PASSED.name.lower(), {}
    )
    return [
        queue,
        *(
            StageView(
                stage=one.stage.name.lower(),
                started_at=start_ms + one.started_us / 1000,
                duration_ms=one.duration_us / 1000,
                outcome=one.outcome.name.lower(),
                detail=one.detail or {},
            )
            for one in stages
        ),
    ]


def record_view(entry: Entry, record: Record) -> dict[str, object]:
    """The stored record in its documented shape and spelling (contract II.11.1), with what EMF answered, if it did."""
    shown = bare_record_view(entry, record)
    if record.side_effects is not None:
        shown["clickEventSideEffects"] = side_effects_view(entry, record.side_effects)
    return shown


def bare_record_view(entry: Entry, record: Record, *, shows_till_code: bool = False) -> dict[str, object]:
    """The stored record without side effects; keys in the documented order, those inside alphabetical.

    What has no value is absent. `tillCode` is the till's id, or its code where asked for (contract I.25).
    """
    till = record.till_code if shows_till_code else record.till_id
    values = {
        "orgId": entry.org_id,
        "userId": record.user_id,
        "date": _iso_seconds(entry.start_ms),
        "eventName": entry.event_name,
        "eventId": id_to_text(entry.id),
        "source": record.source,
        "tillCode": None if record.till_id is None else str(till),
        "displayName": record.display_name,
        "additonalAttributes": attributes_of(
            StoredRecord(entry.org_id, entry.id, entry.event_name or "", record)
        ),
        "psiAttributes": list(record.psi),
        "uniqueId": record.unique_id,
    }
    return {name: value for name, value in values.items() if value is not None}


def side_effects_view(entry: Entry, side_effects: Sequence[object] | None) -> dict[str, object]:
    """What loyalty did with an event; the inner list is missing where it was not asked (contract II.11.1)."""
    shown: dict[str, object] = {"requestId": id_to_text(entry.id)}
    if side_effects is not None:
        shown["sideEffects"] = list(side_effects)
    return shown


def _iso_seconds(instant_ms: int) -> str:
    return datetime.fromtimestamp(instant_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
