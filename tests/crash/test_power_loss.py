"""G2, G3: a loss of power at any instant loses nothing acknowledged, shows nothing twice, reuses no number.

A scripted run of the real rooms goes on a simulated disk; at every sync point of it the power goes, and what was not
synced is dropped, kept or torn. A start on each wreck must find all that was acknowledged or shown. Further
campaigns: a sync fails first; a second accident meets the recovery; the programs are killed before the power goes.
Canaries prove that the alarm rings. A finding names the wreck: the cut and the fate repeat it.
"""

import json
import logging
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest
import structlog

from hooklog.eventlog.base import Batch
from hooklog.eventlog.sqlite_file import FILE_NAME as EVENTS_FILE
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.clock import FakeClock
from hooklog.testing.crash_laws import Law
from hooklog.testing.disk import Disk
from hooklog.testing.platter import StoredFile, Survival
from hooklog.testing.power import mounted
from hooklog.testing.power_campaign import Campaign, Figures
from hooklog.testing.scripted_run import KINDS, kind_of, live, number_of
from hooklog.testing.setting import ORG_ID
from hooklog.testing.stored_system import Ledger, Means, StoredSystem, prepare_directory

RESULTS = Path(__file__).parents[2] / "docs/results"

Start = Callable[..., Campaign]


def _no_sync(_: Path) -> None:
    """Outside of the simulated disk nothing has to survive."""


@pytest.fixture(autouse=True)
def _small_and_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several checkpoints and partial trims in a short run."""
    monkeypatch.setattr("hooklog.journal.sqlite._CHECKPOINT_PAGES", 24)
    monkeypatch.setattr("hooklog.journal.sqlite._TRIM_GROUPS_MAX", 2)
    monkeypatch.setattr("hooklog.eventlog.sqlite_file.CHECKPOINT_PAGES", 40)
    for where in ("hooklog.db.sqlite", "hooklog.journal.files"):
        monkeypatch.setattr(f"{where}.sync_folder", _no_sync)


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    """Thousands of starts after an accident have a lot to say, and saying it takes longer than all the rest."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    prepare_directory(folder)
    return folder


@pytest.fixture
def start(tmp_path: Path, prepared: Path) -> Start:
    return lambda seeds, **means: Campaign(tmp_path, prepared, seeds, **means)


class CountingDisk(Disk):
    """Also counts the syncs of each file, by name."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.syncs: Counter[str] = Counter()

    def sync(self, stored: StoredFile) -> None:
        self.syncs.update(path.name for path in self.root.iterdir() if self._names.get(path) is stored)
        super().sync(stored)


def test_run_meets_all_that_it_is_meant_to_meet(tmp_path: Path, prepared: Path) -> None:
    """A campaign over a run in which nothing happens would be worth nothing."""
    shutil.copytree(prepared, tmp_path / "disk")
    disk, ledger, clock = CountingDisk(tmp_path / "disk"), Ledger(), FakeClock()
    with mounted(disk) as vfs:
        live(disk.root, ledger, clock, Means(vfs))
    assert disk.syncs["journal-1.db"] >= 3, "checkpoints of the journal"
    assert disk.syncs[EVENTS_FILE] >= 5, "checkpoints of the event log"
    assert disk.syncs["directory.db-wal"] >= 5, "customers are made"
    assert len(ledger.acknowledged) == len(ledger.submitted) > len(ledger.shown)
    assert {*KINDS} == {kind_of(number_of(request_id)) for request_id in ledger.shown}
    sizes = [len(event.body) for event in ledger.submitted.values()]
    assert any(1_024 < size < 4_096 for size in sizes)
    assert max(sizes) > 4_096
    system = StoredSystem(disk.root, ledger, clock, Means())
    assert system.log.next_due_ms() is not None, "something is parked when the power goes at the end"
    assert 0 < system.log.position < system.journal.last
    system.settle_all()
    records = [system.reader.record(ORG_ID, entry.id) for entry in system.entries()]
    system.close()
    assert sum(record is not None and record.is_duplicate for record in records) >= 3


def test_acknowledged_events_survive_a_loss_of_power(start: Start) -> None:
    figures = start(seeds=range(1)).cut_everywhere(step=5)
    _assert_quiet(figures)
    assert figures.wrecks >= 150


def test_acknowledged_events_survive_a_failed_sync_and_then_a_loss_of_power(start: Start) -> None:
    figures = start(seeds=range(1)).fail_everywhere(step=13, cuts=(None, 2))
    _assert_quiet(figures)
    assert figures.unanswered > 0


@pytest.mark.parametrize("by_kill", [False, True])
def test_acknowledged_events_survive_an_accident_during_recovery(by_kill: bool, start: Start) -> None:
    figures = start(seeds=()).cut_twice(step=9, second_cuts=1, by_kill=by_kill)
    _assert_quiet(figures)
    assert figures.wrecks >= 50


def test_acknowledged_events_survive_a_failed_sync_a_kill_and_a_loss_of_power(start: Start) -> None:
    figures = start(seeds=()).fail_and_kill(step=17, cuts=(0, 3), second_cuts=1)
    _assert_quiet(figures)


def test_canary_journal_that_is_not_synced_at_its_commits_is_found_out(start: Start) -> None:
    _assert_rings(start(range(1), journal_synchronous="NORMAL").cut_everywhere(step=17), Law.LOST)


def test_canary_event_log_that_is_not_synced_at_its_commits_is_found_out(start: Start) -> None:
    _assert_rings(start(range(1), log_synchronous="NORMAL").cut_everywhere(step=17), Law.LOST)


def test_canary_position_that_commits_apart_from_its_entries_is_found_out(start: Start) -> None:
    with _position_apart():
        figures = start(seeds=()).cut_everywhere(step=17)
    _assert_rings(figures, Law.DOUBLED)


def _assert_quiet(figures: Figures) -> None:
    print(figures)
    assert [] == figures.first_findings


def _assert_rings(figures: Figures, law: Law) -> None:
    print(figures)
    assert figures.findings.get(law, 0) > 0
    if law is Law.LOST:
        # With everything kept nothing is lost: the alarm must not ring for another reason.
        assert not any(f"-{Survival.EVERYTHING.value}:" in finding for finding in figures.first_findings)


_commit = SqliteEventLogWriter.commit


def _commit_apart(self: SqliteEventLogWriter, batch: Batch) -> None:
    _commit(self, msgspec.structs.replace(batch, to_position=batch.from_position))
    _commit(self, msgspec.structs.replace(batch, settled=(), parked=()))


def _position_apart() -> AbstractContextManager[object]:
    return patch.object(SqliteEventLogWriter, "commit", _commit_apart)


def _failed_wal_built_upon() -> AbstractContextManager[object]:
    return patch("hooklog.db.sqlite.write_wal_anew")


def _position_read_before_it_is_durable() -> AbstractContextManager[object]:
    return patch("hooklog.testing.stored_system.make_durable")


class Long(msgspec.Struct, frozen=True):
    """A campaign in full. A canary breaks something first and must be found out by a law."""

    name: str
    run: Callable[[Start], Figures]
    breaks: Callable[[], AbstractContextManager[object]] = nullcontext
    rings: Law | None = None


LONG = (
    Long("the power goes", lambda start: start(range(30)).cut_everywhere(1)),
    Long(
        "a sync fails, then the power goes",
        lambda start: start(range(6)).fail_everywhere(1, (None, 1, 2, 3, 5, 8)),
    ),
    Long(
        "the power goes, and again during recovery",
        lambda start: start(range(2)).cut_twice(1, 6, by_kill=False),
    ),
    Long(
        "all programs are killed, then the power goes",
        lambda start: start(range(2)).cut_twice(1, 6, by_kill=True),
    ),
    Long(
        "a sync fails, all programs are killed, then the power goes",
        lambda start: start(range(1)).fail_and_kill(1, (0, 1, 3), 3),
    ),
    Long(
        "journal at synchronous NORMAL",
        lambda start: start(range(2), journal_synchronous="NORMAL").cut_everywhere(1),
        rings=Law.LOST,
    ),
    Long(
        "event log at synchronous NORMAL",
        lambda start: start(range(2), log_synchronous="NORMAL").cut_everywhere(1),
        rings=Law.LOST,
    ),
    Long(
        "position committed apart from its entries",
        lambda start: start(seeds=()).cut_everywhere(1),
        _position_apart,
        Law.DOUBLED,
    ),
    Long(
        "a WAL whose sync failed is not written anew",
        lambda start: start(seeds=()).fail_and_kill(1, (0,), 4),
        _failed_wal_built_upon,
        Law.LOST,
    ),
    Long(
        "journal trimmed up to a position that is not durable",
        lambda start: start(seeds=()).cut_twice(1, 6, by_kill=True),
        _position_read_before_it_is_durable,
        Law.LOST,
    ),
)


@pytest.mark.long
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("long", LONG, ids=lambda long: long.name)
def test_full_campaign(long: Long, start: Start) -> None:
    with long.breaks():
        figures = long.run(start)
    if "HOOKLOG_RESULTS" in os.environ:
        _write_results(long.name, figures)
    if long.rings is None:
        _assert_quiet(figures)
    else:
        _assert_rings(figures, long.rings)


def _write_results(name: str, figures: Figures) -> None:
    path = RESULTS / "power_loss.json"
    known = msgspec.json.decode(path.read_bytes(), type=dict[str, Figures]) if path.exists() else {}
    known[name] = figures
    ordered = {long.name: known[long.name] for long in LONG if long.name in known}
    path.write_text(json.dumps(msgspec.to_builtins(ordered), indent=1) + "\n", encoding="utf-8")
    lines = [
        "# Power lost at every sync point",
        "",
        "`make test-long`: the real rooms on a simulated disk, in a run with every kind of event, checkpoints,",
        "trims, restarts and parked events. At each sync point the power goes, before and after that sync took",
        "effect; what was not synced is dropped, kept or torn. The product starts on each wreck, works to its end,",
        "takes new events, and is held against all that was acknowledged or shown. Events count once a wreck.",
        "",
        *_table(ordered, is_canary=False),
        "",
        "## Canaries",
        "",
        "The same with one safeguard taken away: the alarm must ring.",
        "",
        *_table(ordered, is_canary=True),
    ]
    (RESULTS / "power_loss.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _table(ordered: dict[str, Figures], *, is_canary: bool) -> list[str]:
    columns = (Law.LOST, Law.DOUBLED, Law.REUSED)
    lines = [
        "| Accident | Runs | Wrecks | Acknowledged | Lost | Doubled | Reused | Otherwise wrong | Seconds |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for long in LONG:
        one = ordered.get(long.name)
        if one is not None and is_canary == (long.rings is not None):
            found = [one.findings.get(law, 0) for law in columns]
            others = sum(one.findings.values()) - sum(found)
            cells = [one.cuts, one.wrecks, one.acknowledged, *found, others]
            lines.append(f"| {long.name} | {' | '.join(f'{n:,}' for n in cells)} | {one.seconds:,.0f} |")
    return lines
