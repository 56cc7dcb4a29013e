"""Numbers come back from their blobs, and are found in them by bisecting."""

from bisect import bisect_left

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooklog.eventlog.value_arrays import pack, pack_parts, unpack
from hooklog.eventlog.value_format import PART_NUMBERS

numbers = st.integers(0, 70_000) | st.integers(0, (1 << 63) - 1)
sorted_numbers = st.lists(numbers, min_size=1, max_size=60, unique=True).map(sorted)


@given(sorted_numbers, st.lists(numbers, max_size=10))
def test_numbers_come_back_and_are_found(some: list[int], others: list[int]) -> None:
    packed = pack(np.array(some, np.uint64))
    assert some == [packed[place] for place in range(len(packed))]
    assert some == unpack(packed).tolist()
    assert (some[0], some[-1]) == (packed.first, packed.last)
    for wanted in [*others, *some, some[0] - 1, some[-1] + 1]:
        assert bisect_left(some, wanted) == packed.below(wanted)


@pytest.mark.parametrize("place", [-1, 3, 4, 1 << 40])
def test_there_is_nothing_beyond_the_ends(place: int) -> None:
    packed = pack(np.array([1, 2, 70_000], np.uint64))
    with pytest.raises(IndexError):
        packed[place]


def test_as_few_bytes_are_taken_as_the_highest_needs() -> None:
    sizes = {
        width: len(pack(np.array([5, 5 + (1 << (8 * width)) - 1], np.uint64)).body) for width in range(1, 8)
    }
    assert {width: 2 * width for width in range(1, 8)} == sizes
    assert 1 == pack(np.array([9], np.uint64)).width


def test_parts_are_full_but_for_the_last() -> None:
    some = np.arange(2 * PART_NUMBERS + 1, dtype=np.uint64)
    parts = list(pack_parts(some))
    assert [PART_NUMBERS, PART_NUMBERS, 1] == [len(part) for part in parts]
    assert some.tolist() == [number for part in parts for number in unpack(part).tolist()]
    assert [] == list(pack_parts(some[:0]))
