"""Jobs are kept with all that makes them; what may be done with one is a table."""

import itertools
from pathlib import Path

import msgspec
import pytest
from tests.unit.replay.conftest import MakeJob

from hooklog.replay.job import ENDED, NEXT_STATE, Act, JobState
from hooklog.replay.job_store import JOBS_MAX, JobStore
from hooklog.testing.builders import ORG, make_id

ALLOWED = {
    ("PLANNED", "start"): "RUNNING",
    ("PLANNED", "cancel"): "CANCELLED",
    ("RUNNING", "start"): "RUNNING",
    ("RUNNING", "pause"): "PAUSED",
    ("RUNNING", "resume"): "RUNNING",
    ("RUNNING", "cancel"): "CANCELLED",
    ("PAUSED", "pause"): "PAUSED",
    ("PAUSED", "resume"): "RUNNING",
    ("PAUSED", "cancel"): "CANCELLED",
    ("CANCELLED", "cancel"): "CANCELLED",
}


def test_a_job_comes_back_in_all_it_holds(make_job: MakeJob, tmp_path: Path) -> None:
    job = make_job(cursor=make_id(4), chunk_end=make_id(9), appended=3, skipped={"noInput": 1}, changed_ms=8)
    first = JobStore(tmp_path)
    assert first.add(job)
    first.close()
    again = JobStore(tmp_path)
    assert [job] == [
        msgspec.structs.replace(one, plan=msgspec.structs.replace(one.plan, sample=tuple(one.plan.sample)))
        for one in again.jobs(ORG)
    ]
    again.close()


@pytest.mark.parametrize(("state", "act"), [*itertools.product(JobState, Act)])
def test_what_may_be_done_with_a_job_is_what_the_table_says(
    store: JobStore, make_job: MakeJob, state: JobState, act: Act
) -> None:
    job = make_job(state=state)
    store.add(job)
    expected = ALLOWED.get((state.value, act.value))
    done = store.act(ORG, job.id, act, 17)
    kept = store.job(ORG, job.id)
    assert kept is not None
    assert (expected or state.value) == kept.state.value
    if expected is None:
        assert done is None
    else:
        assert kept == done
        assert (17 if expected != state.value else 0) == kept.changed_ms


def test_every_act_may_be_repeated_and_nothing_leads_out_of_an_end() -> None:
    assert {(state.value, act.value): to.value for (state, act), to in NEXT_STATE.items()} == ALLOWED
    assert all(NEXT_STATE.get((to, act)) is to for (_, act), to in NEXT_STATE.items())
    assert all(NEXT_STATE.get((state, act)) in {None, state} for state in ENDED for act in Act)


def test_only_a_running_job_finishes(store: JobStore, make_job: MakeJob) -> None:
    for number, state in enumerate(JobState, start=1):
        job = make_job(number, state=state)
        store.add(job)
        expected = JobState.FINISHED if state in {JobState.RUNNING, JobState.FINISHED} else state
        assert expected is store.finish(job).state
        kept = store.job(ORG, job.id)
        assert kept is not None
        assert expected is kept.state
    gone = make_job(99, state=JobState.CANCELLED)
    assert gone == store.finish(gone)


def test_going_on_does_not_touch_what_was_decided_meanwhile(store: JobStore, make_job: MakeJob) -> None:
    job = make_job(state=JobState.RUNNING)
    store.add(job)
    store.act(ORG, job.id, Act.PAUSE, 5)
    ahead = msgspec.structs.replace(job, cursor=make_id(50), appended=40, skipped={"succeeded": 2})
    store.advance(ahead)
    kept = store.job(ORG, job.id)
    assert kept is not None
    assert (JobState.PAUSED, make_id(50), None, 40, {"succeeded": 2}) == (
        kept.state,
        kept.cursor,
        kept.chunk_end,
        kept.appended,
        kept.skipped,
    )


def test_a_job_is_its_orgs_alone(store: JobStore, make_job: MakeJob) -> None:
    job = make_job(state=JobState.RUNNING)
    store.add(job)
    assert store.job(ORG + 1, job.id) is None
    assert store.act(ORG + 1, job.id, Act.CANCEL) is None
    assert [] == store.jobs(ORG + 1)
    assert [JobState.RUNNING] == [one.state for one in store.running()]


def test_the_oldest_that_are_not_under_way_go_when_there_are_too_many(
    store: JobStore, make_job: MakeJob
) -> None:
    assert store.add(make_job(1, state=JobState.RUNNING))
    assert store.add(make_job(2, state=JobState.PAUSED))
    for number in range(3, JOBS_MAX + 11):
        assert store.add(make_job(number, state=JobState.FINISHED))
    kept = [one.id for one in store.jobs(ORG)]
    assert JOBS_MAX == len(kept)
    assert {make_id(1), make_id(2), make_id(JOBS_MAX + 10)} <= set(kept)
    assert make_id(3) not in kept
    assert sorted(kept, reverse=True) == kept


def test_no_job_is_taken_when_all_are_under_way(store: JobStore, make_job: MakeJob) -> None:
    for number in range(1, JOBS_MAX + 1):
        assert store.add(make_job(number, state=JobState.PAUSED))
    assert not store.add(make_job(JOBS_MAX + 1))
    assert store.add(make_job(1_000, org_id=ORG + 1))
    store.act(ORG, make_id(5), Act.CANCEL)
    assert store.add(make_job(JOBS_MAX + 1))
    assert store.job(ORG, make_id(5)) is None


@pytest.mark.parametrize("state", [*JobState])
def test_a_job_that_is_set_aside_rests_and_all_behind_its_cursor_is_in_doubt(
    store: JobStore, make_job: MakeJob, state: JobState
) -> None:
    """One that was planned may have been started behind the copy, one that was paused may have gone on."""
    job = make_job(state=state, cursor=make_id(4))
    store.add(job)
    for _ in range(2):
        store.set_aside()
        kept = store.job(ORG, job.id)
        assert kept is not None
        assert (JobState.PAUSED if state is JobState.RUNNING else state) is kept.state
        assert (None if state in ENDED else job.asked.until_id) == kept.chunk_end
        assert job.cursor == kept.cursor


def test_a_job_that_has_come_to_its_end_is_set_aside_without_doubt(
    store: JobStore, make_job: MakeJob
) -> None:
    job = make_job(state=JobState.RUNNING)
    store.add(msgspec.structs.replace(job, cursor=job.asked.until_id))
    store.set_aside()
    kept = store.job(ORG, job.id)
    assert kept is not None
    assert (JobState.PAUSED, None) == (kept.state, kept.chunk_end)
