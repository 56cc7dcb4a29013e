"""G6: one worker a folder; one that was replaced commits nothing. And no role outlives its supervisor."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.crash.conftest import Campaign, seed_of

from hooklog.db.sqlite import open_database, row_of
from hooklog.errors import Fenced
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import make_batch
from hooklog.testing.program import free_port, parent_of, wait_until

STANDING = "SELECT epoch, position, (SELECT count(*) FROM entry), (SELECT max(sequence) FROM feed) FROM state"


def _standing(folder: Path) -> tuple[int, ...]:
    """Epoch, position, entries and feed, all at one instant."""
    with closing(open_database(folder / FILE_NAME, read_only=True)) as connection:
        return row_of(connection, STANDING)


def test_second_of_each_role_refuses_and_names_the_holder(campaign: Callable[[int], Campaign]) -> None:
    program = campaign(0).program
    ports = ("--port", str(free_port()), "--ingest-port", str(free_port()))
    setting = program.folder.parent / "empty.json"
    setting.write_text("{}", encoding="utf-8")
    commands = {
        ("worker",): program.role_pid("worker"),
        ("edge", *ports): program.role_pid("edge"),
        ("serve", *ports): program.pid,
        ("load", str(setting)): program.pid,
    }
    with ThreadPoolExecutor(len(commands)) as pool:
        runs = [pool.submit(program.run, *command, "--data", str(program.folder)) for command in commands]
    for run, (command, holder) in zip(runs, commands.items(), strict=True):
        done = run.result()
        assert 0 != done.returncode, command
        assert "FOLDER_IN_USE" in done.stderr, done.stderr
        assert f"(process {holder})" in done.stderr, done.stderr
    assert program.role_pid("worker") == commands["worker",]


def _fenced_off(folder: Path, before: tuple[int, ...]) -> bool:
    """Whether the next worker has come; until then nothing may move."""
    now = _standing(folder)
    assert now == before or now[0] > before[0], f"the replaced worker has committed: {before}, then {now}"
    return now[0] > before[0]


def test_worker_that_was_replaced_ends_and_commits_nothing(campaign: Callable[[int], Campaign]) -> None:
    running = campaign(seed_of(100))
    program = running.program
    with running.pushing() as pushers:
        running.wait_for(pushers, running.random.randrange(50, 600))
        worker = program.role_pid("worker")
        usurper = SqliteEventLogWriter(program.folder)
        usurper.take_over()
        before = _standing(program.folder)
        wait_until("the next worker", lambda: _fenced_off(program.folder, before))
        with pytest.raises(Fenced):
            usurper.commit(make_batch(usurper.position))
        usurper.end()
        assert worker != program.role_pid("worker", other_than=worker)
        running.wait_for(pushers, 50)
    running.verify()
    assert '"code": "FENCED"' in running.said()


@contextmanager
def _worker_alone(folder: Path) -> Iterator[int]:
    """A worker that somebody starts by hand; ended by SIGTERM."""
    process = subprocess.Popen([sys.executable, "-m", "hooklog", "worker", "--data", str(folder)])
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def test_worker_whose_lock_was_taken_away_ends_and_commits_nothing(
    campaign: Callable[[int], Campaign],
) -> None:
    running = campaign(seed_of(101))
    program = running.program
    with running.pushing() as pushers:
        running.wait_for(pushers, running.random.randrange(50, 600))
        worker = program.role_pid("worker")
        epoch = _standing(program.folder)[0]
        (program.folder / "worker.lock").unlink()
        with _worker_alone(program.folder):
            wait_until("the stranger's takeover", lambda: _standing(program.folder)[0] > epoch)
            wait_until("the end of the first worker", lambda: parent_of(worker) is None)
        program.role_pid("worker", other_than=worker)
        running.wait_for(pushers, 50)
    running.verify()
    assert '"code": "FENCED"' in running.said()


def _have_ended(pids: list[int]) -> bool:
    return all(parent_of(pid) is None for pid in pids)


def test_idle_roles_end_with_their_killed_supervisor(campaign: Callable[[int], Campaign]) -> None:
    program = campaign(0).program
    roles = [program.role_pid("edge"), program.role_pid("worker")]
    program.kill("server")
    wait_until("the end of edge and worker", lambda: _have_ended(roles))


def test_busy_roles_end_with_their_killed_supervisor(campaign: Callable[[int], Campaign]) -> None:
    """The edge has 32 clients that never pause, the worker a backlog of many batches."""
    running = campaign(seed_of(102))
    program = running.program
    roles = [program.role_pid("edge"), program.role_pid("worker")]
    os.kill(roles[1], signal.SIGSTOP)
    with running.pushing() as pushers:
        running.wait_for(pushers, 2_000)
        os.kill(roles[1], signal.SIGCONT)
        program.kill("server")
        wait_until("the end of edge and worker", lambda: _have_ended(roles))
        program.start()
        running.wait_for(pushers, 50)
    running.verify()
