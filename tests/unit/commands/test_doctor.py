"""`hooklog doctor`: each judgement on both sides of its limit, real folders, and no change to what it looks at."""

import json
import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from hooklog.commands.health.base import Finding, Level
from hooklog.commands.health.disk import (
    disk_findings,
    file_system_of,
    judge_file_system,
    judge_space,
    judge_sync,
)
from hooklog.commands.health.environment import (
    environment,
    judge_clock,
    judge_open_files,
    judge_sqlite,
    time_zones,
)
from hooklog.commands.health.folder import folder_findings, judge_mode
from hooklog.commands.health.roles import holder_of, judge_ports, listeners_of, role_findings
from hooklog.commands.health.storage import judge_backlog, judge_wal, storage_findings
from hooklog.db.sqlite import open_database
from hooklog.event import Event, RequestIds, wall_clock_ms
from hooklog.files import RoleLock
from hooklog.journal.files import mark_failed
from hooklog.journal.sqlite import SqliteJournalWriter
from hooklog.server import open_edge, prepare
from hooklog.testing.program import free_port

Run = Callable[..., Result]
MIB = 1024 * 1024
OK, WARN, FAIL = Level.OK, Level.WARN, Level.FAIL


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder as `hooklog load` leaves it."""
    mask = os.umask(0o077)
    prepare(tmp_path / "data")
    yield tmp_path / "data"
    os.umask(mask)


def _named(findings: list[Finding], name: str) -> Finding:
    [found] = [finding for finding in findings if finding.name == name]
    return found


def _levels(findings: list[Finding]) -> dict[str, Level]:
    return {finding.name: finding.level for finding in findings}


@pytest.mark.parametrize(
    ("level", "finding"),
    [
        (FAIL, judge_sqlite((3, 51, 2))),
        (OK, judge_sqlite((3, 51, 3))),
        (OK, judge_clock(1_767_607_200, 0.051, 0.050)),
        (WARN, judge_clock(1_767_607_200, 0.061, 0.050)),
        (WARN, judge_clock(1_767_607_200, -3_600.0, 0.050)),
        (FAIL, judge_clock(1_735_689_599, 0.050, 0.050)),  # the last second of 2024
        (OK, judge_clock(1_735_689_600, 0.050, 0.050)),
        (WARN, judge_open_files(8_319, 4_096)),
        (OK, judge_open_files(8_320, 4_096)),
        (OK, judge_open_files(None, 4_096)),
        (OK, time_zones(["Asia/Kolkata", "UTC"])),
        (WARN, time_zones(["Asia/Kolkata", "Nowhere/Land"])),
        (OK, judge_mode(Path("/data"), 0o700)),
        (WARN, judge_mode(Path("/data"), 0o710)),
        (WARN, judge_mode(Path("/data"), 0o701)),
        (FAIL, judge_space(256 * MIB - 1, 256 * MIB)),
        (WARN, judge_space(256 * MIB, 256 * MIB)),
        (WARN, judge_space(1024 * MIB - 1, 256 * MIB)),
        (OK, judge_space(1024 * MIB, 256 * MIB)),
        (WARN, judge_sync(0.0049)),
        (OK, judge_sync(0.0050)),
        (OK, judge_sync(20.0)),
        (WARN, judge_sync(20.1)),
        (OK, judge_wal({})),
        (OK, judge_wal({"events.db-wal": 256 * MIB})),
        (WARN, judge_wal({"events.db-wal": 256 * MIB + 1, "catalog.db-wal": 0})),
        (OK, judge_backlog(0, 100, is_running=False)),
        (WARN, judge_backlog(1, 100, is_running=False)),
        (OK, judge_backlog(49, 100, is_running=True)),
        (WARN, judge_backlog(50, 100, is_running=True)),
        (WARN, judge_backlog(99, 100, is_running=True)),
        (FAIL, judge_backlog(100, 100, is_running=True)),
        (OK, judge_ports("127.0.0.1", 8080, "", None, frozenset())),
        (OK, judge_ports("127.0.0.1", 8080, "taken", 7, frozenset({8080}))),
        (WARN, judge_ports("127.0.0.1", 8080, "taken", 7, frozenset({9090}))),
        (FAIL, judge_ports("127.0.0.1", 8080, "taken", None, frozenset())),
        (FAIL, judge_ports("192.0.2.1", 8080, "Cannot assign requested address", None, frozenset())),
    ],
)
def test_each_judgement_turns_where_it_says(level: Level, finding: Finding) -> None:
    assert level is finding.level
    assert bool(finding.hint) is (level is not OK)


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        *((kind, OK) for kind in ("ext4", "xfs", "btrfs", "zfs", None)),
        *(
            (kind, WARN)
            for kind in ("nfs", "nfs4", "cifs", "9p", "fuse", "fuse.sshfs", "fuseblk", "tmpfs", "overlay")
        ),
    ],
)
def test_file_systems_that_break_promises_are_named(kind: str | None, level: Level) -> None:
    assert level is judge_file_system(kind).level


MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:25 / /srv rw,nosuid - xfs /dev/vdb rw
31 30 0:44 / /srv/data rw master:2 propagate_from:3 - nfs4 host:/export rw
32 22 0:45 / /srv/my\\040disk rw - fuse.sshfs host:/ rw
33 30 0:46 / /srv/data rw - 9p late rw
malformed line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me", "ext4"),
        ("/srv", "xfs"),
        ("/srv/database", "xfs"),
        ("/srv/data", "9p"),  # what was mounted last lies on top
        ("/srv/data/deep/er", "9p"),
        ("/srv/my disk/x", "fuse.sshfs"),
    ],
)
def test_the_innermost_mount_counts(path: str, kind: str) -> None:
    assert kind == file_system_of(Path(path), MOUNTS)


def test_a_platform_that_tells_no_mounts_is_no_error() -> None:
    assert file_system_of(Path("/"), None) is None


def test_this_machine_can_be_judged() -> None:
    assert {"Python", "SQLite", "platform", "clock", "time zones", "open files"} == set(
        _levels(environment(16))
    )
    assert FAIL not in _levels(environment(16)).values()


def test_a_fresh_folder_is_well(folder: Path) -> None:
    findings = [*folder_findings(folder), *storage_findings(folder, 100, is_running=False)]
    assert {OK} == set(_levels(findings).values()), findings
    assert {"folder", "folder mode", "files", "schema", "write-ahead logs", "backlog", "pending"} <= set(
        _levels(findings)
    )


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    [finding] = folder_findings(tmp_path / "a" / "b")
    assert (WARN, True) == (finding.level, "not there yet" in finding.found)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("path", ["file", "file/below"])
def test_what_cannot_be_a_folder_fails(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    [finding] = folder_findings(tmp_path / path)
    assert FAIL is finding.level


def test_files_that_others_may_read_are_named(folder: Path) -> None:
    (folder / "events.db").chmod(0o640)
    finding = _named(folder_findings(folder), "files")
    assert (WARN, True) == (finding.level, "events.db" in finding.found)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_files_of_another_user_fail(folder: Path) -> None:
    os.chown(folder / "events.db", 12345, -1)
    finding = _named(folder_findings(folder), "files")
    assert (FAIL, True) == (finding.level, "events.db" in finding.found)


def test_measuring_the_disk_leaves_nothing_behind(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    names = {finding.name for finding in disk_findings(folder, 1)}
    assert {"space", "file system", "sync"} == names
    assert before == sorted(folder.rglob("*"))


def _append(folder: Path, count: int) -> None:
    rooms = open_edge(folder)
    ids = RequestIds()
    rooms.journal.append([Event(ids.make(), 1, "w", b"{}") for _ in range(count)])
    for room in (rooms.journal, rooms.journal_reader, rooms.log, rooms.rooms, rooms.authenticator):
        room.close()


def test_accepted_events_without_a_worker_are_told(folder: Path) -> None:
    _append(folder, 7)
    finding = _named(storage_findings(folder, 100, is_running=False), "backlog")
    assert (WARN, True) == (finding.level, finding.found.startswith("7 accepted events"))


def test_pending_events_without_a_worker_are_told(folder: Path) -> None:
    log = open_database(folder / "events.db")
    log.execute("INSERT INTO pending (org, id, next_at, parked) VALUES (1, x'00', 0, x'00')")
    log.close()
    finding = _named(storage_findings(folder, 100, is_running=False), "pending")
    assert (WARN, True) == (finding.level, finding.found.startswith("1 events"))


def test_an_entry_from_the_future_says_that_the_clock_was_set_back(folder: Path) -> None:
    log = open_database(folder / "events.db")
    request_id = RequestIds(lambda: wall_clock_ms() + 60_000).make()
    log.execute("INSERT INTO word (org, text) VALUES (1, 'w')")
    log.execute("INSERT INTO entry (org, id, kind, response_ms, place) VALUES (1, ?, 1, 1, 0)", (request_id,))
    log.close()
    assert WARN is _named(storage_findings(folder, 100, is_running=False), "newest entry").level


def test_a_folder_of_a_newer_version_fails_and_stays_untouched(folder: Path) -> None:
    for name in ("events.db", "journal-1.db"):
        SqliteJournalWriter(folder, log_id=bytes(16), position=0).close() if name.startswith(
            "journal"
        ) else None
        connection = open_database(folder / name)
        connection.pragma("user_version", 999)
        connection.close()
    findings = storage_findings(folder, 100, is_running=False)
    assert [FAIL, FAIL] == [finding.level for finding in findings]
    assert all("999" in finding.found and "newer" in finding.hint for finding in findings)


def test_a_file_that_is_no_database_fails(folder: Path) -> None:
    (folder / "catalog.db").write_bytes(b"no database" * 1000)
    assert FAIL is _named(storage_findings(folder, 100, is_running=False), "schema").level


def test_a_failed_journal_is_told(folder: Path) -> None:
    _append(folder, 1)
    mark_failed(folder / "journal-1.db")
    assert WARN is _named(storage_findings(folder, 100, is_running=False), "journal").level


def test_a_held_lock_names_its_holder_and_stays_held(folder: Path) -> None:
    assert holder_of(folder, "server") is None
    lock = RoleLock(folder, "server")
    assert os.getpid() == holder_of(folder, "server")
    assert os.getpid() == holder_of(folder, "server")
    lock.release()
    assert holder_of(folder, "server") is None


def test_a_server_without_its_roles_is_told(folder: Path) -> None:
    lock = RoleLock(folder, "server")
    try:
        finding = _named(role_findings(folder, "127.0.0.1", ()), "server")
    finally:
        lock.release()
    assert (WARN, True) == (finding.level, "without worker and edge" in finding.found)


def test_a_taken_port_fails_and_a_free_one_does_not(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port, free = taken.getsockname()[1], free_port()
        levels = _levels(role_findings(folder, "127.0.0.1", (port, free, 65_536)))
        assert {"server": OK, f"port {port}": FAIL, f"port {free}": OK, "port 65536": FAIL} == levels
        assert port in listeners_of(os.getpid())
    assert port not in listeners_of(os.getpid())


def test_the_page_has_a_line_and_a_hint_for_each(folder: Path, hooklog: Run) -> None:
    folder.chmod(0o755)
    port = free_port()
    done = hooklog("doctor", "--data", str(folder), "--port", str(port), "--ingest-port", str(free_port()))
    assert 0 == done.exit_code, done.output
    lines = done.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("warn  folder mode"))
    assert lines[at + 1].strip().startswith("chmod 700")
    assert 80 >= max(len(line) for line in lines)
    assert lines[-1].startswith("0 failed, ")


def test_json_is_one_object_and_a_failure_ends_in_status_1(tmp_path: Path, hooklog: Run) -> None:
    (tmp_path / "file").touch()
    done = hooklog("doctor", "--data", str(tmp_path / "file"), "--json")
    assert 1 == done.exit_code
    found = json.loads(done.stdout)
    assert "fail" == found["level"]
    assert {"name", "level", "found", "hint"} == set(found["findings"][0])


def test_wrong_settings_are_a_finding_and_do_not_hide_the_others(folder: Path, hooklog: Run) -> None:
    done = hooklog("doctor", "--data", str(folder), "--json", env={"HOOKLOG_PORT": "many"})
    names = [finding["name"] for finding in json.loads(done.stdout)["findings"]]
    assert (1, "settings") == (done.exit_code, names[0])
    assert "schema" in names


def test_nothing_of_the_folder_is_changed(folder: Path, hooklog: Run) -> None:
    _append(folder, 3)

    def content() -> dict[str, tuple[int, bytes]]:
        files = [
            path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal"))
        ]
        return {path.name: (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) for path in files}

    before = content()
    hooklog("doctor", "--data", str(folder))
    assert before == content()
