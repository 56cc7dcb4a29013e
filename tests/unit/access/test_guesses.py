"""Whoever guesses secrets is slowed; whoever knows theirs is not."""

import pytest
from tests.unit.access.conftest import Clock

from hooklog.access import guesses as module
from hooklog.access.guesses import Guesses, build_guesses, network_of
from hooklog.access.presented import Named
from hooklog.access.rate_limit import LimitSettings, TokenBuckets

HERE, THERE = "192.0.2.1", "198.51.100.1"
BURST, ADDRESS_BURST = 3, 5


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guesses(clock: Clock) -> Guesses:
    return Guesses(TokenBuckets(0.1, BURST, clock), TokenBuckets(0.5, ADDRESS_BURST, clock))


def shop(secret: object, name: str | None = "shop", kind: str = "client") -> Named:
    return Named(kind, name, f"{secret}")


def may(guesses: Guesses, named: Named, address: str = HERE) -> bool:
    left = guesses.look(named, address)
    return left is None or left.is_allowed


def wrong(guesses: Guesses, count: int, name: str | None = "shop", address: str = HERE) -> int:
    """Guess so often; returns how many of them were looked at."""
    looked_at = 0
    for number in range(count):
        if may(guesses, shop(number, name), address):
            guesses.failed(shop(number, name), address)
            looked_at += 1
    return looked_at


def test_different_guesses_at_a_name_add_up_over_addresses(guesses: Guesses) -> None:
    looked_at = 0
    for number in range(9):
        if may(guesses, shop(number), f"192.0.2.{number}"):
            guesses.failed(shop(number), f"192.0.2.{number}")
            looked_at += 1
    assert BURST == looked_at
    assert not may(guesses, shop("right"), THERE)
    assert may(guesses, shop("right", "another"), THERE)
    assert may(guesses, shop("right", kind="till"), THERE), "a till of the same name is another"


def test_so_many_guesses_from_an_address_are_looked_at_whatever_the_names(guesses: Guesses) -> None:
    assert ADDRESS_BURST == sum(wrong(guesses, 1, name=f"name {number}") for number in range(20))
    assert not may(guesses, shop("x", "fresh"))
    assert not may(guesses, shop("hk_x", None, "api_key")), "a key has no name, and comes from there, too"
    assert may(guesses, shop("x", "fresh"), THERE)


def test_another_guess_is_looked_at_when_the_rate_allows_it(guesses: Guesses, clock: Clock) -> None:
    assert BURST == wrong(guesses, 9)
    clock.now += 9.9
    assert not may(guesses, shop("next"))
    clock.now += 0.2
    assert may(guesses, shop("next"))
    guesses.failed(shop("next"), HERE)
    assert not may(guesses, shop("one more"))


def test_what_is_right_never_counts(guesses: Guesses) -> None:
    for _ in range(100):
        assert may(guesses, shop("right"))
        guesses.succeeded(shop("right"), HERE)


def test_a_stale_secret_counts_once_however_often_it_is_presented(guesses: Guesses) -> None:
    for _ in range(100):
        assert may(guesses, shop("stale"))
        left = guesses.failed(shop("stale"), HERE)
        assert left is not None
        assert BURST - 1 == left.remaining


def test_nobody_elsewhere_locks_out_who_signed_in_before(guesses: Guesses) -> None:
    guesses.succeeded(shop("right"), HERE)
    wrong(guesses, 50, address=THERE)
    wrong(guesses, 50, name="another")
    assert not may(guesses, shop("right"), THERE)
    assert may(guesses, shop("right"), HERE)


def test_guesses_from_where_a_name_is_at_home_are_slowed_too(guesses: Guesses) -> None:
    guesses.succeeded(shop("right"), HERE)
    assert BURST == wrong(guesses, 50)


def test_guesses_under_way_when_the_bucket_runs_empty_are_owed(guesses: Guesses, clock: Clock) -> None:
    """Ten are looked at, at once: the seven too many are waited for."""
    assert all(may(guesses, shop(number)) for number in range(10))
    for number in range(10):
        guesses.failed(shop(number), f"192.0.2.{number}")
    clock.now += 79.0
    assert not may(guesses, shop("next"))
    clock.now += 1.1
    assert may(guesses, shop("next"))


def test_what_is_left_is_the_tightest_of_the_two(guesses: Guesses) -> None:
    left = guesses.look(shop("x"), HERE)
    assert left is not None
    assert (BURST, BURST) == (left.remaining, left.quota)
    wrong(guesses, 1, "a")
    wrong(guesses, 1, "b")
    wrong(guesses, 1, "c")
    left = guesses.look(shop("x"), HERE)
    assert left is not None
    assert (2, ADDRESS_BURST) == (left.remaining, left.quota)


def test_without_limits_nothing_is_slowed_nor_told() -> None:
    limits = LimitSettings(wrong_secrets_per_minute=0, address_wrong_secrets_per_minute=0)
    free = build_guesses(limits, Clock())
    assert 100 == wrong(free, 100)
    assert free.look(shop("x"), HERE) is None
    assert free.failed(shop("x"), HERE) is None


def test_the_usual_settings_slow_guesses() -> None:
    usual = build_guesses(LimitSettings(), Clock())
    assert 10 == wrong(usual, 100)
    assert 60 == 10 + sum(wrong(usual, 1, name=f"name {number}") for number in range(100))


def test_only_so_much_is_remembered(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEYS_MAX", 10)
    guesses = Guesses(TokenBuckets(0.1, 3, clock, 10), TokenBuckets(0.5, 5, clock, 10))
    for number in range(100):
        guesses.succeeded(shop("x" * 16_000, f"{number}" * 1_000), HERE)
        guesses.failed(shop("y" * 16_000, f"{number}" * 1_000), f"{number}")
    assert (10, 10) == (len(guesses._wrong), len(guesses._at_home))
    assert {16} == {len(digest) for digest in (*guesses._wrong, *guesses._at_home)}


def test_texts_that_are_no_unicode_are_merely_wrong(guesses: Guesses) -> None:
    assert BURST == wrong(guesses, 9, name="\ud800")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_stands_for_whoever_has_it(host: str, expected: str) -> None:
    assert expected == network_of(host)
