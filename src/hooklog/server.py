"""Which backends are used, decided here, for the worker in server_worker.py, and nowhere else: SQLite files in one
data folder.

Two files because edge and supervisor start in half the time without what only a worker needs.
"""

import os
from pathlib import Path

import msgspec

from hooklog.access.authenticate import Authenticator
from hooklog.access.base import AccessStore
from hooklog.access.basic import basic_enabled_in
from hooklog.access.keys import Keys, load_or_make_keys
from hooklog.access.oauth import Tokens
from hooklog.access.session import Sessions
from hooklog.access.sqlite import SqliteAccessStore
from hooklog.catalog.base import Catalog
from hooklog.catalog.snapshot import SnapshotCatalog
from hooklog.catalog.sqlite import SqliteCatalog, read_catalog
from hooklog.db.sqlite import SQLITE_VERSION_MIN, make_durable, sqlite_version
from hooklog.directory.base import Directory
from hooklog.directory.sqlite import SqliteDirectory
from hooklog.errors import FolderError
from hooklog.eventlog.base import EventLogReader
from hooklog.eventlog.sqlite_file import FILE_NAME as LOG_FILE_NAME
from hooklog.eventlog.sqlite_file import open_log
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.files import prepare_folder
from hooklog.journal.base import JournalReader, JournalWriter
from hooklog.journal.sqlite import SqliteJournalReader, SqliteJournalWriter
from hooklog.replay.job_store import JobStore

__all__ = [
    "EdgeRooms",
    "Rooms",
    "TrialRooms",
    "open_edge",
    "open_rooms",
    "open_trial",
    "prepare",
]


class Rooms(msgspec.Struct, frozen=True):
    """What a data folder holds beside journal and event log; for `load`, `key` and as a part of the edge."""

    catalog: Catalog
    directory: Directory
    access: AccessStore

    def close(self) -> None:
        """Close all."""
        self.catalog.close()
        self.directory.close()
        self.access.close()


class EdgeRooms(msgspec.Struct, frozen=True):
    """What the edge works with."""

    rooms: Rooms
    keys: Keys
    authenticator: Authenticator
    sessions: Sessions
    journal: JournalWriter
    journal_reader: JournalReader
    log: EventLogReader
    jobs: JobStore


class TrialRooms(msgspec.Struct, frozen=True):
    """What a trial looks at: nothing of it can be written. The catalog is as it was when it was opened."""

    catalog: SnapshotCatalog
    directory: Directory
    log: EventLogReader

    def close(self) -> None:
        """Close all."""
        self.directory.close()
        self.log.close()


def prepare(folder: Path) -> None:
    """Make a data folder ready: writable, private, every file there and of this version's schema.

    Raises:
        FolderError: it cannot be used, or was written by a newer version; nothing was changed then.
    """
    if sqlite_version() < SQLITE_VERSION_MIN:
        raise FolderError(f"SQLite {sqlite_version()} is older than {SQLITE_VERSION_MIN}", "upgrade apsw")
    os.umask(0o077)
    prepare_folder(folder)
    load_or_make_keys(folder)
    open_log(folder).close()
    JobStore(folder).close()
    open_rooms(folder).close()


def open_rooms(folder: Path) -> Rooms:
    """Catalog, directory and credentials of a folder."""
    return Rooms(SqliteCatalog(folder), SqliteDirectory(folder), SqliteAccessStore(folder))


def open_edge(folder: Path) -> EdgeRooms:
    """Everything the edge needs, of a prepared folder.

    Raises:
        JournalForeign, JournalUnavailable: see SqliteJournalWriter.
    """
    os.umask(0o077)
    rooms = open_rooms(folder)
    keys = load_or_make_keys(folder)
    # The edge trims the journal up to the log's position, perhaps before there is a worker again.
    make_durable(folder / LOG_FILE_NAME)
    log = SqliteEventLogReader(folder)
    log_id = log.identity()
    sessions = Sessions(keys.installation)
    return EdgeRooms(
        rooms=rooms,
        keys=keys,
        authenticator=Authenticator(
            rooms.access,
            Tokens(keys.token, rooms.access, rooms.directory),
            basic_enabled_in(rooms.directory),
            sessions=sessions,
        ),
        sessions=sessions,
        journal=SqliteJournalWriter(folder, log_id=log_id, position=log.position()),
        journal_reader=SqliteJournalReader(folder, log_id=log_id),
        log=log,
        jobs=JobStore(folder),
    )


def open_trial(folder: Path) -> TrialRooms:
    """Everything that a trial needs, of a prepared folder, by connections that refuse to write."""
    return TrialRooms(
        read_catalog(folder), SqliteDirectory(folder, read_only=True), SqliteEventLogReader(folder)
    )
