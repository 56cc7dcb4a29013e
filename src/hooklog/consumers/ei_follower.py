"""The thread of the analytical export: it works seldom, and survives every error.

It has the worker's own priority: put behind others while it holds the interpreter's lock, it would hold the worker up.
"""

import threading
import time
from collections.abc import Callable

import structlog

from hooklog.consumers.ei_export import EiExport
from hooklog.errors import HooklogError

__all__ = ["EiFollower"]

_LOOK_SECONDS = 1.0
_TROUBLE_SECONDS_MIN = 0.5
_TROUBLE_SECONDS_MAX = 300.0
_CLOSE_SECONDS_MAX = 5.0

diagnostics = structlog.get_logger()


class EiFollower:
    """Runs from the beginning until `close`."""

    def __init__(self, open_export: Callable[[Callable[[], bool]], EiExport], flush_seconds: float) -> None:
        """Args:
        open_export: called on the thread, with what tells that it shall stop.
        flush_seconds: how long what has settled waits at most, unless so much settles that a step is due sooner.
        """
        self._open_export = open_export
        self._flush_seconds = flush_seconds
        self._look_seconds = min(flush_seconds, _LOOK_SECONDS)
        self._flush_at = time.monotonic() + flush_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ei", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop between two commits. A disk that hangs is not waited for: what is planned is written later."""
        self._stop.set()
        self._thread.join(_CLOSE_SECONDS_MAX)

    def _run(self) -> None:
        export: EiExport | None = None
        pause_seconds = self._look_seconds
        trouble_seconds = _TROUBLE_SECONDS_MIN
        while not self._stop.wait(pause_seconds):
            try:
                export = export or self._open_export(self._stop.is_set)
                pause_seconds = self._turn(export)
                trouble_seconds = _TROUBLE_SECONDS_MIN
                continue
            except (HooklogError, OSError) as error:
                diagnostics.warning("ei_waits", error=str(error))
            except Exception:  # noqa: BLE001 - our own bug may hold the export up, never the worker
                diagnostics.exception("ei_failed")
            pause_seconds = trouble_seconds
            trouble_seconds = min(trouble_seconds * 2, _TROUBLE_SECONDS_MAX)
        if export is not None:
            export.close()

    def _turn(self, export: EiExport) -> float:
        """A step, where one is due; returns how long to rest.

        Behind a step that was full it rests as long as it worked: at least half of the time is the worker's alone.
        """
        began = time.monotonic()
        if began < self._flush_at and not export.is_due():
            return self._look_seconds
        is_more = export.step()
        ended = time.monotonic()
        if is_more:
            return ended - began
        self._flush_at = ended + self._flush_seconds
        return self._look_seconds
