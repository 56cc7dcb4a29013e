"""What the worker works with: the other half of server.py, with all that only a worker has to load."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from hooklog.api.delivery import render_delivery
from hooklog.catalog.base import Catalog
from hooklog.catalog.sqlite import SqliteCatalog
from hooklog.config import Settings
from hooklog.consumers.base import Outbound
from hooklog.consumers.ei import EiConsumer
from hooklog.consumers.ei_export import EiExport
from hooklog.consumers.ei_follower import EiFollower
from hooklog.consumers.ei_store import EiStore
from hooklog.consumers.emf import CustomerCheck, build_emf
from hooklog.directory.base import Directory
from hooklog.directory.sqlite import SqliteDirectory
from hooklog.event import wall_clock_ms
from hooklog.eventlog.retention import Retention
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.journal.base import JournalReader
from hooklog.journal.sqlite import SqliteJournalReader
from hooklog.pipeline.runner import Runner
from hooklog.pipeline.stages import build_line

__all__ = ["WorkerRooms", "open_worker"]


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


def open_worker(
    folder: Path, settings: Settings, *, accept_gap: bool = False, wake: Callable[[], None] = lambda: None
) -> WorkerRooms:
    """Everything the worker needs, of a prepared folder; takes the event log over.

    `wake` is called from another thread when a consumer's call has ended.
    """
    os.umask(0o077)
    catalog, directory = SqliteCatalog(folder), SqliteDirectory(folder)
    log = SqliteEventLogWriter(folder, checkpoints_aside=True)
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


def _export(folder: Path, settings: Settings) -> EiFollower:
    """The analytical export, with readers of its own, opened on its thread."""

    def open_export(is_stopping: Callable[[], bool]) -> EiExport:
        log = SqliteEventLogReader(folder)
        store = EiStore(folder, log.identity())
        return EiExport(folder, store, log, SqliteCatalog(folder), settings.ei.file_records_max, is_stopping)

    return EiFollower(open_export, settings.ei.flush_seconds)
