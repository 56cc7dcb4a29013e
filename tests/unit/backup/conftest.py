"""A data folder with something of everything, and who watches while it is copied."""

import pytest
from tests.unit.check.conftest import _keys_are_read_quickly, folder, template

__all__ = ["Watching", "_keys_are_read_quickly", "folder", "template", "watching"]


class Watching:
    """A Watcher that remembers what it was told."""

    def __init__(self) -> None:
        self.acts: list[str] = []
        self.total: int | None = None
        self.bytes = 0
        self.said: list[str] = []

    def begins(self, what: str, bytes_total: int | None = None) -> None:
        self.acts.append(what)
        self.total = bytes_total

    def moved(self, count: int) -> None:
        self.bytes += count

    def remarks(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def watching() -> Watching:
    return Watching()
