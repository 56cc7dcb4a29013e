"""The analytical export plans before it writes: whatever it dies at, each record is in exactly one file."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from structlog.testing import capture_logs

from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER
from hooklog.catalog.memory import MemoryCatalog
from hooklog.consumers import ei_export, ei_file
from hooklog.consumers.ei_export import EiExport
from hooklog.consumers.ei_store import EiStore
from hooklog.event import id_to_text
from hooklog.eventlog.base import FeedRow
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.testing.builders import (
    ORG,
    START_MS,
    make_batch,
    make_definition,
    make_field,
    make_id,
    make_record,
    make_settled,
)

DAY_MS = 86_400_000
Files = dict[str, list[str]]


class _KilledError(BaseException):
    """Stands for the end of the process."""


class Desk:
    """A log, and exports of it that may die and be opened again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = MemoryEventLog()
        self.writer = self.log.writer()
        self.writer.take_over()
        self.catalog = MemoryCatalog()
        sensitive = make_field("hotel", isPsiData="true")
        self.catalog.put_definition(make_definition("visit"))
        self.catalog.put_definition(make_definition("loyal", actions=(EMF_CONSUMER,)))
        both = make_definition("secret", actions=(EI_CONSUMER, EMF_CONSUMER), fields=(sensitive,))
        self.catalog.put_definition(both)

    def settle(self, *numbers: int, name: str = "visit", day: int = 0) -> None:
        """Settle events in one commit."""
        record = make_record(event_at_ms=START_MS + day * DAY_MS)
        settled = [
            make_settled(number, event_name=name, record=record, definition_version=1) for number in numbers
        ]
        self.writer.commit(make_batch(self.writer.position, *settled))

    def export(self, *, records_max: int = 1_000, is_stopping: bool = False) -> EiExport:
        """Open it as a new worker does."""
        store = EiStore(self.folder, self.log.log_id)
        return EiExport(self.folder, store, self.log, self.catalog, records_max, lambda: is_stopping)

    def run(self, *, records_max: int = 1_000) -> list[bool]:
        """Steps until there is nothing more to do; what each said."""
        export = self.export(records_max=records_max)
        said = [export.step()]
        while said[-1]:
            said.append(export.step())
        export.close()
        return said

    def files(self) -> Files:
        """The ids in each file by its path."""
        return {
            str(path.relative_to(self.folder / "ei")): pq.read_table(path)["request_id"].to_pylist()
            for path in sorted((self.folder / "ei").rglob("*.parquet"))
        }


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _ids(*numbers: int) -> list[str]:
    return [id_to_text(make_id(number)) for number in numbers]


def test_records_lie_by_org_and_day_in_the_order_of_settling(desk: Desk) -> None:
    desk.settle(2, 1)
    desk.settle(3, day=-1)
    desk.settle(4)
    assert [False] == desk.run()
    name = "000000000001-000000000003.parquet"
    assert {
        f"org={ORG}/date=2026-01-04/{name}": _ids(3),
        f"org={ORG}/date=2026-01-05/{name}": _ids(2, 1, 4),
    } == desk.files()


def test_the_day_is_the_utc_day_of_the_event(desk: Desk) -> None:
    midnight = 1_767_571_200_000
    for number, at_ms in ((1, midnight - 1), (2, midnight)):
        record = make_record(event_at_ms=at_ms)
        desk.writer.commit(make_batch(number - 1, make_settled(number, record=record, definition_version=1)))
    desk.run()
    name = "000000000001-000000000002.parquet"
    assert {
        f"org={ORG}/date=2026-01-04/{name}": _ids(1),
        f"org={ORG}/date=2026-01-05/{name}": _ids(2),
    } == desk.files()


def test_only_events_for_analytics_with_a_record_are_written(desk: Desk) -> None:
    desk.settle(1, name="loyal")
    desk.settle(2, name="nobody knows it")
    desk.writer.commit(make_batch(2, make_settled(3, definition_version=1)))
    desk.writer.commit(make_batch(3, make_settled(4, event_name=None)))
    desk.run()
    assert {} == desk.files()
    assert not (desk.folder / "ei").exists()
    desk.settle(5)
    desk.run()
    assert [_ids(5)] == list(desk.files().values())


def test_each_step_takes_about_as_much_as_is_allowed(desk: Desk) -> None:
    for number in range(1, 8):
        desk.settle(number)
    assert [True, True, True, False] == desk.run(records_max=2)
    assert [_ids(1, 2), _ids(3, 4), _ids(5, 6), _ids(7)] == list(desk.files().values())


def test_it_is_due_once_about_as_much_waits_as_is_taken_at_a_time(desk: Desk) -> None:
    export = desk.export(records_max=3)
    seen = []
    for number in range(1, 10):
        desk.settle(number)
        seen.append(export.is_due())
        if export.is_due():
            assert export.step()
    assert [False, False, True] * 3 == seen
    desk.settle(10, 11)
    assert not export.is_due()
    assert not export.step()
    desk.settle(12)
    assert not export.is_due()
    export.close()


def test_what_waits_behind_a_full_step_is_due_again(desk: Desk) -> None:
    export = desk.export(records_max=2)
    for number in range(1, 6):
        desk.settle(number)
    assert [True, True, True, True, False] == [
        said for _ in range(2) for said in (export.is_due(), export.step())
    ] + [export.is_due()]
    export.close()


def test_nothing_new_writes_nothing(desk: Desk) -> None:
    desk.settle(1)
    desk.run()
    before = desk.files()
    desk.run()
    assert before == desk.files()


def test_a_leap_of_a_restored_feed_is_no_loss_and_a_hole_is_said(desk: Desk) -> None:
    """A row without entries tells the leap; without one, rows have expired before they were written."""
    desk.settle(1)
    desk.run()
    desk.log.feed_last += 1_000
    desk.log.feed_rows.append((0, FeedRow(desk.log.feed_last, (), ())))
    with capture_logs() as said:
        desk.run()
        desk.settle(2)
        desk.run()
    assert [] == said
    desk.log.feed_last += 1_000
    desk.settle(3)
    with capture_logs() as said:
        desk.run()
    assert ["ei_feed_expired"] == [one["event"] for one in said]
    assert [_ids(1), _ids(2), _ids(3)] == list(desk.files().values())


def test_sensitive_values_are_not_written(desk: Desk) -> None:
    desk.settle(1, name="secret")
    desk.settle(2)
    desk.run()
    (path,) = (desk.folder / "ei").rglob("*.parquet")
    assert [[("hotel", "*****")], [("hotel", "Ritz")]] == pq.read_table(path)["attributes"].to_pylist()


def test_values_that_were_once_sensitive_are_not_written(desk: Desk) -> None:
    desk.catalog.put_definition(make_definition("secret", fields=(make_field("hotel"),)))
    desk.settle(1, name="secret")
    desk.run()
    (path,) = (desk.folder / "ei").rglob("*.parquet")
    assert [[("hotel", "*****")]] == pq.read_table(path)["attributes"].to_pylist()


def test_a_feed_that_expired_is_no_obstacle(desk: Desk) -> None:
    desk.settle(1)
    desk.settle(2)
    desk.writer.trim_feed(2**50, 1)
    desk.settle(3)
    desk.run()
    assert [_ids(2, 3)] == list(desk.files().values())


def test_told_to_stop_it_leaves_everything_to_the_next(desk: Desk) -> None:
    desk.settle(1)
    export = desk.export(is_stopping=True)
    assert not export.step()
    export.close()
    assert {} == desk.files()
    desk.run()
    assert [_ids(1)] == list(desk.files().values())


def test_the_export_of_another_log_is_refused(desk: Desk) -> None:
    desk.run()
    desk.log.log_id = b"another log's id"
    store = EiStore(desk.folder, desk.log.log_id)
    with pytest.raises(AssertionError, match="another event log"):
        EiExport(desk.folder, store, desk.log, desk.catalog, 10)
    store.close()


def _die_at(monkeypatch: pytest.MonkeyPatch, what: object, name: str, count: int, *, after: bool) -> None:
    original: Callable[..., object] = getattr(what, name)
    calls = 0

    def dying(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == count and not after:
            raise _KilledError
        result = original(*arguments, **options)
        if calls == count:
            raise _KilledError
        return result

    monkeypatch.setattr(what, name, dying)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("what", "name", "counts"),
    [
        (EiStore, "plan", 1),
        (EiStore, "advance", 1),
        (ei_file, "write_file", 3),
        (pq, "write_table", 3),
        (ei_file, "sync_folder", 8),
        (ei_file, "sync_file", 3),
        (Path, "rename", 3),
    ],
)
def test_after_a_crash_at_any_step_the_same_files_hold_the_same(
    tmp_path: Path, what: object, name: str, counts: int, *, after: bool
) -> None:
    for count in range(1, counts + 1):
        whole, crashed = (Desk(tmp_path / f"{kind}{count}") for kind in ("whole", "crashed"))
        for desk in (whole, crashed):
            desk.folder.mkdir()
            for number in range(1, 7):
                desk.settle(number, day=number % 3)
        whole.run()
        with pytest.MonkeyPatch.context() as monkeypatch:
            _die_at(monkeypatch, what, name, count, after=after)
            export = crashed.export()
            with pytest.raises(_KilledError):
                export.step()
            export._store.close()
        # What settles meanwhile must not get into the files that were planned.
        crashed.settle(7)
        crashed.run()
        crashed.run()
        ids = [one for found in crashed.files().values() for one in found]
        assert sorted(_ids(*range(1, 8))) == sorted(ids)
        if (what, name, after) != (EiStore, "plan", False):
            assert whole.files().items() <= crashed.files().items()
            for path in whole.files():
                assert (whole.folder / "ei" / path).read_bytes() == (
                    crashed.folder / "ei" / path
                ).read_bytes()
        assert [] == [path.name for path in (crashed.folder / "ei").rglob(".*")]


def test_the_cursor_goes_on_where_nothing_is_for_the_export(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much of it there is: a step that ended behind all of it might never come to its end."""
    monkeypatch.setattr(ei_export, "_PASSED_EVENTS_MAX", 4)
    for number in range(0, 10, 2):
        desk.settle(number, number + 1, name="loyal")
    assert [True, True, False] == desk.run()
    assert {} == desk.files()
    desk.settle(10)
    desk.run()
    assert [_ids(10)] == list(desk.files().values())
