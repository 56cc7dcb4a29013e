"""Jobs in a folder of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hooklog.event import id_lowest_at
from hooklog.replay.job import Asked, Job, JobState, Plan
from hooklog.replay.job_store import JobStore
from hooklog.testing.builders import ORG, START_MS, make_id

MakeJob = Callable[..., Job]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    store = JobStore(tmp_path)
    yield store
    store.close()


@pytest.fixture
def make_job() -> MakeJob:
    """A job of a number; `changes` are fields of Job."""

    def make(number: int = 1, **changes: Any) -> Job:
        job = Job(
            id=make_id(number),
            org_id=ORG,
            state=JobState.PLANNED,
            asked=Asked(
                parameters={"status": ["EMF_PROCESSOR_FAILED"], "attr.hotel": ["Ritz"]},
                from_id=None,
                until_id=id_lowest_at(START_MS + 1_000_000),
                sees_all=False,
                is_forced=False,
                by="till01",
            ),
            plan=Plan(matching=7, replayable=5, obstacles={"succeeded": 2}, sample=(make_id(3),)),
        )
        return msgspec.structs.replace(job, **changes)

    return make
