"""Filters that the org has saved, as the commands know them."""

from typing import Final
from urllib.parse import parse_qsl, quote

import msgspec

from hooklog.commands.remote import Connection, Remote, read_as
from hooklog.errors import RemoteError

__all__ = ["FILTERS_PATH", "SAVED", "RemoteFilter", "expanded", "read_filter", "saved_path"]

FILTERS_PATH: Final = "/v2/events/filters"
SAVED: Final = "saved"
"""Stands among filters for those that are saved under a name."""


class RemoteFilter(msgspec.Struct, frozen=True, rename="camel"):
    """A saved filter as the server tells it."""

    name: str = ""
    description: str = ""
    query: str = ""
    is_masked: bool = False
    console_url: str = ""
    changed_at: int = 0
    changed_by: str = ""


def saved_path(name: str) -> str:
    """Where the server has a filter."""
    return f"{FILTERS_PATH}/{quote(name, safe='')}"


def read_filter(raw: msgspec.Raw) -> RemoteFilter:
    """A filter that the server sent.

    Raises:
        RemoteError: it is none that this version can read.
    """
    return read_as(raw, RemoteFilter, "a filter")


def expanded(connection: Connection, filters: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The filters with those that are saved under a name in its place.

    Raises:
        RemoteError: the server has none of that name, or tells only a part of what it asks, or does not answer.
    """
    if all(name != SAVED for name, _ in filters):
        return filters
    with connection.open() as remote:
        return [one for pair in filters for one in _expanded(remote, pair)]


def _expanded(remote: Remote, pair: tuple[str, str]) -> list[tuple[str, str]]:
    name, value = pair
    if name != SAVED:
        return [pair]
    found = [read_filter(raw) for raw in remote.page(saved_path(value)).data]
    if any(saved.is_masked for saved in found):
        raise RemoteError(
            f"the saved filter {value} asks for values that you may not see, so it cannot be asked",
            "sign in with credentials that have psi:read",
        )
    return [one for saved in found for one in parse_qsl(saved.query, keep_blank_values=True)]
