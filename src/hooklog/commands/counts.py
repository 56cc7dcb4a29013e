"""`hooklog counts`: how many events there were, as bars."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Annotated

import msgspec
import typer
from msgspec import UNSET, UnsetType
from rich.console import Console
from rich.text import Text

from hooklog.commands.bars import bar
from hooklog.commands.entry import LOGS_PATH
from hooklog.commands.log_filters import Pairs, pairs_of, with_filters
from hooklog.commands.remote import Connection, read_as, with_connection
from hooklog.commands.terminal import local_instant, notes, output, plain, status_text, tell, zone_of

__all__ = ["register"]

_PATH = f"{LOGS_PATH}/counts"
_BAR_CELLS_MIN, _BAR_CELLS_MAX = 6, 40
_COUNT_CELLS = 13
_GAP = "  "


class RemoteCount(msgspec.Struct, frozen=True, rename="camel"):
    """One row as the server tells it; only the keys asked for."""

    count: int
    status: str | UnsetType = UNSET
    event_name: str | UnsetType | None = UNSET
    webhook_id: str | UnsetType = UNSET
    time: int | UnsetType = UNSET


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("counts")(with_connection(with_filters(counts)))


def counts(
    connection: Connection,
    filters: Pairs,
    by: Annotated[
        str, typer.Option(help="Any of status, event_name, webhook_id, time; separate by comma.")
    ] = "status",
    bucket: Annotated[
        str, typer.Option(help="How finely times are told apart: minute, hour or day.", show_default=False)
    ] = "",
    time_zone: Annotated[
        str | None, typer.Option(help="Show times in this zone.", show_default="this machine's")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Rows as the API gives them, one a line.")] = False,
) -> None:
    """Count events by what they have in common."""
    zone = zone_of(time_zone)
    parameters = [
        *filters,
        *pairs_of("by", *filter(None, [by])),
        *pairs_of("bucket", *filter(None, [bucket])),
    ]
    with connection.open() as remote:
        page = remote.page(_PATH, parameters)
    tell(page.warnings)
    if as_json:
        for raw in page.data:
            typer.echo(bytes(raw))
    elif not page.data:
        notes().print("Nothing matches.", style="dim")
    else:
        _show(output(), [read_as(raw, RemoteCount, "a count") for raw in page.data], zone)


def _show(console: Console, rows: Sequence[RemoteCount], zone: tzinfo | None) -> None:
    """One row a line: what is alike, how many, and a bar against the most."""
    labels = [_labels(row, zone) for row in rows]
    widths = [max(label.cell_len for label in column) for column in zip(*labels, strict=True)]
    taken = sum(widths) + len(_GAP) * (len(widths) + 1) + _COUNT_CELLS
    cells = max(_BAR_CELLS_MIN, min(_BAR_CELLS_MAX, console.width - taken))
    most = max(row.count for row in rows)
    for row, texts in zip(rows, labels, strict=True):
        line = Text()
        for text, width in zip(texts, widths, strict=True):
            line.append_text(text).append(" " * (width - text.cell_len) + _GAP)
        line.append(f"{row.count:>{_COUNT_CELLS},}{_GAP}")
        line.append(bar(0, row.count / most, cells).rstrip(), style="cyan")
        console.print(line, soft_wrap=True)
    console.print(Text(f"{sum(row.count for row in rows):,} in all", style="dim"))


def _labels(row: RemoteCount, zone: tzinfo | None) -> list[Text]:
    found = []
    if row.time is not UNSET:
        found.append(Text(f"{local_instant(row.time, zone):%Y-%m-%d %H:%M}", style="dim"))
    if row.status is not UNSET:
        found.append(status_text(row.status))
    if row.event_name is not UNSET:
        found.append(Text("-" if row.event_name is None else plain(row.event_name) or '""'))
    if row.webhook_id is not UNSET:
        found.append(Text(plain(row.webhook_id)))
    return found
