"""The edge is started before its folder is ready and touches nothing until it is."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from hooklog.config import read_settings
from hooklog.errors import StorageDamaged
from hooklog.roles.gate import Gate, wait_at_gate
from hooklog.roles.supervisor import Supervisor


def _waiting(gate: Gate) -> tuple[threading.Thread, list[bool]]:
    answers: list[bool] = []
    descriptor = os.dup(gate.descriptor)
    waiting = threading.Thread(target=lambda: answers.append(wait_at_gate(descriptor)))
    waiting.start()
    return waiting, answers


def test_who_waits_goes_on_once_the_gate_opens() -> None:
    gate = Gate()
    waiting, answers = _waiting(gate)
    assert [] == answers
    gate.open()
    gate.open()
    waiting.join(10)
    assert [True] == answers
    assert gate.is_done


def test_who_waits_is_told_that_the_gate_stays_closed() -> None:
    gate = Gate()
    waiting, answers = _waiting(gate)
    gate.close()
    gate.close()
    waiting.join(10)
    assert [False] == answers


def test_an_edge_whose_gate_stays_closed_ends_and_has_touched_nothing(tmp_path: Path) -> None:
    gate = Gate()
    command = [sys.executable, "-m", "hooklog", "edge", f"--data={tmp_path}", f"--gate-fd={gate.descriptor}"]
    with subprocess.Popen(command, pass_fds=(gate.descriptor,)) as edge:
        gate.close()
        assert 0 == edge.wait(60)
    assert [] == list(tmp_path.iterdir())


def test_nothing_is_left_behind_where_the_folder_cannot_be_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def kept(self: Supervisor, role: str, *more: Any) -> subprocess.Popen[bytes]:
        started.append(start(self, role, *more))
        return started[-1]

    start = Supervisor._start
    monkeypatch.setattr(Supervisor, "_start", kept)
    (tmp_path / "catalog.db").write_bytes(b"no database" * 1_000)
    for _ in range(2):  # The second finds the lock free.
        with pytest.raises(StorageDamaged):
            Supervisor(tmp_path, read_settings(None, port=0, ingest_port=0))
    assert [True, True] == [edge.poll() is not None for edge in started]
    assert [] == list(tmp_path.glob("journal*"))
