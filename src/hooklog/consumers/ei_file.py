"""One Parquet file of the analytical export: its columns, and how it becomes durable all at once.

A file has its final name only when it is whole and synced, and is never touched again.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from hooklog.consumers.ei_row import Row
from hooklog.event import id_to_text
from hooklog.eventlog.record import event_seconds
from hooklog.files import sync_folder
from hooklog.psi import MASK

__all__ = ["COLUMNS", "write_file"]

_INSTANT = pa.timestamp("ms", tz="UTC")
COLUMNS = pa.schema(
    [
        pa.field("request_id", pa.string(), nullable=False),
        pa.field("org_id", pa.int64(), nullable=False),
        pa.field("event_name", pa.string(), nullable=False),
        pa.field("event_at", _INSTANT, nullable=False),
        pa.field("updated_at", _INSTANT, nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("is_duplicate", pa.bool_(), nullable=False),
        pa.field("unique_id", pa.string(), nullable=False),
        pa.field("user_id", pa.int64()),
        pa.field("group_id", pa.int64()),
        pa.field("display_name", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("till_id", pa.int64()),
        pa.field("till_code", pa.string(), nullable=False),
        pa.field("sent_till_code", pa.string()),
        pa.field("sent_offset", pa.string()),
        pa.field("attributes", pa.map_(pa.string(), pa.string()), nullable=False),
        pa.field("side_effects", pa.string()),
    ]
)


def write_file(path: Path, rows: Sequence[Row]) -> None:
    """Write a file and make it durable; blocks for two syncs. One that is there already is whole and stays.

    Raises:
        OSError: the disk failed; the file is not there, or whole.
    """
    if path.exists():
        sync_folder(path.parent)
        return
    _make_folder(path.parent)
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        pq.write_table(pa.Table.from_pylist([_cells(row) for row in rows], COLUMNS), file)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    sync_folder(path.parent)


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    # Also where it is there: a program that was killed may have made it and not synced its name.
    sync_folder(folder.parent)


def _cells(row: Row) -> dict[str, object]:
    record = row.record
    attributes = {name: MASK if name in row.hidden else value for name, value in record.attributes.items()}
    effects = record.side_effects
    return {
        "request_id": id_to_text(row.id),
        "org_id": row.org_id,
        "event_name": row.event_name,
        "event_at": event_seconds(record) * 1000,
        "updated_at": record.updated_at_ms,
        "status": row.status,
        "is_duplicate": record.is_duplicate,
        "unique_id": record.unique_id,
        "user_id": record.user_id,
        "group_id": record.group_id,
        "display_name": record.display_name,
        "source": record.source,
        "till_id": record.till_id,
        "till_code": record.till_code,
        "sent_till_code": record.sent_till_code,
        "sent_offset": record.sent_offset,
        "attributes": sorted(attributes.items()),
        "side_effects": None if effects is None else msgspec.json.encode(effects).decode(),
    }
