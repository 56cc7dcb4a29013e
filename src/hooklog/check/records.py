"""How records are found: each is as its kind says, and the dated ones are in their index, with nothing else."""

import apsw
import msgspec

from hooklog.check.findings import Check, named
from hooklog.db.sqlite import row_of
from hooklog.errors import StorageDamaged
from hooklog.eventlog.dating import Dating, dating_of
from hooklog.eventlog.record import Record, event_seconds
from hooklog.eventlog.sqlite_blocks import BlockReader, slot_of
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.eventlog.sqlite_record_index import Kind, run_of

__all__ = ["check_records"]

_ENTRIES = (
    "SELECT e.org, e.id, k.name, k.dating, e.place "
    "FROM entry e NOT INDEXED CROSS JOIN kind k ON k.id = e.kind"
)
_BY_TIME = (
    "SELECT run FROM record_at WHERE org = ? AND name = ? AND is_duplicate = ? AND event_at = ? AND id = ?"
)
_BY_VALUE = (
    "SELECT name, is_duplicate FROM record_of "
    "WHERE run = ? AND org = ? AND kind = ? AND value = ? AND event_at = ? AND id = ?"
)


def check_records(log: apsw.Connection) -> Check:
    """Every dated record of a snapshot has its rows in the index, which has no others: their numbers agree.

    That undated ones are found by customer and group is told by the index of values.
    """
    check = Check(FILE_NAME, "record index")
    newest_run = run_of(row_of(log, "SELECT coalesce(max(records), 0) FROM state")[0])
    dated = values = 0
    blocks = BlockReader()
    for org_id, request_id, name, dating, entry_place in log.execute(_ENTRIES):
        what = f"the record of {named(org_id, request_id)}"
        try:
            record = blocks.block(log, entry_place).record(slot_of(entry_place), request_id)
        except (StorageDamaged, msgspec.MsgspecError, IndexError):
            check.wrong(f"{what} cannot be decoded")
            continue
        if record is not None:
            check.look()
        expected = dating_of(record, request_id)
        check.expect(
            dating == expected,
            f"{what} is {expected.name.lower()}; its kind says {dating}: no search finds it",
        )
        if record is None or expected is not Dating.DATED:
            continue
        dated += 1
        place = (org_id, name, int(record.is_duplicate), event_seconds(record), request_id)
        row = log.execute(_BY_TIME, place).fetchone()
        if row is None:
            check.wrong(f"{what} is not in record_at: no search finds it")
            continue
        check.expect(row[0] <= newest_run, f"{what} is in run {row[0]}; the newest is {newest_run}")
        for kind, value in _values(record):
            values += 1
            found = log.execute(_BY_VALUE, (row[0], org_id, kind, value, place[3], request_id)).fetchone()
            check.expect(
                found == (name, place[2]),
                f"{what} is not in record_of by its {Kind(kind).name.lower()}: no such search finds it",
            )
    if check.is_sound:
        _expect_no_others(log, check, dated, values)
    return check


def _values(record: Record) -> list[tuple[int, int]]:
    found = ((Kind.USER, record.user_id), (Kind.GROUP, record.group_id))
    return [(int(kind), value) for kind, value in found if value is not None]


def _expect_no_others(log: apsw.Connection, check: Check, records: int, values: int) -> None:
    for table, expected in (("record_at", records), ("record_of", values)):
        count = row_of(log, f"SELECT count(*) FROM {table}")[0]
        check.expect(count == expected, f"{table} has {count} rows; the dated records have {expected}")
