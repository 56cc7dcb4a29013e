"""`/v2/events/upkeep`: lag, retention and storage, scoped to whoever asks."""

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import pytest

from hooklog.api import upkeep
from hooklog.errors import JournalGap
from hooklog.journal.base import Positioned
from hooklog.journal.memory import MemoryJournal
from hooklog.testing.builders import START_MS
from hooklog.testing.served import served
from hooklog.testing.setting import ORG_ID, customer_field
from hooklog.testing.system import MemorySystem

PATH = "/v2/events/upkeep"


def filled() -> MemorySystem:
    """One event in the log, two that wait."""
    system = MemorySystem()
    system.add_webhook()
    system.define("visit", customer_field())
    system.push({"event_name": "visit"})
    system.settle()
    system.clock.advance(ms=1_000)
    for _ in range(2):
        system.push({"event_name": "visit"})
        system.clock.advance(ms=10)
    return system


def told(system: MemorySystem, **asked: Any) -> dict[str, Any]:
    """The one item."""
    with served(system) as api:
        status, body = api.get(PATH, **asked)
    assert (200, []) == (status, body["warnings"])
    (item,) = body["data"]
    return dict(item)


def test_what_waits_and_what_is_kept_is_told_for_the_callers_org() -> None:
    now_ms = START_MS + 5_000
    with patch.object(upkeep, "wall_clock_ms", lambda: now_ms):
        own, others = told(filled()), told(filled(), org_id=ORG_ID + 1)
    assert {
        "waitingEvents": 2,
        "oldestWaitingAt": START_MS + 1_000,
        "lagMs": 4_000,
        "oldestEntryAt": START_MS,
        "retentionDays": 7,
        "retentionDaysByEvent": {"visit": 2},
        "storage": None,
    } == own
    assert (0, None, 30, {}) == tuple(
        others[name] for name in ("waitingEvents", "oldestEntryAt", "retentionDays", "retentionDaysByEvent")
    )


def test_where_all_has_settled_nothing_is_behind() -> None:
    system = filled()
    system.settle()
    item = told(system)
    assert (0, None, 0) == (item["waitingEvents"], item["oldestWaitingAt"], item["lagMs"])


def test_the_disk_is_for_admins_only() -> None:
    assert {
        "journalBytes": 1,
        "eventLogBytes": 2,
        "exportBytes": 0,
        "setupBytes": 0,
        "otherBytes": 0,
        "freeBytes": 3,
    } == told(filled(), scopes=("admin",))["storage"]


@pytest.mark.parametrize(("gaps", "status"), [(4, 200), (5, 500)])
def test_a_journal_that_is_trimmed_meanwhile_is_asked_again(gaps: int, status: int) -> None:
    system = filled()
    answers: list[Sequence[Positioned] | Exception] = [JournalGap("trimmed")] * gaps
    with (
        patch.object(MemoryJournal, "read", side_effect=[*answers, system.journal.read(1, 1)]),
        served(system) as api,
    ):
        assert status == api.get(PATH)[0]
