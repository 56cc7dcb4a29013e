"""A role of the real program held still for a while, to see what the others do without it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hooklog.testing.program import Program, wait_until

__all__ = ["paused"]


@contextmanager
def paused(program: Program, role: str) -> Iterator[None]:
    """The process of "edge" or "worker" does nothing meanwhile; it goes on afterwards."""
    pid = program.role_pid(role)
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_until(f"{role} stands still", lambda: _state(pid) == "T")
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _state(pid: int) -> str:
    """The letter behind the name in brackets, which may hold anything (proc(5))."""
    return (
        Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
    )
