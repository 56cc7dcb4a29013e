"""Which backends are used, decided here and nowhere else: SQLite files in one data folder."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from hooklog.access.authenticate import Authenticator
from hooklog.access.base import AccessStore
from hooklog.access.basic import basic_enabled_in
from hooklog.access.keys import Keys, load_or_make_keys
from hooklog.access.oauth import Tokens
from hooklog.access.session import Sessions
from hooklog.access.sqlite import SqliteAccessStore
from hooklog.api.delivery import render_delivery
from hooklog.catalog.base import Catalog
from hooklog.catalog.snapshot import SnapshotCatalog
from hooklog.catalog.sqlite import SqliteCatalog, read_catalog
from hooklog.config import Settings
from hooklog.consumers.base import Outbound
from hooklog.consumers.ei import EiConsumer
from hooklog.consumers.ei_export import EiExport
from hooklog.consumers.ei_follower import EiFollower
from hooklog.consumers.ei_store import EiStore
from hooklog.consumers.emf import CustomerCheck, build_emf
from hooklog.db.sqlite import SQLITE_VERSION_MIN, make_durable, sqlite_version
from hooklog.directory.base import Directory
from hooklog.directory.sqlite import SqliteDirectory
from hooklog.errors import FolderError
from hooklog.event import wall_clock_ms
from hooklog.eventlog.base import EventLogReader
from hooklog.eventlog.retention import Retention
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import FILE_NAME as LOG_FILE_NAME
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.files import prepare_folder
from hooklog.journal.base import JournalReader, JournalWriter
from hooklog.journal.sqlite import SqliteJournalReader, SqliteJournalWriter
from hooklog.pipeline.runner import Runner
from hooklog.pipeline.stages import build_line
from hooklog.replay.job_store import JobStore

__all__ = [
    "EdgeRooms",
    "Rooms",
    "TrialRooms",
    "WorkerRooms",
    "open_edge",
    "open_rooms",
    "open_trial",
    "open_worker",
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


class WorkerRooms(msgspec.Struct, frozen=True):
    """What the worker works with. `close` ends it cleanly: the next worker need not be careful."""

    runner: Runner
    retention: Retention
    log: SqliteEventLogWriter
    journal: JournalReader
    catalog: Catalog
    directory: Directory
    outbound: Outbound | None
    export: EiFollower | None

    def close(self) -> None:
        """Note the clean end and close all."""
        if self.export is not None:
            self.export.close()
        if self.outbound is not None:
            self.outbound.close()
        self.log.end()
        self.journal.close()
        self.catalog.close()
        self.directory.close()


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
    SqliteEventLogWriter(folder).end()
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


def open_worker(
    folder: Path, settings: Settings, *, accept_gap: bool = False, wake: Callable[[], None] = lambda: None
) -> WorkerRooms:
    """Everything the worker needs, of a prepared folder; takes the event log over.

    `wake` is called from another thread when a consumer's call has ended.
    """
    os.umask(0o077)
    catalog, directory = SqliteCatalog(folder), SqliteDirectory(folder)
    log = SqliteEventLogWriter(folder)
    journal = SqliteJournalReader(folder, log_id=log.log_id, accept_gap=accept_gap)
    outbound = build_emf(settings.emf, render_delivery, wake) if settings.emf.endpoints else None
    line = build_line(
        catalog=catalog,
        directory=directory,
        log=log,
        ei=EiConsumer(),
        emf=outbound or CustomerCheck(),
        settings=settings.pipeline,
        clock_us=lambda: time.time_ns() // 1000,
    )
    return WorkerRooms(
        runner=Runner(journal, log, catalog, line, settings.pipeline, wall_clock_ms, outbound),
        retention=Retention(settings.retention, log, directory, wall_clock_ms),
        log=log,
        journal=journal,
        catalog=catalog,
        directory=directory,
        outbound=outbound,
        export=_export(folder, settings) if settings.ei.is_enabled else None,
    )


def open_trial(folder: Path) -> TrialRooms:
    """Everything that a trial needs, of a prepared folder, by connections that refuse to write."""
    return TrialRooms(
        read_catalog(folder), SqliteDirectory(folder, read_only=True), SqliteEventLogReader(folder)
    )


def _export(folder: Path, settings: Settings) -> EiFollower:
    """The analytical export, with readers of its own, opened on its thread."""

    def open_export(is_stopping: Callable[[], bool]) -> EiExport:
        log = SqliteEventLogReader(folder)
        store = EiStore(folder, log.identity())
        return EiExport(folder, store, log, SqliteCatalog(folder), settings.ei.file_records_max, is_stopping)

    return EiFollower(open_export, settings.ei.flush_seconds)
