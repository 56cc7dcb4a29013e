"""A row says which commit it measured, and whether what it measured was that commit."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from bench import row

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Commands in a clone of its own, with a file that is measured and one that is not."""

    def run(*arguments: str) -> str:
        own = ("-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *own, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    run("init", "-q")
    for name in ("src/one.py", "docs/results/bench/newest.json"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("1", encoding="utf-8")
    run("add", ".")
    run("commit", "-q", "-m", "x")
    return run


def test_results_that_were_just_written_do_not_make_the_next_row_dirty(tmp_path: Path, git: Git) -> None:
    (tmp_path / "docs/results/bench/newest.json").write_text("2", encoding="utf-8")
    with patch.object(row, "ROOT", tmp_path):
        assert git("rev-parse", "--short=10", "HEAD") == row.commit()


@pytest.mark.parametrize("name", ["src/one.py", "src/new.py"])
def test_what_plays_a_part_and_differs_is_told(tmp_path: Path, git: Git, name: str) -> None:
    (tmp_path / name).write_text("2", encoding="utf-8")
    with patch.object(row, "ROOT", tmp_path):
        assert f"{git('rev-parse', '--short=10', 'HEAD')}-dirty" == row.commit()


def test_where_there_is_no_clone_nothing_is_known(tmp_path: Path) -> None:
    with (
        patch.object(row, "ROOT", tmp_path),
        patch.dict("os.environ", {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}),
    ):
        assert "unknown" == row.commit()
