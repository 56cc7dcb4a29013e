"""Replays: the links between entries in the log, and the jobs in a file of their own."""

from pathlib import Path
from typing import Any

import apsw
import msgspec

from hooklog.check.database import opened
from hooklog.check.findings import Check, named
from hooklog.event import ID_BYTES
from hooklog.eventlog.sqlite_file import FILE_NAME as EVENTS_FILE
from hooklog.replay.job import Asked, JobState, Plan
from hooklog.replay.job_store import FILE_NAME

__all__ = ["check_jobs", "check_links"]

_JOBS = "SELECT id, org, state, asked, plan, cursor, chunk_end, appended, skipped FROM job"

_decode_asked = msgspec.msgpack.Decoder(Asked).decode
_decode_plan = msgspec.msgpack.Decoder(Plan).decode
_decode_skipped = msgspec.msgpack.Decoder(dict[str, int]).decode


def check_links(log: apsw.Connection) -> Check:
    """Each replay that the log tells of is in it, settled or pending, and comes after its original."""
    check = Check(EVENTS_FILE, "replays")
    rows = log.execute(
        "SELECT original, id, org, EXISTS (SELECT 1 FROM entry e WHERE e.org = r.org AND e.id = r.id) "
        "OR EXISTS (SELECT 1 FROM pending p WHERE p.org = r.org AND p.id = r.id) FROM replay r"
    )
    for original, request_id, org_id, is_there in rows:
        check.look()
        what = named(int(org_id), request_id)
        check.expect(bool(is_there), f"{what} is told to be a replay, but is neither settled nor pending")
        check.expect(
            isinstance(original, bytes) and len(original) == ID_BYTES and original != request_id,
            f"{what} is told to be a replay of {original!r}; a request id of another event is right",
        )
    return check


def check_jobs(folder: Path) -> list[Check]:
    """The jobs of a folder; nothing, where there never was a server that keeps them."""
    checks: list[Check] = []
    if not (folder / FILE_NAME).is_file():
        return checks
    with opened(folder / FILE_NAME, "jobs", checks) as jobs:
        if jobs is not None:
            check = Check(FILE_NAME, "jobs")
            checks.append(check)
            for row in jobs.execute(_JOBS):
                _check_job(row, check)
    return checks


def _check_job(row: Any, check: Check) -> None:
    job_id, org_id, state, asked, plan, cursor, chunk_end, appended, skipped = row
    check.look()
    what = f"job {named(org_id, job_id)}"
    check.expect(state in set(JobState), f"{what} is {state!r}; it must be one of {', '.join(JobState)}")
    try:
        until_id = _decode_asked(asked).until_id
        _decode_plan(plan)
        counts = _decode_skipped(skipped)
    except msgspec.MsgspecError as error:
        check.wrong(f"{what} cannot be decoded: {error}")
        return
    check.expect(cursor <= until_id, f"{what} has come to {cursor.hex()}, beyond its end {until_id.hex()}")
    check.expect(
        chunk_end is None or cursor < chunk_end <= until_id,
        f"{what} is at work up to {chunk_end!r}, which is not between its cursor and its end",
    )
    check.expect(
        appended >= 0 and all(count > 0 for count in counts.values()),
        f"{what} has counted {appended} replays and left out {counts}",
    )
