"""`hooklog filters`: the questions to the log that the org keeps by name."""

from typing import Annotated
from urllib.parse import urlencode

import typer
from rich import box
from rich.table import Table

from hooklog.commands.log_filters import Pairs, with_filters
from hooklog.commands.remote import Connection, NotFound, with_connection
from hooklog.commands.saved import FILTERS_PATH, read_filter, saved_path
from hooklog.commands.terminal import local_instant, notes, output, plain, tell, zone_of

__all__ = ["register"]

filters_app = typer.Typer(
    help="Filters of the log that the org keeps by name; --saved NAME asks them.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="1 to 50 letters, digits, _ and -.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    filters_app.command("list")(with_connection(list_filters))
    filters_app.command("save")(with_connection(with_filters(save)))
    filters_app.command("delete")(with_connection(delete))
    app.add_typer(filters_app, name="filters")


def list_filters(
    connection: Connection,
    time_zone: Annotated[
        str | None, typer.Option(help="Show times in this zone.", show_default="this machine's")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Filters as the API gives them, one a line.")
    ] = False,
) -> None:
    """Show all saved filters."""
    zone = zone_of(time_zone)
    with connection.open() as remote:
        page = remote.page(FILTERS_PATH)
    if as_json:
        for raw in page.data:
            typer.echo(bytes(raw))
        return
    if not page.data:
        notes().print("No filter is saved.", style="dim")
        return
    table = Table(box=box.SIMPLE, pad_edge=False)
    for title in ("name", "query", "description", "changed"):
        table.add_column(title, overflow="fold")
    for saved in map(read_filter, page.data):
        changed = f"{local_instant(saved.changed_at, zone):%Y-%m-%d %H:%M} by {saved.changed_by}"
        table.add_row(*map(plain, (saved.name, saved.query, saved.description, changed)))
    output().print(table)


def save(
    name: Name,
    connection: Connection,
    filters: Pairs,
    description: Annotated[str, typer.Option(help="What it is for.", show_default=False)] = "",
) -> None:
    """Save the filters that are given as options; a name that there is already is replaced."""
    change = {"query": urlencode(filters), "description": description}
    with connection.open() as remote:
        try:
            page = remote.send_json(saved_path(name), change, method="PUT")
        except NotFound:
            page = remote.send_json(FILTERS_PATH, {"name": name, **change})
    tell(page.warnings)
    for saved in map(read_filter, page.data):
        output().print(plain(saved.console_url), markup=False, soft_wrap=True)


def delete(name: Name, connection: Connection) -> None:
    """Delete a saved filter."""
    with connection.open() as remote:
        remote.remove(saved_path(name))
