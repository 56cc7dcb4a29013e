"""The rows of `access.db`: a table's columns are its Struct's fields, in their order.

Scopes are a text with blanks between, NULL for None; all else SQLite holds as it is. What is read back is
checked against the Struct's types.
"""

from typing import TypeVar

import msgspec

from hooklog.access.base import ApiKey, Client, TillLogin

__all__ = ["Value", "from_row", "put_sql", "select_sql", "to_row"]

Value = str | int | float | bytes | None

Kept = TypeVar("Kept", TillLogin, Client, ApiKey)


def select_sql(table: str, kind: type[msgspec.Struct]) -> str:
    """A SELECT of all columns, to be followed by its WHERE."""
    return f"SELECT {', '.join(kind.__struct_fields__)} FROM {table}"


def put_sql(table: str, kind: type[msgspec.Struct], key: str) -> str:
    """Insert a row, or replace the one with the same `key` (columns with commas between)."""
    columns = kind.__struct_fields__
    marks = ", ".join("?" * len(columns))
    replaced = ", ".join(f"{column} = excluded.{column}" for column in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        f" ON CONFLICT ({key}) DO UPDATE SET {replaced}"
    )


def to_row(kept: TillLogin | Client | ApiKey) -> tuple[Value, ...]:
    """What to bind to the marks of `put_sql`."""
    scopes = None if kept.scopes is None else " ".join(sorted(kept.scopes))
    row = {**msgspec.structs.asdict(kept), "scopes": scopes}
    return tuple(row.values())


def from_row(kind: type[Kept], row: tuple[Value, ...]) -> Kept:
    """What a row of `select_sql` holds."""
    kept: dict[str, object] = dict(zip(kind.__struct_fields__, row, strict=True))
    scopes = kept["scopes"]
    assert scopes is None or isinstance(scopes, str)
    kept["scopes"] = None if scopes is None else scopes.split()
    # Not strict: SQLite knows no booleans and gives 0 and 1.
    return msgspec.convert(kept, kind, strict=False)
