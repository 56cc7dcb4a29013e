"""What the OpenAPI document says of replays."""

from typing import Any

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.envelope import Notice
from hooklog.api.log_operations import PATH
from hooklog.api.operation import Operation, path
from hooklog.api.replay_query import JOB_FILTERS
from hooklog.api.replay_views import JobView, ReplayView
from hooklog.replay.job import Act
from hooklog.replay.job_store import JOBS_MAX

__all__ = [
    "ACTS",
    "GET_REPLAY",
    "GET_REPLAYS",
    "PLAN_REPLAY",
    "REPLAYS_PATH",
    "REPLAY_EVENT",
    "REPLAY_EVENT_PATH",
]

REPLAY_EVENT_PATH = f"{PATH}/{{request_id:str}}/replay"
REPLAYS_PATH = "/v2/events/replays"
_TAG = "Replays"
_ID = "019b8d9c-e8fb-7dcc-8000-5bbb0c4a1d05"
_NEW_ID = "01a21116-5521-7566-8605-3e63ac7d24ba"
_JOB_ID = "01a21116-5000-7abc-8123-4567890abcde"
_MADE = 1_790_527_409_878


class ReplayBody(msgspec.Struct, frozen=True):
    """`force` replays also what may have been acted on already."""

    force: bool = False


class ReplayAnswer(msgspec.Struct, frozen=True):
    """The replay."""

    data: list[ReplayView]
    warnings: list[Notice]
    errors: list[Any]


class JobsAnswer(msgspec.Struct, frozen=True):
    """One job, or all of them."""

    data: list[JobView]
    warnings: list[Notice]
    errors: list[Any]


_PLANNED: dict[str, Any] = {
    "id": _JOB_ID,
    "status": "PLANNED",
    "createdAt": _MADE,
    "createdBy": "demo.till",
    "changedAt": _MADE,
    "until": _MADE,
    "force": False,
    "filters": {"status": ["INVALID_EVENT_NAME", "EMF_PROCESSOR_FAILED"], "from_date": ["2026-09-27"]},
    "isMasked": False,
    "plan": {
        "matching": 1250,
        "isComplete": True,
        "replayable": 1247,
        "notReplayable": [
            {
                "reason": "mayHaveActed",
                "count": 3,
                "message": "loyalty may have acted on the event although it failed; replay it with force",
            }
        ],
        "sampleIds": [_ID],
        "wouldPass": 1198,
    },
    "progress": {
        "appended": 0,
        "settled": [],
        "pending": 0,
        "leftOut": [],
        "remaining": 1250,
        "ratePerSecond": 0.0,
    },
}
_RUNNING: dict[str, Any] = {
    **_PLANNED,
    "status": "RUNNING",
    "progress": {
        "appended": 600,
        "settled": [{"status": "EVENT_SUCCESS", "count": 588}, {"status": "INVALID_TILL_CODE", "count": 2}],
        "pending": 10,
        "leftOut": [],
        "remaining": 650,
        "ratePerSecond": 1980.4,
    },
}


def _answer(one: dict[str, Any]) -> dict[str, Any]:
    return {"data": [one], "warnings": [], "errors": []}


_FORCE = (
    "What succeeded, what loyalty may have acted on, and what came without valid credentials is replayed only with "
    "`force`; of a refused push only where what it sent was kept whole and is one JSON object."
)
_HIDDEN = (
    "To callers without `psi:read` the values of sensitive attributes in `filters` read `*****`, and so do words and "
    "what customers are identified by, where the org has marked any field as sensitive and whoever planned the replay "
    "could read it (`isMasked`)."
)
_job_id = path("job_id", "The job's id, as planning it was answered.", example=_JOB_ID)

REPLAY_EVENT = Operation(
    id="replay-event",
    summary="Say one event again, through what the org has set up today",
    tag=_TAG,
    description="The input as it was accepted is taken once more, as if pushed to the same webhook now: with today's "
    "definitions, mappings and rules of uniqueness. The replay is an event of its own with an entry of its own; both "
    f"entries name each other in their explanations. {_FORCE} However often it is asked for, each is a new replay.",
    scope=Scope.EVENTS_WRITE,
    parameters=(path("request_id", "The request id of the original.", example=_ID),),
    body=ReplayBody,
    body_example={"force": False},
    body_is_optional=True,
    answer=ReplayAnswer,
    answer_example=_answer({"id": _NEW_ID, "replayOf": _ID}),
    errors=(404, 409, 413, 415, 503),
    is_extension=True,
)

PLAN_REPLAY = Operation(
    id="plan-replay",
    summary="Plan to replay all events that match, and see what that would do",
    tag=_TAG,
    description="Nothing is replayed yet: the answer says how many events of the org match the filters, how many are "
    "left out and why, and names some of those that would be replayed. How many would succeed now is "
    "found out by a what-if, and added to the plan when that has ended (`wouldPass`; null until then, and where there "
    "are too many). Pushes that were refused are not judged beforehand. What is accepted after the planning is no part "
    f"of the job. {_FORCE}",
    scope=Scope.EVENTS_WRITE,
    parameters=JOB_FILTERS,
    body=ReplayBody,
    body_example={"force": False},
    body_is_optional=True,
    answer=JobsAnswer,
    answer_example=_answer(_PLANNED),
    errors=(409, 413, 415),
    is_extension=True,
)

GET_REPLAYS = Operation(
    id="get-replays",
    summary="The bulk replays of the org",
    tag=_TAG,
    description=f"Newest first. At most {JOBS_MAX} are kept; the oldest that are not under way go first. {_HIDDEN}",
    scope=Scope.EVENTS_READ,
    answer=JobsAnswer,
    answer_example=_answer(_RUNNING),
    is_extension=True,
)

GET_REPLAY = Operation(
    id="get-replay",
    summary="How far a bulk replay has come",
    tag=_TAG,
    description="How many events were accepted again, how those ended that have settled, and how many are left. "
    f"{_HIDDEN}",
    scope=Scope.EVENTS_READ,
    parameters=(_job_id,),
    answer=JobsAnswer,
    answer_example=_answer(_RUNNING),
    errors=(404,),
    is_extension=True,
)


def _act(act: Act, summary: str, description: str, example: dict[str, Any]) -> Operation:
    return Operation(
        id=f"{act.value}-replay",
        summary=summary,
        tag=_TAG,
        description=f"{description} May be repeated.",
        scope=Scope.EVENTS_WRITE,
        parameters=(_job_id,),
        answer=JobsAnswer,
        answer_example=_answer(example),
        errors=(404, 409),
        is_extension=True,
    )


ACTS = {
    Act.START: _act(
        Act.START,
        "Start a planned replay",
        "Events are accepted again in the order in which they came, each exactly once, also when the server is killed "
        "meanwhile. Live events go first: the job waits while they wait.",
        _RUNNING,
    ),
    Act.PAUSE: _act(
        Act.PAUSE,
        "Let a replay rest",
        "It goes on where it was when it is resumed. What was accepted already settles.",
        {**_RUNNING, "status": "PAUSED"},
    ),
    Act.RESUME: _act(Act.RESUME, "Go on with a replay that rests", "It goes on where it was.", _RUNNING),
    Act.CANCEL: _act(
        Act.CANCEL,
        "End a replay for good",
        "What was accepted already settles; nothing is taken back.",
        {**_RUNNING, "status": "CANCELLED"},
    ),
}
