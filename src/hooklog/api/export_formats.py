"""Entries as files: NDJSON, CSV and Parquet, each written piece by piece so that memory stays flat."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import msgspec

from hooklog.api.views import EntryView

__all__ = ["COLUMNS", "EXPORT_FORMATS", "ExportFormat", "Writer"]

COLUMNS = (
    "startTime",
    "responseTime",
    "orgId",
    "status",
    "eventName",
    "inputRequest",
    "id",
    "webhookId",
    "parentOrgId",
    "message",
)
_NUMBERS = frozenset({"startTime", "responseTime", "orgId", "parentOrgId"})
# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ROW_GROUP = 10_000

_encode = msgspec.json.Encoder().encode


class Writer(Protocol):
    """Makes a file of entries. Belongs to one export; each call returns the bytes to send next, perhaps none."""

    def begin(self) -> bytes:
        """The head."""

    def add(self, entries: Sequence[EntryView]) -> bytes:
        """Some more entries. May block for some milliseconds."""

    def end(self) -> bytes:
        """The rest."""


class NdjsonWriter:
    """One entry a line, as the API shows it."""

    def begin(self) -> bytes:
        """See Writer."""
        return b""

    def add(self, entries: Sequence[EntryView]) -> bytes:
        """See Writer."""
        return b"".join([_encode(entry) + b"\n" for entry in entries])

    def end(self) -> bytes:
        """See Writer."""
        return b""


class CsvWriter:
    """RFC 4180 with a head; a text that a spreadsheet would take for a formula begins with an apostrophe."""

    def begin(self) -> bytes:
        """See Writer."""
        return _csv([COLUMNS])

    def add(self, entries: Sequence[EntryView]) -> bytes:
        """See Writer."""
        return _csv([[_cell(name, value) for name, value in _values(entry)] for entry in entries])

    def end(self) -> bytes:
        """See Writer."""
        return b""


class ParquetWriter:
    """Row groups of bounded size, zstd; columns as in the documented entry."""

    def __init__(self) -> None:
        """Loads pyarrow, some 100 milliseconds at the first time."""
        import pyarrow as pa
        from pyarrow import parquet

        self._pa = pa
        self._schema = pa.schema(
            [(name, pa.int64() if name in _NUMBERS else pa.string()) for name in COLUMNS]
        )
        self._sink = _Sink()
        self._writer = parquet.ParquetWriter(self._sink, self._schema, compression="zstd")
        # Columns of the next row group; entries themselves would take three times the room.
        self._waiting: list[Any] = []
        self._rows = 0

    def begin(self) -> bytes:
        """See Writer."""
        return self._sink.take()

    def add(self, entries: Sequence[EntryView]) -> bytes:
        """See Writer."""
        columns = list(zip(*([value for _, value in _values(entry)] for entry in entries), strict=True))
        if columns:
            arrays = [
                self._pa.array(column, type=field.type)
                for column, field in zip(columns, self._schema, strict=True)
            ]
            self._waiting.append(self._pa.RecordBatch.from_arrays(arrays, schema=self._schema))
            self._rows += len(entries)
        if self._rows >= _ROW_GROUP:
            self._flush()
        return self._sink.take()

    def end(self) -> bytes:
        """See Writer."""
        if self._waiting:
            self._flush()
        self._writer.close()
        return self._sink.take()

    def _flush(self) -> None:
        table = self._pa.Table.from_batches(self._waiting, schema=self._schema)
        self._writer.write_table(table.combine_chunks())
        self._waiting, self._rows = [], 0


class _Sink(io.RawIOBase):
    """Collects what the Parquet writer writes, until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def tell(self) -> int:
        return self._written

    def take(self) -> bytes:
        found = b"".join(self._parts)
        self._parts.clear()
        return found


class ExportFormat(msgspec.Struct, frozen=True):
    """A kind of file. The framework names the charset of texts itself."""

    media_type: str
    writer: Callable[[], Writer]


EXPORT_FORMATS = {
    "ndjson": ExportFormat("application/x-ndjson", NdjsonWriter),
    "csv": ExportFormat("text/csv", CsvWriter),
    "parquet": ExportFormat("application/vnd.apache.parquet", ParquetWriter),
}


def _values(entry: EntryView) -> Iterable[tuple[str, object]]:
    yield "startTime", entry.start_time
    yield "responseTime", entry.response_time
    yield "orgId", entry.org_id
    yield "status", None if entry.status is msgspec.UNSET else entry.status
    yield "eventName", None if entry.event_name is msgspec.UNSET else entry.event_name
    yield "inputRequest", entry.input_request
    yield "id", entry.id
    yield "webhookId", entry.webhook_id
    yield "parentOrgId", entry.parent_org_id
    yield "message", entry.message


def _cell(name: str, value: object) -> object:
    if name in _NUMBERS or not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(_FORMULA) else value


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
