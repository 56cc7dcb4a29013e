"""Packing and unpacking sorted numbers by the thousand, with numpy: the writer's side of `value_format`."""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hooklog.eventlog.value_format import PART_NUMBERS, Numbers

__all__ = ["Array", "pack", "pack_parts", "unpack"]

Array: TypeAlias = NDArray[np.uint64]

_BYTES = 8


def pack(numbers: Array) -> Numbers:
    """Some numbers in ascending order, at least one."""
    first = int(numbers[0])
    width = max(1, ((int(numbers[-1]) - first).bit_length() + 7) // 8)
    distances = (numbers - np.uint64(first)).astype(">u8").view(np.uint8).reshape(len(numbers), _BYTES)
    return Numbers(first, width, distances[:, _BYTES - width :].tobytes())


def pack_parts(numbers: Array) -> Iterator[Numbers]:
    """Any number of them, in parts that fill about a page each."""
    for start in range(0, len(numbers), PART_NUMBERS):
        yield pack(numbers[start : start + PART_NUMBERS])


def unpack(packed: Numbers) -> Array:
    """What was packed."""
    width = packed.width
    distances = np.zeros((len(packed), _BYTES), np.uint8)
    distances[:, _BYTES - width :] = np.frombuffer(packed.body, np.uint8).reshape(len(packed), width)
    return distances.reshape(-1).view(">u8").astype(np.uint64) + np.uint64(packed.first)
