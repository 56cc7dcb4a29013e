"""How long entries are kept: 30 days unless the settings say otherwise (contract I.16)."""

import pytest

from hooklog.directory.base import Org
from hooklog.directory.memory import MemoryDirectory
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.query import Query
from hooklog.eventlog.retention import Retention, RetentionSettings
from hooklog.testing.builders import START_MS, make_batch, make_id, make_settled
from hooklog.testing.clock import FakeClock

ORG, OTHER_ORG = 100, 200
DAY_MS = 24 * 3600 * 1000
DAYS = (0, 6, 7, 8, 29, 30, 31)
NAMES = ("visit", "sale")


def _kept(settings: RetentionSettings, org_id: int, *, steps: int = 1) -> dict[str, list[int]]:
    """Entries of each name on certain days before now, then steps of retention: whose days are still there."""
    clock, log, directory = FakeClock(), MemoryEventLog(), MemoryDirectory()
    for one in (ORG, OTHER_ORG):
        directory.put_org(Org(one))
    items = [
        make_settled(id=make_id(number, START_MS - days * DAY_MS), org_id=one, event_name=name)
        for number, (one, name, days) in enumerate(
            (one, name, days) for one in (ORG, OTHER_ORG) for name in NAMES for days in DAYS
        )
    ]
    writer = log.writer()
    writer.take_over()
    writer.commit(make_batch(0, *items))
    retention = Retention(settings, writer, directory, clock.now_ms)
    for _ in range(steps):
        assert retention.step() <= settings.entries_per_step_max
    page = log.page(Query(org_ids=(org_id,), limit=1_000))
    return {
        name: [(START_MS - entry.start_ms) // DAY_MS for entry in page if entry.event_name == name]
        for name in NAMES
    }


def test_entries_are_kept_for_thirty_days_by_default() -> None:
    expected = [days for days in DAYS if days <= 30]
    assert dict.fromkeys(NAMES, expected) == _kept(RetentionSettings(), ORG)


def test_an_org_can_have_days_of_its_own() -> None:
    settings = RetentionSettings(orgs={str(ORG): 7})
    assert {name: [0, 6, 7] for name in NAMES} == _kept(settings, ORG)
    assert {name: list(DAYS[:-1]) for name in NAMES} == _kept(settings, OTHER_ORG)


@pytest.mark.parametrize("days", [7, 31])
def test_an_event_can_have_days_of_its_own(days: int) -> None:
    """Shorter or longer than its org's."""
    settings = RetentionSettings(orgs={str(ORG): 8}, events={f"{ORG}/sale": days})
    expected = {"visit": [0, 6, 7, 8], "sale": [day for day in DAYS if day <= days]}
    assert expected == _kept(settings, ORG)


def test_a_step_lets_go_of_a_bounded_number_and_the_next_ones_of_the_rest() -> None:
    settings = RetentionSettings(days=6, entries_per_step_max=3)
    assert len(DAYS) * len(NAMES) - 3 == sum(len(days) for days in _kept(settings, ORG).values())
    assert {name: [0, 6] for name in NAMES} == _kept(settings, ORG, steps=10)
