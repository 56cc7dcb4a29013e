"""The analytical export: it follows this event log, and is not ahead of it."""

from contextlib import closing
from pathlib import Path

from hooklog.check.database import opened
from hooklog.check.findings import Check
from hooklog.consumers.ei_store import FILE_NAME
from hooklog.db.sqlite import open_database, row_of
from hooklog.eventlog.sqlite_file import FILE_NAME as EVENTS_FILE

__all__ = ["check_export"]


def check_export(folder: Path, log_id: bytes) -> list[Check]:
    """Where the export of a folder stands; nothing, where there is none yet. `log_id`: the event log's."""
    checks: list[Check] = []
    if not (folder / FILE_NAME).is_file():
        return checks
    with opened(folder / FILE_NAME, "ei", checks) as export:
        if export is None:
            return checks
        check = Check(FILE_NAME, "state")
        checks.append(check)
        given_out = _given_out_now(folder)
        for owner, cursor, planned in export.execute("SELECT log_id, cursor, planned FROM state"):
            check.look()
            check.expect(
                owner == log_id, f"it belongs to event log {owner.hex()}, this folder's is {log_id.hex()}"
            )
            check.expect(
                0 <= cursor <= given_out, f"its cursor is {cursor}; the feed goes from 1 to {given_out}"
            )
            check.expect(
                planned is None or cursor < planned <= given_out,
                f"files are planned up to {planned}; its cursor is {cursor}, the feed's end {given_out}",
            )
    return checks


def _given_out_now(folder: Path) -> int:
    """The end of the feed, read after the export's snapshot was taken: the export cannot be beyond it."""
    with closing(open_database(folder / EVENTS_FILE, read_only=True)) as log:
        row = row_of(log, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'feed'")
        return int(row[0])
