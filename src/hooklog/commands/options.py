"""Options that several commands share, so that they are spelt and explained the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["ConfigOption", "DataOption"]

DataOption = Annotated[
    Path, typer.Option("--data", help="The data folder: everything lives in it.", show_default=False)
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="A TOML file with settings; the environment wins over it.")
]
