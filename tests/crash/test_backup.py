"""G25: a backup taken amid load holds everything that was acknowledged before it began, and can be gone on with.

On the real program: clients push, a job replays, retention deletes, the export writes files; a backup is taken,
restored and served, and held against what was acknowledged. Backups are killed, too.
"""

import copy
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.crash.conftest import ENVIRONMENT, MEMBER, ORG, PLAIN_WEBHOOK, Campaign, seed_of
from tests.crash.exported import verify_export
from tests.crash.test_kill_replay import Replaying

from hooklog.backup.beside import UNFINISHED
from hooklog.testing.program import Program
from hooklog.testing.pushers import Acknowledged

REPLAYED, REPLAYED_LONG = 400, 4_000
BACKUPS, BACKUPS_LONG = 2, 6
KILLS, KILLS_LONG = 6, 40
BRIEF = "brief"


def _backup(program: Program, to: Path) -> dict[str, Any]:
    done = program.run("backup", str(to), "--data", str(program.folder), "--json")
    assert 0 == done.returncode, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@contextmanager
def _restored(program: Program, backup: Path, to: Path) -> Iterator[Program]:
    done = program.run("restore", str(backup), "--data", str(to))
    assert 0 == done.returncode, done.stdout + done.stderr
    checked = program.run("check", "--data", str(to))
    assert 0 == checked.returncode, checked.stdout
    restored = Program(to, ENVIRONMENT)
    try:
        yield restored.start()
    finally:
        restored.close()


@contextmanager
def _expiring(program: Program) -> Iterator[None]:
    """Events that retention deletes as soon as it comes by, all the time."""
    is_over = threading.Event()
    url = f"{program.ingest_url}/webhooks/{PLAIN_WEBHOOK}/batch"

    def push() -> None:
        while not is_over.wait(0.05):
            httpx.post(url, json=[{"event_name": BRIEF, "mobile": MEMBER}] * 100, timeout=30)

    thread = threading.Thread(target=push)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Callable[[int, int], Campaign]:
    """A campaign whose program replays slowly and keeps some events for no time at all."""

    def start(seed: int, replays_per_second: int) -> Campaign:
        monkeypatch.setenv("HOOKLOG_REPLAY__EVENTS_PER_SECOND_MAX", str(replays_per_second))
        monkeypatch.setenv("HOOKLOG_RETENTION__EVENTS", json.dumps({f"{ORG}/{BRIEF}": 0}))
        found: Campaign = request.getfixturevalue("own_campaign")(seed_of(seed))
        return found

    return start


def test_a_backup_amid_load_is_restored_with_all_that_was_acknowledged(
    busy: Callable[[int, int], Campaign], tmp_path: Path
) -> None:
    _back_up_and_restore(busy(250, 40), tmp_path, REPLAYED, BACKUPS)


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_many_backups_amid_load_are_restored_with_all_that_was_acknowledged(
    busy: Callable[[int, int], Campaign], tmp_path: Path
) -> None:
    _back_up_and_restore(busy(251, 200), tmp_path, REPLAYED_LONG, BACKUPS_LONG)


def _back_up_and_restore(campaign: Campaign, place: Path, events: int, backups: int) -> None:
    replaying = Replaying(campaign, events)
    due: list[list[Acknowledged]] = []
    rested: list[str] = []
    with _expiring(campaign.program), campaign.pushing(clients=8) as pushers:
        for number in range(backups):
            replaying.wait_for_share(0.8 * number / backups)
            campaign.wait_for(pushers, 300)
            due.append(list(pushers.acknowledged))
            _backup(campaign.program, place / f"backup-{number}")
    campaign.verify()
    campaign.program.stop()
    for number, acknowledged in enumerate(due):
        with _restored(campaign.program, place / f"backup-{number}", place / f"data-{number}") as program:
            again = Campaign(program, number)
            again.acknowledged = acknowledged
            again.verify()
            verify_export(again)
            rested.append(_replays_go_on(replaying, again))
            with again.pushing(clients=4) as pushers:
                again.wait_for(pushers, 100)
            again.verify()
            verify_export(again)
            print(number, again.figures)
    assert "PAUSED" in rested, rested


def _replays_go_on(before: Replaying, campaign: Campaign) -> str:
    """A job that ran rests; resumed, it repeats each event once, whatever had been repeated behind its own copy.

    Returns how the job had been restored.
    """
    replaying = copy.copy(before)
    replaying.campaign, replaying.program = campaign, campaign.program
    status = replaying.progress()["status"]
    if status == "PAUSED":
        replaying.resume()
    replaying.verify()
    return str(status)


def test_a_killed_backup_leaves_nothing_that_looks_whole(
    own_campaign: Callable[[int], Campaign], tmp_path: Path
) -> None:
    _kill_backups(own_campaign(seed_of(252)), tmp_path / "backups", KILLS)


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_backups_that_are_killed_very_often_leave_nothing_that_looks_whole(
    own_campaign: Callable[[int], Campaign], tmp_path: Path
) -> None:
    _kill_backups(own_campaign(seed_of(253)), tmp_path / "backups", KILLS_LONG)


def _kill_backups(campaign: Campaign, backups: Path, kills: int) -> None:
    """At the instants at which each file appears, and soon after; whatever has its name by then is whole."""
    instants = ["jobs.db", "journal-1.db", "events.db", "directory.db", "keys", "backup.json"]
    left = finished = 0
    with campaign.pushing(clients=4) as pushers:
        for number in range(kills):
            campaign.wait_for(pushers, 20)
            to = backups / f"backup-{number}"
            seen = f".{to.name}{UNFINISHED}", instants[number % len(instants)]
            with _started_backup(campaign.program, to) as process:
                _wait_for_file(process, backups.joinpath(*seen), to)
                time.sleep(campaign.random.random() * 0.02)  # Harm comes at any instant.
            left += (backups / seen[0]).exists()
            if to.exists():
                finished += 1
                restored = backups.parent / f"data-{number}"
                done = campaign.program.run("restore", str(to), "--data", str(restored))
                assert 0 == done.returncode, done.stderr
        acknowledged = list(pushers.acknowledged)
        remains = list(backups.glob(f".*{UNFINISHED}"))
        done = campaign.program.run("backup", str(backups / "last"), "--data", str(campaign.program.folder))
    assert 0 == done.returncode, done.stderr
    assert bool(remains) == ("killed process had left" in done.stderr)
    assert [] == list(backups.glob(f".*{UNFINISHED}"))
    assert 0 < left
    print(f"{kills} kills, {left} left something, {finished} came too late")
    campaign.verify()
    with _restored(campaign.program, backups / "last", backups.parent / "data-last") as program:
        again = Campaign(program, 0)
        again.acknowledged = acknowledged
        again.verify()


@contextmanager
def _started_backup(program: Program, to: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A backup that is killed at the end of the body, unless it has ended by then."""
    command = [sys.executable, "-m", "hooklog", "backup", str(to), "--data", str(program.folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def _wait_for_file(process: subprocess.Popen[bytes], path: Path, to: Path) -> None:
    """Until a file is there, or the backup is, or has failed; looked at more often than `wait_until` does."""
    deadline = time.monotonic() + 120
    while not path.exists() and not to.exists() and process.poll() is None:
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.001)
    assert process.poll() in {None, 0}
