"""`hooklog tail`: what settles, as it settles, in the terminal."""

import time
from collections.abc import Callable
from typing import Annotated

import httpx
import msgspec
import typer

from hooklog.commands.client import why_unanswered
from hooklog.commands.entry import LOGS_PATH, read_entry
from hooklog.commands.event_stream import StreamEvent, stream_events
from hooklog.commands.log_filters import Pairs, with_filters
from hooklog.commands.log_rows import NarrowRows, WideRows
from hooklog.commands.remote import Connection, Remote, with_connection
from hooklog.commands.terminal import is_for_eyes, notes, output, zone_of
from hooklog.errors import RemoteError

__all__ = ["register"]

Show = Callable[[StreamEvent], None]

_PATH = f"{LOGS_PATH}/tail"
_AGAIN_SECONDS = 1.0
# In a row without an event in between; then somebody has to look.
_FAILURES_MAX = 30


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("tail")(with_connection(with_filters(tail)))


def tail(
    connection: Connection,
    filters: Pairs,
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
    """Show events as they settle, until Ctrl-C. A connection that breaks is taken up where it was."""
    zone = zone_of(time_zone)
    rows = WideRows(output(), zone) if wide or not is_for_eyes() else NarrowRows(output(), zone)

    def show(event: StreamEvent) -> None:
        if event.kind == "reset":
            notes().print("Some events were missed; `hooklog logs` has them.", style="yellow")
        elif event.kind == "entry" and as_json:
            typer.echo(event.data)
        elif event.kind == "entry":
            rows.show(read_entry(msgspec.Raw(event.data.encode())))

    with connection.open() as remote:
        _Follower(remote, filters).follow(show)


class _Follower:
    """Keeps the place across connections."""

    def __init__(self, remote: Remote, filters: Pairs) -> None:
        self._remote = remote
        self._filters = filters
        self._last = ""
        self._failures = 0

    def follow(self, show: Show) -> None:
        """Until it is interrupted.

        Raises:
            RemoteError: the server refuses, or could not be reached for a while.
        """
        while True:
            try:
                self._connect(show)
            except httpx.TransportError as error:
                self._failures += 1
                if self._failures >= _FAILURES_MAX or not self._last:
                    raise RemoteError(
                        f"{self._remote.url} cannot be reached: {why_unanswered(error)}",
                        "look whether the server runs, and start `hooklog tail` again",
                    ) from error
            time.sleep(_AGAIN_SECONDS)

    def _connect(self, show: Show) -> None:
        headers = {"last-event-id": self._last} if self._last else {}
        with self._remote.stream(_PATH, self._filters, headers) as answer:
            for event in stream_events(answer.iter_lines()):
                self._last = event.id
                self._failures = 0
                show(event)
