"""`hooklog demo`: everything on this machine, with sample events, in one command."""

import hashlib
import os
import sys
import tempfile
import threading
import time
from importlib import resources
from pathlib import Path
from typing import Annotated

import httpx
import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hooklog.commands.terminal import is_for_eyes, plain, status_text
from hooklog.config import Settings, read_settings
from hooklog.files import RoleLock, prepare_folder
from hooklog.load.form import LoadFile, read_load_file
from hooklog.load.store import load
from hooklog.roles.supervisor import Supervisor
from hooklog.server import open_rooms, prepare
from hooklog.telemetry import configure_diagnostics

__all__ = ["entries_table", "register"]

_READY_SECONDS_MAX = 20.0
_SETTLED_SECONDS_MAX = 20.0
_POLL_SECONDS = 0.05
_WIDE_COLUMNS = 120
_UNSEEN_COLUMNS = 200
# As this program was called: the environment that `make run` sets up is on nobody's path.
_PROGRAM = sys.argv[0] if Path(sys.argv[0]).name == "hooklog" else "hooklog"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    port: Annotated[int | None, typer.Option(help="Port of API and console; webhooks get the next.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="Keep the data in this folder; default: a temporary one.")
    ] = None,
) -> None:
    """Start a server with a demo org on this machine, send it ten events and show what happened to them."""
    settings = read_settings(None, host="127.0.0.1", port=port, diagnostics="warning")
    configure_diagnostics(settings.diagnostics)
    os.environ.setdefault("HOOKLOG_DIAGNOSTICS", settings.diagnostics)  # for the roles that are started
    if data is not None:
        _run(data, settings)
    else:
        with tempfile.TemporaryDirectory(prefix="hooklog-demo-") as folder:
            _run(Path(folder) / "data", settings)


def _run(folder: Path, settings: Settings) -> None:
    text = (resources.files("hooklog.fixtures") / "demo.json").read_bytes()
    file = read_load_file(text, "demo.json")
    prepare_folder(folder)
    lock = RoleLock(folder, "server")
    prepare(folder)
    rooms = open_rooms(folder)
    load(rooms, file)
    rooms.close()
    lock.release()
    supervisor = Supervisor(folder, settings)
    tour = threading.Thread(target=_tour, args=(supervisor, file), daemon=True)
    tour.start()
    raise typer.Exit(supervisor.run())


class _Push(msgspec.Struct, rename="camel"):
    web_hook_id: str
    body: str


def _tour(supervisor: Supervisor, file: LoadFile) -> None:
    """Send the sample pushes and show the log; a failure is shown and stops the server."""
    console = _console()
    console.print("Starting a server with a demo org on this machine...", highlight=False)
    api, ingest = f"http://127.0.0.1:{supervisor.port}", f"http://127.0.0.1:{supervisor.ingest_port}"
    till = file.tills[-1]
    digest = hashlib.md5((till.password or "").encode(), usedforsecurity=False).hexdigest()
    try:
        with httpx.Client(timeout=10.0, auth=(till.code, digest)) as client:
            _wait_until_ready(client, api)
            _send_pushes(console, client, ingest, file)
            entries = _wait_for_log(client, api, len(file.pushes))
    except (httpx.HTTPError, TimeoutError) as error:
        console.print(f"[bold red]the demo failed[/]: {error}")
        supervisor.stop()
        return
    console.print(entries_table(entries, is_wide=console.width >= _WIDE_COLUMNS))
    client_part = file.clients[0]
    webhook = f"{ingest}/webhooks/{file.webhooks[0].web_hook_id}"
    console.print("\n[bold]The log[/]       ", f"{api}/v2/events/logs")
    console.print("[bold]The reference[/] ", f"{api}/docs")
    console.print("[bold]The webhook[/]   ", webhook)
    console.print(
        "[bold]Till[/]          ", f"{till.code} / {till.password}  (Basic takes the MD5 of the password)"
    )
    console.print("[bold]OAuth client[/]  ", f"{client_part.key} / {client_part.secret}")
    console.print("\n[bold]Push an event, then read the log:[/]")
    sample = '{"event_name":"Event_Rutuja","customer":"917744876415"}'
    for line in (
        f"curl -s {webhook} -H 'content-type: application/json' -d '{sample}'",
        f"curl -s -u {till.code}:{digest} '{api}/v2/events/logs?limit=1'",
        f"curl -s -u {till.code}:{digest} '{api}/v2/events/logs?status=!EVENT_SUCCESS'",
    ):
        console.print(f"  {line}", soft_wrap=True, highlight=False, markup=False)
    told = f"--url {api} --till {till.code} --password {till.password}"
    console.print("\n[bold]Or read it in another terminal:[/]")
    for asked in ("logs", f"explain {entries[0]['id']}"):
        console.print(f"  {_PROGRAM} {asked} {told}", soft_wrap=True, highlight=False, markup=False)
    console.print("\nCtrl-C stops it.")


def _wait_until_ready(client: httpx.Client, api: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS_MAX
    while time.monotonic() < deadline:
        try:
            if client.get(f"{api}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(_POLL_SECONDS)
    raise TimeoutError(f"the server was not ready within {_READY_SECONDS_MAX:g} seconds")


def _send_pushes(console: Console, client: httpx.Client, ingest: str, file: LoadFile) -> None:
    pushes = [msgspec.json.decode(raw, type=_Push) for raw in file.pushes]
    for push in pushes:
        answer = client.post(
            f"{ingest}/webhooks/{push.web_hook_id}",
            content=push.body,
            headers={"content-type": "application/json"},
        )
        answer.raise_for_status()
    console.print(
        f"\nSent {len(pushes)} events; each was answered once it was safe on disk. What became of them:\n"
    )


def _wait_for_log(client: httpx.Client, api: str, count: int) -> list[dict[str, object]]:
    deadline = time.monotonic() + _SETTLED_SECONDS_MAX
    while time.monotonic() < deadline:
        entries: list[dict[str, object]] = client.get(f"{api}/v2/events/logs?limit={count}").json()["data"]
        if len(entries) >= count:
            return entries
        time.sleep(_POLL_SECONDS)
    raise TimeoutError(f"the log did not show {count} entries within {_SETTLED_SECONDS_MAX:g} seconds")


def _console() -> Console:
    """Standard output; where nobody's eyes set a width, lines are as long as they are."""
    return Console(file=sys.stdout, width=None if is_for_eyes() else _UNSEEN_COLUMNS)


def entries_table(entries: list[dict[str, object]], *, is_wide: bool) -> Table:
    """Statuses and times stay whole; on a narrow terminal a message stands below its status."""
    table = Table("event", box=None, pad_edge=False)
    statuses = [status_text(str(entry.get("status", "Unauthorized"))) for entry in entries]
    table.add_column("status", no_wrap=is_wide, min_width=max(len(status) for status in statuses))
    if is_wide:
        table.add_column("message")
    table.add_column("ms", no_wrap=True, justify="right")
    for entry, status in zip(entries, statuses, strict=True):
        name, message = (Text(plain(str(entry.get(key, "")))) for key in ("eventName", "message"))
        told = [status, message] if is_wide else [Text("\n").join([status, message])]
        table.add_row(name, *told, str(entry["responseTime"]))
    return table
