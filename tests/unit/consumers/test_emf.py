"""What the loyalty consumer decides: when it calls, when it waits, when it gives up and whether the key stays held."""

from collections.abc import Sequence

import msgspec

from hooklog.consumers.base import CONSUMED, Answer, Delivery
from hooklog.consumers.call import Call, CallResult
from hooklog.consumers.emf import CUSTOMER_MISSING, EmfConsumer
from hooklog.consumers.emf_settings import EmfEndpoint, EmfSettings
from hooklog.event import id_to_text
from hooklog.testing.builders import ORG, make_id, make_record
from hooklog.testing.clock import FakeClock

SETTINGS = EmfSettings(
    endpoints={str(ORG): EmfEndpoint(url="https://loyalty.example/", secret="s")},
    timeout_seconds=10,
    retry_seconds_max=900,
    backoff_seconds_min=1,
    backoff_seconds_max=60,
    breaker_failures=3,
    breaker_seconds=30,
    waiting_max=2,
)
LEASE_MS = 15_000
TAKEN = CallResult(side_effects=({"awardedPoints": 5},))
NOT_TAKEN = CallResult("answered 429")
PERHAPS_TAKEN = CallResult("no answer within 10 s", may_have_arrived=True)
REFUSED = CallResult("answered 400", is_definite=True)


class FakeCalls:
    """A dispatcher whose calls end when the test says so."""

    def __init__(self) -> None:
        self.begun: list[tuple[Delivery, Call]] = []
        self.results: dict[tuple[int, bytes], CallResult] = {}
        self.keys: set[tuple[int, bytes]] = set()

    def under_way(self, org_id: int) -> int:
        return sum(key[0] == org_id for key in self.keys)

    def is_under_way(self, delivery: Delivery) -> bool:
        return delivery.key in self.keys

    def begin(self, calls: Sequence[tuple[Delivery, Call]]) -> None:
        self.begun += calls
        self.keys |= {delivery.key for delivery, _ in calls}

    def take(self, delivery: Delivery) -> CallResult | None:
        return self.results.pop(delivery.key, None)

    def ended(self) -> list[tuple[int, bytes]]:
        return []

    def close(self) -> None:
        return

    def end(self, delivery: Delivery, result: CallResult) -> None:
        self.keys.discard(delivery.key)
        self.results[delivery.key] = result


class Sale:
    """One event on its way, told again and again as the worker would."""

    def __init__(self, desk: "Desk", number: int, user_id: int | None = 7) -> None:
        self._desk = desk
        record = make_record(user_id=user_id)
        self.delivery = Delivery(ORG, make_id(number), "sale", record, 1, ORG, (), desk.clock.now_ms())

    def tell(self) -> Answer:
        """Tell it, keep what was said of it, and commit."""
        answer = self._desk.consumer.consume(self.delivery)
        if answer.begins:
            self._desk.consumer.begin([self.delivery])
        if answer.detail is not None:
            earlier = (*self.delivery.earlier, answer.detail)
            self.delivery = msgspec.structs.replace(
                self.delivery, earlier=earlier, attempt=self.delivery.attempt + 1
            )
        return answer

    def call(self, result: CallResult) -> Answer:
        """Have the call made, which must be possible, and come to this result."""
        assert self.tell().begins
        self._desk.calls.end(self.delivery, result)
        return self.tell()


class Desk:
    """A consumer with all that it needs."""

    def __init__(self, jitter: float = 1.0, **changes: object) -> None:
        self.clock = FakeClock()
        self.calls = FakeCalls()
        settings = msgspec.structs.replace(SETTINGS, **changes)
        self.consumer = EmfConsumer(settings, self.calls, lambda _: b"{}", self.clock.now_ms, lambda: jitter)

    def sale(self, number: int = 1) -> Sale:
        return Sale(self, number)

    def wait(self, answer: Answer) -> int:
        """Let time pass until the event is due; returns how long that took, in ms."""
        assert answer.next_at_ms is not None, answer
        waited_ms = answer.next_at_ms - self.clock.now_ms()
        self.clock.set_ms(answer.next_at_ms)
        return waited_ms


def test_without_a_customer_nobody_is_called() -> None:
    desk = Desk()
    answer = Sale(desk, 1, user_id=None).tell()
    assert CUSTOMER_MISSING == answer.failure
    assert not answer.keeps_claim
    assert [] == desk.calls.begun


def test_without_an_endpoint_a_customer_is_enough() -> None:
    desk = Desk(endpoints={"999": SETTINGS.endpoints[str(ORG)]})
    assert desk.sale().tell() is CONSUMED


def test_a_call_is_made_only_after_its_wait_is_committed() -> None:
    desk = Desk()
    sale = desk.sale()
    answer = desk.consumer.consume(sale.delivery)
    assert answer.begins
    assert desk.clock.now_ms() + LEASE_MS == answer.next_at_ms
    assert [] == desk.calls.begun
    desk.consumer.begin([sale.delivery])
    assert [id_to_text(sale.delivery.request_id)] == [call.webhook_id for _, call in desk.calls.begun]


def test_what_the_receiver_did_is_part_of_the_answer() -> None:
    answer = Desk().sale().call(TAKEN)
    assert Answer(side_effects=({"awardedPoints": 5},)) == answer


def test_a_call_under_way_is_not_made_again() -> None:
    desk = Desk()
    sale = desk.sale()
    desk.wait(sale.tell())
    answer = sale.tell()
    assert not answer.begins
    assert LEASE_MS == desk.wait(answer)
    assert 1 == len(desk.calls.begun)


def test_a_call_that_ends_while_it_is_looked_at_is_not_made_again() -> None:
    desk = Desk()
    sale = desk.sale()
    assert sale.tell().begins

    class EndsBetween(FakeCalls):
        def take(self, delivery: Delivery) -> CallResult | None:
            self.end(delivery, TAKEN)
            return None

    racing = EndsBetween()
    racing.keys |= desk.calls.keys
    consumer = EmfConsumer(SETTINGS, racing, lambda _: b"{}", desk.clock.now_ms)
    assert not consumer.consume(sale.delivery).begins


def test_a_definite_refusal_lets_a_corrected_resend_count() -> None:
    answer = Desk().sale().call(REFUSED)
    assert "answered 400" == answer.failure
    assert not answer.keeps_claim


def test_waits_double_up_to_their_bound() -> None:
    desk = Desk(breaker_failures=1_000)
    sale = desk.sale()
    waits = [desk.wait(sale.call(NOT_TAKEN)) for _ in range(8)]
    assert [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] == waits


def test_jitter_takes_at_most_half_of_a_wait() -> None:
    desk = Desk(jitter=0.0)
    assert 500 == desk.wait(desk.sale().call(NOT_TAKEN))


def test_the_receivers_wish_is_granted_where_it_is_longer() -> None:
    desk = Desk(breaker_failures=1_000)
    wish = CallResult("answered 429", retry_after_seconds=7)
    assert 7_000 == desk.wait(desk.sale().call(wish))
    sale = desk.sale(2)
    for _ in range(2):
        desk.wait(sale.call(CallResult("answered 429", retry_after_seconds=1)))
    assert 4_000 == desk.wait(sale.call(CallResult("answered 429", retry_after_seconds=1))), (
        "its own is longer"
    )


def test_every_attempt_has_the_same_id() -> None:
    desk = Desk(breaker_failures=1_000)
    sale = desk.sale()
    for _ in range(5):
        desk.wait(sale.call(PERHAPS_TAKEN))
    assert {id_to_text(make_id(1))} == {call.webhook_id for _, call in desk.calls.begun}


def test_the_last_attempt_is_made_at_the_deadline() -> None:
    desk = Desk(retry_seconds_max=5)
    sale = desk.sale()
    assert [1_000, 2_000, 2_000] == [desk.wait(sale.call(NOT_TAKEN)) for _ in range(3)]
    desk = Desk(retry_seconds_max=5)
    sale = desk.sale()
    assert 5_000 == desk.wait(sale.call(CallResult("answered 429", retry_after_seconds=3_600)))
    answer = sale.call(NOT_TAKEN)
    assert "answered 429, after 2 attempts" == answer.failure
    assert not answer.keeps_claim


def test_an_unknown_outcome_of_any_attempt_keeps_the_claim() -> None:
    for results in ([PERHAPS_TAKEN, REFUSED], [PERHAPS_TAKEN, NOT_TAKEN, REFUSED]):
        desk = Desk()
        sale = desk.sale()
        for result in results[:-1]:
            desk.wait(sale.call(result))
        answer = sale.call(results[-1])
        assert "answered 400" == answer.failure
        assert answer.keeps_claim


def test_an_attempt_known_not_to_be_taken_keeps_no_claim() -> None:
    desk = Desk()
    sale = desk.sale()
    desk.wait(sale.call(NOT_TAKEN))
    assert not sale.call(REFUSED).keeps_claim


def test_an_attempt_swallowed_by_a_crash_may_have_arrived() -> None:
    desk = Desk()
    sale = desk.sale()
    desk.wait(sale.tell())
    desk.calls.keys.clear()  # The worker that made the call is gone.
    assert sale.call(REFUSED).keeps_claim
    assert ["begun", "begun"] == [one["call"] for one in sale.delivery.earlier]


def test_an_org_has_a_bounded_number_of_calls_under_way() -> None:
    desk = Desk()
    answers = [desk.sale(number).tell() for number in (1, 2, 3)]
    assert [True, True, False] == [one.begins for one in answers]
    assert 1_000 == desk.wait(answers[2])


def test_the_bound_holds_within_a_batch_too() -> None:
    desk = Desk()
    answers = [desk.consumer.consume(desk.sale(number).delivery) for number in (1, 2, 3, 2)]
    assert [True, True, False, True] == [one.begins for one in answers]


def test_who_has_waited_long_for_a_turn_asks_seldom() -> None:
    desk = Desk()
    for number in (1, 2):
        desk.sale(number).tell()
    sale = desk.sale(3)
    waits = [desk.wait(sale.tell()) for _ in range(14)]
    assert [1_000, 1_000, 1_000, 1_500] == waits[:4]
    assert 30_000 == waits[-1]


def test_waiting_for_a_turn_is_no_failed_attempt() -> None:
    desk = Desk()
    others = [desk.sale(number) for number in (1, 2)]
    for other in others:
        other.tell()
    sale = desk.sale(3)
    while desk.clock.now_ms() - sale.delivery.first_at_ms < 2 * 900_000:
        desk.wait(sale.tell())
    desk.calls.end(others[0].delivery, TAKEN)
    assert sale.call(NOT_TAKEN).failure is None


def test_an_endpoint_that_only_fails_is_left_alone() -> None:
    desk = Desk()
    sale = desk.sale()
    for _ in range(3):
        answer = sale.call(PERHAPS_TAKEN)
        desk.wait(answer)
    waiting = desk.sale(2)
    answer = waiting.tell()
    assert not answer.begins
    # Four of the thirty seconds passed with the wait of the third attempt.
    assert 30_000 - 4_000 + 1_000 == desk.wait(answer)
    assert waiting.call(TAKEN).failure is None
    assert desk.sale(3).tell().begins


def test_a_refusal_does_not_open_the_circuit() -> None:
    desk = Desk()
    for number in range(1, 6):
        assert "answered 400" == desk.sale(number).call(REFUSED).failure


def test_an_event_that_only_ever_meets_an_open_circuit_ends() -> None:
    desk = Desk(retry_seconds_max=60)
    failing = desk.sale()
    for _ in range(3):
        desk.wait(failing.call(PERHAPS_TAKEN))
    sale, answers = desk.sale(2), [Answer(next_at_ms=desk.clock.now_ms())]
    while answers[-1].failure is None:
        desk.wait(answers[-1])
        # Somebody else always is the one who may try, and fails.
        desk.consumer._breaker(ORG).note(has_failed=True)
        answers.append(sale.tell())
    assert "the endpoint fails, its circuit is open" == answers[-1].failure
    assert not answers[-1].keeps_claim
    assert len(answers) <= 5
