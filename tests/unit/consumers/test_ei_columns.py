"""The columns of the export say what the records say, value by value."""

from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooklog.consumers.ei_columns import COLUMNS, Columns
from hooklog.event import Status, id_to_text
from hooklog.eventlog.record import JudgedRecord
from hooklog.psi import MASK
from hooklog.testing.builders import ORG, make_id, make_record

INT64 = st.integers(-(2**63), 2**63 - 1)
INSTANT_MS = st.integers(0, 253_402_300_799_999)
TEXT = st.text(max_size=20)
NAMES = st.sampled_from(["hotel", "pin", "Zimmer", "ü", ""])
RECORDS = st.builds(
    make_record,
    user_id=st.none() | INT64,
    source=TEXT,
    till_id=st.none() | INT64,
    till_code=TEXT,
    sent_till_code=st.none() | TEXT,
    event_at_ms=INSTANT_MS,
    sent_offset=st.none() | TEXT,
    updated_at_ms=INSTANT_MS,
    is_duplicate=st.booleans(),
    unique_id=TEXT,
    display_name=st.none() | TEXT,
    group_id=st.none() | INT64,
    attributes=st.dictionaries(NAMES, TEXT),
    side_effects=st.none() | st.just(()) | st.just(({"points": 3, "ü": None}, "x")),
)
JUDGED = st.builds(
    JudgedRecord,
    org_id=INT64,
    id=st.binary(min_size=16, max_size=16),
    event_name=TEXT,
    record=RECORDS,
    status=st.sampled_from(Status),
    definition_version=st.just(1),
)
ROWS = st.lists(st.tuples(JUDGED, st.frozensets(NAMES)), max_size=6)


def _row(judged: JudgedRecord, hidden: frozenset[str]) -> dict[str, Any]:
    """What a reader shall find."""
    record = judged.record
    shown = {name: MASK if name in hidden else value for name, value in record.attributes.items()}
    effects = record.side_effects
    return {
        "request_id": id_to_text(judged.id),
        "org_id": judged.org_id,
        "event_name": judged.event_name,
        "event_at": record.event_at_ms // 1000 * 1000,
        "updated_at": record.updated_at_ms,
        "status": judged.status.name,
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
        "attributes": sorted(shown.items()),
        "side_effects": None if effects is None else msgspec.json.encode(effects).decode(),
    }


@settings(deadline=None, print_blob=True)
@given(ROWS, st.integers(0, 6))
def test_every_value_is_in_its_column(rows: list[tuple[JudgedRecord, frozenset[str]]], turned: int) -> None:
    columns = Columns()
    for number, (judged, hidden) in enumerate(rows):
        if number == turned:
            columns.turn()
        columns.add(judged, hidden)
    table = columns.table()
    table.validate(full=True)
    assert table.equals(pa.Table.from_pylist([_row(*one) for one in rows], COLUMNS))


@pytest.mark.parametrize("count", [999, 1_000, 1_001, 3_000])
def test_many_rows_are_turned_some_at_a_time_and_none_is_lost(count: int) -> None:
    columns = Columns()
    for number in range(count):
        record = make_record(attributes={"number": str(number)})
        columns.add(JudgedRecord(ORG, make_id(number), "visit", record, Status.EVENT_SUCCESS, 1), frozenset())
    table = columns.table()
    table.validate(full=True)
    assert [id_to_text(make_id(number)) for number in range(count)] == table["request_id"].to_pylist()
    assert [[("number", str(number))] for number in range(count)] == table["attributes"].to_pylist()
