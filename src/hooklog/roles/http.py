"""HTTP for the edge: uvicorn on sockets that somebody else owns, with bounds on headers and time."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

__all__ = ["HttpServer", "build_server", "listening_socket"]

_HEADER_BYTES_MAX = 64 * 1024
_KEEP_ALIVE_SECONDS = 75
_DRAIN_SECONDS = 5

diagnostics = structlog.get_logger()


class _Guarded(HttpToolsProtocol):
    """A connection whose request headers must be short and arrive in time, or it is answered and closed."""

    header_seconds_max: float
    _header_bytes = 0
    _header_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_headers()

    def data_received(self, data: bytes) -> None:
        if self._header_timer is None and self._is_between_requests():
            self._expect_headers()
        self._header_bytes += len(data)
        super().data_received(data)
        if self._header_timer is not None and self._header_bytes > _HEADER_BYTES_MAX:
            self._refuse(b"431 Request Header Fields Too Large")

    def on_headers_complete(self) -> None:
        self._stop_timer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def _is_between_requests(self) -> bool:
        cycle: RequestResponseCycle | None = (
            self.cycle
        )  # None until the first request, whatever its type says
        return cycle is not None and cycle.response_complete

    def _expect_headers(self) -> None:
        self._header_bytes = 0
        self._header_timer = self.loop.call_later(self.header_seconds_max, self._too_slow)

    def _stop_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _too_slow(self) -> None:
        self._header_timer = None
        self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            self.transport.close()


class HttpServer(uvicorn.Server):
    """A uvicorn server that leaves signals to the role and says when it listens."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Two servers share a process; the role handles its signals."""
        yield


def build_server(app: Any, *, connections_max: int, header_seconds_max: float) -> HttpServer:
    """A server for one listener. Run it with `serve(sockets=[...])`, end it with `should_exit`."""
    _diagnose_uvicorn()
    return HttpServer(
        uvicorn.Config(
            app,
            loop="none",
            http=type("Guarded", (_Guarded,), {"header_seconds_max": header_seconds_max}),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            limit_concurrency=connections_max,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
        )
    )


class _Diagnose(logging.Handler):
    """Turns uvicorn's own errors into diagnostics; its remarks on clients are of no use to an operator."""

    def emit(self, record: logging.LogRecord) -> None:
        diagnostics.error("http_server", message=record.getMessage(), exc_info=record.exc_info)


def _diagnose_uvicorn() -> None:
    logger = logging.getLogger("uvicorn")
    if not logger.handlers:
        logger.addHandler(_Diagnose(logging.ERROR))
        logger.propagate = False
    logger.setLevel(logging.ERROR)


def listening_socket(descriptor: int) -> socket.socket:
    """The socket behind a descriptor that the parent passed on."""
    return socket.socket(fileno=descriptor)
