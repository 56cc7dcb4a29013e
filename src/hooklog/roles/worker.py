"""The worker's process: settle events until told to stop. One a data folder."""

import sys
import time
from pathlib import Path

import structlog

from hooklog.config import Settings
from hooklog.errors import HooklogError
from hooklog.event import wall_clock_ms
from hooklog.files import RoleLock
from hooklog.roles.exits import EXIT_OK, exit_status_of
from hooklog.roles.lifeline import Lifeline
from hooklog.roles.memory import settle_memory
from hooklog.server_worker import WorkerRooms, open_worker

__all__ = ["gathering_seconds", "retention_seconds", "run_worker"]

# Without a byte from the edge it looks by itself, in case one was lost with an edge that died.
_IDLE_SECONDS = 0.5
_RETENTION_SECONDS = 1.0
# A commit costs the CPU of some 30 to 45 events: between these sizes of a batch it pays to wait for more.
_GATHERED_MIN, _GATHERED_MAX = 4, 500
_GATHERING_SECONDS = 0.015
_TROUBLE_SECONDS_MAX = 5.0

diagnostics = structlog.get_logger()


def run_worker(
    folder: Path,
    settings: Settings,
    *,
    wake: int | None = None,
    parent: int | None = None,
    accept_gap: bool = False,
) -> int:
    """Run until stopped; returns the exit status.

    Args:
        folder: a prepared data folder.
        settings: all settings.
        wake: read end of the wake pipe; None where nobody wakes it.
        parent: read end of the pipe that the parent holds open; None without a parent.
        accept_gap: go on behind missing positions, with a diagnostic.
    """
    lifeline = Lifeline(wake, parent)
    sys.setswitchinterval(0.0005)
    try:
        lock = RoleLock(folder, "worker")
        rooms = open_worker(folder, settings, accept_gap=accept_gap, wake=lifeline.nudge)
        diagnostics.info("worker_started", position=rooms.log.position)
        settle_memory()
        _settle_until_stopped(rooms, lifeline)
        rooms.close()
        lock.release()
    except HooklogError as error:
        diagnostics.error("worker_ended", code=error.code, error=str(error), hint=error.hint)
        return exit_status_of(error)
    diagnostics.info("worker_stopped", position=rooms.log.position)
    return EXIT_OK


def _settle_until_stopped(rooms: WorkerRooms, lifeline: Lifeline) -> None:
    retention_due = time.monotonic() + _RETENTION_SECONDS
    trouble_seconds = 0.1
    while not lifeline.is_orphaned_or_stopping():
        try:
            settled = rooms.runner.step()
            if time.monotonic() >= retention_due:
                removed = rooms.retention.step()
                pause = retention_seconds(removed, rooms.retention.step_entries_max)
                retention_due = time.monotonic() + pause
            trouble_seconds = 0.1
        except HooklogError as error:
            if not error.retryable:
                raise
            diagnostics.warning("worker_waits", code=error.code, error=str(error), hint=error.hint)
            lifeline.wait(trouble_seconds)
            trouble_seconds = min(trouble_seconds * 2, _TROUBLE_SECONDS_MAX)
            continue
        if not settled:
            lifeline.wait(_seconds_until_due(rooms))
        else:
            time.sleep(gathering_seconds(settled))


def gathering_seconds(settled: int) -> float:
    """How long to let events gather behind a batch of so many.

    Not at all where a push comes alone, so that it is visible at once, nor where a backlog fills batches anyway.
    """
    return _GATHERING_SECONDS if _GATHERED_MIN <= settled < _GATHERED_MAX else 0.0


def retention_seconds(removed: int, removed_max: int) -> float:
    """How long retention waits behind a step that deleted so many, of at most `removed_max`.

    Not at all where there may be more. Entries that expire as others come are gathered: each step is a commit of its
    own, and would be one for every batch.
    """
    return 0.0 if removed >= removed_max else _RETENTION_SECONDS


def _seconds_until_due(rooms: WorkerRooms) -> float:
    due_ms = rooms.runner.next_due_ms()
    if due_ms is None:
        return _IDLE_SECONDS
    return min(_IDLE_SECONDS, max(0.0, (due_ms - wall_clock_ms()) / 1000))
