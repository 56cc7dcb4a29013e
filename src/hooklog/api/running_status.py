"""`GET /v2/events/running_status`: what one event has been through, also while it is pending (contract II.10.1)."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

import msgspec
from litestar import Response, get
from msgspec import UNSET, UnsetType

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, TheContext, parameters_of
from hooklog.api.envelope import NOT_FOUND, ApiError, Notice, answer, ignored
from hooklog.api.masking import mask_for
from hooklog.api.operation import Operation, query
from hooklog.api.running_states import State, running_states
from hooklog.api.unsettled import find_unsettled
from hooklog.catalog.base import Catalog, Definition
from hooklog.event import Entry, Stage, StageRecord, Status, id_from_text, id_to_text, instant_of
from hooklog.eventlog.base import Parked

__all__ = ["get_running_status"]

PATH = "/v2/events/running_status"


class StateView(msgspec.Struct, frozen=True):
    """One state. `date` is ISO 8601 with the offset of the org's time zone."""

    message: str
    date: str
    status: str


class StatusView(msgspec.Struct, frozen=True, rename="camel"):
    """The states of one event in order; `eventName` is absent where no name could be found."""

    id: str
    org_id: int
    state_list: list[StateView]
    event_name: str | UnsetType
    warnings: list[Notice]


_EXAMPLE: dict[str, Any] = {
    "id": "019b8d9c-e8e8-7dcc-8000-5bbb0c4a1d05",
    "orgId": 100737,
    "stateList": [
        {"message": "store_visit", "date": "2026-01-05T10:00:01+05:30", "status": "EVENT_PROCESSING_STARTED"},
        {
            "message": "mobile",
            "date": "2026-01-05T10:00:01+05:30",
            "status": "EVENT_FIELD_VALIDATION_STARTED",
        },
        {
            "message": "mobile",
            "date": "2026-01-05T10:00:01+05:30",
            "status": "EVENT_FIELD_VALIDATION_FINISHED",
        },
        {
            "message": "store_visit",
            "date": "2026-01-05T10:00:01+05:30",
            "status": "EVENT_VALIDATION_FINISHED",
        },
        {
            "message": "store_visit",
            "date": "2026-01-05T10:00:01+05:30",
            "status": "EVENT_PROCESSING_FINISHED",
        },
    ],
    "eventName": "store_visit",
    "warnings": [],
}

GET_RUNNING_STATUS = Operation(
    id="get-running-status",
    summary="The states that one event has been through",
    tag="Logs",
    description="Rebuilt from the event's timeline, with the fields in the order of the definition that judged it. "
    "Nothing is listed before the definition was found. A pending event shows how far it has come.",
    scope=Scope.EVENTS_READ,
    parameters=(query("eventId", "The request id that the push was answered.", required=True),),
    answer=StatusView,
    answer_example=_EXAMPLE,
    errors=(400, 404),
)


@get(PATH, name="get-running-status", opt={"operation": GET_RUNNING_STATUS})
async def get_running_status(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The states of an event of the caller's org."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    asked = parameters.get("eventId", [""])[-1]
    if not asked:
        raise ApiError(400, "eventId is missing; it must be a request id, such as a push's requestId")
    wanted = id_from_text(asked)
    if wanted is None:
        raise ApiError(404, NOT_FOUND)
    zone = context.zone(caller.org_id)
    mask = mask_for(caller, context.catalog, context.directory)
    warnings = ignored(parameters, {"eventId", "format"})

    def settled() -> StatusView | None:
        entry = context.log.entry(caller.org_id, wanted)
        if entry is None:
            return None
        stages = context.log.stages(entry.org_id, wanted)
        shown = entry if mask is None else mask.entry(entry, stages)
        states = _of_entry(shown, stages, context.catalog)
        return _view(entry.org_id, wanted, entry.event_name, states, zone, warnings)

    view = await context.read(settled)
    if view is None:
        parked = await find_unsettled(context, (caller.org_id,), wanted)
        # It may have settled between the two looks.
        view = await context.read(settled)
        if view is None and parked is not None:
            states = await context.read(lambda: _of_parked(parked, context.catalog))
            view = _view(parked.org_id, wanted, parked.event_name, states, zone, warnings)
        if view is None:
            raise ApiError(404, NOT_FOUND)
    return answer(view)


def _of_entry(entry: Entry, stages: tuple[StageRecord, ...], catalog: Catalog) -> list[State]:
    name = entry.event_name or ""
    finished_us = entry.response_ms * 1000 if entry.status is Status.EVENT_SUCCESS else None
    definition = _judged_by(entry.org_id, name, stages, catalog)
    return running_states(name, stages, definition, entry.message, finished_us)


def _of_parked(parked: Parked, catalog: Catalog) -> list[State]:
    name = parked.event_name or ""
    return running_states(name, parked.stages, _judged_by(parked.org_id, name, parked.stages, catalog))


def _judged_by(org_id: int, name: str, stages: Sequence[StageRecord], catalog: Catalog) -> Definition | None:
    """The version of the definition that the timeline tells."""
    details = [one.detail or {} for one in stages if one.stage is Stage.FIND_DEFINITION]
    version = details[-1].get("version") if details else None
    return catalog.definition_version(org_id, name, version) if isinstance(version, int) else None


def _view(
    org_id: int,
    request_id: bytes,
    event_name: str | None,
    states: Sequence[State],
    zone: tzinfo,
    warnings: list[Notice],
) -> StatusView:
    start_ms = instant_of(request_id)

    def date(state: State) -> str:
        seconds = (start_ms * 1000 + state.at_us) // 1_000_000
        return datetime.fromtimestamp(seconds, zone).isoformat(timespec="seconds")

    return StatusView(
        id=id_to_text(request_id),
        org_id=org_id,
        state_list=[StateView(state.message, date(state), state.status) for state in states],
        event_name=UNSET if event_name is None else event_name,
        warnings=warnings,
    )
