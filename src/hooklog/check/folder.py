"""All checks of a data folder, in the order in which its files lean on each other."""

from collections.abc import Callable
from pathlib import Path

import apsw

from hooklog.access.sqlite import ACCESS_FILE
from hooklog.catalog.sqlite import FILE_NAME as CATALOG_FILE
from hooklog.check.access import check_access
from hooklog.check.catalog import check_catalog
from hooklog.check.database import opened
from hooklog.check.directory import check_directory
from hooklog.check.entries import check_entries, check_ids
from hooklog.check.eventlog import Kept, check_claims, check_feed, check_pending, check_state
from hooklog.check.export import check_export
from hooklog.check.files import check_keys, check_modes
from hooklog.check.findings import Check, Report
from hooklog.check.journal import check_journal
from hooklog.check.known import Known
from hooklog.check.records import check_records
from hooklog.check.replays import check_jobs, check_links
from hooklog.check.tallies import check_tallies
from hooklog.directory.sqlite import FILE_NAME as DIRECTORY_FILE
from hooklog.errors import FolderError
from hooklog.eventlog.retention import RetentionSettings
from hooklog.eventlog.sqlite_file import FILE_NAME as EVENTS_FILE

__all__ = ["check_folder"]


def check_folder(folder: Path, retention: RetentionSettings, now_ms: int) -> Report:
    """Look at everything in a data folder; changes nothing, and a server may be running on it. Blocks.

    Args:
        folder: the data folder.
        retention: the settings in force, to tell what was deleted from what is lost.
        now_ms: epoch milliseconds.

    Raises:
        FolderError: there is no data folder.
    """
    if not (folder / EVENTS_FILE).is_file():
        raise FolderError(
            f"{folder} is no data folder of hooklog: it has no {EVENTS_FILE}",
            "name the folder that `hooklog serve --data` was given",
        )
    checks = [check_modes(folder), check_keys(folder)]
    known, kept = Known(), Kept(retention, now_ms)
    _check_room(folder / DIRECTORY_FILE, "directory", checks, lambda room: check_directory(room, known))
    _check_room(folder / CATALOG_FILE, "catalog", checks, lambda room: check_catalog(room, known))
    _check_room(folder / ACCESS_FILE, "access", checks, lambda room: check_access(room, known))
    with opened(folder / EVENTS_FILE, "eventlog", checks) as log:
        if log is not None:
            _check_log(folder, log, known, kept, checks)
    checks += check_jobs(folder)
    findings = tuple(check.finding() for check in checks)
    return Report(str(folder), all(check.is_sound for check in checks), findings)


def _check_room(
    path: Path, kind: str, checks: list[Check], inside: Callable[[apsw.Connection], list[Check]]
) -> None:
    if not path.is_file():
        missing = Check(path.name, "structure")
        missing.wrong(f"{path.name} is missing; restore it from a backup")
        checks.append(missing)
        return
    with opened(path, kind, checks) as room:
        if room is not None:
            checks += inside(room)


def _check_log(folder: Path, log: apsw.Connection, known: Known, kept: Kept, checks: list[Check]) -> None:
    state_check, state = check_state(log)
    checks.append(state_check)
    checks += check_entries(log, known)
    checks += [
        check_ids(log),
        check_tallies(log),
        check_records(log),
        check_pending(log, known),
        check_claims(log, kept),
        check_feed(log, kept),
        check_links(log),
    ]
    if state is not None:
        checks += check_journal(folder, log, state, kept)
        checks += check_export(folder, state.log_id)
