"""Taking a backup: every file in its order, mended, looked at as `hooklog check` does, noted, synced and named."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from hooklog import __version__
from hooklog.backup.beside import LOCK_NAME, made_beside, refuse_taken
from hooklog.backup.note import BackupNote, CopiedFile, described, write_note
from hooklog.backup.parts import databases_in_order, exported_files, key_files
from hooklog.backup.plain_copy import copy_plain
from hooklog.backup.ready import export_cursor, make_ready
from hooklog.check.findings import Report
from hooklog.check.folder import check_folder
from hooklog.db.copying import CopyLimits, copy_database, remove_companions
from hooklog.errors import BackupError, FolderError
from hooklog.eventlog.retention import RetentionSettings
from hooklog.eventlog.sqlite_file import FILE_NAME as EVENTS_FILE
from hooklog.files import BACKUP_NOTE
from hooklog.journal.files import has_failed, mark_failed

__all__ = ["Watcher", "take_backup"]

# What a copy needs beside itself: the pages that are mended, and folders.
_ROOM_BYTES = 64 * 1024 * 1024


class Watcher(Protocol):
    """Who is told how far it is."""

    def begins(self, what: str, bytes_total: int | None = None) -> None:
        """A new act; `bytes_total` is about how much it moves, None where nobody knows."""

    def moved(self, count: int) -> None:
        """So many more bytes of it."""

    def remarks(self, text: str) -> None:
        """Something beside it that an operator wants to know."""


def take_backup(
    folder: Path,
    to: Path,
    retention: RetentionSettings | None,
    clock_ms: Callable[[], int],
    watcher: Watcher,
    limits: CopyLimits | None = None,
) -> BackupNote:
    """Make a folder with everything that was acknowledged before the call, beside a running server or without one.

    Either `to` is there, whole and synced, when this returns, or it is not there. May be killed at any time.

    Args:
        folder: the data folder; it is only read.
        to: a folder that does not exist yet, or is empty.
        retention: the settings in force, see `check_folder`; None leaves that look at the copy out.
        clock_ms: epoch milliseconds.
        watcher: is told how far it is.
        limits: see `copy_database`.

    Raises:
        FolderError: `folder` is no data folder, or `to` cannot be made.
        BackupError: the copy is not sound, or there is no room for it.
        StorageUnavailable, StorageDamaged: a file cannot be read, or the copy not be written.
    """
    began_ms = clock_ms()
    _refuse(folder, to)
    with made_beside(to, watcher.remarks) as copy:
        plain = _copy(folder, copy, watcher, limits)
        stand = make_ready(copy)
        if retention is not None:
            _look_at(copy, retention, clock_ms(), watcher)
        for path in copy.glob("*.db"):
            remove_companions(path)
        note = BackupNote(
            version=__version__,
            began_ms=began_ms,
            ended_ms=clock_ms(),
            log_id=stand.log_id.hex(),
            position=stand.position,
            sequence=stand.sequence,
            is_checked=retention is not None,
            files=_described(copy, plain, watcher),
        )
        write_note(copy, note)
    return note


def _refuse(folder: Path, to: Path) -> None:
    if not (folder / EVENTS_FILE).is_file() or (folder / BACKUP_NOTE).exists():
        raise FolderError(f"{folder} is no data folder of hooklog", "name the one that `hooklog serve` has")
    if to.resolve().is_relative_to(folder.resolve()):
        raise FolderError(f"{to} lies in the data folder", "name a folder elsewhere, best on another disk")
    refuse_taken(to)


def _copy(folder: Path, copy: Path, watcher: Watcher, limits: CopyLimits | None) -> list[CopiedFile]:
    """Everything into the copy; what is known already of files that never change."""
    total = sum(path.stat().st_size for path in [*folder.glob("*.db"), *exported_files(folder, 1 << 62)])
    free = shutil.disk_usage(copy).free
    if free < total + _ROOM_BYTES:
        raise BackupError(
            f"{total / 1024**2:,.0f} MiB are to be copied, {free / 1024**2:,.0f} MiB are free at {copy.parent}",
            "make room there, or name another disk",
        )
    watcher.begins("copying", total)
    for path in databases_in_order(folder):
        copy_database(path, copy / path.name, watcher.moved, limits)
        if has_failed(path):
            mark_failed(copy / path.name)
    plain = [*key_files(folder), *exported_files(folder, export_cursor(copy))]
    copied = [_copied(path, folder, copy, watcher) for path in plain]
    return [file for file in copied if file is not None]


def _copied(path: Path, folder: Path, copy: Path, watcher: Watcher) -> CopiedFile | None:
    """None where somebody has taken it away: an operator may clear away what was exported long ago."""
    name = path.relative_to(folder)
    try:
        return copy_plain(path, copy / name, name.as_posix(), watcher.moved)
    except FileNotFoundError:
        watcher.remarks(f"{name} was taken away meanwhile; it is left out")
        return None


def _look_at(copy: Path, retention: RetentionSettings, now_ms: int, watcher: Watcher) -> None:
    watcher.begins("checking")
    report = check_folder(copy, retention, now_ms)
    if not report.is_sound:
        raise BackupError(
            f"what was copied is not sound, so there is no backup: {_first_problem(report)}",
            "run `hooklog check` on the data folder; with its own --config, if the server has one",
        )


def _first_problem(report: Report) -> str:
    wrong = next(finding for finding in report.findings if finding.problems)
    count = sum(finding.problem_count for finding in report.findings)
    return f"{wrong.where}: {wrong.problems[0]}" + (f" ({count - 1} more)" if count > 1 else "")


def _described(copy: Path, plain: list[CopiedFile], watcher: Watcher) -> tuple[CopiedFile, ...]:
    watcher.begins("noting digests")
    others = [path for path in sorted(copy.iterdir()) if path.is_file() and path.name != LOCK_NAME]
    return (*(described(copy, path) for path in others), *plain)
