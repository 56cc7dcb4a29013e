"""HTTP for the edge: uvicorn on sockets that somebody else owns, with bounds on headers, time and connections."""

import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn

from hooklog.api.request_ids import naming_headers
from hooklog.listeners.main_protocol import GuardedProtocol

__all__ = ["DRAIN_SECONDS", "KEEP_ALIVE_SECONDS", "HttpServer", "build_server", "listening_socket"]

KEEP_ALIVE_SECONDS = 75
DRAIN_SECONDS = 5
# What uvicorn says when a client was slower than that.
_CUT_OFF = "graceful shutdown exceeded"

diagnostics = structlog.get_logger()


class HttpServer(uvicorn.Server):
    """A uvicorn server that leaves signals to the role and says when it listens."""

    def stop(self, drain_seconds: int = DRAIN_SECONDS) -> None:
        """Take nothing more; what is under way has so many seconds to end, then it is cut off."""
        self.config.timeout_graceful_shutdown = drain_seconds
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Two servers share a process; the role handles its signals."""
        yield


def build_server(
    app: Any, *, connections_max: int, header_seconds_max: float, names_refusals: bool = False
) -> HttpServer:
    """A server for one listener. Run it with `serve(sockets=[...])`, end it with `stop`.

    With `names_refusals` a request that is refused for its head is named as every answer of the API is.
    """
    _diagnose_uvicorn()
    bounds = {
        "connections_max": connections_max,
        "header_seconds_max": header_seconds_max,
        "refusal_headers": staticmethod(naming_headers if names_refusals else _unnamed),
    }
    return HttpServer(
        uvicorn.Config(
            app,
            loop="none",
            http=type("Bounded", (GuardedProtocol,), bounds),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
    )


def _unnamed(_target: bytes | None) -> Sequence[tuple[bytes, bytes]]:
    return ()


class _Diagnose(logging.Handler):
    """Turns uvicorn's own errors into diagnostics; its remarks on clients are of no use to an operator."""

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if _CUT_OFF in message or _CUT_OFF in str(error):
            # Nobody has to act: a client was slower than our stop, and was told nothing, so it asks again.
            diagnostics.info("http_server_cut_off", message=message.strip())
            return
        diagnostics.error("http_server", message=message, exc_info=record.exc_info)


def _diagnose_uvicorn() -> None:
    logger = logging.getLogger("uvicorn")
    if not logger.handlers:
        logger.addHandler(_Diagnose(logging.ERROR))
        logger.propagate = False
    logger.setLevel(logging.ERROR)


def listening_socket(descriptor: int) -> socket.socket:
    """The socket behind a descriptor that the parent passed on."""
    return socket.socket(fileno=descriptor)
