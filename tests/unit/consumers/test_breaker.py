"""The circuit opens after failures in a row, and lets one call through at a time until one succeeds."""

from hooklog.consumers.breaker import Breaker
from hooklog.testing.clock import START_MS, FakeClock

OPEN_MS = 30_000


def _breaker(clock: FakeClock, failures: int) -> Breaker:
    breaker = Breaker(3, OPEN_MS, clock.now_ms)
    for _ in range(failures):
        breaker.note(has_failed=True)
    return breaker


def test_it_opens_at_the_bound_and_not_before() -> None:
    assert _breaker(FakeClock(), 2).wait_until_ms() is None
    assert START_MS + OPEN_MS == _breaker(FakeClock(), 3).wait_until_ms()


def test_a_success_forgets_the_failures_before() -> None:
    breaker = _breaker(FakeClock(), 2)
    breaker.note(has_failed=False)
    breaker.note(has_failed=True)
    breaker.note(has_failed=True)
    assert breaker.wait_until_ms() is None


def test_one_call_is_let_through_when_its_time_is_over() -> None:
    clock = FakeClock()
    breaker = _breaker(clock, 3)
    clock.advance(ms=OPEN_MS - 1)
    assert START_MS + OPEN_MS == breaker.wait_until_ms()
    clock.advance(ms=1)
    assert breaker.wait_until_ms() is None
    assert clock.now_ms() + OPEN_MS == breaker.wait_until_ms()


def test_the_probe_decides() -> None:
    clock = FakeClock()
    breaker = _breaker(clock, 3)
    clock.advance(ms=OPEN_MS)
    assert breaker.wait_until_ms() is None
    clock.advance(ms=10)
    breaker.note(has_failed=True)
    assert clock.now_ms() + OPEN_MS == breaker.wait_until_ms()
    breaker.note(has_failed=False)
    assert breaker.wait_until_ms() is None
    assert breaker.wait_until_ms() is None


def test_a_probe_whose_end_nobody_tells_blocks_nothing() -> None:
    clock = FakeClock()
    breaker = _breaker(clock, 3)
    for _ in range(3):
        clock.advance(ms=OPEN_MS)
        assert breaker.wait_until_ms() is None
