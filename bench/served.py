"""The real program on a folder, and what the kernel says of its processes."""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

import httpx

from bench.drive import KEY_HEADER, PUSH_EXPECTED
from bench.place import Place
from bench.setting import PLAIN, bodies
from bench.usage import wait_idle
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.testing.program import Program, wait_until

__all__ = [
    "API_HEADERS",
    "Options",
    "get",
    "paused",
    "pids_of",
    "push_options",
    "served",
    "settled",
    "wait_done",
    "wait_settled",
    "webhook_url",
]

# More than any run accepts: what is measured here is not how overload is refused.
BACKLOG_EVENTS_MAX = 50_000_000
DISTINCT_BODIES = 20_000
SETTLE_SECONDS_MAX = 600.0

Options = list[str | float | Path]
API_HEADERS = dict([KEY_HEADER.split(": ")])


@contextmanager
def served(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Program]:
    """The program on a folder, ready."""
    program = Program(
        folder,
        {
            "HOOKLOG_INGEST__BACKLOG_EVENTS_MAX": str(BACKLOG_EVENTS_MAX),
            "HOOKLOG_INGEST__BACKLOG_ORG_SHARE": "1.0",
            **(environment or {}),
        },
    )
    try:
        yield program.start()
    finally:
        program.close()
        program.output.unlink(missing_ok=True)


@contextmanager
def paused(program: Program) -> Iterator[None]:
    """The worker stands still."""
    worker = program.role_pid("worker")
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


def pids_of(program: Program) -> list[int]:
    """Supervisor, edge, worker."""
    return [program.pid, program.role_pid("edge"), program.role_pid("worker")]


@contextmanager
def push_options(place: Place, lines: int = 1) -> Iterator[Options]:
    """Options of the load driver for a webhook without credentials: distinct events about the usual customers."""
    with NamedTemporaryFile(suffix=".ndjson") as file:
        file.write(b"\n".join(bodies(DISTINCT_BODIES, place.scale.customers)))
        file.flush()
        yield [
            *("--bodies", Path(file.name), "--lines", lines),
            *("--expect", PUSH_EXPECTED, "--expect-times", lines),
        ]


def webhook_url(program: Program) -> str:
    """Where events are pushed to."""
    return f"{program.ingest_url}/webhooks/{PLAIN}"


def get(program: Program, target: str) -> httpx.Response:
    """One question to the API."""
    return httpx.get(program.url + target, headers=API_HEADERS, timeout=60.0)


@contextmanager
def settled(folder: Path) -> Iterator[SqliteEventLogReader]:
    """Tells how far the worker is, without asking the program."""
    reader = SqliteEventLogReader(folder)
    try:
        yield reader
    finally:
        reader.close()


def wait_settled(program: Program) -> float:
    """Wait until nothing is left to work on; returns how many seconds that took."""
    begun = time.monotonic()
    wait_until("everything is settled", lambda: program.backlog() == 0, SETTLE_SECONDS_MAX)
    return time.monotonic() - begun


def wait_done(program: Program) -> None:
    """Wait until nothing is left to work on, nor for whatever follows the log, nor for retention."""
    wait_settled(program)
    wait_idle(pids_of(program))
