"""A job that is not as it must be, and a link that leads nowhere, make their alarm ring."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.check.conftest import damage, make_success, open_writer, problems_of, report_on
from tests.unit.replay.conftest import make_job as _make_job

from hooklog.event import ReplayOf, id_to_text
from hooklog.eventlog.sqlite_file import FILE_NAME as EVENTS_FILE
from hooklog.replay.job import Job
from hooklog.replay.job_store import FILE_NAME, JobStore
from hooklog.testing.builders import START_MS, make_batch, make_id

make_job = _make_job


@pytest.fixture
def folder(folder: Path, make_job: Callable[..., Job]) -> Path:
    """The folder, with a job at work and a replay that it made."""
    with closing(JobStore(folder)) as store:
        store.add(make_job(1, cursor=make_id(4), chunk_end=make_id(9), appended=3, skipped={"noInput": 1}))
    return folder


def test_jobs_are_sound(folder: Path) -> None:
    assert {} == problems_of(report_on(folder))


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE job SET state = 'ASLEEP'", "is 'ASLEEP'; it must be one of PLANNED, RUNNING"),
        ("UPDATE job SET plan = x'00'", "cannot be decoded"),
        ("UPDATE job SET chunk_end = cursor", "is at work up to"),
        ("UPDATE job SET cursor = x'ffff', chunk_end = NULL", "has come to ffff, beyond its end"),
        ("UPDATE job SET appended = -1", "has counted -1 replays"),
    ],
)
def test_damage_to_a_job_is_found(folder: Path, statement: str, problem: str) -> None:
    damage(folder, FILE_NAME, statement)
    assert problem in problems_of(report_on(folder))["jobs.db jobs"]


def test_a_link_that_leads_nowhere_is_found(folder: Path) -> None:
    with open_writer(folder) as log:
        position = log.position
        replay = make_success(5_000, replay_of=ReplayOf(make_id(1), b"", START_MS))
        log.commit(make_batch(position, replay, to_position=position))
    assert {} == problems_of(report_on(folder))
    damage(folder, EVENTS_FILE, "UPDATE replay SET org = 7")
    said = problems_of(report_on(folder))["events.db replays"]
    assert f"{id_to_text(make_id(5_000))} of org 7 is told to be a replay" in said
