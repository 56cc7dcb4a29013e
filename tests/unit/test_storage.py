"""How much disk a data folder takes: every file is in one part, and the file system is not asked all the time."""

from pathlib import Path
from unittest.mock import patch

from hooklog import storage
from hooklog.storage import StorageMeter
from hooklog.testing.clock import FakeClock

FILES = {
    "journal-1.db": "journal",
    "journal-2.db-wal": "journal",
    "events.db": "event_log",
    "events.db-wal": "event_log",
    "ei.db": "export",
    "ei/org=1/2026-01-05/a.parquet": "export",
    "catalog.db": "setup",
    "directory.db-shm": "setup",
    "access.db": "setup",
    "jobs.db": "setup",
    "edge.lock": "other",
    "keys/token": "other",
}
PAGE = 4_096


def fill(folder: Path) -> None:
    for number, name in enumerate(FILES, 1):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * PAGE * number)


def test_every_file_counts_in_its_part(tmp_path: Path) -> None:
    fill(tmp_path)
    found = StorageMeter(tmp_path, FakeClock().now_ms).measure()
    expected: dict[str, int] = {}
    for number, part in enumerate(FILES.values(), 1):
        expected[part] = expected.get(part, 0) + PAGE * number
    assert expected == found.bytes_by_part
    assert found.is_whole
    assert 0 < found.free_bytes


def test_sizes_are_measured_again_after_some_seconds(tmp_path: Path) -> None:
    clock = FakeClock()
    meter = StorageMeter(tmp_path, lambda: clock.now_ms() / 1000)
    assert {} == meter.measure().bytes_by_part
    fill(tmp_path)
    clock.advance(ms=4_999)
    assert {} == meter.measure().bytes_by_part
    clock.advance(ms=1)
    assert meter.measure().bytes_by_part


def test_a_folder_with_too_many_files_says_so(tmp_path: Path) -> None:
    fill(tmp_path)
    for most, is_whole in ((len(FILES), True), (len(FILES) - 1, False)):
        with patch.object(storage, "FILES_MAX", most):
            assert is_whole == StorageMeter(tmp_path, FakeClock().now_ms).measure().is_whole
