"""`hooklog check` says what is wrong, to people and to programs, and says it by its exit status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.check.conftest import damage

from hooklog.check.findings import PROBLEMS_SHOWN_MAX, Check
from hooklog.event import id_to_text
from hooklog.testing.builders import make_id


@pytest.mark.parametrize(
    ("count", "shown"), [(PROBLEMS_SHOWN_MAX, PROBLEMS_SHOWN_MAX), (PROBLEMS_SHOWN_MAX + 1, 10)]
)
def test_problems_shown_are_bounded_and_all_are_counted(count: int, shown: int) -> None:
    check = Check("a", "b")
    for number in range(count):
        assert not check.expect(False, str(number))
    assert count == check.finding().problem_count
    assert shown == len(check.finding().problems)


def _run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hooklog", "check", "--data", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_command_says_what_is_wrong_and_exits_with_1(folder: Path) -> None:
    sound = _run(folder)
    assert (0, "") == (sound.returncode, sound.stderr)
    assert "sound" in sound.stdout
    damage(folder, "events.db", "UPDATE kind SET status = 99")
    damaged = _run(folder)
    assert (1, "") == (damaged.returncode, damaged.stderr)
    assert "6 wrong" in damaged.stdout
    assert f"wrong events.db: entry {id_to_text(make_id(1))} of org 100: status 99" in damaged.stdout
    assert "not sound" in damaged.stdout


def test_command_speaks_json_to_programs(folder: Path) -> None:
    sound = _run(folder, "--json")
    assert 0 == sound.returncode
    assert json.loads(sound.stdout)["isSound"]
    damage(folder, "events.db", "UPDATE kind SET status = 99")
    damaged = _run(folder, "--json")
    assert 1 == damaged.returncode
    told = json.loads(damaged.stdout)
    assert not told["isSound"]
    finding = next(one for one in told["findings"] if one["what"] == "entries")
    assert ("events.db", 6, 6, 6) == (
        finding["where"],
        finding["lookedAt"],
        finding["problemCount"],
        len(finding["problems"]),
    )


def test_command_names_a_folder_that_is_none(tmp_path: Path) -> None:
    done = _run(tmp_path)
    assert 1 == done.returncode
    assert "FOLDER_UNUSABLE" in done.stderr
