"""The bulk replays of a data folder, in `jobs.db`. The edge is the only writer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, row_of, storage_errors, transaction
from hooklog.event import wall_clock_ms
from hooklog.replay.job import ENDED, NEXT_STATE, Act, Asked, Job, JobState, Plan

__all__ = ["FILE_NAME", "JOBS_MAX", "JobStore"]

FILE_NAME: Final = "jobs.db"
JOBS_MAX: Final = 100
"""Of one org; the oldest that are not under way go when there are more."""

_COLUMNS = "id, org, state, asked, plan, cursor, chunk_end, appended, skipped, changed_ms"
_KEPT = ", ".join(f"'{state}'" for state in (JobState.RUNNING, JobState.PAUSED))

_encode = msgspec.msgpack.Encoder().encode
_decode_asked = msgspec.msgpack.Decoder(Asked).decode
_decode_plan = msgspec.msgpack.Decoder(Plan).decode
_decode_skipped = msgspec.msgpack.Decoder(dict[str, int]).decode


class JobStore:
    """For one thread. Every write is durable when it returns.

    Raises:
        StorageUnavailable: the disk failed; nothing was written.
    """

    def __init__(self, folder: Path) -> None:
        """Open, and make where it is missing. Args: `folder`: the data folder."""
        self._connection = open_database(folder / FILE_NAME)
        with storage_errors("jobs"):
            migrate(self._connection, "jobs")

    def add(self, job: Job) -> bool:
        """Keep a new job, and let go of the org's oldest; False where too many of the org are under way already."""
        with storage_errors("jobs"), transaction(self._connection):
            count = row_of(self._connection, "SELECT count(*) FROM job WHERE org = ?", (job.org_id,))[0]
            if count >= JOBS_MAX:
                self._connection.execute(
                    "DELETE FROM job WHERE id IN "
                    f"(SELECT id FROM job WHERE org = ? AND state NOT IN ({_KEPT}) ORDER BY id LIMIT ?)",
                    (job.org_id, count - JOBS_MAX + 1),
                )
                if not self._connection.changes():
                    return False
            self._connection.execute(f"INSERT INTO job ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)", _row(job))
        return True

    def job(self, org_id: int, job_id: bytes) -> Job | None:
        """A job of an org."""
        found = self._jobs("id = ? AND org = ?", (job_id, org_id), 1)
        return found[0] if found else None

    def jobs(self, org_id: int) -> list[Job]:
        """The jobs of an org, newest first."""
        return self._jobs("org = ?", (org_id,), JOBS_MAX)

    def running(self) -> list[Job]:
        """All jobs that are to be gone on with, oldest last."""
        return self._jobs("state = ?", (JobState.RUNNING,), -1)

    def act(self, org_id: int, job_id: bytes, act: Act, now_ms: int | None = None) -> Job | None:
        """Do something with a job of an org; the job as it is then. None where it may not be done to it as it is."""
        with storage_errors("jobs"), transaction(self._connection):
            job = self.job(org_id, job_id)
            state = None if job is None else NEXT_STATE.get((job.state, act))
            if job is None or state is None:
                return None
            if state is job.state:
                return job
            return self._put_state(job, state, now_ms)

    def finish(self, job: Job, now_ms: int | None = None) -> Job:
        """Everything has been appended; a job that was paused or cancelled in its last moment stays so."""
        with storage_errors("jobs"), transaction(self._connection):
            found = self.job(job.org_id, job.id)
            if found is None or found.state is not JobState.RUNNING:
                return found or job
            return self._put_state(found, JobState.FINISHED, now_ms)

    def _put_state(self, job: Job, state: JobState, now_ms: int | None) -> Job:
        at_ms = wall_clock_ms() if now_ms is None else now_ms
        self._connection.execute(
            "UPDATE job SET state = ?, changed_ms = ? WHERE id = ?", (state, at_ms, job.id)
        )
        return msgspec.structs.replace(job, state=state, changed_ms=at_ms)

    def advance(self, job: Job) -> None:
        """Keep how far a job has come; its state is not touched, and one that has ended may still be told."""
        with storage_errors("jobs"), transaction(self._connection):
            self._connection.execute(
                "UPDATE job SET cursor = ?, chunk_end = ?, appended = ?, skipped = ? WHERE id = ?",
                (job.cursor, job.chunk_end, job.appended, _encode(job.skipped), job.id),
            )

    def set_aside(self) -> None:
        """Let no job run until somebody resumes it, and hold all in doubt that any of them may have repeated.

        For a copy that is older than the journal and the log beside it: a job that goes on asks both what of its
        originals it has repeated already, up to its end (see Carrier). May be repeated.
        """
        ended = ", ".join(f"'{state}'" for state in ENDED)
        with storage_errors("jobs"), transaction(self._connection):
            for job in self._jobs(f"state NOT IN ({ended})", (), -1):
                state = JobState.PAUSED if job.state is JobState.RUNNING else job.state
                end = job.asked.until_id if job.cursor < job.asked.until_id else None
                self._connection.execute(
                    "UPDATE job SET state = ?, chunk_end = ? WHERE id = ?", (state, end, job.id)
                )

    def put_plan(self, job_id: bytes, plan: Plan) -> None:
        """Replace what a job is expected to do."""
        with storage_errors("jobs"), transaction(self._connection):
            self._connection.execute("UPDATE job SET plan = ? WHERE id = ?", (_encode(plan), job_id))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _jobs(self, condition: str, values: Sequence[Any], limit: int) -> list[Job]:
        find = f"SELECT {_COLUMNS} FROM job WHERE {condition} ORDER BY id DESC LIMIT ?"
        with storage_errors("jobs"):
            return [_job(row) for row in self._connection.execute(find, (*values, limit))]


def _row(job: Job) -> tuple[Any, ...]:
    return (
        job.id,
        job.org_id,
        job.state,
        _encode(job.asked),
        _encode(job.plan),
        job.cursor,
        job.chunk_end,
        job.appended,
        _encode(job.skipped),
        job.changed_ms,
    )


def _job(row: Any) -> Job:
    job_id, org_id, state, asked, plan, cursor, chunk_end, appended, skipped, changed_ms = row
    return Job(
        id=job_id,
        org_id=org_id,
        state=JobState(state),
        asked=_decode_asked(asked),
        plan=_decode_plan(plan),
        cursor=cursor,
        chunk_end=chunk_end,
        appended=appended,
        skipped=_decode_skipped(skipped),
        changed_ms=changed_ms,
    )
