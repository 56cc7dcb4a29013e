"""Canaries: the whole system in one process notices what its guarantee forbids."""

import pytest

from hooklog.eventlog.base import Batch
from hooklog.testing.setting import ORG_ID
from hooklog.testing.system import MemorySystem


@pytest.fixture
def system() -> MemorySystem:
    system = MemorySystem()
    system.push({"event_name": "unknown"})
    system.settle()
    return system


def test_an_event_that_was_not_worked_on_is_noticed(system: MemorySystem) -> None:
    system.push({"event_name": "unknown"})
    with pytest.raises(AssertionError):
        system.check()


def test_an_entry_that_is_gone_is_noticed(system: MemorySystem) -> None:
    system.log.settled.clear()
    with pytest.raises(AssertionError):
        system.check()


def test_an_event_that_settled_twice_is_noticed_although_the_log_keeps_one_entry(
    system: MemorySystem,
) -> None:
    system.writer.commit(Batch(1, 1, system.batches[0].settled))
    assert 1 == len(system.log.settled)
    with pytest.raises(AssertionError):
        system.check()


def test_an_entry_that_nobody_pushed_is_noticed(system: MemorySystem) -> None:
    stranger = MemorySystem()
    stranger.push({})
    stranger.settle()
    system.writer.commit(Batch(1, 1, stranger.batches[0].settled))
    with pytest.raises(AssertionError):
        system.check()


def test_an_entry_in_two_orgs_is_noticed(system: MemorySystem) -> None:
    [(org_id, request_id)] = system.log.settled
    assert ORG_ID == org_id
    system.log.settled[200_001, request_id] = system.log.settled[org_id, request_id]
    with pytest.raises(AssertionError):
        system.check()


def test_a_pipeline_that_never_comes_to_rest_is_noticed(system: MemorySystem) -> None:
    system.runner.step = lambda: 1  # type: ignore[method-assign]
    with pytest.raises(AssertionError):
        system.settle()
