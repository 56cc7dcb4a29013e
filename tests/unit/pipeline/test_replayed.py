"""A replay passes the stages as any event does: by what is set up today, at the time of its original."""

import pytest

from hooklog.consumers.base import Answer, Delivery, failed, retry_at
from hooklog.event import Event, ReplayOf, Stage, instant_of
from hooklog.replay.fitness import ObstacleKind, obstacle
from hooklog.testing.scripted import ScriptedConsumer
from hooklog.testing.setting import ORG_ID, WEBHOOK_ID, customer_field, field
from hooklog.testing.system import MemorySystem

MOBILE = "919800000001"
UNIQUE = "aa" * 16


@pytest.fixture
def system() -> MemorySystem:
    system = MemorySystem(emf=ScriptedConsumer())
    system.add_customer(1, mobile=MOBILE)
    system.add_webhook(UNIQUE, is_unique=True)
    return system


def replay(system: MemorySystem, original: bytes, webhook_id: str = WEBHOOK_ID) -> bytes:
    """Five minutes later, as the edge does it."""
    system.clock.advance(seconds=300)
    entry = system.entry(original)
    request_id = system._ids.make()
    replay_of = ReplayOf(original, b"", instant_of(original))
    system.take([Event(request_id, ORG_ID, webhook_id, entry.input, None, replay_of)])
    system.settle_all()
    return request_id


def test_a_replay_without_a_time_of_its_own_happened_when_its_original_did(system: MemorySystem) -> None:
    original = system.push({"event_name": "visit", "mobile": MOBILE})
    system.settle()
    system.define("visit", customer_field())
    again = replay(system, original)
    assert "EVENT_SUCCESS" == system.entry(again).status.name
    assert instant_of(original) == system.record(again).event_at_ms
    assert instant_of(original) + 300_000 == instant_of(again)
    # It is answered from its own acceptance on.
    assert 0 == system.entry(again).response_ms


def test_a_replay_that_tells_its_time_happened_then(system: MemorySystem) -> None:
    system.define("visit", customer_field())
    original = system.push({"event_name": "visit", "mobile": MOBILE, "eventDateTime": "2025-12-24 20:00:00"})
    system.settle()
    at_ms = system.record(original).event_at_ms
    assert at_ms == system.record(replay(system, original)).event_at_ms


def test_the_replay_of_a_failure_counts_and_that_of_a_success_is_a_duplicate(system: MemorySystem) -> None:
    bill = {"event_name": "bill", "mobile": MOBILE, "number": "7"}
    original = system.push(bill, UNIQUE)
    system.settle()
    system.define("bill", customer_field(), field("number", "string", isUniqueKeyField="true"))
    first = replay(system, original, UNIQUE)
    second = replay(system, original, UNIQUE)
    assert [False, True] == [system.record(one).is_duplicate for one in (first, second)]
    assert [first, second] == system.log.replays(ORG_ID, original, 10)


@pytest.mark.parametrize("may_have_acted", [False, True])
def test_a_failed_call_tells_whether_it_may_have_been_acted_on(
    system: MemorySystem, may_have_acted: bool
) -> None:
    def answer(delivery: Delivery) -> Answer:
        if delivery.attempt == 1:
            return retry_at(system.clock.now_ms() + 1_000, {"call": "begun", "attempt": 1})
        return failed("answered 400", keeps_claim=may_have_acted)

    assert isinstance(system.emf, ScriptedConsumer)
    system.emf.answer = answer
    system.define("visit", customer_field())
    original = system.push({"event_name": "visit", "mobile": MOBILE})
    system.settle_all()
    last = system.timeline(original)[-1]
    assert (Stage.CONSUME_EMF, {"error": "answered 400", "mayHaveActed": may_have_acted}) == (
        last.stage,
        last.detail,
    )
    found = obstacle(
        system.entry(original), lambda: system.timeline(original), lambda _: None, is_forced=False
    )
    assert (ObstacleKind.MAY_HAVE_ACTED if may_have_acted else None) == (
        None if found is None else found.kind
    )


def test_a_replay_that_waits_for_loyalty_is_linked_while_it_waits(system: MemorySystem) -> None:
    assert isinstance(system.emf, ScriptedConsumer)
    system.define("visit", customer_field())
    original = system.push({"event_name": "visit", "mobile": MOBILE})
    system.settle()
    system.emf.answer = lambda _: retry_at(system.clock.now_ms() + 60_000, {"call": "begun", "attempt": 1})
    replay_of = ReplayOf(original, b"", instant_of(original))
    request_id = system._ids.make()
    system.take([Event(request_id, ORG_ID, WEBHOOK_ID, system.entry(original).input, None, replay_of)])
    system.settle()
    [parked] = system.pending()
    assert (request_id, replay_of) == (parked.event.id, parked.event.replay_of)
    assert [request_id] == system.log.replays(ORG_ID, original, 10)
