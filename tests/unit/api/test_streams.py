"""How many streams there may be, and that they are told of news."""

import asyncio
from collections.abc import Iterator

import pytest

from hooklog.api.envelope import ApiError
from hooklog.api.streams import Streams


async def newest() -> int:
    return 0


def test_a_place_is_taken_while_a_stream_runs_and_free_again_behind_it() -> None:
    streams = Streams(newest, 1)
    with streams.place(), pytest.raises(ApiError) as refused:
        streams.admit()
    assert (503, "5") == (refused.value.http_status, refused.value.headers["retry-after"])
    streams.admit()


def test_one_that_was_admitted_and_never_began_takes_no_place() -> None:
    streams = Streams(newest, 1)
    for _ in range(3):
        streams.admit()


def test_a_look_that_raised_is_not_the_last_one() -> None:
    """Or no stream of the process would ever be told of anything again."""
    looks: Iterator[RuntimeError | int] = iter([RuntimeError("a bug"), 5])

    async def newest() -> int:
        look = next(looks)
        if isinstance(look, RuntimeError):
            raise look
        return look

    async def waited() -> list[int]:
        streams = Streams(newest, 1)
        with streams.place():
            return [await streams.wait(0, seconds) for seconds in (0.01, 10)]

    assert [0, 5] == asyncio.run(waited())
