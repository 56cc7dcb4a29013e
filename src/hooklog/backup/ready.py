"""What is mended in a copy before anybody looks at it: its files are of different instants (decision 0020)."""

from contextlib import closing
from pathlib import Path

import msgspec

from hooklog.consumers.ei_store import FILE_NAME as EXPORT_FILE
from hooklog.db.sqlite import open_database, row_of, storage_errors
from hooklog.eventlog.sqlite_file import FILE_NAME as EVENTS_FILE
from hooklog.eventlog.sqlite_restored import end_of_feed, note_clean_end
from hooklog.files import sync_file
from hooklog.journal.files import files_in_order
from hooklog.journal.sqlite_file import raise_last_number
from hooklog.replay.job_store import FILE_NAME as JOBS_FILE
from hooklog.replay.job_store import JobStore

__all__ = ["LogStand", "export_cursor", "make_ready"]


class LogStand(msgspec.Struct, frozen=True):
    """Which event log was copied, and how far it had come."""

    log_id: bytes
    position: int
    sequence: int


def make_ready(folder: Path) -> LogStand:
    """Let the files of a copy agree with each other, durably. May be repeated.

    * The worker that wrote the log has not died with the copy.
    * The journal gives out no number that the log, which was copied later, has settled.
    * No job runs, and what it may have repeated behind its copy is in doubt.
    """
    stand = _of_log(folder)
    for path in files_in_order(folder)[-1:]:
        with storage_errors(path.name), closing(open_database(path)) as journal:
            raise_last_number(journal, stand.position)
        sync_file(path)
    if (folder / JOBS_FILE).is_file():
        with closing(JobStore(folder)) as jobs:
            jobs.set_aside()
        sync_file(folder / JOBS_FILE)
    return stand


def _of_log(folder: Path) -> LogStand:
    with storage_errors(EVENTS_FILE), closing(open_database(folder / EVENTS_FILE)) as log:
        note_clean_end(log)
        log_id, position = row_of(log, "SELECT log_id, position FROM state")
        stand = LogStand(log_id, position, end_of_feed(log))
    sync_file(folder / EVENTS_FILE)
    return stand


def export_cursor(folder: Path) -> int:
    """Up to which sequence number the export of a copy has written its files; 0 where there is none."""
    if not (folder / EXPORT_FILE).is_file():
        return 0
    with storage_errors(EXPORT_FILE), closing(open_database(folder / EXPORT_FILE, read_only=True)) as export:
        return int(row_of(export, "SELECT coalesce(max(cursor), 0) FROM state")[0])
