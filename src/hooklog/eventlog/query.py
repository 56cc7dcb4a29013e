"""The log's filter language, owned here for the API, the terminal and the console (contract I.2, I.3, I.21, I.22).

Values of one parameter are alternatives, different parameters all hold, a value that starts with `!` excludes.
This file says what can be asked, `query_parse` how it is written in a URL, `query_match` what it means.
"""

import enum
from collections.abc import Callable
from typing import Generic, TypeAlias, TypeVar

import msgspec

from hooklog.event import Status

__all__ = [
    "EVERYTHING",
    "LIMIT_DEFAULT",
    "LIMIT_MAX",
    "AttributeMatch",
    "Customer",
    "Hidden",
    "Include",
    "Match",
    "Query",
    "SentAs",
    "User",
]

LIMIT_DEFAULT = 10
LIMIT_MAX = 1_000
EVERYTHING = 1 << 62
"""A limit that no log has as many entries as."""

Value = TypeVar("Value")

Hidden: TypeAlias = Callable[[int, str | None], frozenset[str]]
"""The attribute names that one caller may not see the values of, for events of a name (or none) in an org."""


class Include(enum.StrEnum):
    """What an answer may carry beside the documented entry."""

    STAGES = "stages"
    RECORD = "record"


class Match(msgspec.Struct, Generic[Value], frozen=True):
    """Which values pass: one of `included` (all, where it is empty) and none of `excluded`."""

    included: frozenset[Value] = frozenset()
    excluded: frozenset[Value] = frozenset()

    @property
    def is_asked(self) -> bool:
        """Whether anything is asked for at all."""
        return bool(self.included or self.excluded)

    def accepts(self, value: Value | None) -> bool:
        """Whether a value passes; an absent one (None) passes where nothing is asked for by name."""
        if value is None:
            return not self.included
        return value not in self.excluded and (not self.included or value in self.included)

    def accepts_one_of(self, values: frozenset[Value]) -> bool:
        """Whether something that has several values passes."""
        return self.excluded.isdisjoint(values) and (
            not self.included or not self.included.isdisjoint(values)
        )


class SentAs(msgspec.Struct, frozen=True):
    """A customer as an event named it: a type in its documented spelling, and a value in canonical form."""

    type: str
    value: str


class User(msgspec.Struct, frozen=True):
    """A customer as it is known in an org."""

    org_id: int
    user_id: int


Customer: TypeAlias = SentAs | User


class AttributeMatch(msgspec.Struct, frozen=True):
    """Which texts of an attribute pass. "" stands for an attribute that is missing (contract I.21)."""

    name: str
    values: Match[str]


class Query(msgspec.Struct, frozen=True):
    """One question to the log, ready to run.

    The range is of request ids: `from_id` inclusive, `until_id` exclusive. `after` is the last id of the
    previous page. Results are by id, descending (newest first) unless `is_ascending`. `patterns` are of messages (see
    `Settled.pattern`). `words` are sets of words that must all occur; `response_min_ms` is inclusive,
    `response_below_ms` exclusive. `hidden` is for callers who may not see sensitive values: filters see what they
    see (contract I.24). None sees all.
    """

    org_ids: tuple[int, ...]
    limit: int = LIMIT_DEFAULT
    from_id: bytes | None = None
    until_id: bytes | None = None
    after: bytes | None = None
    is_ascending: bool = False
    event_names: Match[str] = Match()
    statuses: Match[Status] = Match()
    webhook_ids: Match[str] = Match()
    ids: Match[bytes] = Match()
    patterns: Match[str] = Match()
    customers: Match[Customer] = Match()
    attributes: tuple[AttributeMatch, ...] = ()
    words: Match[frozenset[str]] = Match()
    response_min_ms: int | None = None
    response_below_ms: int | None = None
    hidden: Hidden | None = None
