"""Roles that cannot go on, and what their supervisor is told."""

from collections.abc import Callable
from contextlib import closing

import pytest
from tests.crash.conftest import Campaign, seed_of

from hooklog.db.sqlite import open_database, row_of, transaction
from hooklog.errors import Fenced, FolderInUse, FolderTooNew, HooklogError, JournalGap, JournalUnavailable
from hooklog.eventlog.sqlite_file import FILE_NAME
from hooklog.roles.exits import EXIT_AGAIN, EXIT_FATAL, EXIT_JOURNAL_FAILED, exit_status_of
from hooklog.testing.program import wait_until


def test_a_damaged_log_costs_no_push_and_is_followed_again_once_mended(
    campaign: Callable[[int], Campaign],
) -> None:
    """The journal is whole, so pushes are taken on; what waits is bounded by the backlog."""
    running = campaign(seed_of(110))
    program = running.program
    with running.pushing() as pushers:
        running.wait_for(pushers, 50)
        roles = [program.role_pid("edge"), program.role_pid("worker")]
        with closing(open_database(program.folder / FILE_NAME)) as log:
            with transaction(log):
                table = row_of(log, "SELECT sql FROM sqlite_schema WHERE name = 'state'")[0]
                row = row_of(log, "SELECT * FROM state")
                log.execute("DROP TABLE state")
            wait_until("the edge says so", lambda: "edge_cannot_look" in program.diagnostics())
            wait_until("the worker says so", lambda: "worker_waits" in program.diagnostics())
            running.wait_for(pushers, 50)
            with transaction(log):
                log.execute(table)
                log.execute(f"INSERT INTO state VALUES ({','.join('?' * len(row))})", row)
        program.wait_ready()
        running.wait_for(pushers, 50)
        assert roles == [program.role_pid("edge"), program.role_pid("worker")]
    running.verify()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (JournalUnavailable("x"), EXIT_JOURNAL_FAILED),
        (Fenced("x"), EXIT_AGAIN),
        # An orphan of a killed supervisor may hold the role for a moment.
        (FolderInUse("x"), EXIT_AGAIN),
        (FolderTooNew("x"), EXIT_FATAL),
        (JournalGap("x"), EXIT_FATAL),
    ],
)
def test_supervisor_is_told_whether_starting_again_can_help(error: HooklogError, status: int) -> None:
    assert status == exit_status_of(error)
