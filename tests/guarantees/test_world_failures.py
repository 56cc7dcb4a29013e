"""Guarantee: when the world fails, a batch stays undecided and settles exactly once when it is back (style, Errors)."""

from collections.abc import Sequence
from typing import Any

import pytest

from hooklog.consumers.base import CONSUMED, retry_at
from hooklog.directory.audit import Note
from hooklog.directory.base import Conflict, Enrolment, Identifier, Org, Till
from hooklog.directory.memory import MemoryDirectory
from hooklog.errors import HooklogError, JournalGap, StorageUnavailable
from hooklog.event import Stage, Status
from hooklog.pipeline.stage import Work
from hooklog.testing.scripted import ScriptedConsumer
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem

UNIQUE_WEBHOOK_ID = "00112233445566778899aabbccddeeff"
LINE = [stage for stage in Stage if Stage.ROUTE_ORG <= stage <= Stage.CONSUME_EMF]


class FlakyDirectory(MemoryDirectory):
    """Fails at the n-th call of those that the pipeline makes, counted from when it was told to."""

    def __init__(self) -> None:
        super().__init__()
        self.fails_at = 0
        self.calls = 0

    def _call(self) -> None:
        self.calls += 1
        if self.calls == self.fails_at:
            raise StorageUnavailable("directory: disk I/O error")

    def org(self, org_id: int) -> Org | None:
        self._call()
        return super().org(org_id)

    def till(self, code: str) -> Till | None:
        self._call()
        return super().till(code)

    def find_customers(self, org_id: int, identifiers: Sequence[Identifier]) -> list[int | None]:
        self._call()
        return super().find_customers(org_id, identifiers)

    def put_customers(
        self, org_id: int, enrolments: Sequence[Enrolment], note: Note | None = None
    ) -> list[int | Conflict]:
        self._call()
        stored = super().put_customers(org_id, enrolments, note)
        self._call()  # The customers were made, and the answer was lost.
        return stored

    def changes_seen(self) -> tuple[int, int]:
        self._call()
        return super().changes_seen()


def make_system(directory: FlakyDirectory) -> MemorySystem:
    system = MemorySystem(directory=directory)
    system.add_webhook(UNIQUE_WEBHOOK_ID, is_unique=True)
    system.define(
        "sale",
        customer_field(addCustomerIfNotExists="true"),
        field("till", "tillCode", isRequired="false"),
        field("ref", "string", isUniqueKeyField="true"),
    )
    directory.calls = 0
    return system


def push_all(system: MemorySystem) -> list[bytes]:
    return [
        system.push(
            {"event_name": "sale", "mobile": f"91980000000{number % 2}", "ref": ref}, UNIQUE_WEBHOOK_ID
        )
        for number, ref in enumerate("aabb")
    ] + [system.push({"event_name": "sale", "till": "nowhere", "ref": "c"}, UNIQUE_WEBHOOK_ID)]


def test_whichever_call_of_the_directory_fails_the_batch_settles_once_later() -> None:
    directory = FlakyDirectory()
    system = make_system(directory)
    push_all(system)
    system.settle()
    calls = directory.calls
    assert calls > 6
    for fails_at in range(1, calls + 1):
        directory = FlakyDirectory()
        system = make_system(directory)
        ids = push_all(system)
        directory.fails_at = fails_at
        with pytest.raises(StorageUnavailable):
            system.runner.step()
        assert ([], 0, {}) == (system.batches, system.log.position(), system.log.held)
        assert all(system.log.entry(ORG_ID, request_id) is None for request_id in ids)
        system.settle()
        statuses = [system.entry(request_id).status for request_id in ids]
        assert [Status.EVENT_SUCCESS] * 4 + [Status.INVALID_TILL_CODE] == statuses, f"call {fails_at}"
        records = [system.record(request_id) for request_id in ids[:4]]
        assert not any(record.is_duplicate for record in records)
        assert 2 == len({record.user_id for record in records})


@pytest.mark.parametrize("is_careful", [False, True])
@pytest.mark.parametrize("stage", LINE, ids=lambda stage: stage.name)
def test_whichever_stage_meets_the_failure_nothing_is_decided_until_it_is_over(
    stage: Stage, is_careful: bool
) -> None:
    """Also while events are tried alone: the world's failure is no death of theirs."""
    system = make_system(FlakyDirectory())
    ids = push_all(system)
    if is_careful:
        system.start_worker()
    left = 5

    def spring(work: Work) -> None:
        nonlocal left
        if left and work.event.id == ids[0]:
            left -= 1
            raise StorageUnavailable("disk I/O error")

    system.traps[stage] = spring
    for _ in range(5):
        with pytest.raises(StorageUnavailable):
            system.runner.step()
        assert [] == system.batches
    system.settle()
    assert [Status.EVENT_SUCCESS] * 4 == [system.entry(request_id).status for request_id in ids[:4]]


def test_a_failed_commit_is_made_up_for_with_the_same_request_id(monkeypatch: pytest.MonkeyPatch) -> None:
    emf = ScriptedConsumer()
    system = MemorySystem(emf=emf)
    system.add_customer(500_001, mobile="919800000001")
    system.define("visit", customer_field())
    request_id = system.push({"event_name": "visit", "mobile": "919800000001"})

    def fail(_: Any) -> None:
        raise StorageUnavailable("event log: disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(system.writer, "commit", fail)
        with pytest.raises(StorageUnavailable):
            system.runner.step()
    system.settle()
    assert "EVENT_SUCCESS" == system.entry(request_id).status.name
    assert [(request_id, 1)] * 2 == [(one.request_id, one.attempt) for one in emf.deliveries]


def test_a_parked_event_outlives_the_failure_of_its_attempt() -> None:
    emf = ScriptedConsumer()
    system = MemorySystem(emf=emf)
    system.add_customer(500_001, mobile="919800000001")
    system.define("visit", customer_field())
    emf.answer = lambda one: retry_at(system.clock.now_ms() + 1_000) if one.attempt == 1 else CONSUMED
    request_id = system.push({"event_name": "visit", "mobile": "919800000001"})
    system.settle()
    system.clock.advance(seconds=1)

    def spring(_: Work) -> None:
        raise StorageUnavailable("disk I/O error")

    system.traps[Stage.CONSUME_EMF] = spring
    with pytest.raises(StorageUnavailable):
        system.runner.step()
    assert [1] == [parked.attempts for parked in system.pending()]
    system.traps.clear()
    system.settle()
    assert "EVENT_SUCCESS" == system.entry(request_id).status.name


@pytest.mark.parametrize("error", [StorageUnavailable("disk I/O error"), JournalGap("3 is missing")])
def test_a_journal_that_cannot_be_read_leaves_everything_as_it_is(
    error: HooklogError, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = make_system(FlakyDirectory())
    ids = push_all(system)

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(system.journal, "read", fail)
        with pytest.raises(type(error)):
            system.runner.step()
    assert [] == system.batches
    system.settle()
    assert 5 == len([system.entry(request_id) for request_id in ids])
