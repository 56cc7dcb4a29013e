"""Bars of block characters: they keep their place, and what is there is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooklog.commands.bars import bar, spark


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0.0, 1.0, "████████"),
        (0.0, 0.0, "▏       "),
        (1.0, 0.0, "       ▏"),
        (0.5, 0.5, "    ████"),
        (0.25, 0.0625, "  ▌     "),
        (0.9, 5.0, "       ▊"),
        (-1.0, 2.0, "████████"),
        (7.0, -1.0, "       ▏"),
    ],
)
def test_a_bar_is_never_invisible_and_never_leaves_its_place(
    start: float, length: float, expected: str
) -> None:
    assert expected == bar(start, length, 8)


@pytest.mark.parametrize(
    ("counts", "cells", "expected"),
    [
        ([], 8, ""),
        ([0, 0], 8, "  "),
        ([1, 8, 4, 0], 8, "▁█▄ "),
        ([1, 1_000_000], 8, "▁█"),
        ([1, 1, 2, 2, 4], 3, "▄██"),
    ],
)
def test_numbers_are_as_high_as_they_are(counts: list[int], cells: int, expected: str) -> None:
    assert expected == spark(counts, cells)


@given(st.lists(st.integers(0, 10**9), max_size=2_000), st.integers(1, 100))
def test_numbers_fit_their_place_and_what_is_there_is_seen(counts: list[int], cells: int) -> None:
    drawn = spark(counts, cells)
    assert len(drawn) <= cells
    assert any(counts) == bool(drawn.strip())
