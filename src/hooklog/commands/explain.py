"""`hooklog explain ID`: everything about one event, with what to do next."""

from typing import Annotated

import typer

from hooklog.commands.entry import LOGS_PATH
from hooklog.commands.explanation import read_explanation
from hooklog.commands.explanation_page import show_explanation
from hooklog.commands.remote import Connection, NotFound, with_connection
from hooklog.commands.terminal import output, zone_of
from hooklog.errors import RemoteError
from hooklog.event import id_from_text

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(with_connection(explain))


def explain(
    connection: Connection,
    request_id: Annotated[
        str, typer.Argument(metavar="ID", help="The request id, as a push was answered.", show_default=False)
    ],
    time_zone: Annotated[
        str | None, typer.Option(help="Show times in this zone.", show_default="this machine's")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Tell what happened to one event and what to do next: input, timeline, failing fields, record."""
    zone = zone_of(time_zone)
    wanted = request_id.strip().lower()
    if id_from_text(wanted) is None:
        raise typer.BadParameter(
            f"{request_id!r} is no request id; one looks like 019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05"
        )
    with connection.open() as remote:
        try:
            page = remote.page(f"{LOGS_PATH}/{wanted}/explain")
        except NotFound as error:
            raise RemoteError(
                f"{remote.url} has no event {wanted} in your org",
                "it may be in another org or past its retention; a push that was not answered 200 may have no entry",
            ) from error
    if not page.data:
        raise RemoteError(f"{connection.url} answered without an event", "this is a fault of the server")
    if as_json:
        typer.echo(bytes(page.data[0]))
    else:
        show_explanation(output(), read_explanation(page.data[0]), zone)
