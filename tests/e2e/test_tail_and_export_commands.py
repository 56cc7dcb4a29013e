"""`hooklog tail` and `hooklog export` against the real program."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import Visitor

ORG = 1001
WEBHOOK = "0" * 31 + "1"
COMMAND = [sys.executable, "-m", "hooklog"]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.webhook(ORG, WEBHOOK, "till01")
    with running(tmp_path_factory.mktemp("commands") / "data", content.file) as program:
        yield program


@pytest.fixture
def till(program: Program) -> Iterator[Visitor]:
    with Visitor(program, till_auth("till01", TILL_PASSWORD)) as till:
        yield till


@pytest.fixture
def environment(program: Program) -> dict[str, str]:
    return {
        **os.environ,
        "HOOKLOG_URL": program.url,
        "HOOKLOG_TILL": "till01",
        "HOOKLOG_PASSWORD": TILL_PASSWORD,
        "PYTHONUNBUFFERED": "1",
    }


def _heeds_interrupts() -> None:
    """A shell has what it starts in the background ignore them, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_tail_prints_what_settles_and_only_what_matches(
    till: Visitor, environment: dict[str, str], tmp_path: Path
) -> None:
    written = tmp_path / "tail.ndjson"
    with written.open("wb") as file:
        arguments = [*COMMAND, "tail", "--json", "--event-name", "wanted"]
        tail = subprocess.Popen(arguments, stdout=file, env=environment, preexec_fn=_heeds_interrupts)  # noqa: PLW1509
        try:

            def is_shown() -> bool:
                # It begins with what settles after it has connected; until then pushes go by.
                till.accepted(WEBHOOK, {"event_name": "wanted"})
                till.accepted(WEBHOOK, {"event_name": "other"})
                return written.stat().st_size > 0

            wait_until("an entry in the tail", is_shown)
        finally:
            tail.send_signal(signal.SIGINT)
            tail.wait(30)
    names = {json.loads(line)["eventName"] for line in written.read_text().splitlines()}
    assert {"wanted"} == names


def test_export_writes_a_whole_file(till: Visitor, environment: dict[str, str], tmp_path: Path) -> None:
    till.settled(till.accepted(WEBHOOK, {"event_name": "exported"}))
    path = tmp_path / "out.ndjson"
    arguments = [*COMMAND, "export", "--output", str(path), "--event-name", "exported"]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert till.entries(event_name="exported") == [json.loads(line) for line in path.read_text().splitlines()]
    assert [path] == list(tmp_path.iterdir())


def test_export_that_is_refused_leaves_no_file(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    arguments = [*COMMAND, "export", "--output", str(path), "--format", "xlsx"]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "format 'xlsx' is not known" in done.stderr.replace("\n", " ")
    assert [] == list(tmp_path.iterdir())
