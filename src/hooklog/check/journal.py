"""The journal against the event log: no number is missing after the position, no event was lost or settled twice."""

from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path

import apsw
import msgspec

from hooklog.check.database import opened
from hooklog.check.eventlog import Kept, State
from hooklog.check.findings import Check, named
from hooklog.errors import JournalForeign
from hooklog.event import Event
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.journal.files import files_in_order, has_failed
from hooklog.journal.sqlite_file import Origin, decode_events, last_number, origin_of

__all__ = ["check_journal"]

_NO_END = 1 << 62
_GROUPS = "SELECT last, count, orgs, events FROM journal WHERE last <= ? ORDER BY last"

_decode_orgs = msgspec.msgpack.Decoder(dict[int, int], strict=False).decode


class _Log(msgspec.Struct, frozen=True):
    """The event log's side of the comparison. `position_later` was read after the journal's snapshots were taken."""

    snapshot: apsw.Connection
    state: State
    orgs: tuple[int, ...]
    kept: Kept
    position_later: int


class _File(msgspec.Struct, frozen=True):
    """One journal file with its checks: of its groups and of the events in them."""

    path: Path
    snapshot: apsw.Connection
    origin: Origin
    groups: Check
    events: Check


def check_journal(folder: Path, log: apsw.Connection, state: State, kept: Kept) -> list[Check]:
    """All journal files of a folder, oldest first, against a snapshot of its event log."""
    numbers = Check("journal", "numbers")
    checks = [numbers]
    with ExitStack() as stack:
        files = []
        for path in files_in_order(folder):
            snapshot = stack.enter_context(opened(path, "journal", checks))
            file = None if snapshot is None else _file(path, snapshot, state.log_id, checks)
            files += [] if file is None else [file]
        orgs = "SELECT DISTINCT org FROM entry UNION SELECT org FROM pending"
        side = _Log(
            log, state, tuple(org for (org,) in log.execute(orgs)), kept, position_later=_position_now(folder)
        )
        for file, following in zip_longest(files, files[1:]):
            _check_file(file, following, side)
        numbers.look(len(files))
        given_out = last_number(files[-1].snapshot, files[-1].origin) if files else 0
        numbers.expect(
            given_out >= state.position,
            f"numbers were given out up to {given_out}, but the event log stands at position {state.position}: "
            "acknowledged events may be lost, and their numbers come again",
        )
    return checks


def _file(path: Path, snapshot: apsw.Connection, log_id: bytes, checks: list[Check]) -> _File | None:
    """The file for further checks; None when it is another log's, or its making was cut short: it holds nothing."""
    groups, events = Check(path.name, "groups"), Check(path.name, "events")
    checks += [groups, events]
    try:
        origin = origin_of(snapshot, log_id)
    except JournalForeign as error:
        groups.wrong(f"{error}; {error.hint}")
        return None
    return None if origin is None else _File(path, snapshot, origin, groups, events)


def _position_now(folder: Path) -> int:
    reader = SqliteEventLogReader(folder)
    try:
        return reader.position()
    finally:
        reader.close()


def _check_file(file: _File, following: _File | None, log: _Log) -> None:
    """A file counts up to where the next one begins; what may lie behind that was never acknowledged."""
    until = _NO_END if following is None else following.origin.starts_after
    starts_after = file.origin.starts_after
    file.groups.expect(
        starts_after <= until, f"it goes on from {starts_after}, the file after it already from {until}"
    )
    last = _check_groups(file, until, log)
    given_out = last_number(file.snapshot, file.origin)
    file.groups.expect(given_out >= last, f"its counter stands at {given_out}, below its last number {last}")
    if following is None and not has_failed(file.path):
        last = max(last, log.position_later)
        file.groups.expect(
            last >= given_out,
            f"positions {last + 1} to {given_out} are missing; acknowledged events may be lost",
        )


def _check_groups(file: _File, until: int, log: _Log) -> int:
    """Every group by itself and behind the one before; returns the last number that is there."""
    groups, starts_after = file.groups, file.origin.starts_after
    before: int | None = None
    for last, count, orgs, blob in file.snapshot.execute(_GROUPS, (until,)):
        groups.look()
        first = last - count + 1
        # What is missing before the first group was trimmed, unless it lies after the position.
        floor = max(starts_after, log.position_later) if before is None else before
        groups.expect(
            first <= floor + 1,
            f"positions {floor + 1} to {first - 1} are missing; acknowledged events may be lost",
        )
        groups.expect(
            first > (starts_after if before is None else before),
            f"group {last} begins with {first}, which was given out before",
        )
        before = last
        try:
            decoded, by_org = decode_events(blob), _decode_orgs(orgs)
        except msgspec.MsgspecError as error:
            groups.wrong(f"group {last} cannot be decoded: {error}")
            continue
        groups.expect(len(decoded) == count, f"group {last} has {len(decoded)} events; it announces {count}")
        counted = {org: sum(event.org_id == org for event in decoded) for org in by_org}
        groups.expect(
            counted == by_org and sum(counted.values()) == len(decoded),
            f"group {last} announces {by_org} events by org; it has {counted}",
        )
        for number, event in enumerate(decoded, start=first):
            file.events.look()
            _check_event(number, event, log, file.events)
    return starts_after if before is None else before


def _check_event(number: int, event: Event, log: _Log, check: Check) -> None:
    """At or below the position it is settled or pending, above it is neither."""
    what = f"position {number}, {named(event.org_id, event.id)},"
    is_settled = _is_in_log(event, log)
    if number > log.state.position:
        check.expect(not is_settled, f"{what} is in the log, which stands at {log.state.position} only")
    else:
        check.expect(
            is_settled or not log.kept.must_be_somewhere(event.id),
            f"{what} is neither in the log nor pending, although the log stands at {log.state.position}",
        )


def _is_in_log(event: Event, log: _Log) -> bool:
    """Looked for in its webhook's org first; routing may have taken it to another."""
    find = (
        "SELECT EXISTS (SELECT 1 FROM entry WHERE org = ?1 AND id = ?2) "
        "OR EXISTS (SELECT 1 FROM pending WHERE org = ?1 AND id = ?2)"
    )
    orgs = (event.org_id, *(org for org in log.orgs if org != event.org_id))
    return any(log.snapshot.execute(find, (org, event.id)).get for org in orgs)
