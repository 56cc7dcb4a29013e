"""The audit inside `directory.db` and `access.db`: the same table in both, each written with what it tells of."""

from collections.abc import Iterable
from typing import Any

import apsw
import msgspec

from hooklog.author import Author
from hooklog.directory.audit import About, DirectoryChange, DirectoryChangeKind

__all__ = ["AUDIT", "SELECT_AUDIT", "about_texts", "audit_of", "put_change"]

_PUT = (
    "INSERT INTO audit (org, about, subject, kind, at_ms, request, author, after, before) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (request) DO UPDATE SET after = excluded.after"
)
AUDIT = "org, subject, kind, at_ms, author, after, before"
# To be given the org, the JSON list of what it is about, and how many at most.
SELECT_AUDIT = (
    f"SELECT {AUDIT} FROM audit "
    "WHERE org = ? AND about IN (SELECT value FROM json_each(?)) ORDER BY sequence DESC LIMIT ?"
)
_decode_author = msgspec.json.Decoder(Author).decode


def put_change(connection: apsw.Connection, change: DirectoryChange | None) -> None:
    """Add an item in the running transaction, or what became of the item of the same request; None adds nothing."""
    if change is None:
        return
    row = (
        *(change.org_id, change.kind.about.value, change.subject, change.kind.value, change.at_ms),
        *(change.by.request_id, msgspec.json.encode(change.by).decode(), change.after, change.before),
    )
    connection.execute(_PUT, row)


def audit_of(rows: Iterable[tuple[Any, ...]]) -> list[DirectoryChange]:
    """The items of rows with the columns AUDIT.

    Raises:
        ValueError: a row is none; msgspec's errors are of this kind.
    """
    return [
        DirectoryChange(
            DirectoryChangeKind(kind), org_id, subject, at_ms, _decode_author(author), after, before
        )
        for org_id, subject, kind, at_ms, author, after, before in rows
    ]


def about_texts(about: Iterable[About]) -> str:
    """What to bind to the second mark of SELECT_AUDIT."""
    return msgspec.json.encode(sorted(about)).decode()
