"""Handing an event to its consumers (contract I.5 (g), I.9, I.10, I.11, I.15)."""

import pytest

from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER, PublishState
from hooklog.consumers.base import Answer, failed
from hooklog.event import Stage, StageOutcome
from hooklog.testing.scripted import ScriptedConsumer
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem

UNIQUE_WEBHOOK_ID = "00112233445566778899aabbccddeeff"
MOBILE = "919800000001"
SUCCESS = ("EVENT_SUCCESS", "Event processed successfully")
NO_CUSTOMER = (
    "EMF_PROCESSOR_FAILED",
    "Error while processing emfEvent: customerId not present,cant proceed further",
)


class World:
    """A system with two scripted consumers and one customer."""

    def __init__(self) -> None:
        self.ei, self.emf = ScriptedConsumer(), ScriptedConsumer()
        self.system = MemorySystem(ei=self.ei, emf=self.emf)
        self.system.add_webhook(UNIQUE_WEBHOOK_ID, is_unique=True)
        self.system.add_customer(500_001, mobile=MOBILE)

    def define(self, *actions: str, state: str = PublishState.PUBLISHED) -> None:
        unique = field("ref", "string", isUniqueKeyField="true", isRequired="false")
        self.system.define("visit", customer_field(), unique, actions=actions, state=state)

    def push(self, **attributes: object) -> bytes:
        request_id = self.system.push(
            {"event_name": "visit", "mobile": MOBILE, **attributes}, UNIQUE_WEBHOOK_ID
        )
        self.system.settle()
        return request_id

    def told(self) -> tuple[int, int]:
        return len(self.ei.deliveries), len(self.emf.deliveries)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("actions", "told"),
    [
        ((EI_CONSUMER, EMF_CONSUMER), (1, 1)),
        ((EMF_CONSUMER, EI_CONSUMER), (1, 1)),
        ((EI_CONSUMER,), (1, 0)),
        ((EMF_CONSUMER,), (0, 1)),
        ((), (0, 0)),
    ],
)
def test_only_the_consumers_among_the_actions_are_told_and_ei_comes_first(
    world: World, actions: tuple[str, ...], told: tuple[int, int]
) -> None:
    world.define(*actions)
    request_id = world.push()
    assert SUCCESS == world.system.said(request_id)
    assert told == world.told()
    stages = {record.stage: record.detail for record in world.system.timeline(request_id)}
    assert [Stage.CONSUME_EI, Stage.CONSUME_EMF] == list(stages)[-2:]
    for consumer, stage in ((EI_CONSUMER, Stage.CONSUME_EI), (EMF_CONSUMER, Stage.CONSUME_EMF)):
        assert (None if consumer in actions else {"skipped": "not among the event's actions"}) == stages[
            stage
        ]


def test_a_consumer_is_told_the_record_and_the_first_attempt(world: World) -> None:
    world.define(EMF_CONSUMER)
    request_id = world.push(ref="r")
    [delivery] = world.emf.deliveries
    assert (ORG_ID, request_id, "visit", 1) == (
        delivery.org_id,
        delivery.request_id,
        delivery.event_name,
        delivery.attempt,
    )
    assert world.system.record(request_id) == delivery.record
    assert (500_001, {"ref": "r"}) == (delivery.record.user_id, delivery.record.attributes)


def test_a_failed_ei_ends_the_event_before_emf_and_keeps_the_record(world: World) -> None:
    world.define(EI_CONSUMER, EMF_CONSUMER)
    world.ei.answer = lambda _: failed("the disk said no")
    request_id = world.push()
    assert ("EI_PROCESSOR_FAILED", "Error while processing eiEvent: the disk said no") == (
        world.system.said(request_id)
    )
    assert (1, 0) == world.told()
    assert 500_001 == world.system.record(request_id).user_id
    last = world.system.timeline(request_id)[-1]
    assert (Stage.CONSUME_EI, StageOutcome.REJECTED, {"error": "the disk said no"}) == (
        last.stage,
        last.outcome,
        last.detail,
    )


def test_a_failed_emf_ends_the_event_and_keeps_the_record(world: World) -> None:
    world.define(EI_CONSUMER, EMF_CONSUMER)
    world.emf.answer = lambda _: failed("HTTP 400")
    request_id = world.push()
    assert ("EMF_PROCESSOR_FAILED", "Error while processing emfEvent: HTTP 400") == (
        world.system.said(request_id)
    )
    assert (1, 1) == world.told()
    assert 500_001 == world.system.record(request_id).user_id


@pytest.mark.parametrize("customer", [None, "", "919899999999"])
def test_emf_without_a_resolved_customer_fails_with_the_documented_message(customer: object) -> None:
    system = MemorySystem()
    system.define("visit", customer_field())
    system.define("quiet", customer_field(), actions=(EI_CONSUMER,))
    loud = system.push({"event_name": "visit", "mobile": customer})
    quiet = system.push({"event_name": "quiet", "mobile": customer})
    system.settle()
    assert NO_CUSTOMER == system.said(loud)
    assert SUCCESS == system.said(quiet)
    assert system.record(loud).user_id is None
    assert system.record(quiet).user_id is None


def test_what_is_not_published_is_not_told_to_emf(world: World) -> None:
    world.define(EI_CONSUMER, EMF_CONSUMER, state=PublishState.UNPUBLISHED)
    request_id = world.push(mobile="919899999999")
    assert SUCCESS == world.system.said(request_id)
    assert (1, 0) == world.told()
    assert {"skipped": "the event is not published"} == world.system.timeline(request_id)[-1].detail


def test_a_duplicate_is_told_to_ei_and_not_to_emf(world: World) -> None:
    world.define(EI_CONSUMER, EMF_CONSUMER)
    world.push(ref="r")
    second = world.push(ref="r")
    assert SUCCESS == world.system.said(second)
    assert (2, 1) == world.told()
    assert world.ei.deliveries[1].record.is_duplicate
    assert {"skipped": "duplicate"} == world.system.timeline(second)[-1].detail


@pytest.mark.parametrize("side_effects", [(), ({"type": "points", "awardedPoints": 5},)])
def test_side_effects_are_stored(world: World, side_effects: tuple[object, ...]) -> None:
    world.define(EMF_CONSUMER)
    world.emf.answer = lambda _: Answer(side_effects=side_effects)
    assert side_effects == world.system.record(world.push()).side_effects


def test_without_side_effects_a_record_has_none(world: World) -> None:
    world.define(EMF_CONSUMER)
    assert world.system.record(world.push()).side_effects is None


def test_an_event_that_failed_before_validation_is_told_to_nobody(world: World) -> None:
    world.define(EI_CONSUMER, EMF_CONSUMER)
    world.push(mobile="x")
    world.push(event_name="unknown")
    assert (0, 0) == world.told()
