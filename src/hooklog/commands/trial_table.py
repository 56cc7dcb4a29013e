"""What a what-if found, as a table of changes with their samples."""

import msgspec
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hooklog.commands.terminal import plain, status_text

__all__ = ["RemoteTrial", "show_trial"]

_INDENT = 2


class RemoteCell(msgspec.Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """How many entries go from one status to another."""

    before: str = ""
    after: str = ""
    count: int = 0


class RemoteReason(msgspec.Struct, frozen=True):
    """What entries would say, and how many."""

    pattern: str = ""
    count: int = 0


class RemoteChange(
    msgspec.Struct, frozen=True, rename={"before": "from", "after": "to", "sample_ids": "sampleIds"}
):
    """Entries whose status would change."""

    before: str = ""
    after: str = ""
    count: int = 0
    sample_ids: list[str] = []
    reasons: list[RemoteReason] = []


class RemoteTrial(msgspec.Struct, frozen=True, rename="camel"):
    """A trial as the server tells it."""

    id: str
    state: str
    total: int | None = None
    looked: int = 0
    judged: int = 0
    changed: int = 0
    succeeding: int = 0
    refused: int = 0
    unreadable: int = 0
    loyalty_unknown: int = 0
    limit_reached: bool = False
    drafts: list[str] = []
    matrix: list[RemoteCell] = []
    changes: list[RemoteChange] = []
    failure: str | None = None


def show_trial(console: Console, trial: RemoteTrial) -> None:
    """Everything that it found: who stays, who changes and why, what could not be judged."""
    by = ", ".join(map(plain, trial.drafts))
    console.print(
        Text.assemble(
            (f"{trial.changed:,} of {trial.judged:,}", "bold"),
            " entries would end differently ",
            f"by the draft of {by}" if by else "as things are today",
        )
    )
    if trial.matrix:
        console.print(_matrix(trial))
    for change in trial.changes:
        _show_change(console, change)
    for remark in _remarks(trial):
        console.print(Text(remark, style="dim"))


def _matrix(trial: RemoteTrial) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False)
    table.add_column("entries", justify="right")
    table.add_column("were")
    table.add_column("would be")
    for cell in trial.matrix:
        is_same = cell.before == cell.after
        after = Text("the same", style="dim") if is_same else status_text(cell.after)
        table.add_row(f"{cell.count:,}", status_text(cell.before), after)
    return table


def _show_change(console: Console, change: RemoteChange) -> None:
    console.print(
        Text.assemble(
            (f"{change.count:,} x ", "bold"), status_text(change.before), " → ", status_text(change.after)
        )
    )
    lines = [
        *(Text(f"{one.count:,} x {plain(one.pattern)}", style="yellow") for one in change.reasons),
        *(Text(plain(one), style="dim") for one in change.sample_ids),
    ]
    for line in lines:
        console.print(Padding(line, (0, 0, 0, _INDENT), expand=False))
    console.print()


def _remarks(trial: RemoteTrial) -> list[str]:
    remarks = []
    if trial.state == "CANCELLED":
        remarks.append("It was ended before its end; this is a part.")
    if trial.limit_reached:
        remarks.append(
            f"There are more entries than the server looks at; these are the oldest {trial.looked:,}."
        )
    if trial.refused:
        remarks.append(f"{trial.refused:,} pushes were refused at the door, and are not judged.")
    if trial.unreadable:
        remarks.append(f"{trial.unreadable:,} entries cannot be taken up any more.")
    if trial.loyalty_unknown:
        remarks.append(
            f"{trial.loyalty_unknown:,} of those that would succeed would reach a loyalty endpoint for the first "
            "time; what it would answer is not known."
        )
    return remarks
