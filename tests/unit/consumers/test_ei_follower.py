"""The export's thread goes on after every error, in growing distances, and ends when it is told to."""

import threading
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

import structlog

from hooklog.catalog.memory import MemoryCatalog
from hooklog.consumers.ei_export import EiExport
from hooklog.consumers.ei_follower import EiFollower
from hooklog.consumers.ei_store import EiStore
from hooklog.errors import StorageUnavailable
from hooklog.eventlog.memory import MemoryEventLog


class Export(EiExport):
    """Each step does the next thing of a script; after the last one nothing more happens."""

    def __init__(self, folder: Path, script: list[Exception | bool], done: threading.Event) -> None:
        log = MemoryEventLog()
        super().__init__(folder, EiStore(folder, log.log_id), log, MemoryCatalog(), 10)
        self._script = script
        self._done = done
        self.is_closed = False

    def step(self) -> bool:
        if not self._script:
            self._done.set()
            return False
        said = self._script.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    def close(self) -> None:
        self.is_closed = True
        super().close()


def _run(folder: Path, *script: Exception | bool) -> tuple[list[Export], list[MutableMapping[str, Any]]]:
    done = threading.Event()
    opened: list[Export] = []

    def open_export(_is_stopping: Callable[[], bool]) -> EiExport:
        opened.append(Export(folder, list(script), done))
        return opened[-1]

    with structlog.testing.capture_logs() as lines:
        follower = EiFollower(open_export, 0.01)
        assert done.wait(20)
        follower.close()
    return opened, lines


def test_it_goes_on_while_there_is_more_and_closes_at_the_end(tmp_path: Path) -> None:
    opened, lines = _run(tmp_path, True, True, False, False)
    assert [True] == [one.is_closed for one in opened]
    assert [] == lines


def test_it_survives_the_world_and_our_own_bugs(tmp_path: Path) -> None:
    opened, lines = _run(tmp_path, StorageUnavailable("full"), OSError("gone"), RuntimeError("bug"))
    assert ["ei_waits", "ei_waits", "ei_failed"] == [one["event"] for one in lines]
    assert [True] == [one.is_closed for one in opened]


def test_it_opens_later_where_it_cannot_open_at_once(tmp_path: Path) -> None:
    done = threading.Event()
    tries: list[int] = []

    def open_export(_is_stopping: Callable[[], bool]) -> EiExport:
        tries.append(1)
        if len(tries) == 1:
            raise StorageUnavailable("not yet")
        return Export(tmp_path, [], done)

    with structlog.testing.capture_logs():
        follower = EiFollower(open_export, 0.01)
        assert done.wait(20)
        follower.close()
    assert 2 == len(tries)


def test_a_file_s_worth_does_not_wait_for_the_time_to_flush(tmp_path: Path) -> None:
    class Due(Export):
        def is_due(self) -> bool:
            return True

    done = threading.Event()
    follower = EiFollower(lambda _: Due(tmp_path, [], done), 3_600.0)
    assert done.wait(20)
    follower.close()
