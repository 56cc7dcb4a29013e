"""What must hold after any accident, as a list of findings: nothing lost, nothing twice, no number reused.

`recover` starts the system on what an accident left, lets it work to its end and takes new events; every broken
law is a finding, so that a canary can count them.
"""

import enum
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import msgspec

from hooklog.check.folder import check_folder
from hooklog.db.sqlite import open_database
from hooklog.directory.identifier import canonical
from hooklog.directory.sqlite import FILE_NAME as DIRECTORY_FILE
from hooklog.errors import HooklogError
from hooklog.event import Entry, Event, Status
from hooklog.eventlog.retention import RetentionSettings
from hooklog.eventlog.sqlite_feed import entries_in, spans_of
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.testing.clock import FakeClock
from hooklog.testing.scripted_run import kind_of, number_of, push_of
from hooklog.testing.setting import ORG_ID
from hooklog.testing.stored_system import Ledger, Means, StoredSystem

__all__ = ["Finding", "Law", "recover"]

# Where the events that are sent after the accident begin; far above those of any run.
_FRESH_NUMBER = 100_000
_FRESH_GROUPS = (1, 12)
# One makes the next worker careful, two more on the same event make it the poison.
_DEATHS_BEFORE_GIVING_UP = 3


class Law(enum.StrEnum):
    """What can be broken; the word says how."""

    LOST = "lost"
    DOUBLED = "doubled"
    REUSED = "reused"
    CHANGED = "changed"
    INVENTED = "invented"
    CLAIMS = "claims"
    DAMAGED = "damaged"
    BROKEN = "broken"


class Finding(msgspec.Struct, frozen=True):
    """One broken law, with what it was about."""

    law: Law
    what: str


def recover(folder: Path, ledger: Ledger, clock: FakeClock, means: Means) -> list[Finding]:
    """Start on a folder after an accident, work to the end, and say what is wrong; nothing, if all is well.

    Args:
        folder: what the accident left.
        ledger: what was known outside before; not changed.
        clock: not earlier than before the accident.
        means: how to open the files.
    """
    after = msgspec.structs.replace(
        ledger, submitted=dict(ledger.submitted), acknowledged={}, shown={}, resettled=[*ledger.resettled]
    )
    try:
        system = StoredSystem(folder, after, clock, means)
        try:
            findings = list(_of_what_is_left(system, ledger))
            system.settle_all()
            first_fresh = system.journal.last + 1
            _send_fresh(system)
            system.settle_all()
            findings += _of_numbers(system, ledger, first_fresh)
            findings += _of_entries(system.entries(), ledger, after)
            findings += _of_claims(system)
            findings += _of_customers(system)
        finally:
            system.close()
        findings += _of_files(folder)
        findings += _of_check(folder, clock.now_ms())
    except HooklogError as error:
        # A gap in the journal is what a loss looks like to the worker.
        return [Finding(Law.LOST, f"{error.code}: {error}")]
    except apsw.Error as error:
        return [Finding(Law.DAMAGED, repr(error))]
    except AssertionError as error:
        # An invariant of ours does not hold, or the work comes to no end: on a damaged file both happen.
        return [Finding(Law.BROKEN, str(error))]
    return findings


def _of_what_is_left(system: StoredSystem, ledger: Ledger) -> Iterator[Finding]:
    """Before anything is settled anew: what was shown is there, and numbers mean the events they meant."""
    there = {entry.id: entry for entry in system.entries()}
    for request_id, entry in ledger.shown.items():
        if request_id not in there:
            yield Finding(Law.LOST, f"entry {number_of(request_id)} had been shown")
        elif there[request_id] != entry:
            yield Finding(Law.CHANGED, f"entry {number_of(request_id)}: {entry} became {there[request_id]}")
    after = system.log.position
    for _ in range(len(ledger.submitted) + 1):
        read = system.journal_reader.read(after, 1)
        if not read:
            return
        after = read[0].position
        known = ledger.acknowledged.get(after, read[0].event)
        if known != read[0].event:
            what = f"{after} is {number_of(read[0].event.id)}, was acknowledged as {number_of(known.id)}"
            yield Finding(Law.REUSED, what)
    yield Finding(Law.INVENTED, "the journal holds more than was sent")


def _send_fresh(system: StoredSystem) -> None:
    number = _FRESH_NUMBER
    for size in _FRESH_GROUPS:
        assert system.append([push_of(number + offset) for offset in range(size)])
        number += size


def _of_numbers(system: StoredSystem, ledger: Ledger, first_fresh: int) -> Iterator[Finding]:
    highest = max(ledger.acknowledged, default=0)
    if first_fresh <= highest:
        yield Finding(Law.REUSED, f"{highest} was acknowledged, {first_fresh} is given out afterwards")
    if not first_fresh + sum(_FRESH_GROUPS) - 1 == system.journal.last == system.log.position:
        what = f"from {first_fresh}, last {system.journal.last}, settled {system.log.position}"
        yield Finding(Law.REUSED, what)


def _of_entries(entries: list[Entry], before: Ledger, after: Ledger) -> Iterator[Finding]:
    there = {entry.id: entry for entry in entries}
    if len(there) != len(entries):
        yield Finding(Law.DOUBLED, f"{len(entries) - len(there)} entries")
    yield from (
        Finding(Law.DOUBLED, f"event {number_of(request_id)} was settled again")
        for request_id in after.resettled
    )
    owed = [*before.acknowledged.values(), *after.acknowledged.values()]
    yield from (
        Finding(Law.LOST, f"event {number_of(event.id)}, acknowledged")
        for event in owed
        if event.id not in there
    )
    for request_id, entry in there.items():
        event = after.submitted.get(request_id)
        if event is None:
            yield Finding(Law.INVENTED, f"entry {entry}")
        elif not (_is_faithful(entry, event) and _is_as_expected(entry, after)):
            yield Finding(Law.CHANGED, f"event {number_of(request_id)} has {entry}")
        if entry != before.shown.get(request_id, entry):
            yield Finding(Law.CHANGED, f"entry {number_of(request_id)} became {entry}")


def _is_faithful(entry: Entry, event: Event) -> bool:
    said = entry.org_id, entry.webhook_id, entry.input
    return said == (event.org_id, event.webhook_id, event.body)


def _is_as_expected(entry: Entry, ledger: Ledger) -> bool:
    return entry.status is kind_of(number_of(entry.id)).status or _is_given_up(entry, ledger)


def _is_given_up(entry: Entry, ledger: Ledger) -> bool:
    """Whether it was taken for the poison, as it may be after dying twice while it was being tried alone."""
    is_given_up = entry.status is Status.EVENT_PROCESSING_FAILED and entry.message.endswith(
        "died on this event twice"
    )
    return is_given_up and ledger.worker_deaths >= _DEATHS_BEFORE_GIVING_UP


def _of_claims(system: StoredSystem) -> Iterator[Finding]:
    """Of the successes that share a unique key exactly one is no duplicate, and it holds the key."""
    owners: Counter[bytes] = Counter()
    for entry in system.entries():
        record = system.reader.record(ORG_ID, entry.id)
        if entry.status is Status.EVENT_SUCCESS and record is None:
            yield Finding(Law.CHANGED, f"event {number_of(entry.id)} has no record")
        elif record is not None and kind_of(number_of(entry.id)).has_key:
            key = bytes.fromhex(record.unique_id)
            owners[key] += not record.is_duplicate
            claim = system.log.claims(ORG_ID, [key]).get(key)
            if claim is None or not claim.is_settled or (claim.owner == entry.id) == record.is_duplicate:
                yield Finding(Law.CLAIMS, f"event {number_of(entry.id)} and {claim}")
    yield from (Finding(Law.CLAIMS, f"{key.hex()} has {n} owners") for key, n in owners.items() if n != 1)


def _of_customers(system: StoredSystem) -> Iterator[Finding]:
    """The directory knows the customers that records name."""
    for entry in system.entries():
        if kind_of(number_of(entry.id)).name == "new customer" and entry.status is Status.EVENT_SUCCESS:
            record = system.reader.record(ORG_ID, entry.id)
            mobile = msgspec.json.decode(entry.input)["mobile"]
            known = system.directory.find_customer(ORG_ID, canonical("mobile", mobile, "INSTORE", ""))
            if record is None or record.user_id is None or record.user_id != known:
                yield Finding(Law.LOST, f"the customer of event {number_of(entry.id)}")


def _of_files(folder: Path) -> Iterator[Finding]:
    for path in sorted(folder.glob("*.db")):
        # Not read-only: an unfinished journal file may have a rollback journal beside it.
        with closing(open_database(path, synchronous="OFF")) as connection:
            found = connection.execute("PRAGMA integrity_check").get
            if found != "ok":
                yield Finding(Law.DAMAGED, f"{path.name}: {found}")
    # The feed has each event in one commit only: a second settling would not be seen in the entries.
    told = 0
    items: Counter[bytes] = Counter()
    with closing(open_database(folder / FILE_NAME, read_only=True)) as connection:
        for first, last, spans in connection.execute("SELECT place, place + places, spans FROM feed"):
            for span in spans_of(spans):
                told += span.count
                items.update(request_id for _, request_id, _ in entries_in(connection, span, (first, last)))
        (entries,) = connection.execute("SELECT count(*) FROM entry").fetchall()
        (claims,) = connection.execute("SELECT count(*) FROM claim WHERE NOT is_settled").fetchall()
    for request_id, times in items.items():
        if times != 1:
            yield Finding(Law.DOUBLED, f"event {number_of(request_id)} was settled {times} times")
    if entries != (told,):
        yield Finding(Law.DOUBLED, f"the feed tells of {told} events; the log has {entries[0]}")
    if claims != (0,):
        yield Finding(Law.CLAIMS, f"{claims[0]} keys are held by nobody")


def _of_check(folder: Path, now_ms: int) -> Iterator[Finding]:
    """What `hooklog check` says of the files that are there; no catalog and no keys are."""
    for said in check_folder(folder, RetentionSettings(), now_ms).findings:
        if said.where in {FILE_NAME, DIRECTORY_FILE} or said.where.startswith("journal"):
            yield from (Finding(Law.DAMAGED, f"{said.where}, {said.what}: {one}") for one in said.problems)
