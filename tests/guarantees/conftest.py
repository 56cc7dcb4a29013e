"""What every guarantee test runs in."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog


@pytest.fixture(autouse=True)
def diagnostics() -> Iterator[list[MutableMapping[str, Any]]]:
    """What the program says about itself, kept instead of printed: stages raise by the hundred here."""
    with structlog.testing.capture_logs() as lines:
        yield lines
