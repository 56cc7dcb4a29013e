"""Around the log: where the worker stands, what is pending, who holds which key, and the feed of followers."""

from typing import Any

import apsw
import msgspec

from hooklog.check.findings import Check, named
from hooklog.check.known import Known
from hooklog.db.sqlite import row_of
from hooklog.event import ID_BYTES, id_lowest_at, instant_of
from hooklog.eventlog.retention import RetentionSettings
from hooklog.eventlog.sqlite_feed import Span, entries_in, spans_of
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.eventlog.sqlite_rows import decode_parked

__all__ = ["Kept", "State", "check_claims", "check_feed", "check_pending", "check_state"]

_DAY_MS = 24 * 3600 * 1000


class State(msgspec.Struct, frozen=True):
    """Which event log this is, and up to where it has settled the journal."""

    log_id: bytes
    position: int


class Kept:
    """Tells entries that retention may have deleted from those that must be there."""

    def __init__(self, settings: RetentionSettings, now_ms: int) -> None:
        """Args: `settings`: those in force; `now_ms`: epoch milliseconds."""
        self._settings = settings
        self._now_ms = now_ms

    def must_be_there(self, org_id: int, request_id: bytes) -> bool:
        """Whether no retention, of the org or of any of its events, has come to this one's age."""
        days = [self._settings.orgs.get(str(org_id), self._settings.days)]
        days += [own for name, own in self._settings.events.items() if name.startswith(f"{org_id}/")]
        return self._is_younger(request_id, min(days))

    def must_be_somewhere(self, request_id: bytes) -> bool:
        """The same of an event that may be in any org: the journal does not know where it was routed."""
        settings = self._settings
        return self._is_younger(
            request_id, min([settings.days, *settings.orgs.values(), *settings.events.values()])
        )

    def _is_younger(self, request_id: bytes, days: int) -> bool:
        return instant_of(request_id) >= self._now_ms - days * _DAY_MS


def check_state(log: apsw.Connection) -> tuple[Check, State | None]:
    """The one row that says where the worker stands."""
    check = Check(FILE_NAME, "state")
    rows: list[tuple[Any, ...]] = log.execute(
        "SELECT log_id, position, epoch, is_running, suspect_id, suspect_deaths FROM state"
    ).fetchall()
    check.look(len(rows))
    if not check.expect(len(rows) == 1, f"{len(rows)} rows; one is right"):
        return check, None
    log_id, position, epoch, is_running, suspect_id, deaths = rows[0]
    check.expect(len(log_id) == ID_BYTES, f"the log's id has {len(log_id)} bytes; {ID_BYTES} are right")
    check.expect(position >= 0, f"position {position}; it counts from 0")
    check.expect(epoch >= 0, f"epoch {epoch}; it counts from 0")
    check.expect(is_running in {0, 1}, f"is_running {is_running}; 0 and 1 are right")
    check.expect(deaths >= 0, f"suspect_deaths {deaths}; it counts from 0")
    check.expect(
        suspect_id is None or len(suspect_id) == ID_BYTES,
        f"suspect_id is not a request id of {ID_BYTES} bytes",
    )
    return check, State(log_id, position)


def check_pending(log: apsw.Connection, known: Known) -> Check:
    """Every pending event can be taken up again."""
    check = Check(FILE_NAME, "pending")
    for org_id, request_id, next_at, body in log.execute("SELECT org, id, next_at, parked FROM pending"):
        check.look()
        what = f"pending {named(org_id, request_id)}"
        try:
            parked = decode_parked(body)
        except msgspec.MsgspecError as error:
            check.wrong(f"{what} cannot be decoded: {error}")
            continue
        check.expect(
            (parked.org_id, parked.event.id) == (org_id, request_id),
            f"{what} says it is {named(parked.org_id, parked.event.id)}",
        )
        check.expect(
            parked.next_at_ms == next_at,
            f"{what}: its row is due at {next_at}, itself at {parked.next_at_ms}",
        )
        check.expect(
            known.has_webhook(parked.event.webhook_id),
            f"{what}: webhook {parked.event.webhook_id} is not in catalog.db; webhooks are only ever disabled",
        )
        if parked.claim_key is not None:
            find = "SELECT 1 FROM claim WHERE org = ? AND key = ? AND owner = ? AND is_settled = 0"
            check.expect(
                log.execute(find, (org_id, parked.claim_key, request_id)).fetchone() is not None,
                f"{what} believes it holds key {parked.claim_key.hex()}, but has no unsettled claim on it",
            )
    return check


def check_claims(log: apsw.Connection, kept: Kept) -> Check:
    """Every unique key's owner is a settled entry or a pending event."""
    check = Check(FILE_NAME, "claims")
    rows = log.execute(
        "SELECT c.org, c.key, c.owner, c.is_settled, e.id IS NOT NULL, p.id IS NOT NULL FROM claim c "
        "LEFT JOIN entry e ON e.org = c.org AND e.id = c.owner "
        "LEFT JOIN pending p ON p.org = c.org AND p.id = c.owner"
    )
    for org_id, key, owner, is_settled, is_entry, is_pending in rows:
        check.look()
        what = f"key {key.hex()} of org {org_id}"
        if not check.expect(len(owner) == ID_BYTES, f"{what}: its owner is not a request id"):
            continue
        if is_settled:
            check.expect(
                bool(is_entry) or not kept.must_be_there(org_id, owner),
                f"{what}: its owner {named(org_id, owner)} is settled, but not in the log",
            )
        else:
            check.expect(
                bool(is_pending),
                f"{what}: its owner {named(org_id, owner)} is not settled, but not pending: "
                "later events with this key wait for ever",
            )
    return check


def check_feed(log: apsw.Connection, kept: Kept) -> Check:
    """The feed has no holes, names entries that are there, and names every entry since it begins once.

    The last is told by counts and sums over both, since neither may fit into memory.
    """
    check = Check(FILE_NAME, "feed")
    before: int | None = None
    since_ms = -1
    in_feed = _Tally()
    rows = "SELECT sequence, at_ms, place, place + places, spans FROM feed ORDER BY sequence"
    for sequence, at_ms, first, last, spans in log.execute(rows):
        check.look()
        if before is None:
            # Rows before it were trimmed (never the first): what was accepted after it began is all in here.
            since_ms = -1 if sequence == 1 else at_ms
        told = _told(spans, sequence, check)
        # A row without entries tells that a restore has left numbers out.
        check.expect(
            before is None or sequence == before + 1 or told == [],
            f"rows {(before or 0) + 1} to {sequence - 1} are missing",
        )
        before = sequence
        for span in told or []:
            count = 0
            for _, request_id, _ in entries_in(log, span, (first, last)):
                in_feed.add(request_id, since_ms)
                count += 1
            check.expect(
                count == span.count
                or (count < span.count and not kept.must_be_there(span.org_id, id_lowest_at(span.first_ms))),
                f"row {sequence} tells of {span.count} entries of org {span.org_id} from "
                f"{span.first_ms} on; {count} are in the log",
            )
    _check_given_out(log, before or 0, check)
    if check.is_sound and before is not None:
        in_log = _Tally()
        for (request_id,) in log.execute("SELECT id FROM entry NOT INDEXED"):
            in_log.add(request_id, since_ms)
        check.expect(
            in_feed.sums == in_log.sums,
            f"it names {in_feed.sums[0]} entries accepted since it begins, the log has {in_log.sums[0]}; "
            "each is in both once",
        )
    return check


def _told(spans: bytes, sequence: int, check: Check) -> list[Span] | None:
    try:
        return list(spans_of(spans))
    except (msgspec.MsgspecError, ValueError) as error:
        check.wrong(f"row {sequence} cannot be decoded: {error}")
        return None


def _check_given_out(log: apsw.Connection, last: int, check: Check) -> None:
    given_out = row_of(log, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'feed'")[0]
    check.expect(
        given_out >= last, f"its counter stands at {given_out}, below its last row {last}: numbers come again"
    )
    if given_out == 0:
        count = row_of(log, "SELECT count(*) FROM entry")[0]
        check.expect(count == 0, f"it never had a row, but the log has {count} entries; each is in both once")


class _Tally:
    """Count and sum of ids: equal for equal sets, and different for different ones but by an absurd accident."""

    def __init__(self) -> None:
        self.sums = (0, 0)

    def add(self, request_id: bytes, since_ms: int) -> None:
        if instant_of(request_id) > since_ms:
            count, total = self.sums
            self.sums = count + 1, total + int.from_bytes(request_id, "big")
