"""Token buckets: what is allowed at once, what in the long run, and what is remembered (contract I.17)."""

import random

import pytest

from hooklog.access.rate_limit import Taken, TokenBuckets, build_buckets


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _allowed(buckets: TokenBuckets, times: int, key: str = "a") -> int:
    return sum(buckets.take(key).is_allowed for _ in range(times))


@pytest.mark.parametrize("burst", [1, 2, 50])
def test_burst_is_allowed_at_once_and_not_one_more(clock: Clock, burst: int) -> None:
    buckets = TokenBuckets(1.0, burst, clock)
    assert burst == _allowed(buckets, burst)
    assert 0 == _allowed(buckets, 3)


def test_bucket_fills_with_time_and_never_beyond_its_burst(clock: Clock) -> None:
    buckets = TokenBuckets(2.0, 4, clock)
    assert 4 == _allowed(buckets, 9)
    clock.seconds += 0.499
    assert 0 == _allowed(buckets, 1)
    clock.seconds += 0.001
    assert 1 == _allowed(buckets, 2)
    clock.seconds += 1_000_000
    assert 4 == _allowed(buckets, 9)


def test_refused_requests_cost_nothing(clock: Clock) -> None:
    buckets = TokenBuckets(1.0, 1, clock)
    assert 1 == _allowed(buckets, 1_000)
    clock.seconds += 1.0
    assert 1 == _allowed(buckets, 1_000)


def test_many_are_taken_at_once_or_none(clock: Clock) -> None:
    buckets = TokenBuckets(1.0, 10, clock)
    assert buckets.take("a", 7).is_allowed
    refused = buckets.take("a", 4)
    assert (False, 3, 1) == (refused.is_allowed, refused.remaining, refused.reset_seconds)
    assert buckets.take("a", 3).is_allowed
    clock.seconds += 4.0
    assert buckets.take("a", 4).is_allowed


def test_more_than_the_bucket_holds_goes_once_it_is_full_and_is_made_up_for(clock: Clock) -> None:
    buckets = TokenBuckets(2.0, 10, clock)
    assert buckets.take("a", 50).is_allowed
    owes = buckets.take("a")
    assert (False, 0, 21) == (owes.is_allowed, owes.remaining, owes.reset_seconds)
    clock.seconds += 24.5
    assert not buckets.take("a", 50).is_allowed
    clock.seconds += 0.5
    assert buckets.take("a", 50).is_allowed


def test_asking_whether_there_is_one_takes_none(clock: Clock) -> None:
    buckets = TokenBuckets(1.0, 2, clock)
    assert [True] * 5 == [buckets.take("a", 0).is_allowed for _ in range(5)]
    assert 2 == _allowed(buckets, 5)
    assert not buckets.take("a", 0).is_allowed


def test_each_key_has_its_own_bucket(clock: Clock) -> None:
    buckets = TokenBuckets(1.0, 3, clock)
    assert 3 == _allowed(buckets, 9, "a")
    assert 3 == _allowed(buckets, 9, "b")


def test_remembered_keys_are_bounded_and_the_longest_quiet_goes_first(clock: Clock) -> None:
    buckets = TokenBuckets(1.0, 1, clock, keys_max=2)
    for key in ("a", "b", "a", "c"):  # b has been quiet for longest
        buckets.take(key)
    assert 2 == len(buckets._buckets)
    assert 0 == _allowed(buckets, 1, "a")
    assert 0 == _allowed(buckets, 1, "c")
    assert 1 == _allowed(buckets, 1, "b")


@pytest.mark.parametrize(("per_second", "burst"), [(0.1, 1), (1.0, 1), (3.0, 7), (1000.0, 2), (0.3, 5)])
def test_who_comes_again_when_told_gets_in(clock: Clock, per_second: float, burst: int) -> None:
    buckets = TokenBuckets(per_second, burst, clock)
    _allowed(buckets, burst)
    for _ in range(100):
        refused = buckets.take("a")
        assert not refused.is_allowed
        clock.seconds += refused.reset_seconds
        assert buckets.take("a").is_allowed
        _allowed(buckets, burst)


def test_never_more_than_the_burst_and_the_rate_allow(clock: Clock) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    per_second, burst = chance.uniform(0.5, 20), chance.randint(1, 20)
    buckets, allowed, started = TokenBuckets(per_second, burst, clock), 0, clock.seconds
    for _ in range(2_000):
        clock.seconds += chance.expovariate(per_second * 2)
        allowed += buckets.take("a").is_allowed
        assert allowed <= burst + (clock.seconds - started) * per_second + 1e-6


def test_headers_say_what_is_allowed_and_what_is_left(clock: Clock) -> None:
    buckets = TokenBuckets(2.0, 5, clock)
    first = buckets.take("a")
    assert (("ratelimit-policy", '"default";q=5;w=3'), ("ratelimit", '"default";r=4;t=1')) == first.headers()
    _allowed(buckets, 4)
    refused = buckets.take("a")
    assert ("ratelimit", '"default";r=0;t=1') in refused.headers()
    assert ("retry-after", "1") in refused.headers()
    assert "5 at once" in refused.message("webhook x")


def test_no_rate_is_no_limit(clock: Clock) -> None:
    assert build_buckets(0.0, 5, clock) is None


@pytest.mark.parametrize(("per_second", "burst", "quota"), [(0.2, 0, 1), (2.5, 0, 3), (2.5, 9, 9)])
def test_burst_left_out_is_what_a_second_allows(
    clock: Clock, per_second: float, burst: int, quota: int
) -> None:
    buckets = build_buckets(per_second, burst, clock)
    assert buckets is not None
    assert quota == buckets.take("a").quota
    assert isinstance(buckets.take("a"), Taken)


def test_what_is_not_there_is_owed(clock: Clock) -> None:
    buckets = TokenBuckets(1.0, 2, clock)
    left = [buckets.owe("a") for _ in range(4)]
    assert [1, 0, 0, 0] == [one.remaining for one in left]
    assert [True, False, False, False] == [one.is_allowed for one in left]
    assert [1, 1, 2, 3] == [one.reset_seconds for one in left]
    clock.seconds += 2.9
    assert not buckets.take("a").is_allowed
    clock.seconds += 0.1
    assert buckets.take("a").is_allowed
    assert 2 == _allowed(buckets, 9, "b"), "another's bucket is as it was"
