"""Options that several commands share, so that they are spelt and explained the same everywhere."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["ConfigOption", "DataOption", "sharing"]

DataOption = Annotated[
    Path, typer.Option("--data", help="The data folder: everything lives in it.", show_default=False)
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="A TOML file with settings; the environment wins over it.")
]


def sharing(
    command: Callable[..., None],
    name: str,
    options: Mapping[str, tuple[Any, Any]],
    gather: Callable[[dict[str, Any]], Any],
) -> Callable[..., None]:
    """A command with options that it shares with others, instead of the one parameter that is made of them.

    Args:
        command: takes all its parameters by name.
        name: of its parameter that is made of the options.
        options: by name, the annotation that typer reads and the default.
        gather: makes the parameter of what was given for the options.
    """

    def run(**given: Any) -> None:
        asked = {one: given.pop(one) for one in options}
        command(**given, **{name: gather(asked)})

    own = [one for one in inspect.signature(command).parameters.values() if one.name != name]
    parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own] + [
        inspect.Parameter(one, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for one, (annotation, default) in options.items()
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    run.__doc__ = command.__doc__
    return run
