"""One Parquet file of the analytical export: how its columns become durable all at once.

A file has its final name only when it is whole and synced, and is never touched again.
"""

from pathlib import Path

import pyarrow.parquet as pq

from hooklog.consumers.ei_columns import Columns
from hooklog.files import sync_file, sync_folder

__all__ = ["write_file"]

# What says the same again and again. A dictionary of what does not only costs time and space.
_REPEATED = [
    "org_id",
    "event_name",
    "status",
    "is_duplicate",
    "display_name",
    "source",
    "till_id",
    "till_code",
    "sent_till_code",
    "sent_offset",
    "attributes.key_value.key",
]


def write_file(path: Path, columns: Columns) -> None:
    """Write a file and make it durable; blocks for two syncs. One that is there already is whole and stays.

    Raises:
        OSError: the disk failed; the file is not there, or whole.
    """
    if path.exists():
        sync_folder(path.parent)
        return
    _make_folder(path.parent)
    beside = path.with_name(f".{path.name}.part")
    pq.write_table(
        columns.table(), str(beside), compression="zstd", compression_level=1, use_dictionary=_REPEATED
    )
    sync_file(beside)
    beside.rename(path)
    sync_folder(path.parent)


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    # Also where it is there: a program that was killed may have made it and not synced its name.
    sync_folder(folder.parent)
