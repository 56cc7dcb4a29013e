"""How sorted numbers lie in a blob: a first one, and the distance of each from it in as few bytes as the last needs.

Numbers come in order, many of them near each other, so most take five bytes of eight. Reading one needs no unpacking
of the others, and no more than Python's own arithmetic.
"""

from typing import Final

import msgspec

__all__ = ["PART_NUMBERS", "Numbers"]

PART_NUMBERS: Final = 780
"""So many numbers of five bytes fill a page of 4 KiB."""


class Numbers(msgspec.Struct, frozen=True, array_like=True):
    """Some numbers of 63 bits in ascending order, as a sequence to be bisected."""

    first: int
    width: int
    body: bytes

    def __len__(self) -> int:
        """How many."""
        return len(self.body) // self.width

    def __getitem__(self, place: int) -> int:
        """The number at a place from 0.

        Raises:
            IndexError: there are not so many.
        """
        start = place * self.width
        raw = self.body[start : start + self.width]
        if place < 0 or not raw:
            raise IndexError(place)
        return self.first + int.from_bytes(raw, "big")

    def below(self, number: int) -> int:
        """How many are lower than a number: where it lies, or would lie, among them."""
        distance = number - self.first
        if distance <= 0:
            return 0
        width, body = self.width, self.body
        if distance >> (8 * width):
            return len(body) // width
        # `bisect` would make a number of everything that it looks at; bytes compare as the numbers do.
        wanted = distance.to_bytes(width, "big")
        low, high = 0, len(body) // width
        while low < high:
            middle = (low + high) // 2
            start = middle * width
            if body[start : start + width] < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    @property
    def last(self) -> int:
        """The highest."""
        return self[len(self) - 1]
