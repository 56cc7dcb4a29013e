"""What a check says: what was looked at, how much of it, and what is wrong. Bounded, however much is wrong."""

import msgspec

from hooklog.event import ID_BYTES, id_to_text

__all__ = ["PROBLEMS_SHOWN_MAX", "Check", "Finding", "Report", "named"]

PROBLEMS_SHOWN_MAX = 10


class Finding(msgspec.Struct, frozen=True, rename="camel"):
    """The end of one check. `problems` are the first ones of `problem_count`."""

    where: str
    what: str
    looked_at: int
    problem_count: int
    problems: tuple[str, ...]


class Report(msgspec.Struct, frozen=True, rename="camel"):
    """All findings on a data folder."""

    folder: str
    is_sound: bool
    findings: tuple[Finding, ...]


class Check:
    """One check while it goes on: counts what it looks at and keeps the first problems."""

    def __init__(self, where: str, what: str) -> None:
        """Args: `where`: the file or folder, as a name in the data folder; `what`: what is looked at in it."""
        self.where = where
        self.what = what
        self._looked_at = 0
        self._problem_count = 0
        self._problems: list[str] = []

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found so far."""
        return self._problem_count == 0

    @property
    def looked_at(self) -> int:
        """How much was looked at so far."""
        return self._looked_at

    def look(self, count: int = 1) -> None:
        """Something was looked at."""
        self._looked_at += count

    def wrong(self, problem: str) -> None:
        """Something is wrong: names the thing, the value and what would be right, and no customer's data."""
        self._problem_count += 1
        if self._problem_count <= PROBLEMS_SHOWN_MAX:
            self._problems.append(problem)

    def expect(self, holds: bool, problem: str) -> bool:
        """`wrong` unless it holds; returns whether it does."""
        if not holds:
            self.wrong(problem)
        return holds

    def finding(self) -> Finding:
        """What it says at its end."""
        return Finding(self.where, self.what, self._looked_at, self._problem_count, tuple(self._problems))


def named(org_id: int, request_id: object) -> str:
    """How a problem names an event."""
    is_id = isinstance(request_id, bytes) and len(request_id) == ID_BYTES
    text = id_to_text(request_id) if is_id and isinstance(request_id, bytes) else repr(request_id)
    return f"{text} of org {org_id}"
