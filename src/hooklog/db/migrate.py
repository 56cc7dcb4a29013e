"""Bringing a file's schema up to date: numbered SQL files, applied once each, in order, forward only.

A file's `user_version` is the number of its newest migration. A higher number than this program knows was
written by a newer version, and the file is refused untouched.
"""

from importlib import resources

import apsw

from hooklog.db.sqlite import transaction
from hooklog.errors import FolderTooNew

__all__ = ["migrate", "newest_version", "refuse_newer", "version_of"]


def _migrations(kind: str) -> list[str]:
    folder = resources.files("hooklog.db") / "schema" / kind
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".sql"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1)), f"numbers of {kind}: {names}"
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def newest_version(kind: str) -> int:
    """The schema number that this program writes for a kind of file ("journal", "eventlog", ...)."""
    return len(_migrations(kind))


def version_of(connection: apsw.Connection) -> int:
    """The schema number of an open file; 0 for a new one."""
    version = connection.pragma("user_version")
    assert isinstance(version, int)
    return version


def refuse_newer(connection: apsw.Connection, kind: str) -> None:
    """For those who only read: raise FolderTooNew where a newer version of Hooklog wrote the file."""
    present, known = version_of(connection), newest_version(kind)
    if present > known:
        raise FolderTooNew(
            f"{connection.filename} has schema {present}, this version of hooklog knows up to {known}",
            "use the newer hooklog that wrote this folder, or another folder",
        )


def migrate(connection: apsw.Connection, kind: str) -> None:
    """Apply what is missing, each migration in a transaction of its own. May be repeated.

    Raises:
        FolderTooNew: the file was written by a newer version of Hooklog.
    """
    refuse_newer(connection, kind)
    present = version_of(connection)
    for number, script in enumerate(_migrations(kind)[present:], start=present + 1):
        with transaction(connection):
            # Another process may have been faster since the version was read.
            if version_of(connection) >= number:
                continue
            connection.execute(script)
            connection.pragma("user_version", number)
