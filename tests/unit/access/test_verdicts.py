"""Verdicts are remembered within bounds, shared while under way, and dropped when something changes."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from hooklog.access.base import AccessBusy
from hooklog.access.hashing_pool import HashingPool
from hooklog.access.verdicts import ACCEPTED_SECONDS, REFUSED_SECONDS, UNKNOWN, VerdictMemory

T = TypeVar("T")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Gate:
    """Blocking work that ends when it is told to."""

    def __init__(self, verdict: str | None = "yes") -> None:
        self.opened = threading.Event()
        self.verdict = verdict
        self.runs = 0

    def __call__(self) -> str | None:
        self.runs += 1
        assert self.opened.wait(30)
        return self.verdict


def run(body: Callable[[HashingPool, VerdictMemory[str], Clock], Coroutine[Any, Any, T]]) -> T:
    async def with_pool() -> T:
        pool, clock = HashingPool(threads=2, waiting_max=3), Clock()
        try:
            return await body(pool, VerdictMemory(pool, clock, entries_max=3), clock)
        finally:
            pool.close()

    return asyncio.run(with_pool())


def memory_of(entries_max: int = 3) -> tuple[VerdictMemory[str], Clock]:
    clock, pool = Clock(), HashingPool()
    return VerdictMemory(pool, clock, entries_max), clock


@pytest.mark.parametrize(
    ("verdict", "seconds_max", "seconds"),
    [
        ("yes", ACCEPTED_SECONDS, ACCEPTED_SECONDS),
        ("yes", 2 * ACCEPTED_SECONDS, ACCEPTED_SECONDS),
        ("yes", 10.0, 10.0),
        (None, ACCEPTED_SECONDS, REFUSED_SECONDS),
    ],
)
def test_a_verdict_is_remembered_for_its_time(
    verdict: str | None, seconds_max: float, seconds: float
) -> None:
    memory, clock = memory_of()
    assert memory.recall(b"a", clock.now) is UNKNOWN
    memory.remember(b"a", verdict, seconds_max)
    assert verdict == memory.recall(b"a", clock.now + seconds - 0.001)
    assert memory.recall(b"a", clock.now + seconds) is UNKNOWN


def test_the_accepted_one_that_was_not_used_longest_makes_room() -> None:
    memory, clock = memory_of(entries_max=3)
    for digest in (b"a", b"b", b"c"):
        memory.remember(digest, digest.decode())
    memory.recall(b"a", clock.now)
    memory.remember(b"d", "d")
    assert memory.recall(b"b", clock.now) is UNKNOWN
    assert ["a", "c", "d"] == [memory.recall(digest, clock.now) for digest in (b"a", b"c", b"d")]


def test_a_flood_of_wrong_ones_is_bounded_and_pushes_out_no_right_one() -> None:
    memory, clock = memory_of(entries_max=3)
    memory.remember(b"right", "yes")
    for number in range(100):
        memory.remember(b"%d" % number, None)
    assert "yes" == memory.recall(b"right", clock.now)
    assert 3 == len(memory._refused)
    assert memory.recall(b"96", clock.now) is UNKNOWN
    assert memory.recall(b"97", clock.now) is None


def test_all_who_ask_at_once_share_one_verification() -> None:
    async def body(
        pool: HashingPool, memory: VerdictMemory[str], clock: Clock
    ) -> tuple[list[str | None], int]:
        gate = Gate()
        asked = [asyncio.create_task(memory.verify(b"a", gate)) for _ in range(100)]
        await asyncio.sleep(0)
        gate.opened.set()
        verdicts = await asyncio.gather(*asked)
        assert "yes" == memory.recall(b"a", clock.now)
        return verdicts, gate.runs

    assert (["yes"] * 100, 1) == run(body)


def test_one_who_hangs_up_takes_the_verdict_from_nobody() -> None:
    async def body(pool: HashingPool, memory: VerdictMemory[str], clock: Clock) -> str | None:
        gate = Gate()
        impatient, patient = (asyncio.create_task(memory.verify(b"a", gate)) for _ in range(2))
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.gather(impatient, return_exceptions=True)
        assert impatient.cancelled()
        gate.opened.set()
        return await patient

    assert "yes" == run(body)


def test_a_verdict_is_remembered_even_when_all_hung_up() -> None:
    async def body(pool: HashingPool, memory: VerdictMemory[str], clock: Clock) -> None:
        gate = Gate()
        asked = asyncio.create_task(memory.verify(b"a", gate))
        await asyncio.sleep(0)
        under_way = memory._running[b"a"]
        asked.cancel()
        gate.opened.set()
        await under_way
        assert "yes" == memory.recall(b"a", clock.now)
        assert {} == memory._running

    run(body)


def test_as_many_wait_as_may_and_the_next_is_told_to_come_again() -> None:
    async def body(pool: HashingPool, memory: VerdictMemory[str], clock: Clock) -> None:
        gate = Gate()
        asked = [asyncio.create_task(memory.verify(b"%d" % number, gate)) for number in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(AccessBusy) as raised:
            await memory.verify(b"one more", gate)
        assert raised.value.retryable
        assert "ACCESS_BUSY" == raised.value.code
        assert memory.recall(b"one more", clock.now) is UNKNOWN
        # One that is under way already stands in no line.
        joined = asyncio.create_task(memory.verify(b"4", gate))
        gate.opened.set()
        assert ["yes"] * 6 == await asyncio.gather(*asked, joined)
        assert "yes" == await memory.verify(b"one more", gate)

    run(body)


def test_what_went_wrong_is_told_to_all_and_not_remembered() -> None:
    async def body(pool: HashingPool, memory: VerdictMemory[str], clock: Clock) -> None:
        opened = threading.Event()

        def fail() -> str | None:
            assert opened.wait(30)
            raise AccessBusy("the disk is gone")

        asked = [asyncio.create_task(memory.verify(b"a", fail)) for _ in range(2)]
        await asyncio.sleep(0)
        opened.set()
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert [AccessBusy, AccessBusy] == [type(one) for one in told]
        assert memory.recall(b"a", clock.now) is UNKNOWN
        assert "yes" == await memory.verify(b"a", lambda: "yes")

    run(body)


@pytest.mark.parametrize("verdict", ["yes", None])
def test_a_change_drops_what_was_remembered(verdict: str | None) -> None:
    memory, clock = memory_of()
    memory.remember(b"a", verdict)
    memory.forget()
    assert memory.recall(b"a", clock.now) is UNKNOWN


@pytest.mark.parametrize("verdict", ["yes", None])
def test_a_verdict_under_way_at_a_change_is_neither_remembered_nor_shared(verdict: str | None) -> None:
    async def body(pool: HashingPool, memory: VerdictMemory[str], clock: Clock) -> None:
        before, after = Gate(verdict), Gate("new")
        early = asyncio.create_task(memory.verify(b"a", before))
        await asyncio.sleep(0)
        memory.forget()
        late = asyncio.create_task(memory.verify(b"a", after))
        await asyncio.sleep(0)
        after.opened.set()
        assert "new" == await late
        before.opened.set()
        assert verdict == await early
        assert "new" == memory.recall(b"a", clock.now)

    run(body)
