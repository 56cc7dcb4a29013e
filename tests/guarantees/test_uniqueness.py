"""Guarantee: on webhooks that ask for it, the same thing counts once (contract I.10, I.23; design.md, rule 4)."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooklog.event import Stage, StageOutcome, id_to_text
from hooklog.pipeline.stage import Work
from hooklog.testing.sales import DUPLICATE, FAILED, FIRST, MOBILE, RETRY_MS, Sales
from hooklog.testing.setting import ORG_ID

batch_sizes = pytest.mark.parametrize("batch_events_max", [1, 2, 3, 1_000])


@batch_sizes
def test_of_the_same_thing_the_first_counts_and_the_rest_are_its_duplicates(batch_events_max: int) -> None:
    sales = Sales(batch_events_max)
    ids = [sales.sell() for _ in range(5)]
    other = sales.sell("other")
    sales.settle()
    assert [FIRST, *[DUPLICATE] * 4] == [sales.fate(request_id) for request_id in ids]
    assert FIRST == sales.fate(other)
    assert {id_to_text(ids[0])} == {sales.duplicate_of(request_id) for request_id in ids[1:]}
    assert [ids[0], other] == sales.counted()


def test_a_duplicate_is_known_for_ever_across_batches_and_restarts() -> None:
    sales = Sales()
    first = sales.sell()
    sales.settle()
    sales.restart_worker()
    sales.clock.advance(seconds=10 * 365 * 86_400)
    second = sales.sell()
    sales.settle()
    sales.start_worker()
    third = sales.sell()
    sales.settle()
    assert [FIRST, DUPLICATE, DUPLICATE] == [sales.fate(request_id) for request_id in (first, second, third)]
    assert {id_to_text(first)} == {sales.duplicate_of(second), sales.duplicate_of(third)}


@batch_sizes
@pytest.mark.parametrize("is_settled_first", [True, False])
def test_redelivered_event_is_not_its_own_duplicate(batch_events_max: int, is_settled_first: bool) -> None:
    sales = Sales(batch_events_max)
    request_id = sales.sell()
    if is_settled_first:
        sales.settle()
        sales.start_worker()
    sales.redeliver(request_id)
    sales.settle()
    assert FIRST == sales.fate(request_id)
    for batch in sales.batches:
        assert not any(item.record is None or item.record.is_duplicate for item in batch.settled)


def test_a_redelivered_duplicate_is_still_the_first_ones() -> None:
    sales = Sales()
    first, second = sales.sell(), sales.sell()
    sales.settle()
    for request_id in (second, first):
        sales.redeliver(request_id)
    sales.settle()
    assert [FIRST, DUPLICATE] == [sales.fate(first), sales.fate(second)]
    assert id_to_text(first) == sales.duplicate_of(second)


@batch_sizes
def test_an_event_that_failed_for_good_holds_no_claim(batch_events_max: int) -> None:
    sales = Sales(batch_events_max)
    ids = [sales.sell(do=do) for do in ("fail", "ok", "ok")]
    sales.settle()
    assert [FAILED, FIRST, DUPLICATE] == [sales.fate(request_id) for request_id in ids]
    assert id_to_text(ids[1]) == sales.duplicate_of(ids[2])
    assert [ids[1]] == sales.counted()


@batch_sizes
def test_however_many_failed_before_the_corrected_resend_counts(batch_events_max: int) -> None:
    sales = Sales(batch_events_max)
    failing = [sales.sell(do="fail") for _ in range(50)]
    resend, again = sales.sell(), sales.sell()
    sales.settle()
    assert {FAILED} == {sales.fate(request_id) for request_id in failing}
    assert [FIRST, DUPLICATE] == [sales.fate(resend), sales.fate(again)]
    assert 51 == len(sales.loyalty.deliveries)


def test_a_duplicate_that_would_have_failed_is_a_duplicate_and_leaves_the_claim() -> None:
    sales = Sales()
    ids = [sales.sell(do=do) for do in ("ok", "fail", "ok")]
    sales.settle()
    assert [FIRST, DUPLICATE, DUPLICATE] == [sales.fate(request_id) for request_id in ids]


@pytest.mark.parametrize("stage", [Stage.UNIQUENESS, Stage.CONSUME_EI, Stage.CONSUME_EMF])
def test_an_owner_on_which_a_stage_raises_frees_its_key(stage: Stage) -> None:
    sales = Sales()
    bad = sales.sell()

    def spring(work: Work) -> None:
        if work.event.id == bad:
            raise RuntimeError

    sales.traps[stage] = spring
    good, again = sales.sell(), sales.sell()
    sales.settle()
    assert "EVENT_PROCESSING_FAILED" == sales.entry(bad).status.name
    assert [FIRST, DUPLICATE] == [sales.fate(good), sales.fate(again)]


@batch_sizes
def test_an_event_waits_while_the_owner_of_its_key_is_in_flight(batch_events_max: int) -> None:
    sales = Sales(batch_events_max)
    owner, second = sales.sell(do="park,ok"), sales.sell()
    bystander = sales.sell("other")
    sales.settle()
    assert [owner, second] == [parked.event.id for parked in sales.pending()]
    assert [1, 0] == [parked.attempts for parked in sales.pending()]
    assert FIRST == sales.fate(bystander)
    waiting = sales.pending()[1].stages[-1]
    assert (Stage.UNIQUENESS, StageOutcome.PARKED, {"waitsFor": id_to_text(owner)}) == (
        waiting.stage,
        waiting.outcome,
        waiting.detail,
    )
    sales.settle_all()
    assert [FIRST, DUPLICATE] == [sales.fate(owner), sales.fate(second)]
    assert id_to_text(owner) == sales.duplicate_of(second)
    assert sorted([bystander, owner]) == sorted(sales.counted())


@batch_sizes
def test_if_the_owner_fails_at_last_exactly_one_of_those_who_waited_counts(batch_events_max: int) -> None:
    sales = Sales(batch_events_max)
    owner = sales.sell(do="park,park,fail")
    waiting = [sales.sell() for _ in range(4)]
    sales.settle_all()
    late = sales.sell()
    sales.settle()
    assert FAILED == sales.fate(owner)
    assert sorted([FIRST, *[DUPLICATE] * 3]) == sorted(sales.fate(request_id) for request_id in waiting)
    assert DUPLICATE == sales.fate(late)
    assert 1 == len(sales.counted())


def test_an_owner_in_flight_that_cannot_be_taken_up_again_frees_its_key() -> None:
    """Only a bug of ours can leave such a row; nobody may wait for it for ever."""
    sales = Sales()
    owner, second = sales.sell(do="park,ok"), sales.sell()
    sales.settle()
    key = ORG_ID, owner
    sales.log.waiting[key] = msgspec.structs.replace(sales.log.waiting[key], work=b"junk")
    sales.settle_all()
    assert "EVENT_PROCESSING_FAILED" == sales.entry(owner).status.name
    assert FIRST == sales.fate(second)


def test_one_who_waited_meets_its_consumer_with_the_first_attempt() -> None:
    sales = Sales()
    sales.sell(do="park,park,fail")
    second = sales.sell(do="park,ok")
    sales.settle_all()
    assert [1, 2] == [one.attempt for one in sales.loyalty.deliveries if one.request_id == second]


def test_waiting_long_adds_no_lines_to_the_timeline() -> None:
    """However often it looks whether the owner is done; the one line says how long it took."""
    sales = Sales()
    sales.sell(do="park,park,park,ok")
    second = sales.sell()
    sales.settle_all()
    waits = [record for record in sales.timeline(second) if record.outcome is StageOutcome.PARKED]
    assert 1 == len(waits)
    assert 3 * RETRY_MS * 1_000 - 1_000_000 <= waits[0].duration_us <= 3 * RETRY_MS * 1_000
    assert 0 == waits[0].started_us


def test_the_documented_example_has_the_documented_key() -> None:
    sales = Sales()
    sales.define_sale("Appointment")
    request_id = sales.sell("refID", name="Appointment")
    sales.settle()
    assert "779069e41a8afde74b2c526bce59e51a" == sales.record(request_id).unique_id


def test_with_the_check_off_the_unique_id_is_the_request_id() -> None:
    sales = Sales()
    ids = [sales.push({"event_name": "sale", "mobile": MOBILE, "ref": "r"}) for _ in range(2)]
    sales.settle()
    assert [FIRST, FIRST] == [sales.fate(request_id) for request_id in ids]
    assert [id_to_text(one) for one in ids] == [sales.record(one).unique_id for one in ids]


SCRIPTS = ("ok", "fail", "park,ok", "park,fail", "park,park,ok")


@settings(max_examples=200, deadline=None, print_blob=True)
@given(
    st.sampled_from([1, 2, 1_000]),
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(SCRIPTS), st.sampled_from([0, 0, 1, 30, 61])),
        max_size=12,
    ),
)
def test_whatever_the_order_each_key_counts_once_if_one_of_its_events_can(
    batch_events_max: int, pushes: list[tuple[str, str, int]]
) -> None:
    """Random keys, outcomes, batches and pauses: one event counts, those before it failed, the rest are duplicates."""
    sales = Sales(batch_events_max)
    ids: dict[str, list[bytes]] = {"a": [], "b": []}
    can: dict[bytes, bool] = {}
    for ref, do, pause_seconds in pushes:
        request_id = sales.sell(ref, do)
        ids[ref].append(request_id)
        can[request_id] = do.endswith("ok")
        if pause_seconds:
            sales.settle()
            sales.clock.advance(seconds=pause_seconds)
            sales.settle()
    sales.settle_all()
    for same in ids.values():
        fates = [sales.fate(request_id) for request_id in same]
        assert (1 if any(can[request_id] for request_id in same) else 0) == fates.count(FIRST)
        assert fates.count(FIRST) == len([one for one in sales.counted() if one in same])
        for request_id, fate in zip(same, fates, strict=True):
            assert fate in ({FIRST, DUPLICATE} if can[request_id] else {FAILED, DUPLICATE})
        first = next((id_to_text(one) for one, fate in zip(same, fates, strict=True) if fate == FIRST), None)
        named = {sales.duplicate_of(one) for one, fate in zip(same, fates, strict=True) if fate == DUPLICATE}
        assert named <= {first}
