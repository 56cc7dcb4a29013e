"""How many streams there may be."""

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
