"""Head and body of an answer leave in one write, in order and whole, whatever comes between them."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from hooklog.listeners.one_write import OneWrite


class Wire:
    """Keeps what is written, one item a write, and what shall be called in the next turn."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.is_closed = False
        self._soon: list[Callable[[], None]] = []
        self.one = OneWrite(cast("Any", self), self._soon.append)

    def write(self, data: bytes) -> None:
        assert not self.is_closed
        self.writes.append(data)

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def turn(self) -> None:
        for call in self._soon:
            call()
        self._soon.clear()


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_head_and_body_of_one_turn_are_one_write(wire: Wire) -> None:
    wire.one.write(b"head ")
    wire.one.write(b"body")
    wire.turn()
    assert [b"head body"] == wire.writes


def test_head_alone_leaves_in_the_next_turn(wire: Wire) -> None:
    wire.one.write(b"head")
    assert [] == wire.writes
    wire.turn()
    assert [b"head"] == wire.writes


@pytest.mark.parametrize("turns_after", [set(), {0}, {1}, {0, 1}, {0, 1, 2}])
def test_pieces_keep_their_order_whenever_the_turns_come(wire: Wire, turns_after: set[int]) -> None:
    for number, piece in enumerate((b"head ", b"one ", b"", b"two")):
        wire.one.write(piece)
        if number in turns_after:
            wire.turn()
    wire.turn()
    assert b"head one two" == b"".join(wire.writes)


def test_closing_sends_what_was_held_first(wire: Wire) -> None:
    wire.one.write(b"head")
    wire.one.close()
    assert ([b"head"], True) == (wire.writes, wire.is_closed)
    wire.turn()
    assert [b"head"] == wire.writes
