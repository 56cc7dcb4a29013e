"""One connection of the fast lane, step by step, on a bench that holds it to the laws of lane_bench.py."""

import pytest

from hooklog.ingest.push import DRAIN_FACTOR
from hooklog.testing.lane_bench import LaneBench
from hooklog.testing.listeners import SETTINGS, good_login
from hooklog.testing.odd_requests import GOOD, chunked, in_chunks, with_headers

TOO_LARGE = with_headers(body=b"x" * (SETTINGS.body_bytes_max + 1))
BODY_BEGINS = GOOD.index(b"\r\n\r\n") + 4


@pytest.fixture
def bench() -> LaneBench:
    return LaneBench(SETTINGS)


def test_a_push_is_answered_when_it_is_durable(bench: LaneBench) -> None:
    bench.feed(GOOD)
    assert [] == bench.statuses
    bench.decide(0)
    assert [200] == bench.statuses
    bench.finish()


def test_answers_keep_the_order_of_their_requests(bench: LaneBench) -> None:
    bench.feed(GOOD * 3)
    bench.decide(2)
    bench.decide(1, 400)
    assert [] == bench.statuses
    bench.decide(0)
    assert [200, 400, 200] == bench.statuses
    bench.finish()


def test_beyond_32_answers_due_nothing_more_is_read(bench: LaneBench) -> None:
    bench.feed(GOOD * 32)
    assert bench.is_reading
    bench.feed(GOOD * 8)
    assert not bench.is_reading
    for _ in range(7):
        bench.decide(0)
    assert not bench.is_reading
    bench.decide(0)
    assert bench.is_reading
    bench.finish()


def test_who_does_not_fetch_answers_is_not_read(bench: LaneBench) -> None:
    bench.connection.pause_writing()
    assert not bench.is_reading
    bench.connection.resume_writing()
    assert bench.is_reading


def test_nothing_behind_a_body_that_is_too_large_is_handed_in_before_its_answer(bench: LaneBench) -> None:
    bench.feed(TOO_LARGE + GOOD)
    assert [SETTINGS.body_bytes_max + 1] == [taken.size for taken in bench.all]
    assert not bench.is_reading
    bench.decide(0, 413)
    assert [413] == bench.statuses
    assert not bench.is_open
    bench.finish()


def test_a_body_that_is_too_large_closes_with_413_only(bench: LaneBench) -> None:
    bench.feed(TOO_LARGE + GOOD)
    bench.decide(0, 401)
    bench.decide(0)
    assert [401, 200] == bench.statuses
    assert bench.is_open


def test_a_body_far_beyond_its_cap_is_answered_before_its_end(bench: LaneBench) -> None:
    size = (SETTINGS.body_bytes_max + 1) * DRAIN_FACTOR
    push = with_headers(body=b"x" * (2 * size))
    head = push.index(b"\r\n\r\n") + 4
    bench.feed(push[: head + size])
    assert [] == bench.all
    bench.feed(b"x")
    bench.decide(0, 413)
    assert [413] == bench.statuses
    bench.finish()


def test_while_a_push_is_undecided_those_behind_it_wait_and_nothing_is_read(bench: LaneBench) -> None:
    bench.holds = True
    bench.feed(GOOD * 2)
    assert 1 == len(bench.all)
    assert not bench.is_reading
    bench.decide(0)
    assert 2 == len(bench.all)
    bench.decide(0)
    assert bench.is_reading
    assert [200, 200] == bench.statuses


@pytest.mark.parametrize(
    "begun", [b"", GOOD[:10], GOOD[: BODY_BEGINS - 1]], ids=["silent", "short", "almost"]
)
def test_a_head_that_takes_too_long_is_408(bench: LaneBench, begun: bytes) -> None:
    bench.feed(begun)
    bench.fire()
    assert [408] == bench.statuses
    assert not bench.is_open


def test_a_body_that_takes_too_long_is_408_in_the_envelope_of_pushes(bench: LaneBench) -> None:
    bench.feed(GOOD[:-1])
    bench.fire()
    assert [408] == bench.statuses
    assert b'{"status":{"code":408' in bench.answers
    assert not bench.is_open


def test_time_does_not_run_while_answers_are_due_or_nothing_was_begun(bench: LaneBench) -> None:
    bench.feed(GOOD + GOOD[:10])
    assert not bench.has_timer
    bench.decide(0)
    assert bench.has_timer
    bench.feed(GOOD[10:])
    bench.decide(0)
    assert not bench.has_timer
    assert bench.connection.is_idle


def test_a_head_is_known_by_its_bytes_but_for_one_with_a_secret(bench: LaneBench) -> None:
    secret = with_headers(("Authorization", good_login()))
    for push in (GOOD, secret, chunked(in_chunks(b"{}")), with_headers(("Expect", "100-continue"))):
        bench.feed(push)
        bench.decide(0)
    known = [push for push in (GOOD, secret) if bench.lane.heads.get(push[: push.index(b"\r\n\r\n") + 4])]
    assert [GOOD] == known


@pytest.mark.parametrize("at", [1, BODY_BEGINS, len(GOOD) - 1])
def test_a_known_head_in_two_packets_goes_the_long_way_with_the_same_end(bench: LaneBench, at: int) -> None:
    bench.feed(GOOD)
    bench.feed(GOOD[:at])
    bench.feed(GOOD[at:])
    bench.decide(0)
    bench.decide(0)
    assert [200, 200] == bench.statuses
    assert bench.all[0].body == bench.all[1].body
    assert bench.all[0].head.webhook_id == bench.all[1].head.webhook_id


def test_one_connection_too_many_is_told_so_also_with_a_known_head(bench: LaneBench) -> None:
    bench.feed(GOOD)
    bench.decide(0)
    bench.lane.is_crowded = True
    bench.feed(GOOD)
    assert [200, 503] == bench.statuses
    assert not bench.is_open


def test_who_closes_their_half_gets_the_answers_that_are_due(bench: LaneBench) -> None:
    bench.feed(GOOD * 2)
    bench.end_sending()
    bench.decide(1)
    bench.decide(0)
    assert [200, 200] == bench.statuses
    assert not bench.is_open


@pytest.mark.parametrize("begun", [b"", GOOD[:10]], ids=["idle", "in a head"])
def test_an_end_closes_what_waits_for_nothing(bench: LaneBench, begun: bytes) -> None:
    bench.feed(begun)
    bench.connection.end()
    assert not bench.is_open
    assert [] == bench.statuses


def test_an_end_lets_what_is_under_way_be_answered(bench: LaneBench) -> None:
    bench.feed(GOOD)
    bench.connection.end()
    assert bench.is_open
    bench.feed(GOOD)
    bench.decide(0)
    assert [200] == bench.statuses
    assert not bench.is_open


def test_an_end_lets_a_body_that_is_arriving_arrive(bench: LaneBench) -> None:
    bench.feed(GOOD[:-5])
    bench.connection.end()
    bench.feed(GOOD[-5:] + GOOD)
    bench.decide(0)
    assert [200] == bench.statuses
    assert not bench.is_open


def test_an_answer_to_a_client_that_is_gone_goes_nowhere(bench: LaneBench) -> None:
    bench.feed(GOOD)
    bench.lose()
    bench.decide(0)
    assert b"" == bench.answers
