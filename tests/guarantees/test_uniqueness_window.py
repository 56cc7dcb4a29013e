"""How long a unique key counts (contract I.10): for ever, unless an event's window says otherwise."""

import pytest

from hooklog.event import id_to_text
from hooklog.testing.clock import START_MS
from hooklog.testing.sales import DUPLICATE, FAILED, FIRST, Sales
from hooklog.testing.setting import ORG_ID

batch_sizes = pytest.mark.parametrize("batch_events_max", [1, 2, 3, 1_000])


@pytest.mark.parametrize(("age_ms", "fate"), [(3_600_000, DUPLICATE), (3_600_001, FIRST)])
def test_a_key_counts_as_long_as_its_window_by_the_instants_of_acceptance(
    age_ms: int, fate: tuple[str, bool]
) -> None:
    sales = Sales(window_seconds={f"{ORG_ID}/sale": 3_600})
    first = sales.sell()
    sales.settle()
    sales.clock.set_ms(START_MS + age_ms)
    second = sales.sell()
    sales.clock.advance(seconds=86_400)
    sales.settle()
    assert [FIRST, fate] == [sales.fate(first), sales.fate(second)]


@batch_sizes
def test_a_window_runs_from_the_last_one_that_counted(batch_events_max: int) -> None:
    sales = Sales(batch_events_max, {f"{ORG_ID}/sale": 10})
    ids = []
    for _ in range(5):
        ids.append(sales.sell())
        sales.clock.advance(seconds=6)
    sales.settle()
    # Accepted at 0, 6, 12, 18 and 24 seconds: the third is 12 after the first, the fifth 12 after the third.
    assert [FIRST, DUPLICATE, FIRST, DUPLICATE, FIRST] == [sales.fate(request_id) for request_id in ids]
    assert [id_to_text(ids[0]), id_to_text(ids[2])] == [
        sales.duplicate_of(ids[1]),
        sales.duplicate_of(ids[3]),
    ]


def test_a_window_is_of_one_event_of_one_org() -> None:
    sales = Sales(window_seconds={f"{ORG_ID}/visit": 10, "100002/sale": 10, "sale": 10})
    sales.define_sale("visit")
    sold, visited = [sales.sell()], [sales.sell(name="visit")]
    sales.clock.advance(seconds=60)
    sold.append(sales.sell())
    visited.append(sales.sell(name="visit"))
    sales.settle()
    assert [FIRST, DUPLICATE] == [sales.fate(request_id) for request_id in sold]
    assert [FIRST, FIRST] == [sales.fate(request_id) for request_id in visited]


def test_an_owner_in_flight_keeps_its_key_beyond_the_window() -> None:
    sales = Sales(window_seconds={f"{ORG_ID}/sale": 10})
    owner = sales.sell(do="park,ok")
    sales.settle()
    sales.clock.advance(seconds=11)
    second = sales.sell()
    sales.settle()
    assert [owner, second] == [parked.event.id for parked in sales.pending()]


def test_one_who_counts_after_the_window_and_fails_leaves_the_next_free() -> None:
    sales = Sales(window_seconds={f"{ORG_ID}/sale": 10})
    sales.sell()
    sales.clock.advance(seconds=11)
    ids = [sales.sell(do=do) for do in ("fail", "ok", "ok")]
    sales.settle()
    assert [FAILED, FIRST, DUPLICATE] == [sales.fate(request_id) for request_id in ids]


@batch_sizes
def test_one_who_takes_a_key_over_after_the_window_and_is_in_flight_owns_it(batch_events_max: int) -> None:
    """The key's old and new owner may be in one batch; a third waits for the new one."""
    sales = Sales(batch_events_max, {f"{ORG_ID}/sale": 10})
    old = sales.sell()
    sales.clock.advance(seconds=11)
    new = sales.sell(do="park,ok")
    sales.settle()
    third = sales.sell()
    sales.settle()
    assert [new, third] == [parked.event.id for parked in sales.pending()]
    sales.settle_all()
    assert [FIRST, FIRST, DUPLICATE] == [sales.fate(one) for one in (old, new, third)]
    assert id_to_text(new) == sales.duplicate_of(third)
