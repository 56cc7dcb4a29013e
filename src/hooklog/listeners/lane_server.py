"""The listener of the fast lane: sockets that somebody else owns, a turn a second, and an orderly end."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence

import structlog

from hooklog.ingest.accept import Intake
from hooklog.ingest.push import IngestSettings
from hooklog.listeners.fast_lane import FastLane
from hooklog.listeners.lane_connection import LaneConnection
from hooklog.listeners.main_server import DRAIN_SECONDS, KEEP_ALIVE_SECONDS

__all__ = ["LaneServer", "build_lane_server"]

_BACKLOG = 2_048

diagnostics = structlog.get_logger()


class LaneServer:
    """One listener. Run it with `serve`, end it with `stop`."""

    def __init__(self, lane: FastLane) -> None:
        """Args: `lane`: what its connections share."""
        self._lane = lane
        self._stopping = asyncio.Event()
        self._drain_seconds: float = DRAIN_SECONDS

    async def serve(self, sockets: Sequence[socket.socket]) -> None:
        """Take connections until `stop`; returns when the last one is closed."""
        loop = asyncio.get_running_loop()
        servers = [
            await loop.create_server(lambda: LaneConnection(self._lane), sock=one, backlog=_BACKLOG)
            for one in sockets
        ]
        turning = asyncio.create_task(self._turn())
        await self._stopping.wait()
        for server in servers:
            server.close()
        await self._drain()
        turning.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await turning

    def stop(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """Take nothing more; what is under way has so many seconds to end, then it is cut off."""
        self._drain_seconds = drain_seconds
        self._stopping.set()

    async def _turn(self) -> None:
        """Once a second: tell the date anew, and close what has been quiet for too long."""
        while True:
            await asyncio.sleep(1.0)
            self._lane.text.refresh()
            for connection in list(self._lane.connections):
                connection.quiet_seconds = connection.quiet_seconds + 1 if connection.is_idle else 0
                if connection.quiet_seconds > KEEP_ALIVE_SECONDS:
                    connection.close()

    async def _drain(self) -> None:
        deadline = asyncio.get_running_loop().time() + self._drain_seconds
        for connection in list(self._lane.connections):
            connection.end()
        # An event would have to be kept by every connection that ends, for this one moment.
        while self._lane.connections and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        if self._lane.connections:
            # Nobody has to act: a client was slower than our stop, and was told nothing, so it asks again.
            diagnostics.info("ingest_cut_off", connections=len(self._lane.connections))
        for connection in list(self._lane.connections):
            connection.abort()


def build_lane_server(
    intake: Intake,
    settings: IngestSettings,
    make_id: Callable[[], bytes],
    *,
    connections_max: int,
    header_seconds_max: float,
) -> LaneServer:
    """A server for pushes alone.

    Args:
        intake: judges.
        settings: its bounds.
        make_id: request ids for what never reaches the intake.
        connections_max: at once; requests on further ones are answered 503.
        header_seconds_max: in which a head must have arrived.
    """
    lane = FastLane(
        intake, settings, make_id, connections_max=connections_max, header_seconds_max=header_seconds_max
    )
    return LaneServer(lane)
