"""Request ids are UUIDv7 that tell the instant and only grow (contract I.32)."""

import random
from uuid import RFC_4122, UUID

from hooklog.event import RequestIds, id_from_text, id_to_text, instant_of
from hooklog.testing.clock import START_MS, FakeClock


def test_a_request_id_is_a_uuid_of_version_7_with_its_instant() -> None:
    clock = FakeClock()
    ids = RequestIds(clock.now_ms)
    for number in range(1_000):
        made = ids.make()
        parsed = UUID(id_to_text(made))
        assert (7, RFC_4122) == (parsed.version, parsed.variant)
        assert START_MS + number == instant_of(made)
        assert made == id_from_text(str(parsed).upper())
        clock.advance(ms=1)


def test_request_ids_grow_also_within_a_millisecond_and_when_the_clock_steps_back() -> None:
    clock = FakeClock()
    ids = RequestIds(clock.now_ms)
    made = [ids.make() for _ in range(1_000)]
    clock.set_ms(START_MS - 60_000)
    made += [ids.make() for _ in range(1_000)]
    clock.set_ms(START_MS + 1)
    made.append(ids.make())
    assert sorted(set(made)) == made


def test_a_burst_that_fills_a_millisecond_goes_on_a_little_ahead_of_the_clock() -> None:
    ids = RequestIds(FakeClock().now_ms)
    made = [ids.make() for _ in range(5 * 1_536)]
    assert sorted(set(made)) == made
    assert all(UUID(id_to_text(one)).version == 7 for one in made[::997])
    assert START_MS < instant_of(made[-1]) <= START_MS + 5


def test_the_first_half_of_an_id_tells_an_event_of_its_maker() -> None:
    ids = RequestIds(FakeClock().now_ms)
    made = [*(ids.make() for _ in range(10_000)), *ids.make_many(10_000)]
    assert 20_000 == len({one[:8] for one in made})


def test_ids_made_in_bulk_grow_with_those_made_one_by_one() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    choose = random.Random(seed)
    clock = FakeClock()
    ids = RequestIds(clock.now_ms)
    made: list[bytes] = []
    for _ in range(60):
        count = choose.choice([0, 1, 2, 500, 5_000])
        bulk = ids.make_many(count)
        assert count == len(bulk)
        made += [*bulk, ids.make()]
        clock.advance(ms=choose.randrange(2))
    assert sorted(set(made)) == made
    assert {16} == {len(one) for one in made}
    assert {(7, RFC_4122)} == {
        (one.version, one.variant) for one in (UUID(id_to_text(raw)) for raw in made[::97])
    }


def test_bulk_that_fills_a_millisecond_goes_on_a_little_ahead_of_the_clock() -> None:
    made = RequestIds(FakeClock().now_ms).make_many(10_000)  # As many as a batch may have.
    assert sorted(set(made)) == made
    assert START_MS == instant_of(made[0])
    assert START_MS < instant_of(made[-1]) <= START_MS + 7


def test_a_millisecond_of_ones_own_lies_between_all_ids_before_and_after_it() -> None:
    clock = FakeClock()
    ids = RequestIds(clock.now_ms)
    before = [ids.make() for _ in range(10)]
    own_ms = ids.own_ms()
    after = [ids.make(), *ids.make_many(3_000)]
    assert instant_of(before[-1]) < own_ms < instant_of(after[0])
    assert own_ms < ids.own_ms()
    clock.advance(seconds=5)
    assert clock.now_ms() == ids.own_ms()
    assert sorted(set(after)) == after
