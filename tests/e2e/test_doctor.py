"""`hooklog doctor` beside the real program: it knows what is ours, and is in nobody's way."""

import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from hooklog.testing.program import Program, running


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("doctor") / "data") as program:
        yield program


def _doctor(program: Program, folder: Path, *options: str) -> CompletedProcess[str]:
    ports = ("--port", str(program.port), "--ingest-port", str(program.ingest_port))
    return program.run("doctor", "--data", str(folder), *ports, *options, input_text="")


def _findings(done: CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    assert "" == done.stderr
    return {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}


def test_a_running_server_is_recognised_and_well(program: Program) -> None:
    done = _doctor(program, program.folder, "--json")
    found = _findings(done)
    assert 0 == done.returncode, done.stdout
    assert f"runs as process {program.pid}" == found["server"]["found"]
    for port in (program.port, program.ingest_port):
        assert f"held by this folder's server (process {program.pid})" == found[f"port {port}"]["found"]
    assert "takes pushes" in found["readiness"]["found"]
    assert {"schema", "backlog", "pending", "orgs' time zones", "write-ahead logs", "sync"} <= set(found)
    assert {"ok"} == {
        found[name]["level"] for name in ("schema", "backlog", "pending", "server", "readiness")
    }


def test_ports_of_another_folders_server_are_taken(program: Program, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir(mode=0o700)
    done = _doctor(program, tmp_path / "other", "--json")
    assert 1 == done.returncode
    assert "fail" == _findings(done)[f"port {program.port}"]["level"]


def test_the_page_fits_and_says_how_it_stands(program: Program) -> None:
    done = _doctor(program, program.folder)
    assert 0 == done.returncode, done.stdout
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines()[-1] == "All is well." or "to look at" in done.stdout


def test_a_server_goes_on_beside_the_doctor(program: Program) -> None:
    for _ in range(3):
        _doctor(program, program.folder)
    assert "" == program.diagnostics()
