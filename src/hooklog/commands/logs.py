"""`hooklog logs`: the event log in the terminal."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer

from hooklog.commands.entry import LOGS_PATH, read_entry
from hooklog.commands.log_filters import Pairs, with_filters
from hooklog.commands.log_rows import NarrowRows, WideRows
from hooklog.commands.remote import Connection, Page, Remote, with_connection
from hooklog.commands.terminal import is_for_eyes, notes, output, tell, zone_of
from hooklog.errors import RemoteError
from hooklog.eventlog.query import LIMIT_DEFAULT, LIMIT_MAX

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("logs")(with_connection(with_filters(logs)))


def logs(
    connection: Connection,
    filters: Pairs,
    limit: Annotated[
        int | None,
        typer.Option(help=f"How many, 1 to {LIMIT_MAX}; with --all, how many a call.", show_default="10"),
    ] = None,
    order: Annotated[str, typer.Option(help="desc is newest first, asc oldest first.")] = "desc",
    every: Annotated[bool, typer.Option("--all", help="Everything that matches, page after page.")] = False,
    wide: Annotated[
        bool, typer.Option("--wide", help="One line an entry, nothing cut; so into a pipe.")
    ] = False,
    time_zone: Annotated[
        str | None, typer.Option(help="Show times in this zone.", show_default="this machine's")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Entries as the API gives them, one a line.")
    ] = False,
) -> None:
    """Show what happened to events, newest first. `hooklog explain ID` tells all about one."""
    zone = zone_of(time_zone)
    size = limit if limit is not None else (LIMIT_MAX if every else LIMIT_DEFAULT)
    parameters = [*filters, ("limit", str(size)), ("order", order)]
    console = output()
    rows = WideRows(console, zone) if wide or not is_for_eyes() else NarrowRows(console, zone)
    count, has_more = 0, False
    with connection.open() as remote:
        last = _newest(remote, filters) if every and order == "asc" else None
        for page in _pages(remote, parameters, follow=every):
            found = page.data if last is None else _up_to(last, page.data)
            for raw in found:
                if as_json:
                    typer.echo(bytes(raw))
                else:
                    rows.show(read_entry(raw))
            count += len(found)
            has_more = page.following is not None
            if len(found) < len(page.data):
                break
    if not as_json:
        _note(count, has_more=has_more and not every)


def _pages(remote: Remote, parameters: list[tuple[str, str]], *, follow: bool) -> Iterator[Page]:
    """The first page and, if asked for, all that follow.

    Raises:
        RemoteError: the server refuses, or sends the same page again.
    """
    page = remote.page(LOGS_PATH, parameters)
    tell(page.warnings)
    yield page
    while follow and page.following is not None:
        before = page.following
        page = remote.page(LOGS_PATH, before)
        if page.following == before:
            raise RemoteError(
                f"{remote.url} sends the same page again and again", "this is a fault of the server"
            )
        yield page


def _newest(remote: Remote, filters: Pairs) -> str:
    """The id of the newest entry that matches: oldest first, everything would go on with whatever comes meanwhile."""
    newest = remote.page(LOGS_PATH, [*filters, ("limit", "1")]).data
    return read_entry(newest[0]).id if newest else ""


def _up_to(last: str, page: list[msgspec.Raw]) -> list[msgspec.Raw]:
    """What of a page, oldest first, lies up to an id; texts of ids are in their order."""
    if page and read_entry(page[-1]).id <= last:
        return page
    return [raw for raw in page if read_entry(raw).id <= last]


def _note(count: int, *, has_more: bool) -> None:
    if count == 0:
        notes().print("No entry matches.", style="dim")
    elif has_more:
        notes().print("There are more: raise --limit, or take --all.", style="dim")
