"""The program: every command, and one way to say what went wrong."""

import importlib
import sys
from collections.abc import Iterable
from typing import NoReturn

import typer
from rich.console import Console

from hooklog.errors import HooklogError

__all__ = ["build_app", "main"]

# Each command by its name and the module in hooklog.commands that registers it, in the order of the help.
_MODULES = {
    "demo": "demo",
    "serve": "serve",
    "load": "load",
    "key": "key",
    "import": "import_",
    "send": "send",
    "logs": "logs",
    "explain": "explain",
    "counts": "counts",
    "failures": "failures",
    "tail": "tail",
    "export": "export",
    "what-if": "what_if",
    "replay": "replay",
    "filters": "filters",
    "check": "check",
    "backup": "backup",
    "restore": "restore",
    "doctor": "doctor",
    "openapi": "openapi",
    "edge": "roles",
    "worker": "roles",
}


def build_app(names: Iterable[str] = _MODULES) -> typer.Typer:
    """The program with these commands; all of them unless told otherwise."""
    app = typer.Typer(
        name="hooklog",
        help="A durable log of behavioural events: every accepted push gets exactly one entry that explains it.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    # With a callback, a program of one command still takes that command's name.
    app.callback()(_nothing)
    for module in dict.fromkeys(_MODULES[name] for name in names):
        importlib.import_module(f"hooklog.commands.{module}").register(app)
    return app


def _nothing() -> None:
    """A durable log of behavioural events: every accepted push gets exactly one entry that explains it."""


def main() -> NoReturn:
    """Run a command; an error about the world is shown with its hint, not as a traceback."""
    # Importing every command's libraries takes half a second, so only what is asked for is brought in.
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        build_app([asked] if asked in _MODULES else _MODULES)()
    except HooklogError as error:
        console = Console(stderr=True, soft_wrap=True, highlight=False)
        console.print(f"[bold red]error[/] {error.code}: ", end="")
        console.print(str(error), markup=False)
        if error.hint:
            console.print("[bold]what to do[/]: ", end="")
            console.print(error.hint, markup=False)
        sys.exit(1)
    sys.exit(0)
