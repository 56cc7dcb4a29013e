"""Guarantee: an event that kills the worker ends alone, and nobody else with it (design.md, rules 5 and 6)."""

from collections.abc import Callable, MutableMapping
from typing import Any

import pytest

from hooklog.consumers.base import CONSUMED, Answer, Delivery, retry_at
from hooklog.errors import Fenced
from hooklog.event import Stage
from hooklog.eventlog.base import Suspect
from hooklog.pipeline.settings import PipelineSettings
from hooklog.pipeline.stage import Work
from hooklog.testing.scripted import ScriptedConsumer
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem

MOBILE = "919800000001"
RETRY_MS = 60_000
UNIQUE_WEBHOOK_ID = "00112233445566778899aabbccddeeff"
SUCCESS = ("EVENT_SUCCESS", "Event processed successfully")
KILLED_TWICE = (
    "EVENT_PROCESSING_FAILED",
    "Event processing failed: the worker died on this event twice",
)
LINE = [stage for stage in Stage if Stage.ROUTE_ORG <= stage <= Stage.CONSUME_EMF]
DEATHS_MAX = 50


class Killed(BaseException):
    """Stands for SIGKILL, a segmentation fault, or a full memory: nothing runs after it in that worker."""


class World:
    """An event `sale` that some pushes of which, marked `poison`, kill the worker at one stage."""

    def __init__(self, batch_events_max: int = 1_000) -> None:
        self.emf = ScriptedConsumer(self.answer)
        self.system = MemorySystem(emf=self.emf, settings=PipelineSettings(batch_events_max=batch_events_max))
        self.system.add_webhook(UNIQUE_WEBHOOK_ID, is_unique=True)
        self.system.add_customer(500_001, mobile=MOBILE)
        self.system.define("sale", customer_field(), field("ref", "string", isUniqueKeyField="true"))
        self.poison: set[bytes] = set()
        self.deaths_left = DEATHS_MAX

    def answer(self, delivery: Delivery) -> Answer:
        waits = int(delivery.record.attributes.get("waits", "0"))
        return retry_at(self.system.clock.now_ms() + RETRY_MS) if delivery.attempt <= waits else CONSUMED

    def push(self, *, poison: bool = False, ref: str = "", **attributes: object) -> bytes:
        """One push, with a `ref` of its own unless told otherwise."""
        ref = ref or f"number {self.system.journal.last}"
        request_id = self.system.push(
            {"event_name": "sale", "mobile": MOBILE, "ref": ref, **attributes}, UNIQUE_WEBHOOK_ID
        )
        if poison:
            self.poison.add(request_id)
        return request_id

    def set_trap(self, stage: Stage) -> None:
        self.system.traps[stage] = self.spring

    def spring(self, work: Work) -> None:
        if work.event.id in self.poison and self.deaths_left:
            self.deaths_left -= 1
            raise Killed

    def survive(self, settle: Callable[[MemorySystem], None] = MemorySystem.settle) -> int:
        """Settle, starting a new worker after each death; returns how many died."""
        for deaths in range(DEATHS_MAX):
            try:
                settle(self.system)
            except Killed:
                self.system.start_worker()
            else:
                return deaths
        raise AssertionError(f"still dying after {DEATHS_MAX} deaths")

    def assert_not_careful(self) -> None:
        """Several events settle in one step again, and nobody is named on disk."""
        assert self.system.writer.suspect() is None
        ids = [self.push() for _ in range(3)]
        assert 3 == self.system.runner.step()
        assert {SUCCESS} == {self.system.said(request_id) for request_id in ids}


@pytest.mark.parametrize("batch_events_max", [1, 2, 1_000])
@pytest.mark.parametrize("stage", LINE, ids=lambda stage: stage.name)
def test_the_second_death_on_an_event_tried_alone_ends_it(stage: Stage, batch_events_max: int) -> None:
    """The first death, among its batch, tells nothing about who did it; then it is tried alone, twice."""
    world = World(batch_events_max)
    world.set_trap(stage)
    before = [world.push() for _ in range(3)]
    bad = world.push(poison=True)
    after = [world.push() for _ in range(3)]
    assert 3 == world.survive()
    assert KILLED_TWICE == world.system.said(bad)
    assert {SUCCESS} == {world.system.said(request_id) for request_id in before + after}
    if batch_events_max >= 3:
        world.assert_not_careful()


def test_each_event_is_named_on_disk_before_it_is_tried_alone() -> None:
    world = World()
    world.set_trap(Stage.VALIDATE)
    bad = world.push(poison=True)
    named: list[Suspect | None] = []
    for _ in range(3):
        with pytest.raises(Killed):
            world.system.settle()
        named.append(world.system.writer.suspect())
        world.system.start_worker()
    assert [None, Suspect(bad, 0), Suspect(bad, 1)] == named
    world.system.settle()
    assert KILLED_TWICE == world.system.said(bad)


@pytest.mark.parametrize(("deaths", "expected"), [(1, SUCCESS), (2, SUCCESS), (3, KILLED_TWICE)])
def test_who_stops_killing_in_time_settles_normally(deaths: int, expected: tuple[str, str]) -> None:
    world = World()
    world.set_trap(Stage.CONSUME_EI)
    world.deaths_left = deaths
    bad, other = world.push(poison=True), world.push()
    assert deaths == world.survive()
    assert expected == world.system.said(bad)
    assert SUCCESS == world.system.said(other)
    world.assert_not_careful()


def test_several_that_kill_each_end_alone() -> None:
    world = World()
    world.set_trap(Stage.RESOLVE_CUSTOMER)
    ids = [world.push(poison=number in {0, 3, 4}) for number in range(6)]
    # The three share the first death; then each is tried alone, twice.
    assert 7 == world.survive()
    assert [KILLED_TWICE if one in world.poison else SUCCESS for one in ids] == [
        world.system.said(one) for one in ids
    ]
    world.assert_not_careful()


def test_deaths_that_are_nobodys_fault_end_no_event() -> None:
    """A machine that is switched off again and again, at any moment between steps, harms no event."""
    world = World(batch_events_max=2)
    ids = [world.push(waits=1) for _ in range(10)]
    for _ in range(30):
        world.system.runner.step()
        world.system.start_worker()
        world.system.clock.advance(ms=RETRY_MS // 10)
    world.system.settle_all()
    assert {SUCCESS} == {world.system.said(request_id) for request_id in ids}


def test_deaths_behind_the_commit_of_a_trial_blame_nobody() -> None:
    """As of an event that is parked again each time it is tried, and then the machine is switched off."""
    world = World()
    waiting = world.push(waits=8)
    world.system.settle()
    for _ in range(6):
        world.system.start_worker()
        world.system.clock.advance(ms=RETRY_MS)
        assert 1 == world.system.runner.step()
        assert world.system.writer.suspect() is None
    world.system.settle_all()
    assert SUCCESS == world.system.said(waiting)


def test_careful_mode_ends_once_what_the_dead_worker_had_in_hand_is_settled() -> None:
    world = World(batch_events_max=4)
    for _ in range(10):
        world.push()
    world.system.start_worker()
    steps: list[int] = []
    while not steps or steps[-1]:
        steps.append(world.system.runner.step())
    assert [1, 1, 1, 1, 4, 2, 0] == steps


def test_a_parked_event_that_kills_ends_with_what_is_known_of_it() -> None:
    world = World()
    bad = world.push(poison=True, waits=1, ref="r")
    good = world.push(waits=1, ref="other")
    world.system.settle()
    world.set_trap(Stage.CONSUME_EMF)
    assert 3 == world.survive(MemorySystem.settle_all)
    assert KILLED_TWICE == world.system.said(bad)
    assert SUCCESS == world.system.said(good)
    assert (ORG_ID, "sale") == (world.system.entry(bad).org_id, world.system.entry(bad).event_name)
    assert LINE == [record.stage for record in world.system.timeline(bad)]
    assert [] == world.system.pending()
    world.assert_not_careful()


def test_a_parked_event_that_killed_holds_no_claim() -> None:
    world = World()
    bad, waiting = world.push(poison=True, waits=1, ref="r"), world.push(ref="r")
    world.system.settle()
    world.set_trap(Stage.CONSUME_EMF)
    world.survive(MemorySystem.settle_all)
    resend = world.push(ref="r")
    world.system.settle()
    assert KILLED_TWICE == world.system.said(bad)
    assert [False, True] == [world.system.record(one).is_duplicate for one in (waiting, resend)]


def test_a_fresh_event_that_killed_holds_no_claim() -> None:
    world = World()
    world.set_trap(Stage.CONSUME_EMF)
    bad, resend = world.push(poison=True, ref="r"), world.push(ref="r")
    world.survive()
    assert KILLED_TWICE == world.system.said(bad)
    assert SUCCESS == world.system.said(resend)
    assert not world.system.record(resend).is_duplicate


def test_events_that_are_always_due_do_not_keep_the_worker_careful() -> None:
    """A loyalty endpoint that is down leaves many pending; fresh events must not wait for all of them."""
    world = World(batch_events_max=10)
    world.emf.answer = lambda delivery: (
        retry_at(world.system.clock.now_ms()) if "waits" in delivery.record.attributes else CONSUMED
    )
    world.push(waits=1)
    world.system.runner.step()
    world.system.start_worker()
    ids = [world.push() for _ in range(25)]
    for _ in range(10 + 200 + 3):
        world.system.runner.step()
    assert {SUCCESS} == {world.system.said(request_id) for request_id in ids}
    assert world.system.writer.suspect() is None


def test_a_clean_end_clears_the_suspicion() -> None:
    world = World()
    world.set_trap(Stage.CONSUME_EMF)
    world.deaths_left = 2
    bad = world.push(poison=True, waits=1)
    with pytest.raises(Killed):
        world.system.settle()
    world.system.start_worker()
    with pytest.raises(Killed):
        world.system.settle()
    assert Suspect(bad, 0) == world.system.writer.suspect()
    world.system.restart_worker()
    assert world.system.writer.suspect() is None
    world.system.settle_all()
    assert SUCCESS == world.system.said(bad)
    world.assert_not_careful()


@pytest.mark.parametrize("is_written", [False, True])
def test_a_death_at_the_commit_repeats_nothing_and_loses_nothing(
    is_written: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    ids = [world.push(ref=str(number % 2), waits=number % 3) for number in range(6)]
    commit = world.system.writer.commit

    def die(batch: Any) -> None:
        if is_written:
            commit(batch)
        raise Killed

    monkeypatch.setattr(world.system.writer, "commit", die)
    with pytest.raises(Killed):
        world.system.runner.step()
    assert (6 if is_written else 0) == world.system.log.position()
    world.system.start_worker()
    world.system.settle_all()
    assert {SUCCESS} == {world.system.said(request_id) for request_id in ids}
    assert [False, False, True, True, True, True] == sorted(
        world.system.record(request_id).is_duplicate for request_id in ids
    )


def test_a_worker_that_was_replaced_commits_nothing() -> None:
    world = World()
    old = world.system.runner
    request_id = world.push()
    world.system.start_worker()
    with pytest.raises(Fenced):
        old.step()
    assert [] == world.system.batches
    world.system.settle()
    assert SUCCESS == world.system.said(request_id)


def test_the_operator_is_told(diagnostics: list[MutableMapping[str, Any]]) -> None:
    world = World()
    world.set_trap(Stage.VALIDATE)
    bad = world.push(poison=True)
    world.survive()
    told = [(line["event"], line["log_level"]) for line in diagnostics]
    assert [("worker_died_uncleanly", "warning")] * 3 == told[:3]
    assert ("event_kills_the_worker", "error") == told[3]
    assert (bad.hex(), 2) == (diagnostics[3]["id"], diagnostics[3]["deaths"])
