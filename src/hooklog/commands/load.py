"""`hooklog load FILE`: fill a data folder from a file."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from hooklog.commands.options import DataOption
from hooklog.files import RoleLock, prepare_folder
from hooklog.load.store import load_path
from hooklog.server import open_rooms, prepare

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("load")(load_command)


def load_command(
    file: Annotated[Path, typer.Argument(help="JSON in the form of the demo setting.", show_default=False)],
    data: DataOption,
) -> None:
    """Load orgs, tills, clients, keys, customers, groups, events and webhooks. Needs no running server."""
    prepare_folder(data)
    lock = RoleLock(data, "server", wait_seconds_max=0.0)
    prepare(data)
    rooms = open_rooms(data)
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(f"loading {file.name}", total=None)
        count = 0

        def loaded(what: str) -> None:
            nonlocal count
            count += 1
            progress.update(task, description=f"loading {what}")

        load_path(rooms, file, loaded)
    rooms.close()
    lock.release()
    console.print(f"loaded {count} things from {file} into {data}", highlight=False)
