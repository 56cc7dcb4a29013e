"""G13: a stop by SIGTERM ends within 10 s and loses nothing; a restart of the edge refuses nobody."""

import os
import signal
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.crash.conftest import PLAIN_WEBHOOK, Campaign, seed_of

from hooklog.db.sqlite import open_database, row_of
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.testing.program import Program

STOP_SECONDS_MAX = 10.0
CLIENTS = 32


def _has_ended_cleanly(folder: Path) -> bool:
    with closing(open_database(folder / FILE_NAME, read_only=True)) as connection:
        return row_of(connection, "SELECT is_running FROM state") == (0,)


def _half_a_push(program: Program) -> socket.socket:
    """A client that has sent the beginning of a push and goes on whenever it likes."""
    client = socket.create_connection(("127.0.0.1", program.ingest_port))
    head = f"POST /webhooks/{PLAIN_WEBHOOK} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    client.sendall(f'{head}content-length: 1000\r\n\r\n{{"event_name":'.encode())
    return client


@pytest.mark.parametrize(
    ("number", "to_group"), [(signal.SIGTERM, False), (signal.SIGTERM, True), (signal.SIGINT, True)]
)
def test_stop_under_load_ends_in_time_and_loses_nothing(
    number: signal.Signals, to_group: bool, campaign: Callable[[int], Campaign]
) -> None:
    running = campaign(seed_of(60 + number + to_group))
    program = running.program
    with running.pushing(CLIENTS) as pushers:
        running.wait_for(pushers, running.random.randrange(50, 600))
        if to_group:
            os.killpg(program.pid, number)
        else:
            os.kill(program.pid, number)
        assert 0 == program.wait_ended(STOP_SECONDS_MAX), running.said()
        assert _has_ended_cleanly(program.folder)
        program.start()
        running.wait_for(pushers, 50)
    running.verify()
    assert "worker_died_uncleanly" not in running.said()


def test_stop_does_not_wait_for_a_slow_client(campaign: Callable[[int], Campaign]) -> None:
    running = campaign(0)
    program = running.program
    with closing(_half_a_push(program)):
        os.kill(program.pid, signal.SIGTERM)
        assert 0 == program.wait_ended(STOP_SECONDS_MAX), running.said()
    assert _has_ended_cleanly(program.folder)
    # Nobody has to act on it.
    assert "" == running.said()


def test_slow_client_of_a_killed_server_does_not_hinder_the_next(campaign: Callable[[int], Campaign]) -> None:
    running = campaign(0)
    with closing(_half_a_push(running.program)):
        running.program.kill("server")
        running.program.start()
        assert 0 == running.program.stop(), running.said()
    assert "FOLDER_IN_USE" not in running.said()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_restart_of_the_edge_refuses_nobody(
    number: signal.Signals, campaign: Callable[[int], Campaign]
) -> None:
    """Connections wait in the supervisor's sockets; only the one request that each client had in flight may break."""
    running = campaign(seed_of(80 + number))
    program = running.program
    with running.pushing(CLIENTS) as pushers:
        running.wait_for(pushers, running.random.randrange(50, 600))
        edge = program.role_pid("edge")
        os.kill(edge, number)
        program.role_pid("edge", other_than=edge)
        running.wait_for(pushers, 200)
    assert 0 == pushers.refused_connections
    assert pushers.broken_requests <= CLIENTS
    running.verify()
