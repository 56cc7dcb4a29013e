"""Adding up what a trial finds, in bounded memory."""

from typing import Final

from hooklog.event import Status, id_to_text
from hooklog.eventlog.base import Settled
from hooklog.trial.base import Findings, Transition

__all__ = ["REASONS_MAX", "SAMPLES_MAX", "Tally"]

SAMPLES_MAX: Final = 5
REASONS_MAX: Final = 10


class Tally:
    """What one trial has found so far. `findings` may be sent at any time."""

    def __init__(self, total: int | None) -> None:
        """Args: `total`: how many entries there are to look at, None where nobody knows."""
        self.findings = Findings(total=total)
        self._transitions: dict[tuple[Status, Status], Transition] = {}

    def add(self, before: Status, settled: Settled) -> None:
        """One entry that had a status, and how it would end."""
        after = settled.entry.status
        transition = self._transitions.get((before, after))
        if transition is None:
            transition = self._transitions[before, after] = Transition(before, after)
            self.findings.transitions.append(transition)
        transition.count += 1
        if after is before:
            return
        if len(transition.sample_ids) < SAMPLES_MAX:
            transition.sample_ids.append(id_to_text(settled.entry.id))
        if after is not Status.EVENT_SUCCESS:
            _count_reason(transition.reasons, settled.pattern)


def _count_reason(reasons: dict[str, int], pattern: str) -> None:
    """Of endlessly many reasons the first ones are told."""
    if pattern in reasons or len(reasons) < REASONS_MAX:
        reasons[pattern] = reasons.get(pattern, 0) + 1
