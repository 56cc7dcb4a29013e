"""Pipes between the processes: a role ends when its parent does, and the edge wakes the worker with one byte."""

import os
import select
import signal

__all__ = ["Lifeline", "Waker"]

_DRAIN_BYTES = 4096


class Waker:
    """The sending end: tells the worker that there is something in the journal."""

    def __init__(self, descriptor: int | None) -> None:
        """Args: `descriptor`: the write end of the wake pipe, or None where there is nobody to wake."""
        self._descriptor = descriptor
        if descriptor is not None:
            os.set_blocking(descriptor, False)

    def wake(self) -> None:
        """One byte; when the pipe is full the worker has enough to wake up for. Never blocks."""
        if self._descriptor is None:
            return
        try:
            os.write(self._descriptor, b"\x01")
        except (BlockingIOError, BrokenPipeError):
            return


class Lifeline:
    """The waiting side of a role without an event loop: until woken, stopped, or orphaned.

    SIGTERM and SIGINT ask for a stop; the end of the parent's pipe does too. A signal interrupts the wait.
    """

    def __init__(self, wake: int | None, parent: int | None) -> None:
        """Args: `wake`: read end of the wake pipe; `parent`: read end of a pipe that only the parent holds open."""
        self.is_stopping = False
        self._wake = wake
        self._parent = parent
        self._signalled, self._signal = os.pipe()
        os.set_blocking(self._signal, False)
        signal.set_wakeup_fd(self._signal, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, _number: int, _frame: object) -> None:
        self.is_stopping = True

    def nudge(self) -> None:
        """End the present wait, or the next one; from any thread."""
        try:
            os.write(self._signal, b"\x00")
        except BlockingIOError:
            return  # The pipe is full of reasons to wake up.

    def wait(self, seconds: float) -> None:
        """Return when woken, when a stop is asked for, or after so many seconds."""
        if self.is_stopping:
            return
        watched = [one for one in (self._wake, self._parent, self._signalled) if one is not None]
        readable, _, _ = select.select(watched, [], [], max(0.0, seconds))
        if self._wake is not None and self._wake in readable:
            os.read(self._wake, _DRAIN_BYTES)
        if self._signalled in readable:
            os.read(self._signalled, _DRAIN_BYTES)
        if self._parent in readable:
            self.is_stopping = True

    def is_orphaned_or_stopping(self) -> bool:
        """Look without waiting: whether a stop was asked for or the parent is gone."""
        self.wait(0.0)
        return self.is_stopping
