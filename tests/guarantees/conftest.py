"""What every guarantee test runs in."""

import functools
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog

from hooklog.testing.shop import Shop, open_shop


@pytest.fixture(autouse=True)
def diagnostics() -> Iterator[list[MutableMapping[str, Any]]]:
    """What the program says about itself, kept instead of printed: stages raise by the hundred here."""
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Opens the shop; takes what `open_shop` takes behind the folder."""
    with ExitStack() as stack:
        yield functools.partial(open_shop, stack, tmp_path / "data")
