"""The program: every command, and one way to say what went wrong."""

import sys
from typing import NoReturn

import typer
from rich.console import Console

from hooklog.commands import check, demo, doctor, explain, key, load, logs, roles, send, serve
from hooklog.errors import HooklogError

__all__ = ["app", "main"]

app = typer.Typer(
    name="hooklog",
    help="A durable log of behavioural events: every accepted push gets exactly one entry that explains it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (demo, serve, load, key, send, logs, explain, check, doctor, roles):
    command.register(app)


def main() -> NoReturn:
    """Run a command; an error about the world is shown with its hint, not as a traceback."""
    try:
        app()
    except HooklogError as error:
        console = Console(stderr=True, soft_wrap=True, highlight=False)
        console.print(f"[bold red]error[/] {error.code}: ", end="")
        console.print(str(error), markup=False)
        if error.hint:
            console.print("[bold]what to do[/]: ", end="")
            console.print(error.hint, markup=False)
        sys.exit(1)
    sys.exit(0)
