"""Calls in flight: bounded for each org, none made twice, none lost, and gone at once when the worker ends."""

import asyncio
import ipaddress
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hooklog.consumers.base import Delivery
from hooklog.consumers.call import Call, Caller, CallResult
from hooklog.consumers.dispatch import Dispatcher
from hooklog.testing.builders import make_id, make_record
from hooklog.testing.program import wait_until
from hooklog.testing.receiver import Receiver, Reply

SLOW, QUICK = 1, 2
NOWHERE = Call("http://example/", "", "id", b"")


def _delivery(number: int, org_id: int) -> Delivery:
    return Delivery(org_id, make_id(number), "sale", make_record(), 1, org_id + 100)


@contextmanager
def _dispatching(wake: threading.Event, calls_max: int = 2) -> Iterator[Dispatcher]:
    networks = [ipaddress.ip_network("127.0.0.0/8")]
    dispatcher = Dispatcher(lambda: Caller(networks, 30.0, 2 * calls_max), calls_max, wake.set)
    try:
        yield dispatcher
    finally:
        dispatcher.close()


def _call(receiver: Receiver, delivery: Delivery) -> tuple[Delivery, Call]:
    return delivery, Call(receiver.url, "", delivery.request_id.hex(), b"%d" % delivery.org_id)


def test_a_result_is_told_and_taken_once() -> None:
    wake = threading.Event()
    with Receiver() as receiver, _dispatching(wake) as dispatcher:
        delivery = _delivery(1, QUICK)
        assert dispatcher.take(delivery) is None
        dispatcher.begin([_call(receiver, delivery)])
        assert wake.wait(20)
        assert [(QUICK + 100, delivery.request_id)] == dispatcher.ended()
        assert [] == dispatcher.ended()
        assert CallResult(side_effects=()) == dispatcher.take(delivery)
        assert dispatcher.take(delivery) is None
        assert 0 == dispatcher.under_way(QUICK)


def test_an_org_whose_receiver_hangs_holds_up_no_other() -> None:
    wake = threading.Event()
    with (
        Receiver(lambda call: Reply(hangs=call.body == b"1")) as receiver,
        _dispatching(wake) as dispatcher,
    ):
        slow = [_delivery(number, SLOW) for number in range(1, 6)]
        dispatcher.begin([_call(receiver, one) for one in slow])
        dispatcher.begin([_call(receiver, one) for one in slow])
        wait_until("two calls hang", lambda: len(receiver.received) == 2)
        assert 5 == dispatcher.under_way(SLOW)
        assert all(dispatcher.is_under_way(one) for one in slow)
        quick = [_delivery(number, QUICK) for number in range(6, 16)]
        dispatcher.begin([_call(receiver, one) for one in quick])
        wait_until("the others are answered", lambda: dispatcher.under_way(QUICK) == 0)
        assert {CallResult(side_effects=())} == {dispatcher.take(one) for one in quick}
        assert 2 == sum(call.body == b"1" for call in receiver.received), "no more than two at a time"
        assert 5 == dispatcher.under_way(SLOW)


def test_a_bug_in_a_call_costs_an_attempt_and_no_event() -> None:
    wake = threading.Event()

    class Broken(Caller):
        async def call(self, call: Call) -> CallResult:
            raise RuntimeError(call.url)

    dispatcher = Dispatcher(lambda: Broken([], 1.0, 1), 1, wake.set)
    delivery = _delivery(1, QUICK)
    dispatcher.begin([(delivery, Call("http://example/", "", "id", b""))])
    assert wake.wait(20)
    assert CallResult("the call raised RuntimeError", may_have_arrived=True) == dispatcher.take(delivery)
    dispatcher.close()


def test_a_worker_is_told_that_nobody_makes_calls_any_more() -> None:
    wake = threading.Event()
    cause = RuntimeError("no caller")

    def make_caller() -> Caller:
        raise cause

    dispatcher = Dispatcher(make_caller, 1, wake.set)
    assert wake.wait(20)
    for look in (dispatcher.ended, lambda: dispatcher.begin([(_delivery(1, QUICK), NOWHERE)])):
        with pytest.raises(AssertionError) as caught:
            look()
        assert cause is caught.value.__cause__
    assert 0 == dispatcher.under_way(QUICK)
    dispatcher.close()


def test_what_ends_the_thread_in_a_call_is_told_and_the_others_are_dropped() -> None:
    wake = threading.Event()
    dropped: list[bytes] = []

    class Ending(Caller):
        async def call(self, call: Call) -> CallResult:
            if call.body:
                raise SystemExit(call.url)
            try:
                await asyncio.Event().wait()
            finally:
                dropped.append(call.body)
            raise AssertionError

    dispatcher = Dispatcher(lambda: Ending([], 1.0, 1), 2, wake.set)
    dispatcher.begin([(_delivery(1, QUICK), NOWHERE)])
    dispatcher.begin([(_delivery(2, QUICK), Call(NOWHERE.url, "", "id", b"ends"))])
    assert wake.wait(20)
    with pytest.raises(AssertionError) as caught:
        dispatcher.ended()
    assert isinstance(caught.value.__cause__, SystemExit)
    dispatcher.close()
    assert [b""] == dropped
