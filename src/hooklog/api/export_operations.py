"""What the OpenAPI document says of exports (contract I.3, I.18)."""

from hooklog.access.scopes import Scope
from hooklog.api.export_formats import EXPORT_FORMATS
from hooklog.api.log_operations import PATH, filters_without
from hooklog.api.operation import Operation, query

__all__ = ["EXPORT", "EXPORT_PATH"]

EXPORT_PATH = f"{PATH}/export"

_DEFAULT = EXPORT_FORMATS["ndjson"].media_type

EXPORT = Operation(
    id="export-events-logs",
    summary="All entries that match, as a file",
    tag="Logs",
    description="The file is made while it is sent: every entry that was there at the beginning, matches, and does not "
    "expire meanwhile appears exactly once. NDJSON has an entry a line, CSV and Parquet a column for each documented "
    "key; in CSV a text that a spreadsheet would take for a formula begins with an apostrophe. A connection that "
    "breaks before its end means that the file is not whole.",
    scope=Scope.EVENTS_READ,
    parameters=(
        *filters_without("limit", "cursor"),
        query("format", "The kind of file.", choices=tuple(EXPORT_FORMATS), default="ndjson", extension=True),
    ),
    media_type=_DEFAULT,
    other_media_types=tuple(
        kind.media_type for kind in EXPORT_FORMATS.values() if kind.media_type != _DEFAULT
    ),
    errors=(400,),
    is_extension=True,
)
