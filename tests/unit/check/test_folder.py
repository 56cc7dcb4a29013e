"""A sound folder is found sound, and looking changes nothing."""

from pathlib import Path

import pytest
from tests.unit.check.conftest import problems_of, report_on

from hooklog.errors import FolderError
from hooklog.server import prepare


def test_sound_folder_is_found_sound(folder: Path) -> None:
    report = report_on(folder)
    assert {} == problems_of(report)
    assert report.is_sound
    looked_at = {f"{finding.where} {finding.what}": finding.looked_at for finding in report.findings}
    assert 6 == looked_at["events.db entries"]
    assert 2 == looked_at["events.db unique keys"]
    assert 7 == looked_at["events.db request ids"]
    assert 3 == looked_at["events.db feed"]
    assert 3 == looked_at["journal-1.db groups"]
    assert 9 == looked_at["journal-1.db events"]


def test_fresh_folder_is_found_sound(tmp_path: Path) -> None:
    prepare(tmp_path / "data")
    assert {} == problems_of(report_on(tmp_path / "data"))


def test_checking_changes_no_file(folder: Path) -> None:
    def content() -> dict[str, bytes]:
        names = {
            path.name: path for path in folder.rglob("*") if path.suffix in {".db", ".lock", ".pem", ".key"}
        }
        return {name: path.read_bytes() for name, path in names.items()}

    before = content()
    report_on(folder)
    assert before == content()


def test_folder_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"has no events\.db"):
        report_on(tmp_path)
