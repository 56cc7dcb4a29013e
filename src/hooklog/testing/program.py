"""The real program for tests: started in its own process group on free ports, killed by pid, started again.

Every wait polls with a deadline and says what it waited for.
"""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Self

import httpx

__all__ = ["Program", "demo_file", "free_port", "parent_of", "running", "till_auth", "wait_until"]

START_SECONDS_MAX = 30.0
_POLL_SECONDS = 0.02


def wait_until(what: str, holds: Callable[[], bool], seconds_max: float = 20.0) -> None:
    """Poll until something holds.

    Raises:
        AssertionError: naming `what`, when it does not within the time.
    """
    deadline = time.monotonic() + seconds_max
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds_max:g} s: {what}"
        time.sleep(_POLL_SECONDS)


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demo_file() -> dict[str, Any]:
    """The demo setting, decoded."""
    text = (resources.files("hooklog.fixtures") / "demo.json").read_text(encoding="utf-8")
    decoded: dict[str, Any] = json.loads(text)
    return decoded


def till_auth(code: str, password: str) -> tuple[str, str]:
    """Basic credentials of a till, as a client presents them (contract II.2.1)."""
    return code, hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()


def parent_of(pid: int) -> int | None:
    """The parent of a process; None when it has ended, also where nobody has waited for it yet."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, parent = text.rpartition(")")[2].split()[:2]
    return None if state in {"Z", "X"} else int(parent)


class Program:
    """`hooklog serve` on a folder. `start` may follow `kill` or `stop`; ports stay the same."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        """Args: `folder`: the data folder; `environment`: settings, e.g. HOOKLOG_INGEST__BODY_BYTES_MAX."""
        self.folder = folder
        self.port = free_port()
        self.ingest_port = free_port()
        # Not the width of a terminal: what is run writes into pipes.
        inherited = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
        self._environment = {**inherited, "HOOKLOG_DIAGNOSTICS": "warning", **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self.output = folder.parent / f"{folder.name}.output"

    @property
    def url(self) -> str:
        """The API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ingest_url(self) -> str:
        """The ingest listener."""
        return f"http://127.0.0.1:{self.ingest_port}"

    @property
    def pid(self) -> int:
        """The supervisor's."""
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def run(self, *arguments: str, input_text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run one of the program's other commands to its end, within a minute."""
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "hooklog", *arguments],
            capture_output=True,
            text=True,
            input=input_text,
            timeout=60,
            env=self._environment,
            check=False,
        )

    def load(self, content: Mapping[str, object]) -> None:
        """`hooklog load` of a file with this content."""
        path = self.folder.parent / f"{self.folder.name}.load.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        done = self.run("load", str(path), "--data", str(self.folder))
        assert done.returncode == 0, done.stderr

    def start(self, *arguments: str) -> Self:
        """Start and wait until it is ready."""
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [
                    *(sys.executable, "-m", "hooklog", "serve", "--data", str(self.folder)),
                    *("--port", str(self.port), "--ingest-port", str(self.ingest_port), *arguments),
                ],
                env=self._environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.wait_ready()
        return self

    def wait_ready(self) -> None:
        """Wait until pushes are taken."""

        def is_ready() -> bool:
            assert self._process is None or self._process.poll() is None, self.diagnostics()
            if self._process is not None and self._child("edge") is None:
                return False  # An edge that outlived its killed supervisor may still answer for a moment.
            try:
                return httpx.get(f"{self.url}/health/ready", timeout=5.0).status_code == 200
            except httpx.TransportError:
                return False

        wait_until(f"ready on {self.url}", is_ready, START_SECONDS_MAX)

    def role_pid(self, role: str, other_than: int = 0) -> int:
        """The process of "edge" or "worker"; waits for one that has taken its role, and is not `other_than`."""
        wait_until(
            f"a new {role} of {self.pid}",
            lambda: self._child(role) not in {None, other_than},
            START_SECONDS_MAX,
        )
        found = self._child(role)
        assert found is not None, f"the {role} has just ended: {self.diagnostics()}"
        return found

    def _child(self, role: str) -> int | None:
        """The process that the role's lock names, if it is alive and this supervisor's child."""
        try:
            text = (self.folder / f"{role}.lock").read_text(encoding="ascii")
        except FileNotFoundError:
            return None
        found = int(text) if text.endswith("\n") else 0
        return found if found and parent_of(found) == self.pid else None

    def kill(self, role: str = "group") -> None:
        """SIGKILL to "server", "edge" or "worker", or at once to the whole group."""
        if role == "group":
            os.killpg(self.pid, signal.SIGKILL)
        else:
            os.kill(self.pid if role == "server" else self.role_pid(role), signal.SIGKILL)
        if role in {"group", "server"}:
            self.wait_ended()

    def wait_ended(self, seconds_max: float = 20.0) -> int:
        """Wait for the supervisor's end; returns its exit status."""
        assert self._process is not None, "not started"
        return self._process.wait(seconds_max)

    def stop(self) -> int:
        """SIGTERM and the exit status; nothing happens when it has ended already."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.terminate()
        return self._process.wait(20)

    def diagnostics(self) -> str:
        """What the program has said about itself so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def backlog(self) -> int:
        """Events accepted and not settled, by the program's own metric."""
        for line in httpx.get(f"{self.url}/metrics", timeout=10.0).text.splitlines():
            if line.startswith("hooklog_backlog_events "):
                return int(float(line.split()[1]))
        raise AssertionError("hooklog_backlog_events is missing")

    def close(self) -> None:
        """End it whatever its state: by SIGTERM, or by SIGKILL to its group when that does not help."""
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self.wait_ended()


@contextmanager
def running(
    folder: Path,
    content: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Program]:
    """The program, loaded (with the demo setting unless told otherwise), ready, and ended afterwards."""
    program = Program(folder, environment)
    program.load(demo_file() if content is None else content)
    try:
        yield program.start()
    finally:
        program.close()
