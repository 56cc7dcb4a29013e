"""One database file: opened read-only, its pages and indexes whole, its schema the one of this version.

A file is looked at in one snapshot, so a running server's commits cannot make it look torn. As long as that
takes, the write-ahead log of that file cannot be trimmed and grows with what the server writes.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import apsw

from hooklog.check.findings import PROBLEMS_SHOWN_MAX, Check
from hooklog.db.migrate import migrate, newest_version, version_of
from hooklog.db.sqlite import open_database
from hooklog.errors import HooklogError

__all__ = ["opened"]

_NAMES = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"


@contextmanager
def opened(path: Path, kind: str, checks: list[Check]) -> Iterator[apsw.Connection | None]:
    """A snapshot of a file for further checks; None when it is too damaged, or too new, or nothing is in it yet.

    Args:
        path: a database file that exists.
        kind: whose schema it has ("journal", "eventlog", ...).
        checks: two checks are added, of the file's structure and of its schema. An error of SQLite inside the
            `with` becomes a problem of the structure.
    """
    structure, schema = Check(path.name, "structure"), Check(path.name, "schema")
    checks += [structure, schema]
    with ExitStack() as stack:
        usable: apsw.Connection | None = None
        with _noted(path, structure):
            connection = stack.enter_context(closing(open_database(path, read_only=True)))
            connection.execute("BEGIN")
            structure.look()
            _check_structure(connection, structure)
            if structure.is_sound and _check_schema(connection, kind, schema):
                usable = connection
        with _noted(path, structure):
            yield usable


@contextmanager
def _noted(path: Path, check: Check) -> Iterator[None]:
    """Turn an error of SQLite into a problem."""
    try:
        yield
    except (apsw.Error, HooklogError, UnicodeError) as error:
        check.wrong(f"{path.name} cannot be read: {error}; restore it from a backup")


def _check_structure(connection: apsw.Connection, check: Check) -> None:
    for (said,) in connection.execute(f"PRAGMA integrity_check({PROBLEMS_SHOWN_MAX})"):
        check.expect(said == "ok", f"SQLite says: {said}; restore the file from a backup")
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        check.wrong(f"row {row} of table {table} points at a row of {parent} that is not there")


def _check_schema(connection: apsw.Connection, kind: str, check: Check) -> bool:
    """Whether the tables can be read: they are this version's."""
    check.look()
    present, known = version_of(connection), newest_version(kind)
    names = _schema_of(connection)
    if present == 0 and not names:
        return False  # Its making was cut short before anything was in it; the next start goes on.
    if present > known:
        check.wrong(
            f"schema {present}, this version of hooklog knows up to {known}; use the newer hooklog that wrote it"
        )
        return False
    if present < known:
        check.wrong(f"schema {present}, this version of hooklog needs {known}; start the server once")
        return False
    with closing(apsw.Connection(":memory:")) as fresh:
        migrate(fresh, kind)
        expected = _schema_of(fresh)
    for name in sorted(expected.keys() | names.keys()):
        if name not in names:
            check.wrong(f"{' '.join(name)} is missing")
        elif name not in expected:
            check.wrong(f"{' '.join(name)} does not belong here")
        else:
            check.expect(names[name] == expected[name], f"{' '.join(name)} is not as schema {known} made it")
    return check.is_sound


def _schema_of(connection: apsw.Connection) -> dict[tuple[str, str], str]:
    return {(kind, name): sql for kind, name, sql in connection.execute(_NAMES)}
