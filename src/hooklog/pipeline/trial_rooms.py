"""What the stages ask during a trial: the real rooms, read only, with what the trial has made of them in memory."""

from collections.abc import Mapping, Sequence
from typing import Final

from hooklog.consumers.base import CONSUMED, Answer, Delivery, Needs, failed
from hooklog.consumers.emf import CUSTOMER_MISSING
from hooklog.directory.base import Conflict, Enrolment, Identifier
from hooklog.directory.known import AskedDirectory
from hooklog.event import ID_BYTES, Entry, Status
from hooklog.eventlog.base import Claim, Settled
from hooklog.pipeline.uniqueness import KnowsClaims

__all__ = ["TrialClaims", "TrialDirectory", "TrialLoyalty"]

# User ids that nobody has: real ones are given out from the other end.
_FIRST_MADE: Final = 1 << 62


class TrialDirectory:
    """See AskedDirectory: a customer that would be made is made here and nowhere else."""

    def __init__(self, directory: AskedDirectory) -> None:
        """Args: `directory`: is only ever read."""
        self._directory = directory
        self._made: dict[tuple[int, Identifier], int] = {}
        self._writes = 0
        self.org = directory.org
        self.till = directory.till
        self.customer = directory.customer
        self.group = directory.group
        self.group_by_external_id = directory.group_by_external_id
        self.groups_of = directory.groups_of

    def find_customers(self, org_id: int, identifiers: Sequence[Identifier]) -> list[int | None]:
        """See Directory."""
        found = self._directory.find_customers(org_id, identifiers)
        made = self._made
        return [
            made.get((org_id, one)) if user_id is None else user_id
            for one, user_id in zip(identifiers, found, strict=True)
        ]

    def put_customers(self, org_id: int, enrolments: Sequence[Enrolment]) -> list[int | Conflict]:
        """See Directory; the stages name each customer by one identifier."""
        self._writes += 1
        asked = [one.identifiers[0] for one in enrolments]
        found = self.find_customers(org_id, asked)
        return [
            self._make(org_id, one) if user_id is None else user_id
            for one, user_id in zip(asked, found, strict=True)
        ]

    def _make(self, org_id: int, identifier: Identifier) -> int:
        return self._made.setdefault((org_id, identifier), _FIRST_MADE + len(self._made))

    def changes_seen(self) -> tuple[int, int]:
        """See Directory."""
        others, own = self._directory.changes_seen()
        return others, own + self._writes


class TrialClaims:
    """Who would hold which unique key, had the events been judged like this from the beginning of the trial on.

    The log's claim counts where its owner was accepted before the trial's first event, or was not judged in it; of
    those judged, what the trial made of them counts. So nobody is a duplicate of itself or of a later event.
    """

    def __init__(self, log: KnowsClaims) -> None:
        """Args: `log`: is only ever read."""
        self._log = log
        self._first = b""
        self._in_log: dict[tuple[int, bytes], bytes] = {}
        self._held: dict[tuple[int, bytes], bytes] = {}
        # Judged events that the log's claims do not tell of: 16 bytes each, in order, instead of the 100 of a set.
        self._judged_anew = bytearray()

    def start_batch(self, first: bytes) -> None:
        """The next batch begins with the event of this id; ids only grow."""
        self._first = first
        self._in_log.clear()

    def claims(self, org_id: int, keys: Sequence[bytes]) -> dict[bytes, Claim]:
        """See EventLogWriter. An owner that is pending counts as settled: nobody can wait for it here."""
        found = {}
        for key, claim in self._log.claims(org_id, keys).items():
            self._in_log[org_id, key] = claim.owner
            if claim.owner < self._first and not self._is_judged_anew(claim.owner):
                found[key] = Claim(claim.owner, is_settled=True)
        for key in keys:
            owner = self._held.get((org_id, key))
            if owner is not None:
                found[key] = Claim(owner, is_settled=True)
        return found

    def commit(self, settled: Sequence[Settled]) -> None:
        """Remember how the events of the batch, in the order of their ids, fared with their keys."""
        for one in settled:
            request_id, key = one.entry.id, one.claim_key
            place = None if key is None else (one.entry.org_id, key)
            if place is not None and self._in_log.get(place) == request_id and place not in self._held:
                continue  # As the log has it.
            self._judged_anew += request_id
            if place is not None:
                self._held[place] = request_id

    def _is_judged_anew(self, request_id: bytes) -> bool:
        low, high = 0, len(self._judged_anew) // ID_BYTES
        while low < high:
            middle = (low + high) // 2
            found = self._judged_anew[middle * ID_BYTES : (middle + 1) * ID_BYTES]
            if found == request_id:
                return True
            low, high = (middle + 1, high) if found < request_id else (low, middle)
        return False


class TrialLoyalty:
    """See Consumer: what is told without a call is told, what only the endpoint knows counts as it was."""

    def __init__(self, calling: frozenset[int]) -> None:
        """Args: `calling`: the orgs that have an endpoint."""
        self._calling = calling
        self._before: Mapping[bytes, Entry] = {}
        self.unknown: set[bytes] = set()

    def start_batch(self, before: Mapping[bytes, Entry]) -> None:
        """These are the entries that will be judged, by request id."""
        self._before = before
        self.unknown = set()

    def needs(self, org_id: int) -> Needs:
        """See Consumer."""
        return Needs.DELIVERY if org_id in self._calling else Needs.CUSTOMER

    def consume(self, delivery: Delivery) -> Answer:
        """See Consumer."""
        if delivery.record.user_id is None:
            return failed(CUSTOMER_MISSING)
        before = self._before[delivery.request_id]
        said = before.message.partition(": ")[2]
        if before.status is Status.EMF_PROCESSOR_FAILED and said != CUSTOMER_MISSING:
            return failed(said)
        if before.status is not Status.EVENT_SUCCESS:
            self.unknown.add(delivery.request_id)
        return CONSUMED
