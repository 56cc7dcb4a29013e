"""How the catalog's values lie in rows: bodies are JSON, so that people can read the file."""

from collections.abc import Callable
from typing import Any

import apsw
import msgspec

from hooklog.catalog.audit import Author, Change, ChangeKind, Subject
from hooklog.catalog.definition import Definition
from hooklog.catalog.mapping import EventMapping
from hooklog.catalog.saved_filter import SavedFilter
from hooklog.catalog.state import CatalogState
from hooklog.catalog.webhook import Webhook

__all__ = ["decode_change", "delete_filter", "put_change", "put_subject", "read_state"]

_encode = msgspec.json.Encoder().encode
_decode_author = msgspec.json.Decoder(Author).decode
_decode_definition = msgspec.json.Decoder(Definition).decode
_decode_filter = msgspec.json.Decoder(SavedFilter).decode
_decode_mapping = msgspec.json.Decoder(EventMapping).decode
_decode_webhook = msgspec.json.Decoder(Webhook).decode
_NEWEST = (
    "SELECT body FROM definition AS one WHERE version = "
    "(SELECT max(version) FROM definition WHERE org = one.org AND name = one.name)"
)
# By how the names of the kinds end.
_DECODERS: dict[str, Callable[[str], Subject]] = {
    "Event": _decode_definition,
    "Filter": _decode_filter,
    "Mapping": _decode_mapping,
    "Webhook": _decode_webhook,
}


def read_state(connection: apsw.Connection) -> CatalogState:
    """The newest of everything in the file."""
    items: list[Subject] = []
    for statement, decode in (
        (_NEWEST, _decode_definition),
        ("SELECT body FROM mapping", _decode_mapping),
        ("SELECT body FROM webhook", _decode_webhook),
        ("SELECT body FROM saved_filter", _decode_filter),
    ):
        items += [decode(body) for (body,) in connection.execute(statement)]
    return CatalogState({}, {}).with_all(items)


def put_subject(connection: apsw.Connection, item: Subject) -> None:
    """Store a definition's version, a mapping, a webhook or a saved filter."""
    if isinstance(item, Definition):
        table, key = "definition", [item.org_id, item.name, item.version]
    elif isinstance(item, EventMapping):
        table, key = "mapping", [item.org_id, item.event_name]
    elif isinstance(item, SavedFilter):
        table, key = "saved_filter", [item.org_id, item.name]
    else:
        table, key = "webhook", [item.id, item.org_id]
    places = ", ".join("?" * (len(key) + 1))
    connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({places})", (*key, _text(item)))


def delete_filter(connection: apsw.Connection, gone: SavedFilter) -> None:
    """Let go of a saved filter."""
    connection.execute("DELETE FROM saved_filter WHERE org = ? AND name = ?", (gone.org_id, gone.name))


def put_change(connection: apsw.Connection, change: Change) -> None:
    """Add an item to the audit."""
    connection.execute(
        "INSERT INTO audit (org, event, kind, at_ms, author, after, before) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            change.org_id,
            change.event_name,
            change.kind.value,
            change.at_ms,
            None if change.by is None else _text(change.by),
            _text(change.after),
            None if change.before is None else _text(change.before),
        ),
    )


def decode_change(row: tuple[Any, ...]) -> Change:
    """A row of the audit: kind, instant, author, after, before.

    Raises:
        ValueError: it is no such row; msgspec's errors are of this kind.
    """
    text, at_ms, author, after, before = row
    kind = ChangeKind(text)
    decode = next(decode for ending, decode in _DECODERS.items() if kind.endswith(ending))
    return Change(
        kind=kind,
        at_ms=at_ms,
        by=None if author is None else _decode_author(author),
        after=decode(after),
        before=None if before is None else decode(before),
    )


def _text(value: Subject | Author) -> str:
    return _encode(value).decode()
