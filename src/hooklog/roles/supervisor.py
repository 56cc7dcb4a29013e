"""The supervisor: owns the listening sockets and the folder, keeps an edge and a worker running, does nothing else.

Since it owns the sockets, a restart of the edge refuses nobody: connections wait in the kernel. Children stay in
its process group and end when it does, also when it is killed: they hold the reading end of a pipe that only it
can write to.
"""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from hooklog.config import Settings
from hooklog.errors import PortTaken
from hooklog.files import RoleLock, prepare_folder
from hooklog.journal.files import files_in_order, mark_failed
from hooklog.roles.exits import EXIT_FATAL, EXIT_JOURNAL_FAILED, EXIT_OK
from hooklog.roles.gate import Gate

__all__ = ["Supervisor", "listen"]

_WAIT_SECONDS_MAX = 5.0
_STOP_SECONDS_MAX = 8.0
_LISTEN_BACKLOG = 4096
_RESTART_SECONDS_MIN = 0.1
_RESTART_SECONDS_MAX = 5.0
_HEALTHY_SECONDS = 10.0

diagnostics = structlog.get_logger()


def listen(host: str, port: int, wait_seconds_max: float = _WAIT_SECONDS_MAX) -> socket.socket:
    """A listening TCP socket; waits a while for a predecessor that is just ending.

    Args:
        host: a name or address.
        port: 0 takes any free one.
        wait_seconds_max: how long to wait for the port.

    Raises:
        PortTaken: the address cannot be listened on.
    """
    deadline = time.monotonic() + wait_seconds_max
    while True:
        try:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            return socket.create_server((host, port), family=family, backlog=_LISTEN_BACKLOG)
        except (OSError, OverflowError) as error:
            # A number that is no port overflows; waiting does not make it one.
            is_over = isinstance(error, OverflowError) or time.monotonic() >= deadline
            if is_over:
                raise PortTaken(
                    f"cannot listen on {host}:{port}: {getattr(error, 'strerror', None) or error}",
                    "choose another --port (and --ingest-port), or stop the program that has it",
                ) from error
            time.sleep(0.05)


class _Child:
    """One role's process and when it may be started again."""

    def __init__(self, name: str, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self.name = name
        self._start = start
        self._wait_seconds = _RESTART_SECONDS_MIN
        self._started_at = 0.0
        self._due_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start_if_due(self) -> None:
        if self.process is None and time.monotonic() >= self._due_at:
            self.process = self._start()
            self._started_at = time.monotonic()

    def ended(self) -> int | None:
        """The exit status when it has just ended; the next start waits longer each time it dies young."""
        status = None if self.process is None else self.process.poll()
        if status is None:
            return None
        self.process = None
        is_young = time.monotonic() - self._started_at < _HEALTHY_SECONDS
        self._due_at = time.monotonic() + (self._wait_seconds if is_young else 0.0)
        grown = min(self._wait_seconds * 2, _RESTART_SECONDS_MAX)
        self._wait_seconds = grown if is_young else _RESTART_SECONDS_MIN
        return status

    def stop(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


class Supervisor:
    """Run with `run`; one for a data folder."""

    def __init__(
        self, folder: Path, settings: Settings, arguments: Sequence[str] = (), *, accept_gap: bool = False
    ) -> None:
        """Take the folder and the ports.

        Args:
            folder: the data folder; made ready if it is new.
            settings: all settings.
            arguments: handed to each role, so that it reads the same settings.
            accept_gap: lets the worker go on behind missing positions.

        Raises:
            FolderError: another server holds it, or it cannot be used.
            PortTaken: a port stayed taken.
        """
        prepare_folder(folder)  # Only the folder itself: nothing in it is touched before it is locked.
        self._folder = folder
        self._arguments = list(arguments)
        self._accept_gap = accept_gap
        self._lock = RoleLock(folder, "server", _WAIT_SECONDS_MAX)
        self._host = settings.host
        self._main = listen(settings.host, settings.port)
        self._ingest = listen(
            settings.host, settings.ingest_port_used if settings.port else settings.ingest_port
        )
        self._parent_read, self._parent_write = os.pipe()
        self._wake_read, self._wake_write = os.pipe()
        self._signalled, signal_write = os.pipe()
        os.set_blocking(signal_write, False)
        self._signal_write = signal_write
        self._is_stopping = False
        self._gate = Gate()
        self._edge = _Child("edge", self._start_edge)
        self._children = [_Child("worker", self._start_worker), self._edge]
        self._prepare()

    @property
    def port(self) -> int:
        """The main port in use."""
        return int(self._main.getsockname()[1])

    @property
    def ingest_port(self) -> int:
        """The ingest port in use."""
        return int(self._ingest.getsockname()[1])

    def stop(self) -> None:
        """Ask `run` to end everything and return; may be called from any thread."""
        self._is_stopping = True
        os.write(self._signal_write, b"\x01")

    def run(self) -> int:
        """Keep the roles running until a signal or a failure that starting again cannot mend; the exit status."""
        signal.set_wakeup_fd(self._signal_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        status = EXIT_OK
        while not self._is_stopping and status == EXIT_OK:
            for child in self._children:
                ended = child.ended()
                if ended is not None:
                    status = self._after_end(child, ended)
                if status == EXIT_OK and not self._is_stopping:
                    child.start_if_due()
            if status == EXIT_OK:
                self._wait(0.25)
        self._stop_children()
        self._give_back()
        return status

    def _prepare(self) -> None:
        """Make the folder ready while the edge loads what it needs; it touches nothing before its gate opens."""
        self._edge.start_if_due()
        try:
            # What this needs takes longer to load than to start the edge.
            from hooklog.server import prepare

            prepare(self._folder)
            self._gate.open()
        except BaseException:
            self._gate.close()
            self._stop_children()
            self._give_back()
            raise

    def _give_back(self) -> None:
        for one in (self._main, self._ingest):
            one.close()
        self._lock.release()

    def _after_end(self, child: _Child, status: int) -> int:
        if status == EXIT_FATAL:
            return EXIT_FATAL
        if status == EXIT_JOURNAL_FAILED:
            files = files_in_order(self._folder)
            if files:
                mark_failed(files[-1])
        diagnostics.warning("role_ended", role=child.name, status=status)
        return EXIT_OK

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._is_stopping = True

    def _wait(self, seconds: float) -> None:
        readable, _, _ = select.select([self._signalled], [], [], seconds)
        if readable:
            os.read(self._signalled, 4096)

    def _stop_children(self) -> None:
        """The edge first, so that what it still accepts wakes a worker; the journal keeps what is left."""
        deadline = time.monotonic() + _STOP_SECONDS_MAX
        for child in reversed(self._children):
            child.stop(signal.SIGTERM)
        for child in reversed(self._children):
            process = child.process
            if process is None:
                continue
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                diagnostics.warning("role_killed", role=child.name, seconds=_STOP_SECONDS_MAX)
                process.kill()
                process.wait()

    def _start_edge(self) -> subprocess.Popen[bytes]:
        main, ingest = self._main.fileno(), self._ingest.fileno()
        options = [
            f"--host={self._host}",
            f"--port={self.port}",
            f"--ingest-port={self.ingest_port}",
            f"--main-fd={main}",
            f"--ingest-fd={ingest}",
            f"--wake-fd={self._wake_write}",
        ]
        gate = [] if self._gate.is_done else [self._gate.descriptor]
        options += [f"--gate-fd={one}" for one in gate]
        return self._start("edge", options, (main, ingest, self._wake_write, *gate))

    def _start_worker(self) -> subprocess.Popen[bytes]:
        options = [f"--wake-fd={self._wake_read}"]
        if self._accept_gap:
            options.append("--accept-gap")
        return self._start("worker", options, (self._wake_read,))

    def _start(self, role: str, options: list[str], descriptors: tuple[int, ...]) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            "hooklog",
            role,
            f"--data={self._folder}",
            *options,
            *self._arguments,
        ]
        return subprocess.Popen(  # noqa: S603 - our own program with our own options
            [*command, f"--parent-fd={self._parent_read}"],
            pass_fds=(*descriptors, self._parent_read),
            stdin=subprocess.DEVNULL,
        )
