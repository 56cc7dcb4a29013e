"""Whether the same thing has been said before (contract I.10, I.23).

A key belongs to the first event that has it, unless that event fails for good. The claim commits together with
the entry, so a crash between the two cannot count an event zero times or twice.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from hooklog.catalog.base import Field
from hooklog.event import Stage, id_to_text, instant_of
from hooklog.eventlog.base import Claim
from hooklog.pipeline.build_record import build_record
from hooklog.pipeline.stage import PASS, Outcome, Work, again, as_sent, park, passed

__all__ = ["KnowsClaims", "Uniqueness", "unique_key"]

# An event waits for the owner of its key while that one's consumer call is in flight.
_WAIT_FOR_OWNER_MS = 1_000

Key = tuple[int, bytes]


def unique_key(work: Work) -> bytes | None:
    """The 16-byte MD5 of `EventName_<identifier as sent>_<value>_...`; None where nothing is to be checked."""
    fields = work.plan.unique_fields
    if not fields or not work.webhook.uniqueness_check_enabled:
        return None
    values = [_value(work, field) for field in fields]
    text = "_".join((work.plan.definition.name, work.identifier_sent, *values))
    # MD5 is the documented key, not a protection.
    return hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()


def _value(work: Work, field: Field) -> str:
    """As stored ("20.0"), the till as sent, an absent value as empty text (contract I.23)."""
    if field.type == "tillCode":
        return as_sent(work.attributes[field.name]) if field.name in work.stored else ""
    if field.type == "groupId" and field.name not in work.stored:
        # The first group of an event is kept apart from what is stored by name.
        sent = work.attributes.get(field.name)
        return "" if sent is None or sent == "" else str(work.group_id)
    return work.stored.get(field.name, "")


class KnowsClaims(Protocol):
    """The part of the event log that is asked here."""

    def claims(self, org_id: int, keys: Sequence[bytes]) -> dict[bytes, Claim]:
        """See EventLogWriter."""


class Uniqueness:
    """A duplicate goes on to EVENT_SUCCESS, marked, and the loyalty consumer skips it."""

    stage = Stage.UNIQUENESS

    def __init__(
        self, log: KnowsClaims, clock_ms: Callable[[], int], window_seconds: Mapping[str, int]
    ) -> None:
        """Args:
        log: knows who holds which key.
        clock_ms: epoch milliseconds.
        window_seconds: "<orgId>/<eventName>" to how long a key counts; left out means for ever.
        """
        self._log = log
        self._clock_ms = clock_ms
        self._window_seconds = window_seconds
        self._in_batch: dict[Key, Claim | None] = {}
        self._undecided: dict[Key, bytes] = {}
        self._held: dict[int, dict[bytes, Claim]] = {}

    def start_batch(self) -> None:
        """Forget what the previous batch decided; it is committed by now."""
        self._held.clear()
        self._in_batch.clear()
        self._undecided.clear()

    def settle(self, work: Work, *, keeps_claim: bool) -> None:
        """Tell later events of this batch how the owner of a key ended."""
        if work.claim_key is not None:
            self._decide(work, Claim(work.event.id, is_settled=True) if keeps_claim else None)

    def wait_for(self, work: Work) -> None:
        """Tell later events of this batch that the owner of a key was parked."""
        if work.claim_key is not None:
            self._decide(work, Claim(work.event.id, is_settled=False))

    def is_free(self, work: Work) -> bool:
        """Whether the owner that this event waited for has failed, so that the next one takes the key over."""
        return work.unique_key is not None and self._in_batch.get((work.org_id, work.unique_key)) is None

    def _decide(self, work: Work, claim: Claim | None) -> None:
        assert work.claim_key is not None
        key = work.org_id, work.claim_key
        self._in_batch[key] = claim
        self._undecided.pop(key, None)

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage. Asks the log once for the keys of each org."""
        now_ms = self._clock_ms()
        unasked: dict[int, list[bytes]] = {}
        for work in batch:
            if work.record is None:
                key = work.unique_key = unique_key(work) if work.plan.unique_fields else None
                if key is None:
                    work.record = build_record(work, now_ms, id_to_text(work.event.id))
                    continue
            if work.unique_key is not None:
                unasked.setdefault(work.org_id, []).append(work.unique_key)
        for org_id, keys in unasked.items():
            self._held.setdefault(org_id, {}).update(self._log.claims(org_id, keys))
        if not unasked:
            return [PASS] * len(batch)
        return [
            PASS if work.unique_key is None else self._check(work, work.unique_key, now_ms) for work in batch
        ]

    def _check(self, work: Work, digest: bytes, now_ms: int) -> Outcome:
        key = work.org_id, digest
        if self._undecided.get(key, work.event.id) != work.event.id:
            return again()
        claim = self._in_batch[key] if key in self._in_batch else self._held[work.org_id].get(digest)
        is_free = claim is None or claim.owner == work.event.id or self._has_lapsed(work, claim)
        work.is_duplicate = claim is not None and not is_free and claim.is_settled
        unique_id = digest.hex()
        if work.record is None:
            work.record = build_record(work, now_ms, unique_id, is_duplicate=work.is_duplicate)
        elif work.record.is_duplicate is not work.is_duplicate:
            work.record = msgspec.structs.replace(work.record, is_duplicate=work.is_duplicate)
        if claim is None or is_free:
            self._undecided[key] = work.event.id
            work.claim_key = digest
            return passed({"uniqueId": unique_id})
        first = id_to_text(claim.owner)
        if not claim.is_settled:
            return park(now_ms + _WAIT_FOR_OWNER_MS, {"waitsFor": first})
        return passed({"uniqueId": unique_id, "duplicateOf": first})

    def _has_lapsed(self, work: Work, claim: Claim) -> bool:
        window = self._window_seconds.get(f"{work.org_id}/{work.event_name}")
        age_ms = instant_of(work.event.id) - instant_of(claim.owner)
        return window is not None and claim.is_settled and age_ms > window * 1_000
