"""`hooklog explain`: everything about one event, or about a customer's events, with what to do next."""

from typing import Annotated

import typer

from hooklog.commands.entry import LOGS_PATH
from hooklog.commands.explanation import read_answer, read_explanation
from hooklog.commands.explanation_page import show_answer, show_explanation
from hooklog.commands.log_filters import EventNames, FromDate, ToDate, pairs_of
from hooklog.commands.remote import Connection, NotFound, Page, with_connection
from hooklog.commands.terminal import output, zone_of
from hooklog.errors import RemoteError
from hooklog.event import id_from_text

__all__ = ["register"]

_PATH = "/v2/events/explain"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(with_connection(explain))


def explain(
    connection: Connection,
    request_id: Annotated[
        str,
        typer.Argument(metavar="[ID]", help="The request id, as a push was answered.", show_default=False),
    ] = "",
    customer: Annotated[
        str, typer.Option(help="Instead of an id: a customer, as mobile:9198... or a userId.")
    ] = "",
    event_name: EventNames = [],  # noqa: B006 - typer copies it
    from_date: FromDate = "",
    to_date: ToDate = "",
    limit: Annotated[
        int | None, typer.Option(help="How many of the customer's events, 1 to 20.", show_default="3")
    ] = None,
    children: Annotated[bool, typer.Option("--children", help="Look in the child orgs too.")] = False,
    time_zone: Annotated[
        str | None, typer.Option(help="Show times in this zone.", show_default="this machine's")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Tell what happened to an event and what to do next: input, timeline, failing fields, changes, record.

    With --customer, tell it of a customer's newest events, or what is nearest where there is none.
    """
    zone = zone_of(time_zone)
    wanted = request_id.strip().lower()
    if bool(wanted) == bool(customer):
        raise typer.BadParameter("name one event by its id, or a customer with --customer")
    scope = pairs_of("scope", *["child"] * children)
    if customer:
        limits = [] if limit is None else [str(limit)]
        bounds = {"customer": customer, "from_date": from_date, "to_date": to_date}
        parameters = [
            *((name, text) for name, text in bounds.items() if text),
            *pairs_of("event_name", *event_name),
            *pairs_of("limit", *limits),
            *scope,
        ]
        page = _asked(connection, _PATH, parameters)
    else:
        page = _asked(connection, f"{LOGS_PATH}/{_checked(wanted)}/explain", scope)
    if not page.data:
        raise RemoteError(f"{connection.url} answered without an event", "this is a fault of the server")
    if as_json:
        typer.echo(bytes(page.data[0]))
    elif customer:
        show_answer(output(), read_answer(page.data[0]), zone)
    else:
        show_explanation(output(), read_explanation(page.data[0]), zone)


def _checked(wanted: str) -> str:
    if id_from_text(wanted) is None:
        raise typer.BadParameter(
            f"{wanted!r} is no request id; one looks like 019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05"
        )
    return wanted


def _asked(connection: Connection, path: str, parameters: list[tuple[str, str]]) -> Page:
    with connection.open() as remote:
        try:
            return remote.page(path, parameters)
        except NotFound as error:
            raise RemoteError(
                f"{remote.url} has no event {path.split('/')[-2]} in your org",
                "it may be in another org or past its retention; a push that was not answered 200 may have no entry",
            ) from error
