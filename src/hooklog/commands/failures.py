"""`hooklog failures`: what goes wrong most, with how often, since when, and what helps."""

from datetime import tzinfo
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from hooklog.commands.bars import spark
from hooklog.commands.entry import LOGS_PATH
from hooklog.commands.log_filters import Pairs, pairs_of, with_filters
from hooklog.commands.remote import Connection, read_as, with_connection
from hooklog.commands.terminal import local_instant, notes, output, plain, status_text, tell, zone_of

__all__ = ["register"]

_PATH = f"{LOGS_PATH}/failures"
_TREND_CELLS_MAX = 60
_INDENT = 2


class RemoteFailure(msgspec.Struct, frozen=True, rename="camel"):
    """One cause as the server tells it."""

    status: str = ""
    event_name: str | None = None
    pattern: str = ""
    count: int = 0
    first_seen: int = 0
    last_seen: int = 0
    trend: list[int] = []
    trend_bucket: str = ""
    sample_ids: list[str] = []
    suggestion: str = ""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("failures")(with_connection(with_filters(failures)))


def failures(
    connection: Connection,
    filters: Pairs,
    bucket: Annotated[
        str, typer.Option(help="How finely the trend is cut: minute, hour or day.", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option(help="How many causes, 1 to 500.")] = 10,
    time_zone: Annotated[
        str | None, typer.Option(help="Show times in this zone.", show_default="this machine's")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Causes as the API gives them, one a line.")
    ] = False,
) -> None:
    """Show what goes wrong most: each cause with its count, trend, newest events and what helps."""
    zone = zone_of(time_zone)
    parameters = [*filters, *pairs_of("bucket", *filter(None, [bucket])), ("limit", str(limit))]
    with connection.open() as remote:
        page = remote.page(_PATH, parameters)
    tell(page.warnings)
    console = output()
    for raw in page.data:
        if as_json:
            typer.echo(bytes(raw))
        else:
            _show(console, read_as(raw, RemoteFailure, "a cause"), zone)
    if not page.data and not as_json:
        notes().print("Nothing failed.", style="dim")


def _show(console: Console, cause: RemoteFailure, zone: tzinfo | None) -> None:
    named = "without a name" if cause.event_name is None else plain(cause.event_name) or '""'
    console.print(Text.assemble((f"{cause.count:,} x ", "bold"), status_text(cause.status), f"  {named}"))
    first, last = (
        f"{local_instant(at_ms, zone):%Y-%m-%d %H:%M:%S}" for at_ms in (cause.first_seen, cause.last_seen)
    )
    lines = [
        Text(plain(cause.pattern), style="yellow"),
        Text.assemble(
            (spark(cause.trend, _TREND_CELLS_MAX), "cyan"), (f"  by {plain(cause.trend_bucket)}", "dim")
        ),
        Text(f"first {first}, last {last}", style="dim"),
        Text(plain(cause.suggestion)),
        *(Text(plain(one), style="dim") for one in cause.sample_ids),
    ]
    for line in lines:
        console.print(Padding(line, (0, 0, 0, _INDENT), expand=False))
    console.print()
