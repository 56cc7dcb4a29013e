"""The fake clock."""

import pytest

from hooklog.testing.clock import START_MS, FakeClock


def test_it_stands_still_until_it_is_moved() -> None:
    clock = FakeClock()
    assert [START_MS] * 2 == [clock.now_ms() for _ in range(2)]
    assert START_MS * 1_000 == clock.now_us()


def test_both_units_are_views_of_one_instant() -> None:
    clock = FakeClock(start_ms=5)
    clock.advance(us=1_999)
    assert (6, 6_999) == (clock.now_ms(), clock.now_us())
    clock.advance(seconds=1, ms=1, us=1)
    assert (1_008, 1_008_000) == (clock.now_ms(), clock.now_us())
    clock.set_us(4_999)
    assert 4 == clock.now_ms()
    clock.set_ms(7)
    assert 7_000 == clock.now_us()


def test_only_a_jump_goes_back() -> None:
    clock = FakeClock()
    with pytest.raises(AssertionError):
        clock.advance(ms=-1)
    clock.set_ms(START_MS - 1)
    assert START_MS - 1 == clock.now_ms()
