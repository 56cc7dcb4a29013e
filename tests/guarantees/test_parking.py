"""Guarantee: an event that cannot settle yet is pending and blocks nobody (design.md, rule 3; contract I.15)."""

from collections.abc import Callable

import msgspec
import pytest

from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER, Field
from hooklog.consumers.base import CONSUMED, Answer, Delivery, failed, retry_at
from hooklog.event import NO_PARENT, Stage, StageOutcome
from hooklog.eventlog.query import Query
from hooklog.pipeline.settings import PipelineSettings
from hooklog.pipeline.stage import Work
from hooklog.testing.clock import START_MS
from hooklog.testing.scripted import ScriptedConsumer
from hooklog.testing.setting import ORG_ID, WEBHOOK_ID, customer_field, field
from hooklog.testing.system import MemorySystem

MOBILE = "919800000001"
RETRY_MS = 60_000
CHILD_ID = 100_002
SUCCESS = ("EVENT_SUCCESS", "Event processed successfully")
LINE = [stage for stage in Stage if Stage.ROUTE_ORG <= stage <= Stage.CONSUME_EMF]


class World:
    """An event `sale` whose consumers ask for another attempt as often as its `waits` says."""

    def __init__(self, batch_events_max: int = 1_000) -> None:
        self.ei, self.emf = ScriptedConsumer(self.answer_ei), ScriptedConsumer(self.answer_emf)
        self.system = MemorySystem(
            ei=self.ei, emf=self.emf, settings=PipelineSettings(batch_events_max=batch_events_max)
        )
        self.system.add_customer(500_001, mobile=MOBILE)
        self.define("sale", field("ref", "string", isRequired="false"))

    def define(self, name: str, *fields: Field, org_id: int = ORG_ID) -> None:
        self.system.define(name, customer_field(), *fields, org_id=org_id)

    def answer_emf(self, delivery: Delivery) -> Answer:
        if delivery.attempt <= int(delivery.record.attributes.get("waits", "0")):
            return retry_at(self.system.clock.now_ms() + RETRY_MS)
        return failed("HTTP 400") if "fails" in delivery.record.attributes else CONSUMED

    def answer_ei(self, delivery: Delivery) -> Answer:
        if delivery.attempt <= int(delivery.record.attributes.get("ei_waits", "0")):
            return retry_at(self.system.clock.now_ms() + RETRY_MS)
        return CONSUMED

    def push(self, **attributes: object) -> bytes:
        return self.system.push({"event_name": "sale", "mobile": MOBILE, **attributes})

    def attempts(self, request_id: bytes) -> list[int]:
        return [one.attempt for one in self.emf.deliveries if one.request_id == request_id]


def test_a_parked_event_is_pending_while_position_and_neighbours_go_on() -> None:
    world = World()
    before, parked, after = world.push(), world.push(waits=1), world.push()
    world.system.settle()
    assert 3 == world.system.log.position()
    assert [SUCCESS, SUCCESS] == [world.system.said(before), world.system.said(after)]
    pending = world.system.log.parked(ORG_ID, parked)
    assert pending is not None
    assert (1, START_MS + RETRY_MS, "sale") == (pending.attempts, pending.next_at_ms, pending.event_name)
    assert world.system.log.entry(ORG_ID, parked) is None
    assert world.system.log.record(ORG_ID, parked) is None
    assert {before, after} == {entry.id for entry in world.system.log.page(Query(org_ids=(ORG_ID,)))}
    assert START_MS + RETRY_MS == world.system.runner.next_due_ms()


def test_it_settles_with_exactly_one_entry_when_its_consumer_is_done() -> None:
    world = World()
    parked = world.push(waits=2, ref="V-1")
    world.system.settle_all()
    entry = world.system.entry(parked)
    assert SUCCESS == (entry.status.name, entry.message)
    assert (START_MS, 2 * RETRY_MS) == (entry.start_ms, entry.response_ms)
    assert [] == world.system.pending()
    assert world.system.runner.next_due_ms() is None
    assert [1, 2, 3] == world.attempts(parked)


@pytest.mark.parametrize(("early_ms", "is_tried"), [(1, False), (0, True)])
def test_it_is_tried_again_when_its_time_has_come_and_not_before(early_ms: int, is_tried: bool) -> None:
    world = World()
    parked = world.push(waits=5)
    world.system.settle()
    world.system.clock.set_ms(START_MS + RETRY_MS - early_ms)
    world.system.settle()
    assert ([1, 2] if is_tried else [1]) == world.attempts(parked)


def test_it_goes_on_at_its_consumer_and_keeps_its_earlier_stages() -> None:
    world = World()
    parked = world.push(waits=2)
    world.system.settle()
    earlier = world.system.pending()[0].stages
    runs: list[Stage] = []
    for stage in LINE:
        world.system.traps[stage] = remember(stage, runs)
    world.system.settle_all()
    assert [Stage.CONSUME_EMF, Stage.CONSUME_EMF] == runs
    timeline = world.system.timeline(parked)
    assert earlier == timeline[: len(earlier)]
    assert [*LINE, Stage.CONSUME_EMF, Stage.CONSUME_EMF] == [record.stage for record in timeline]
    assert [StageOutcome.PARKED, StageOutcome.PARKED, StageOutcome.PASSED] == [
        record.outcome for record in timeline[-3:]
    ]
    assert [{"attempt": 1}, {"attempt": 2}] == [record.detail for record in timeline[-3:-1]]
    assert [0, RETRY_MS * 1_000, 2 * RETRY_MS * 1_000] == [record.started_us for record in timeline[-3:]]


def remember(stage: Stage, runs: list[Stage]) -> Callable[[Work], None]:
    return lambda _: runs.append(stage)


def test_its_record_is_the_same_at_every_attempt_and_in_the_log() -> None:
    world = World()
    parked = world.push(waits=3, ref="V-1")
    world.system.settle_all()
    [record] = {msgspec.json.encode(one.record) for one in world.emf.deliveries}
    assert record == msgspec.json.encode(world.system.record(parked))


def change_fields(world: World) -> None:
    world.define("sale", field("brand_new", "string", isRequired="true"))


def change_actions(world: World) -> None:
    world.system.define("sale", customer_field(), actions=(EI_CONSUMER,))


def disable(world: World) -> None:
    world.system.catalog.disable_definition(ORG_ID, "sale")


def disable_webhook(world: World) -> None:
    world.system.catalog.disable_webhook(WEBHOOK_ID)


@pytest.mark.parametrize("change", [change_fields, change_actions, disable, disable_webhook])
@pytest.mark.parametrize("dies", [False, True])
def test_the_version_that_judged_it_holds_whatever_changes_meanwhile(
    change: Callable[[World], None], dies: bool
) -> None:
    world = World()
    parked = world.push(waits=1, ref="V-1")
    world.system.settle()
    change(world)
    if dies:
        world.system.start_worker()
    world.system.settle_all()
    assert SUCCESS == world.system.said(parked)
    assert 1 == world.system.log.definition_version(ORG_ID, parked)
    assert [1, 2] == world.attempts(parked)
    assert {"ref": "V-1", "waits": "1"} == world.system.record(parked).attributes
    assert world.emf.deliveries[0].record == world.emf.deliveries[1].record == world.system.record(parked)


def test_its_success_verifies_the_version_that_judged_it_and_no_newer_one() -> None:
    world = World()
    world.push(waits=1)
    world.system.settle()
    change_actions(world)
    world.system.settle_all()
    versions = [world.system.catalog.definition_version(ORG_ID, "sale", number) for number in (1, 2)]
    assert [True, False] == [version is not None and version.is_verified for version in versions]


def test_a_definite_failure_ends_it_with_its_record() -> None:
    world = World()
    parked = world.push(waits=2, fails="yes")
    world.system.settle_all()
    assert ("EMF_PROCESSOR_FAILED", "Error while processing emfEvent: HTTP 400") == world.system.said(parked)
    assert {"waits": "2", "fails": "yes"} == world.system.record(parked).attributes


def test_each_consumer_counts_its_own_attempts() -> None:
    world = World()
    parked = world.push(ei_waits=2, waits=1)
    world.system.settle_all()
    assert SUCCESS == world.system.said(parked)
    assert [1, 2, 3] == [one.attempt for one in world.ei.deliveries]
    assert [1, 2] == world.attempts(parked)


def test_what_was_done_before_it_parked_is_not_done_again() -> None:
    world = World()
    world.push(waits=3)
    world.system.settle_all()
    assert 1 == len(world.ei.deliveries)


def test_a_childs_event_is_pending_and_settles_in_the_child() -> None:
    world = World()
    world.system.add_org(CHILD_ID, parent_org_id=ORG_ID)
    world.system.add_customer(600_001, mobile=MOBILE, org_id=CHILD_ID)
    world.define("sale", org_id=CHILD_ID)
    parked = world.push(waits=1, orgResolver={"type": "PARENT_CHILD_ORG", "childOrgId": CHILD_ID})
    world.system.settle()
    assert world.system.log.parked(CHILD_ID, parked) is not None
    assert world.system.log.parked(ORG_ID, parked) is None
    world.system.settle_all()
    entry = world.system.entry(parked)
    assert (CHILD_ID, ORG_ID) == (entry.org_id, entry.parent_org_id)
    assert 600_001 == world.system.record(parked).user_id


def test_an_event_of_the_webhooks_own_org_has_no_parent_after_parking() -> None:
    world = World()
    parked = world.push(waits=1)
    world.system.settle_all()
    assert NO_PARENT == world.system.entry(parked).parent_org_id


@pytest.mark.parametrize("restart", [MemorySystem.start_worker, MemorySystem.restart_worker])
def test_it_outlives_the_worker(restart: Callable[[MemorySystem], None]) -> None:
    world = World()
    parked = world.push(waits=3)
    for _ in range(3):
        world.system.settle()
        restart(world.system)
        world.system.clock.advance(ms=RETRY_MS)
    world.system.settle()
    assert SUCCESS == world.system.said(parked)
    assert [1, 2, 3, 4] == world.attempts(parked)


@pytest.mark.parametrize("batch_events_max", [1, 1_000])
def test_many_that_are_due_at_once_all_settle_and_hold_nobody_up(batch_events_max: int) -> None:
    """More than one step takes up; events that arrive meanwhile settle in the very next step."""
    world = World(batch_events_max)
    parked = [world.push(waits=1) for _ in range(450)]
    world.system.settle()
    world.system.clock.advance(ms=RETRY_MS)
    fresh = world.push()
    world.system.runner.step()
    assert SUCCESS == world.system.said(fresh)
    assert 0 < len(world.system.pending()) < len(parked)
    world.system.settle()
    assert {SUCCESS} == {world.system.said(request_id) for request_id in parked}


def test_a_stage_that_raises_on_a_parked_event_ends_only_that() -> None:
    world = World()
    ids = [world.push(waits=1) for _ in range(3)]
    world.system.settle()

    def spring(work: Work) -> None:
        if work.event.id == ids[1]:
            raise RuntimeError

    world.system.traps[Stage.CONSUME_EMF] = spring
    world.system.settle_all()
    assert [SUCCESS, SUCCESS] == [world.system.said(ids[0]), world.system.said(ids[2])]
    assert ("EVENT_PROCESSING_FAILED", "Event processing failed: consume_emf raised RuntimeError") == (
        world.system.said(ids[1])
    )
    assert 500_001 == world.system.record(ids[1]).user_id


def test_a_parked_event_that_cannot_be_taken_up_ends_and_says_so() -> None:
    """Only a bug of ours can leave such a row; it must not come up again for ever, nor hold up others."""
    world = World()
    bad, good = world.push(waits=1), world.push(waits=1)
    world.system.settle()
    key = ORG_ID, bad
    world.system.log.waiting[key] = msgspec.structs.replace(world.system.log.waiting[key], work=b"junk")
    world.system.settle_all()
    status, message = world.system.said(bad)
    assert "EVENT_PROCESSING_FAILED" == status
    assert message.startswith("Event processing failed: taking it up raised ")
    assert "sale" == world.system.entry(bad).event_name
    assert Stage.CONSUME_EMF == world.system.timeline(bad)[-1].stage
    assert SUCCESS == world.system.said(good)


def test_an_event_told_to_both_consumers_parks_at_the_one_that_asked() -> None:
    world = World()
    world.system.define("both", customer_field(), actions=(EMF_CONSUMER, EI_CONSUMER))
    parked = world.system.push({"event_name": "both", "mobile": MOBILE, "ei_waits": 1})
    world.system.settle()
    assert Stage.CONSUME_EI == world.system.pending()[0].stages[-1].stage
    assert [] == world.attempts(parked)


def test_a_duplicate_that_parked_is_still_one() -> None:
    world = World()
    unique_webhook_id = world.system.add_webhook("00112233445566778899aabbccddeeff", is_unique=True)
    world.define("once", field("ref", "string", isUniqueKeyField="true"))
    body = {"event_name": "once", "mobile": MOBILE, "ref": "r", "ei_waits": 1}
    first, second = (world.system.push(body, unique_webhook_id) for _ in range(2))
    world.system.settle_all()
    assert [False, True] == [world.system.record(request_id).is_duplicate for request_id in (first, second)]
    assert [[1], []] == [world.attempts(first), world.attempts(second)]
