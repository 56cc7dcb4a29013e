"""A trial's promise: past entries are judged anew, and nothing is changed by it, nowhere.

They are judged in the order of their acceptance, each as if it were accepted anew, by the definitions and mappings
of today (or a draft of them) and by the orgs, tills, customers and groups of today. A customer that would be made
counts as made. No consumer is called: where a loyalty endpoint would be, its answer counts as it was. An event is
never a duplicate of itself, nor of one that was accepted after it.
"""

import enum
from typing import Protocol

import msgspec

from hooklog.catalog.definition import Definition
from hooklog.catalog.mapping import EventMapping
from hooklog.event import Status

__all__ = ["NOT_JUDGED", "Findings", "Question", "Transition", "Trial", "TrialState", "Trials"]

NOT_JUDGED = frozenset(
    {Status.UNAUTHORIZED, Status.INVALID_REQUEST_BODY, Status.REQUEST_TOO_LARGE, Status.WEBHOOK_DISABLED}
)
"""How the edge ends a push; the stages never see it, and its input may be cut."""


class Question(msgspec.Struct, frozen=True):
    """What a trial is asked; it goes to another process.

    `filters` are the log's, as in a URL, checked already; `org_ids` are whose entries. Entries from `until_id` on are
    left out, and at most `entries_max` are looked at. Where `sees_all` is false the filters see what a caller
    without `psi:read` would be shown. Drafts (`definitions`, `mappings`) stand in the place of what the catalog has,
    for all that is judged.
    """

    org_id: int
    org_ids: tuple[int, ...]
    filters: dict[str, list[str]]
    time_zone: str
    until_id: bytes
    entries_max: int
    sees_all: bool
    definitions: tuple[Definition, ...] = ()
    mappings: tuple[EventMapping, ...] = ()


class Transition(msgspec.Struct):
    """The entries that had one status and would have another (or the same one).

    `sample_ids` are the oldest few, as texts, and `reasons` the patterns of what would be said, with how often;
    both are for changes only.
    """

    before: Status
    after: Status
    count: int = 0
    sample_ids: list[str] = []
    reasons: dict[str, int] = {}


class Findings(msgspec.Struct):
    """What a trial has found so far.

    `total` is how many entries there are to look at, where that can be told beforehand. Of those `looked` at,
    `refused` ones were ended by the edge and `unreadable` ones cannot be taken up; all others are in `transitions`.
    `loyalty_unknown` would reach a loyalty endpoint that was not asked about them; they count as successes.
    """

    total: int | None = None
    looked: int = 0
    refused: int = 0
    unreadable: int = 0
    loyalty_unknown: int = 0
    is_limit_reached: bool = False
    transitions: list[Transition] = []

    @property
    def judged(self) -> int:
        """How many were judged anew."""
        return sum(one.count for one in self.transitions)

    @property
    def changed(self) -> int:
        """How many would end with another status."""
        return sum(one.count for one in self.transitions if one.before is not one.after)

    @property
    def succeeding(self) -> int:
        """How many would succeed, whatever they did before."""
        return sum(one.count for one in self.transitions if one.after is Status.EVENT_SUCCESS)


class TrialState(enum.StrEnum):
    """Where a trial stands; the texts are on the wire."""

    RUNNING = "RUNNING"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


class Trial(Protocol):
    """One trial. Instants are epoch milliseconds; `failure` says why it FAILED. Findings of one that did not end by
    itself are of a part.
    """

    @property
    def id(self) -> str:
        """What names it, to its own org only."""

    @property
    def question(self) -> Question:
        """What it was asked."""

    @property
    def state(self) -> TrialState:
        """Where it stands."""

    @property
    def findings(self) -> Findings:
        """What it has found so far; at the end, all."""

    @property
    def failure(self) -> str:
        """Why it FAILED; "" otherwise."""

    @property
    def started_ms(self) -> int:
        """When it was started."""

    @property
    def ended_ms(self) -> int | None:
        """When it ended."""

    async def wait(self, seconds: float) -> None:
        """Return when it has ended, or after so many seconds."""

    async def cancel(self) -> None:
        """End it; what it has found so far stays. Nothing happens when it has ended."""


class Trials(Protocol):
    """The trials of an installation. Belongs to one event loop."""

    @property
    def entries_max(self) -> int:
        """How many entries a trial may look at."""

    async def start(self, question: Question) -> Trial | None:
        """A new trial; None while as many run as may, of the org or of all, and once they were closed."""

    def find(self, org_id: int, trial_id: str) -> Trial | None:
        """An org's trial, as long as it is remembered."""

    async def close(self) -> None:
        """End all of them; none is started any more."""
