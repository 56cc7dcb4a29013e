"""What `hooklog send` says: counts while it runs, and at the end what was refused and why. Bounded memory."""

import re
import time
from collections import deque
from collections.abc import Callable

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hooklog.commands.delivery import Report
from hooklog.commands.event_file import Outgoing
from hooklog.commands.terminal import duration_text, plain
from hooklog.commands.webhook_sender import Reply, Verdict

__all__ = ["Tally", "show_report"]

_REASONS_MAX = 100
_REASONS_SHOWN_MAX = 10
_LINES_KEPT_MAX = 5
_RATE_SECONDS = 5.0
_RATE_WORTH_SECONDS = 1.0
_OTHER = (0, "other reasons")
_VALUE = re.compile(r"\d+")


class _Reason(msgspec.Struct):
    """Refusals that say the same but for the numbers in them; `message` is the first one's."""

    message: str
    count: int = 0
    lines: list[int] = []


class Tally:
    """Counts of one run, for one thread at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Args: `clock`: monotonic seconds."""
        self._clock = clock
        self._started = clock()
        self._looks: deque[tuple[float, int]] = deque([(self._started, 0)])
        self.accepted = 0
        self.refused = 0
        self.reasons: dict[tuple[int, str], _Reason] = {}

    @property
    def settled(self) -> int:
        """Events with an answer."""
        return self.accepted + self.refused

    def add(self, event: Outgoing, reply: Reply) -> None:
        """Count an answer."""
        if reply.verdict is Verdict.ACCEPTED:
            self.accepted += 1
            return
        self.refused += 1
        key = reply.code, _VALUE.sub("{}", reply.message)
        if key not in self.reasons and len(self.reasons) >= _REASONS_MAX:
            key = _OTHER
        reason = self.reasons.setdefault(key, _Reason(_OTHER[1] if key == _OTHER else reply.message))
        reason.count += 1
        if len(reason.lines) < _LINES_KEPT_MAX:
            reason.lines.append(event.line)

    def seconds(self) -> float:
        """Since the start."""
        return self._clock() - self._started

    def rate(self) -> float:
        """Events a second over the last few seconds."""
        now = self._clock()
        self._looks.append((now, self.settled))
        while len(self._looks) > 2 and now - self._looks[0][0] > _RATE_SECONDS:
            self._looks.popleft()
        then, before = self._looks[0]
        return (self.settled - before) / max(now - then, 1e-3)


def show_report(console: Console, tally: Tally, report: Report, skipped: int = 0) -> None:
    """Print how it ended.

    Args:
        console: where to.
        tally: the counts.
        report: the rest; an empty one where the events could not be read to their end.
        skipped: events that were left out at the beginning.
    """
    if not tally.settled and report == Report():
        console.print("There was no event to send.", style="dim")
        return
    seconds = tally.seconds()
    rate = f" ({tally.settled / seconds:,.0f} a second)" if seconds >= _RATE_WORTH_SECONDS else ""
    took = f" of {tally.settled:,} events in {duration_text(seconds * 1000)}{rate}"
    console.print(Text.assemble(("accepted ", "green"), (f"{tally.accepted:,}", "bold"), took))
    if tally.refused:
        console.print(Text.assemble(("refused  ", "yellow"), (f"{tally.refused:,}", "bold")))
        console.print(_reasons(tally))
    if report.stopped and report.hopeless is None:
        console.print(Text.assemble(("stopped  ", "red"), plain(report.stopped)))
    if report.open_from is not None:
        console.print(f"open     from line {report.open_from} on: not sent, or without an answer")
        console.print(f"         --skip {skipped + report.before_open} goes on there", style="dim")


def _reasons(tally: Tally) -> Table:
    table = Table(
        "code", "reason", "count", "lines", box=None, header_style="dim", padding=(0, 0, 0, 2), pad_edge=True
    )
    table.columns[2].justify = "right"
    by_count = sorted(tally.reasons.items(), key=lambda item: -item[1].count)
    for (code, _), reason in by_count[:_REASONS_SHOWN_MAX]:
        lines = ", ".join(str(line) for line in reason.lines) + (
            ", ..." if reason.count > len(reason.lines) else ""
        )
        table.add_row(str(code or ""), Text(plain(reason.message)), f"{reason.count:,}", lines)
    rest = by_count[_REASONS_SHOWN_MAX:]
    if rest:
        table.add_row("", f"{len(rest)} more reasons", f"{sum(one.count for _, one in rest):,}", "")
    return table
