"""A folder that is being made has another name; what a killed process left goes, what a living one makes stays."""

import errno
import os
from pathlib import Path

import pytest

from hooklog.backup.beside import UNFINISHED, made_beside
from hooklog.errors import BackupError, FolderError, FolderInUse
from hooklog.files import RoleLock


def _left(parent: Path, name: str) -> Path:
    path = parent / f".{name}{UNFINISHED}"
    path.mkdir(parents=True)
    (path / "events.db").write_bytes(b"half")
    return path


def test_a_folder_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "some" / "where" / "backup"
    with made_beside(folder, lambda _: None) as unfinished:
        assert not folder.exists()
        (unfinished / "ei").mkdir()
        (unfinished / "ei" / "x").touch()
    assert (folder / "ei" / "x").is_file()
    assert [folder] == list(folder.parent.iterdir())
    assert [folder / "ei"] == list(folder.iterdir())


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_fails_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def fill(unfinished: Path) -> None:
        (unfinished / "x").touch()
        raise error

    with pytest.raises(error), made_beside(tmp_path / "backup", lambda _: None) as unfinished:
        fill(unfinished)
    assert [] == list(tmp_path.iterdir())


def test_a_disk_that_fails_is_told_in_words(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "x"))
    with (
        pytest.raises(BackupError, match="x: No space left on device"),
        made_beside(tmp_path / "backup", lambda _: None),
    ):
        raise full
    assert [] == list(tmp_path.iterdir())


def test_what_a_killed_process_left_is_removed_and_said(tmp_path: Path) -> None:
    """Also of another name: each night's backup is called otherwise."""
    left = [_left(tmp_path, "monday"), _left(tmp_path, "tuesday")]
    said: list[str] = []
    with made_beside(tmp_path / "tuesday", said.append):
        pass
    assert [f"removed {path}, which a killed process had left" for path in left] == said
    assert [tmp_path / "tuesday"] == list(tmp_path.iterdir())


def test_what_another_process_makes_is_left_alone(tmp_path: Path) -> None:
    other = _left(tmp_path, "monday")
    lock = RoleLock(other, "making")
    with made_beside(tmp_path / "tuesday", lambda _: None):
        pass
    with pytest.raises(FolderInUse), made_beside(tmp_path / "monday", lambda _: None):
        pass
    lock.release()
    assert (other / "events.db").is_file()


def test_a_folder_that_somebody_fills_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "backup"

    def fill() -> None:
        folder.mkdir()
        (folder / "mine").touch()

    with pytest.raises(FolderError), made_beside(folder, lambda _: None):
        fill()
    assert [folder / "mine"] == list(folder.iterdir())
    assert [folder] == list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(FolderError, match="cannot be made"),
        made_beside(tmp_path / "file" / "b", lambda _: None),
    ):
        pass
