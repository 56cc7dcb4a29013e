"""`hooklog what-if`: how past entries would end by a draft, or as things are today; nothing is changed."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from hooklog.commands.log_filters import Pairs, with_filters
from hooklog.commands.remote import Connection, Page, Remote, read_as, with_connection
from hooklog.commands.terminal import notes, output, plain, tell
from hooklog.commands.trial_table import RemoteTrial, show_trial
from hooklog.errors import RemoteError, SettingsError

__all__ = ["register"]

_PATH = "/v2/events/what-if"
_WAIT = ("wait", "1")
_RUNNING = "RUNNING"

Drafts = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Files with a draft as it is posted: a definition (eventName ...) or a mapping (transformerType ...).",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("what-if")(with_connection(with_filters(what_if)))


def what_if(
    connection: Connection,
    filters: Pairs,
    drafts: Drafts = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as the API gives it.")] = False,
) -> None:
    """Judge past entries anew, by a draft or as things are today: how many would end differently, and which.

    Nothing is changed on the server, and nobody is called.
    """
    body = {"filter": urlencode(filters), **_body_of(drafts or [])}
    with connection.open() as remote:
        page = remote.send_json(_PATH, body, [_WAIT])
        tell(page.warnings)
        raw = _followed(remote, _one(page), notes())
    trial = _read(raw)
    if as_json:
        typer.echo(bytes(raw))
    else:
        show_trial(output(), trial)
    if trial.failure:
        raise RemoteError(
            f"the server could not finish it: {plain(trial.failure)}", "its diagnostics say more"
        )


def _body_of(drafts: list[Path]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for path in drafts:
        try:
            draft = msgspec.json.decode(path.read_bytes())
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{path} cannot be read as a draft: {error}", "it must be a file of JSON"
            ) from error
        keys = draft if isinstance(draft, dict) else {}
        kind = "definition" if "eventName" in keys else "mapping" if "transformerType" in keys else ""
        if not kind:
            raise SettingsError(
                f"{path} is no draft", "a definition has the key eventName, a mapping has transformerType"
            )
        if kind in body:
            raise SettingsError(f"{path} is a second {kind}", "what-if takes one of each")
        body[kind] = draft
    return body


def _followed(remote: Remote, raw: msgspec.Raw, console: Console) -> msgspec.Raw:
    """The last answer; who does not wait for it ends it."""
    with _ended_if_left(remote, _read(raw).id), _bar(console) as progress:
        task = progress.add_task("what-if", total=None)
        while (trial := _read(raw)).state == _RUNNING:
            progress.update(task, total=trial.total, completed=trial.looked)
            raw = _one(remote.page(f"{_PATH}/{trial.id}", [_WAIT]))
        progress.update(task, total=trial.looked, completed=trial.looked)
    return raw


def _bar(console: Console) -> Progress:
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )


@contextlib.contextmanager
def _ended_if_left(remote: Remote, trial_id: str) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        with contextlib.suppress(RemoteError):
            remote.remove(f"{_PATH}/{trial_id}")
        raise


def _one(page: Page) -> msgspec.Raw:
    if len(page.data) != 1:
        raise RemoteError(
            f"the server sent {len(page.data)} what-ifs instead of one", "it may be of another version"
        )
    return page.data[0]


def _read(raw: msgspec.Raw) -> RemoteTrial:
    return read_as(raw, RemoteTrial, "a what-if")
