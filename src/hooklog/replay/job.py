"""A bulk replay: what was asked for, what it is expected to do, how far it has come, and what may be done with it."""

import enum
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

__all__ = ["ENDED", "NEXT_STATE", "Act", "Asked", "Job", "JobState", "Plan"]


class JobState(enum.StrEnum):
    """Where a job stands. The words are in answers and on disk."""

    PLANNED = "PLANNED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    CANCELLED = "CANCELLED"
    FINISHED = "FINISHED"


ENDED: Final = frozenset({JobState.CANCELLED, JobState.FINISHED})


class Act(enum.StrEnum):
    """What may be done with a job. Each may be repeated: doing it to what it leads to changes nothing."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


NEXT_STATE: Final[Mapping[tuple[JobState, Act], JobState]] = {
    (JobState.PLANNED, Act.START): JobState.RUNNING,
    (JobState.PLANNED, Act.CANCEL): JobState.CANCELLED,
    (JobState.RUNNING, Act.START): JobState.RUNNING,
    (JobState.RUNNING, Act.PAUSE): JobState.PAUSED,
    (JobState.RUNNING, Act.RESUME): JobState.RUNNING,
    (JobState.RUNNING, Act.CANCEL): JobState.CANCELLED,
    (JobState.PAUSED, Act.PAUSE): JobState.PAUSED,
    (JobState.PAUSED, Act.RESUME): JobState.RUNNING,
    (JobState.PAUSED, Act.CANCEL): JobState.CANCELLED,
    (JobState.CANCELLED, Act.CANCEL): JobState.CANCELLED,
}
"""All that is allowed; the running job itself ends in FINISHED."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a job is about, fixed when it was planned.

    `parameters` are the filters as in a URL; `until_id` is exclusive: what comes later is never part of it, its own
    replays least of all. `from_id` and `until_id` hold the dates of the filters. `sees_all` says whether who asked may
    see sensitive values: the filters see no more. `by` is who asked.
    """

    parameters: dict[str, list[str]]
    from_id: bytes | None
    until_id: bytes
    sees_all: bool
    is_forced: bool
    by: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a job is expected to do. `obstacles` counts what will be left out, by the kind of obstacle.

    Not `is_complete` means that there were too many events to look at all of them: there is more. `would_pass` is how
    many would end as EVENT_SUCCESS now; None while nobody knows.
    """

    matching: int = 0
    replayable: int = 0
    obstacles: dict[str, int] = {}
    sample: Sequence[bytes] = ()
    is_complete: bool = True
    would_pass: int | None = None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One bulk replay of an org. Its id is a UUIDv7 of when it was planned.

    All originals up to `cursor` are done with. `chunk_end` is set while some behind it, up to that one, may have been
    appended already.
    """

    id: bytes
    org_id: int
    state: JobState
    asked: Asked
    plan: Plan
    cursor: bytes = b""
    chunk_end: bytes | None = None
    appended: int = 0
    skipped: dict[str, int] = {}
    changed_ms: int = 0
