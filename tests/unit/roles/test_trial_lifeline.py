"""A trial's process lives no longer than whoever asked: the end of its standard input is its end, whatever it does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from hooklog.event import RequestIds
from hooklog.pipeline.settings import PipelineSettings
from hooklog.roles.trial_lines import Task
from hooklog.trial.base import Question

ORG = 1001
TASK = Task(
    Question(ORG, (ORG,), {}, "UTC", RequestIds().make(), 10, sees_all=True), frozenset(), PipelineSettings()
)
SECONDS_MAX = 30.0


@pytest.fixture
def full_pipe() -> Iterator[int]:
    """An end to write to that blocks for ever: the other end is open, and nobody reads."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    yield writing
    os.close(writing)
    os.close(reading)


def test_a_trial_that_waits_for_something_else_ends_with_its_input(tmp_path: Path, full_pipe: int) -> None:
    """It finds no data folder, and waits for ever to say so: it can neither answer nor find its pipe broken."""
    command = [sys.executable, "-m", "hooklog.roles.trial", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=full_pipe, stderr=subprocess.PIPE) as trial:
        try:
            assert trial.stdin is not None
            assert trial.stderr is not None
            trial.stdin.write(msgspec.json.encode(TASK) + b"\n")
            trial.stdin.flush()
            assert b"FOLDER_NOT_WRITABLE" in trial.stderr.readline()
            assert trial.poll() is None
            trial.stdin.close()
            assert 0 == trial.wait(SECONDS_MAX)
        finally:
            trial.kill()
