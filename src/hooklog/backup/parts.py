"""What of a data folder is in a backup, and in which order it is copied: each file is of a later instant than the last.

What one file says of another must hold in the copy, too (decision 0020):

1. `jobs.db` before the journal: what a job has repeated beyond its copy is in the journal's or the log's, never lost.
2. `ei.db` before the log: the export's copy is not ahead of the log's.
3. The journal before the log: an event that its copy lacks was accepted later, or has settled by then.
4. The catalog after the log: entries name versions and webhooks, which are never deleted.
5. Credentials, then the directory: all name orgs, entries name customers.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hooklog.access.keys import KEYS_FOLDER
from hooklog.access.sqlite import ACCESS_FILE
from hooklog.catalog.sqlite import FILE_NAME as CATALOG_FILE
from hooklog.consumers.ei_export import FOLDER_NAME as EXPORT_FOLDER
from hooklog.consumers.ei_store import FILE_NAME as EXPORT_FILE
from hooklog.directory.sqlite import FILE_NAME as DIRECTORY_FILE
from hooklog.eventlog.sqlite_file import FILE_NAME as EVENTS_FILE
from hooklog.journal.files import files_in_order
from hooklog.replay.job_store import FILE_NAME as JOBS_FILE

__all__ = ["databases_in_order", "exported_files", "key_files"]

_EXPORTED: Final = re.compile(r"\d+-(\d+)\.parquet")


def databases_in_order(folder: Path) -> Iterator[Path]:
    """The databases that are there, each looked for when its turn comes."""
    for name in (JOBS_FILE, EXPORT_FILE):
        yield from _there(folder / name)
    for path in files_in_order(folder):
        # One that is wholly settled is removed meanwhile: then the log's copy has it all.
        yield from _there(path)
    for name in (EVENTS_FILE, CATALOG_FILE, ACCESS_FILE, DIRECTORY_FILE):
        yield from _there(folder / name)


def _there(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path


def key_files(folder: Path) -> list[Path]:
    """The keys of a folder; they never change."""
    return sorted(path for path in (folder / KEYS_FOLDER).glob("*.*") if path.suffix in {".pem", ".key"})


def exported_files(folder: Path, up_to: int) -> list[Path]:
    """The files of the export that hold nothing behind a sequence number; they never change.

    What lies behind the cursor of the export's copy is written once more by whoever goes on with it.
    """
    found = (folder / EXPORT_FOLDER).glob("org=*/date=*/*.parquet")
    return sorted(
        path for path in found if (told := _EXPORTED.fullmatch(path.name)) and int(told[1]) <= up_to
    )
