"""Two at a time, 64 in line, and no more."""

import asyncio
import threading

import pytest

from hooklog.access.base import AccessBusy
from hooklog.access.hashing_pool import THREADS, WAITING_MAX, HashingPool


def test_the_line_takes_64_besides_the_two_that_run_and_refuses_the_next() -> None:
    async def body() -> None:
        pool, opened = HashingPool(), threading.Event()
        taken = [pool.submit(lambda: opened.wait(30)) for _ in range(2 + 64)]
        with pytest.raises(AccessBusy):
            pool.submit(lambda: True)
        opened.set()
        assert [True] * 66 == await asyncio.gather(*taken)
        assert await pool.submit(lambda: True)
        pool.close()

    assert (2, 64) == (THREADS, WAITING_MAX)
    asyncio.run(body())


def test_no_more_than_its_threads_run_at_once() -> None:
    lock, running, most = threading.Lock(), 0, 0
    both = threading.Barrier(2)

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        both.wait(30)
        with lock:
            running -= 1

    async def body() -> None:
        pool = HashingPool()
        await asyncio.gather(*(pool.submit(work) for _ in range(10)))
        pool.close()

    asyncio.run(body())
    assert 2 == most


def test_work_that_fails_gives_its_place_back() -> None:
    def fail() -> None:
        raise ValueError("no")

    async def body() -> None:
        pool = HashingPool(threads=1, waiting_max=0)
        for _ in range(3):
            with pytest.raises(ValueError, match="no"):
                await pool.submit(fail)
        pool.close()

    asyncio.run(body())


def test_what_waits_at_the_close_is_still_done() -> None:
    async def body() -> list[int]:
        pool, opened = HashingPool(threads=1, waiting_max=1), threading.Event()
        futures = [pool.submit(lambda: int(opened.wait(30))), pool.submit(lambda: 2)]
        pool.close()
        opened.set()
        return await asyncio.gather(*futures)

    assert [1, 2] == asyncio.run(body())
