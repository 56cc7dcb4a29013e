"""The log itself: every entry can be read with all that explains it, and no request id is there twice."""

import heapq
from collections.abc import Iterator

import apsw
import msgspec

from hooklog.check.findings import Check, named
from hooklog.check.known import Known
from hooklog.check.places import Places
from hooklog.check.values import Values
from hooklog.event import ID_BYTES, USUAL_MESSAGES, Status
from hooklog.eventlog.base import Record
from hooklog.eventlog.block import Block
from hooklog.eventlog.pattern import NO_PATTERN, pattern_of
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.eventlog.sqlite_rows import NO_NAME

__all__ = ["check_entries", "check_ids"]

_STATUSES = frozenset(int(status) for status in Status)
_WITHOUT_USUAL_MESSAGE = _STATUSES - frozenset(int(status) for status in USUAL_MESSAGES)
_SUCCESS = int(Status.EVENT_SUCCESS)
_UNIQUE_KEY_CHARACTERS = 32  # An MD5 in hex; where nothing is to be unique, the request id stands there.

_ENTRIES = """
SELECT e.org, e.id, e.kind, e.place, k.org, k.status, k.name, k.parent, n.org, n.text, w.org, w.text, p.text
FROM entry e NOT INDEXED
LEFT JOIN kind k ON k.id = e.kind
LEFT JOIN word n ON n.id = k.name
LEFT JOIN word w ON w.id = k.webhook
LEFT JOIN word p ON p.id = k.pattern
"""


class _Entry(msgspec.Struct, frozen=True):
    """A row of _ENTRIES."""

    org_id: int
    id: bytes
    kind: int
    place: int
    kind_org: int | None
    status: int
    name: int
    parent_org: int | None
    name_org: int | None
    name_text: str | None
    webhook_org: int | None
    webhook_text: str | None
    pattern: str | None


def check_entries(log: apsw.Connection, known: Known) -> list[Check]:
    """Every entry by itself, the unique key of its record, and the blocks in which all of them lie.

    Args:
        log: a snapshot of the event log's file.
        known: what entries may point at.
    """
    entries, unique, places = Check(FILE_NAME, "entries"), Check(FILE_NAME, "unique keys"), Places(log)
    values = Values(log)
    for row in log.execute(_ENTRIES):
        entry = _Entry(*row)
        what = f"entry {named(entry.org_id, entry.id)}"
        entries.look()
        slot = places.taken(entry.place, what)
        if not entries.expect(
            entry.kind_org == entry.org_id, f"{what}: kind {entry.kind} is not one of this org"
        ):
            continue
        _check_row(entry, what, known, entries)
        record = None if slot is None else _explained(entry, slot, what, known, entries)
        if slot is not None and _is_request_id(entry.id) and entries.is_sound:
            block, number = slot
            values.told(entry.org_id, entry.id, entry.kind, entry.place, record, block.mapped(number))
        if record is not None and len(record.unique_id) == _UNIQUE_KEY_CHARACTERS:
            unique.look()
            _check_unique_key(log, entry, record, unique)
    # Where entries cannot be read, nothing tells what should be in the index.
    return [entries, unique, places.finished(), *([values.finished()] if entries.is_sound else [])]


def _check_row(entry: _Entry, what: str, known: Known, check: Check) -> None:
    check.expect(_is_request_id(entry.id), f"{what}: the id is not a UUIDv7")
    check.expect(entry.status in _STATUSES, f"{what}: status {entry.status} is none of {Status.__name__}")
    check.expect(known.has_org(entry.org_id), f"{what}: org {entry.org_id} is not in directory.db")
    if entry.parent_org is not None:
        check.expect(
            known.has_org(entry.parent_org),
            f"{what}: its parent org {entry.parent_org} is not in directory.db",
        )
    check.expect(
        entry.name == NO_NAME or entry.name_org == entry.org_id,
        f"{what}: word {entry.name}, its event name, is not one of this org",
    )
    if check.expect(
        entry.webhook_org == entry.org_id, f"{what}: the word that is its webhook is not one of this org"
    ):
        check.expect(
            known.has_webhook(entry.webhook_text or ""),
            f"{what}: webhook {entry.webhook_text} is not in catalog.db; webhooks are only ever disabled",
        )


def _is_request_id(raw: bytes) -> bool:
    return len(raw) == ID_BYTES and raw[6] >> 4 == 0x7 and raw[8] >> 6 == 0b10


def _explained(
    entry: _Entry, lies: tuple[Block, int], what: str, known: Known, check: Check
) -> Record | None:
    """The entry's record, if it has one, once all that explains it is found to be in order."""
    block, slot = lies
    try:
        message_is_usual = not block.has_message(slot)
        version = block.version(slot)
        record = block.record(slot, entry.id)
        stages = block.stages(slot, entry.id)
    except (msgspec.MsgspecError, IndexError) as error:
        check.wrong(f"{what}: what explains it cannot be decoded: {error}")
        return None
    has_message = check.expect(
        not message_is_usual or entry.status not in _WITHOUT_USUAL_MESSAGE,
        f"{what}: no message; only statuses that always say the same leave it out",
    )
    if has_message and entry.status in _STATUSES:
        status = Status(entry.status)
        message = block.input_and_message(slot, status)[1]
        check.expect(
            pattern_of(status, message, stages) == (entry.pattern or NO_PATTERN),
            f"{what}: it is counted as {entry.pattern!r}, which is not the pattern of its message",
        )
    if version:
        check.expect(
            known.has_version(entry.org_id, entry.name_text or "", version),
            f"{what}: version {version} of {entry.name_text!r} is not in catalog.db; all are kept",
        )
    if entry.status == _SUCCESS:
        check.expect(record is not None, f"{what}: no record; every success has one")
        check.expect(bool(stages), f"{what}: no stages; every success passed them")
    return record


def _check_unique_key(log: apsw.Connection, entry: _Entry, record: Record, check: Check) -> None:
    """A key belongs to one event; the others that had it are marked as duplicates of it."""
    what = f"entry {named(entry.org_id, entry.id)}"
    try:
        key = bytes.fromhex(record.unique_id)
    except ValueError:
        check.wrong(f"{what}: its unique id {record.unique_id!r} is not 32 hex digits")
        return
    find = "SELECT owner FROM claim WHERE org = ? AND key = ?"
    row = log.execute(find, (entry.org_id, key)).fetchone()
    if record.is_duplicate:
        if check.expect(row is not None, f"{what} is a duplicate, but nobody holds its key {key.hex()}"):
            assert row is not None
            check.expect(row[0] != entry.id, f"{what} is marked a duplicate of itself")
    elif entry.status == _SUCCESS:
        check.expect(
            row is not None,
            f"{what} counted, but its key {key.hex()} is not claimed: a resend would count again",
        )


def check_ids(log: apsw.Connection) -> Check:
    """No request id is there twice, in whichever orgs, neither as entries nor as an entry and a pending event."""
    check = Check(FILE_NAME, "request ids")
    orgs = [
        org_id for (org_id,) in log.execute("SELECT DISTINCT org FROM entry UNION SELECT org FROM pending")
    ]
    lanes = (
        _ids(log, table, org_id, what)
        for org_id in orgs
        for table, what in (("entry", "an entry"), ("pending", "pending"))
    )
    before: tuple[bytes, int, str] = (b"", 0, "")
    for request_id, org_id, what in heapq.merge(*lanes):
        check.look()
        check.expect(
            request_id != before[0],
            f"{named(org_id, request_id)} is {what}, and it is {before[2]} of org {before[1]} too; once is right",
        )
        before = request_id, org_id, what
    return check


def _ids(log: apsw.Connection, table: str, org_id: int, what: str) -> Iterator[tuple[bytes, int, str]]:
    rows = log.execute(f"SELECT id FROM {table} NOT INDEXED WHERE org = ? ORDER BY id", (org_id,))
    return ((request_id, org_id, what) for (request_id,) in rows)
