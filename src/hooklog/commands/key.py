"""`hooklog key create`: an API key, shown once."""

from typing import Annotated

import typer
from rich.console import Console

from hooklog.access.api_keys import api_key_of, make_key_text
from hooklog.access.scopes import Scope, parse_scopes
from hooklog.commands.options import DataOption
from hooklog.errors import LoadError
from hooklog.load.operator import store_api_key
from hooklog.server import open_rooms, prepare

__all__ = ["register"]

keys = typer.Typer(help="API keys.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(keys, name="key")


@keys.command("create")
def create(
    data: DataOption,
    org: Annotated[int, typer.Option(help="The org that the key belongs to.", show_default=False)],
    scopes: Annotated[
        str, typer.Option(help=f"Comma-separated: {', '.join(scope.value for scope in Scope)}.")
    ] = "events:read",
    name: Annotated[str, typer.Option(help="What to call it; the same name replaces the key.")] = "default",
) -> None:
    """Make an API key and print it; it is stored hashed and cannot be shown again. Works beside a server."""
    try:
        wanted = parse_scopes([text.strip() for text in scopes.split(",") if text.strip()])
    except ValueError as error:
        raise LoadError(str(error)) from error
    prepare(data)
    rooms = open_rooms(data)
    if rooms.directory.org(org) is None:
        known = ", ".join(str(one.id) for one in rooms.directory.orgs()) or "none yet"
        raise LoadError(
            f"org {org} is not known; the orgs in {data} are: {known}", "`hooklog load` makes orgs"
        )
    text = make_key_text()
    store_api_key(rooms, api_key_of(org, name, text, wanted))
    rooms.close()
    # The key alone on standard output, so that scripts can take it.
    typer.echo(text)
    Console(stderr=True).print(
        f"API key {name!r} of org {org} with {', '.join(sorted(wanted))}; shown this once", highlight=False
    )
