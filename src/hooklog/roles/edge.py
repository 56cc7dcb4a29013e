"""The edge's process: takes pushes on both listeners, serves the API on the main one. One a data folder."""

import asyncio
import contextlib
import signal
import socket
import sys
import time
from pathlib import Path

import structlog
import uvloop
from litestar import Litestar

from hooklog.access.guesses import build_guesses
from hooklog.access.rate_limit import build_buckets
from hooklog.api.app import build_api, with_webhooks
from hooklog.api.context import Context
from hooklog.api.direct import with_direct_logs
from hooklog.config import Settings
from hooklog.console.assets import asset_routes, load_assets
from hooklog.console.session import session_routes
from hooklog.errors import HooklogError
from hooklog.event import Event, RequestIds
from hooklog.files import RoleLock
from hooklog.ingest.accept import Intake
from hooklog.ingest.backlog import Backlog
from hooklog.ingest.routes import PREFIX, IngestApp
from hooklog.journal.group_commit import GroupCommit
from hooklog.listeners.lane_server import LaneServer, build_lane_server
from hooklog.listeners.main_server import HttpServer, build_server, listening_socket
from hooklog.roles.exits import EXIT_JOURNAL_FAILED, EXIT_OK, exit_status_of
from hooklog.roles.lifeline import Waker
from hooklog.roles.memory import settle_memory
from hooklog.roles.replays import build_replayer
from hooklog.roles.trials import ChildTrials
from hooklog.server import EdgeRooms, open_edge
from hooklog.storage import StorageMeter
from hooklog.telemetry import metrics

__all__ = ["run_edge"]

_TICK_SECONDS = 0.1
_DISK_SECONDS = 1.0
# The next server waits for the role and the ports of an edge whose supervisor was killed.
_DRAIN_SECONDS_ORPHANED = 1

diagnostics = structlog.get_logger()


def run_edge(
    folder: Path,
    settings: Settings,
    *,
    main: socket.socket | int,
    ingest: socket.socket | int,
    wake: int | None = None,
    parent: int | None = None,
) -> int:
    """Run until stopped; returns the exit status.

    Args:
        folder: a prepared data folder.
        settings: all settings.
        main: the listening socket of the API and everything else, or its descriptor.
        ingest: the listening socket that takes webhooks only, or its descriptor.
        wake: write end of the wake pipe; None where there is no worker to wake.
        parent: read end of the pipe that the parent holds open; None without a parent.
    """
    sockets = [one if isinstance(one, socket.socket) else listening_socket(one) for one in (main, ingest)]
    # A commit group beside a busy Python thread took 5.4 ms at the median, 0.9 with this (design.md, 3).
    sys.setswitchinterval(0.0005)
    try:
        lock = RoleLock(folder, "edge")
        rooms = open_edge(folder)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            status = runner.run(_Edge(folder, settings, rooms, Waker(wake)).run(sockets, parent))
        lock.release()
    except HooklogError as error:
        diagnostics.error("edge_ended", code=error.code, error=str(error), hint=error.hint)
        return exit_status_of(error)
    diagnostics.info("edge_stopped")
    return status


class _Edge:
    def __init__(self, folder: Path, settings: Settings, rooms: EdgeRooms, waker: Waker) -> None:
        self._folder = folder
        self._settings = settings
        self._rooms = rooms
        self._waker = waker
        self._stop = asyncio.Event()
        self._is_orphaned = False
        self._failure: HooklogError | None = None

    async def run(self, sockets: list[socket.socket], parent: int | None) -> int:
        """Serve both listeners until a signal, the parent's end or a failed journal."""
        loop = asyncio.get_running_loop()
        self._stop_on_signals(loop, parent)
        position = self._rooms.log.position()
        self._backlog = Backlog(
            self._settings.ingest,
            self._folder,
            self._rooms.journal.backlog_by_org(position),
            self._rooms.journal.last,
            position,
        )
        self._journal = GroupCommit(
            self._rooms.journal,
            self._settings.journal,
            loop,
            on_commit=self._committed,
            on_failure=self._journal_failed,
        )
        servers = self._servers()
        settle_memory()
        diagnostics.info("edge_started", position=position, backlog=self._backlog.events)
        await self._serve(servers, sockets)
        self._close()
        return EXIT_OK if self._failure is None else EXIT_JOURNAL_FAILED

    def _servers(self) -> list[HttpServer | LaneServer]:
        ids = RequestIds()
        rates = self._settings.limits
        intake = Intake(
            catalog=self._rooms.rooms.catalog,
            authenticator=self._rooms.authenticator,
            journal=self._journal,
            backlog=self._backlog,
            settings=self._settings.ingest,
            ids=ids,
            push_rate=build_buckets(rates.pushes_per_second, rates.push_burst, time.monotonic),
        )
        webhooks = IngestApp(intake, self._settings.ingest, ids.make)
        self._trials = ChildTrials(self._folder, self._settings)
        self._context = Context(
            trials=self._trials,
            settings=self._settings.api,
            access=self._rooms.rooms.access,
            request_rate=build_buckets(rates.requests_per_second, rates.burst, time.monotonic),
            guesses=build_guesses(rates, time.monotonic),
            authenticator=self._rooms.authenticator,
            catalog=self._rooms.rooms.catalog,
            directory=self._rooms.rooms.directory,
            journal=self._rooms.journal_reader,
            log=self._rooms.log,
            cursor_key=self._rooms.keys.installation,
            is_ready=self._why_not_ready,
            ingest_url=self._settings.ingest_url,
            ingest_port=self._settings.ingest_port_used,
            limits=self._settings.catalog,
            retention=self._settings.retention,
            waiting=self._backlog.waiting,
            storage=StorageMeter(self._folder, time.monotonic).measure,
        )
        self._replayer = build_replayer(
            self._rooms, self._settings, self._context, journal=self._journal, backlog=self._backlog, ids=ids
        )
        self._context.replay_by(self._replayer)
        connections_max, header_seconds_max = (
            self._settings.connections_max,
            self._settings.header_seconds_max,
        )
        return [
            build_server(
                with_webhooks(with_direct_logs(self._api(), self._context), webhooks, PREFIX),
                connections_max=connections_max,
                header_seconds_max=header_seconds_max,
                names_refusals=True,
            ),
            build_lane_server(
                intake,
                self._settings.ingest,
                ids.make,
                connections_max=connections_max,
                header_seconds_max=header_seconds_max,
            ),
        ]

    def _api(self) -> Litestar:
        signing_in = session_routes(self._rooms.sessions)
        return build_api(self._context, further=signing_in, undocumented=asset_routes(load_assets()))

    async def _serve(self, servers: list[HttpServer | LaneServer], sockets: list[socket.socket]) -> None:
        serving = [
            asyncio.create_task(server.serve(sockets=[one]))
            for server, one in zip(servers, sockets, strict=True)
        ]
        own = [asyncio.create_task(self._tick()), asyncio.create_task(self._replayer.run())]
        for task in (*serving, *own):
            # Whatever ends by itself, by a bug of ours, ends the edge: half of one would take pushes without bound.
            task.add_done_callback(lambda _: self._stop.set())
        await self._stop.wait()
        await self._context.end_streams()
        await self._trials.close()
        for server in servers:
            if self._is_orphaned:
                server.stop(_DRAIN_SECONDS_ORPHANED)
            else:
                server.stop()
        await asyncio.gather(*serving)
        for task in own:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _tick(self) -> None:
        """Follow the worker's position, the catalog's changes and the disk."""
        disk_due = 0.0
        trimmed = -1
        while True:
            try:
                position = self._rooms.log.position()
                self._backlog.settled(position)
                if position > trimmed:
                    self._journal.trim(position)
                    trimmed = position
                # Aside: it waits for a change that a thread is just making durable, which pushes must not.
                await asyncio.to_thread(self._rooms.rooms.catalog.refresh)
                if time.monotonic() >= disk_due:
                    self._backlog.look_at_disk()
                    disk_due = time.monotonic() + _DISK_SECONDS
            except HooklogError as error:
                diagnostics.warning("edge_cannot_look", code=error.code, error=str(error))
            await asyncio.sleep(_TICK_SECONDS)

    def _committed(self, last: int, events: list[Event]) -> None:
        self._backlog.added(last, events)
        metrics.group_events.observe(len(events))
        self._waker.wake()

    def _journal_failed(self, error: HooklogError) -> None:
        # The push that met the failure has its 503; a new process starts with a new journal file.
        self._failure = error
        self._stop.set()

    def _why_not_ready(self) -> str | None:
        if self._failure is not None:
            return "the journal has failed"
        return "stopping" if self._stop.is_set() else self._backlog.refusal(0)

    def _stop_on_signals(self, loop: asyncio.AbstractEventLoop, parent: int | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        if parent is not None:

            def orphaned() -> None:
                loop.remove_reader(parent)
                self._is_orphaned = True
                self._stop.set()

            loop.add_reader(parent, orphaned)

    def _close(self) -> None:
        self._journal.close()
        self._replayer.close()
        self._context.close()
        self._rooms.authenticator.close()
        self._rooms.journal_reader.close()
        self._rooms.log.close()
        self._rooms.rooms.close()
