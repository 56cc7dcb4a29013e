"""The journal's files in a data folder: `journal-1.db`, and a new one after each failed sync.

A file whose sync failed is never written or synced again (what the kernel dropped would look written), so the
next edge goes on in `journal-<k+1>.db`. A marker file beside the failed one tells it to. Until it is whole, a
file bears another name, `journal-<k>.new`.
"""

import re
from pathlib import Path

from hooklog.files import sync_folder

__all__ = [
    "file_number",
    "file_path",
    "files_in_order",
    "finish_file",
    "has_failed",
    "mark_failed",
    "remove_file",
    "unfinished_path",
]

_NAME = re.compile(r"journal-(\d+)\.db")


def file_path(folder: Path, number: int) -> Path:
    """Where the journal file of a number lies."""
    return folder / f"journal-{number}.db"


def file_number(path: Path) -> int:
    """The number in a journal file's name."""
    match = _NAME.fullmatch(path.name)
    assert match, path
    return int(match[1])


def files_in_order(folder: Path) -> list[Path]:
    """The journal files that exist, oldest first."""
    return sorted((path for path in folder.iterdir() if _NAME.fullmatch(path.name)), key=file_number)


def unfinished_path(path: Path) -> Path:
    """Where a journal file lies while it is being made."""
    return path.with_suffix(".new")


def finish_file(path: Path) -> None:
    """Give a file that is whole, durable and closed the name of a journal file, durably. Blocks for the sync."""
    unfinished_path(path).rename(path)
    sync_folder(path.parent)


def _marker(path: Path) -> Path:
    return path.with_suffix(".failed")


def mark_failed(path: Path) -> None:
    """Note that this file must not be written any more. Best effort: the disk has just refused a write."""
    try:
        _marker(path).touch(mode=0o600)
        sync_folder(path.parent)
    except OSError:
        # The next edge is also told by its supervisor (exit status); without either, only a reboot intervenes,
        # and that empties the page cache, which makes the file trustworthy again.
        return


def has_failed(path: Path) -> bool:
    """Whether a write or sync of this file has failed."""
    return _marker(path).exists()


def remove_file(path: Path) -> None:
    """Delete a journal file that is wholly settled, with its companions. May be repeated."""
    companions = [f"{path.name}-{kind}" for kind in ("wal", "shm", "journal")]
    for name in (path.name, *companions, _marker(path).name):
        (path.parent / name).unlink(missing_ok=True)
    sync_folder(path.parent)
