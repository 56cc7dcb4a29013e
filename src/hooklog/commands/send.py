"""`hooklog send`: push events from a file or standard input to a webhook, and account for every one."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from hooklog.commands.batch_sender import BatchPath, BatchSender
from hooklog.commands.client import checked_url
from hooklog.commands.delivery import Delivery, Report
from hooklog.commands.event_file import Outgoing, read_events
from hooklog.commands.patience import Patience
from hooklog.commands.remote import Connection, with_connection
from hooklog.commands.send_progress import SendProgress
from hooklog.commands.send_report import Tally, show_report
from hooklog.commands.terminal import notes, output, plain, write_json_line
from hooklog.commands.webhook_sender import Reply, WebhookSender
from hooklog.errors import LoadError, RemoteError

__all__ = ["register"]

_CONCURRENCY_MAX = 256
_BATCH_EVENTS_MAX = 10_000
_STANDARD_INPUT = Path("-")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("send")(with_connection(send))


def send(
    connection: Connection,
    webhook: Annotated[str, typer.Option(help="The webhook's URL.", show_default=False)],
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="One event a line, a JSON array, or one event; - is standard input."
        ),
    ] = _STANDARD_INPUT,
    concurrency: Annotated[
        int,
        typer.Option(min=1, max=_CONCURRENCY_MAX, help="Pushes at once; 1 keeps the order of the events."),
    ] = 16,
    batch_size: Annotated[
        int,
        typer.Option(
            min=1,
            max=_BATCH_EVENTS_MAX,
            help="Events in one request; 1 sends every event as a push of its own.",
        ),
    ] = 500,
    patience: Annotated[
        float, typer.Option(min=0.0, help="Seconds to go on trying while the server is busy or away.")
    ] = 300.0,
    skip: Annotated[int, typer.Option(min=0, help="Leave out so many events at the beginning.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One line an event, as it is answered.")] = False,
) -> None:
    """Push events to a webhook. Exit status 1 if any was not accepted.

    A busy or absent server is tried again. An event whose answer was lost on the way is sent twice then.
    """
    url = checked_url(webhook, "--webhook")
    auth = connection.sign_in_for_push().auth
    tally = Tally()
    with _opened(file) as stream, SendProgress(notes(), tally, stream, _size(stream)) as progress:

        def settled(event: Outgoing, reply: Reply) -> None:
            tally.add(event, reply)
            progress.settled()
            if as_json:
                _write(event, reply)

        path = BatchPath()
        delivery = Delivery(
            lambda: WebhookSender(url, auth) if batch_size == 1 else BatchSender(url, auth, path),
            concurrency,
            lambda: Patience(patience),
            settled,
            progress.waits,
            batch_size,
        )
        report, has_ended = Report(), False
        try:
            report = delivery.run(islice(read_events(stream), skip, None))
            has_ended = report.hopeless is None
        finally:
            progress.close()
            # Where nothing could be sent at all, the error says everything.
            if has_ended or tally.settled > (report.hopeless is not None):
                show_report(notes() if as_json else output(), tally, report, skip)
    if report.hopeless is not None:
        raise _hopeless(url, report.hopeless)
    if tally.refused or report.open_from is not None:
        raise typer.Exit(1)


def _hopeless(url: str, reply: Reply) -> RemoteError:
    """Why no event can be sent there, and what to do."""
    hint = {
        401: "sign in as the webhook's authMechanism says: --till and --password, or --client-key and --client-secret",
        403: "sign in with credentials of the webhook's org",
        410: "a disabled webhook stays so: create a new one and send there",
    }
    usual = "a webhook's URL ends in /webhooks/<id>; the API's list of webhooks and `hooklog demo` show it"
    return RemoteError(f"{url} takes no event: {plain(reply.message)}", hint.get(reply.code, usual))


def _write(event: Outgoing, reply: Reply) -> None:
    write_json_line(
        {"line": event.line, "requestId": reply.request_id, "code": reply.code, "message": reply.message}
    )


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if file == _STANDARD_INPUT:
        if sys.stdin.isatty():
            notes().print("Reading events from the terminal; Ctrl-D ends them.", style="dim")
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise LoadError(f"{file} cannot be read: {error.strerror}", "is the name spelt right?") from error
    with stream:
        yield stream


def _size(stream: BinaryIO) -> int | None:
    """The bytes of a regular file."""
    try:
        described = os.fstat(stream.fileno())
    except OSError:
        return None
    return described.st_size if stat.S_ISREG(described.st_mode) else None
