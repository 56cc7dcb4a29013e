"""The analytical export after a campaign: every success is in exactly one file."""

from collections import Counter
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
from tests.crash.conftest import STATUS, Campaign

from hooklog.consumers.ei_export import FOLDER_NAME
from hooklog.consumers.ei_store import FILE_NAME
from hooklog.db.sqlite import open_database, row_of
from hooklog.eventlog.sqlite_file import FILE_NAME as EVENTS_FILE
from hooklog.testing.program import wait_until


def verify_export(campaign: Campaign) -> None:
    """Wait until the export has come to the end of the feed, then hold its files against what was acknowledged."""
    folder = campaign.program.folder
    wait_until("the export at the end of the feed", lambda: _is_at_the_end(folder), 60)
    files = sorted((folder / FOLDER_NAME).rglob("*.parquet"))
    counts = Counter(
        request_id
        for path in files
        for request_id in pq.read_table(path, columns=["request_id"])[0].to_pylist()
    )
    assert [] == [one for one, count in counts.items() if count > 1][:5]
    due = (one.id for one in campaign.acknowledged if STATUS[one.sent.kind] == "EVENT_SUCCESS")
    assert [] == [one for one in due if one not in counts][:5]


def _is_at_the_end(folder: Path) -> bool:
    if not (folder / FILE_NAME).exists():
        return False
    with (
        closing(open_database(folder / FILE_NAME, read_only=True)) as export,
        closing(open_database(folder / EVENTS_FILE, read_only=True)) as log,
    ):
        last = row_of(log, "SELECT max(sequence) FROM feed")[0]
        return row_of(export, "SELECT cursor, planned FROM state") == (last, None)
