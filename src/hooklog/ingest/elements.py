"""The elements of a JSON array as it arrives in pieces: exact, byte for byte, in bounded steps and without recursion.

An array is parted at its commas. What stands between them is not looked at: whether an element is JSON is for
whoever takes it.
"""

import re

__all__ = ["ArraySplitter"]

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# An object without brackets inside is the usual event and passes as one, as strings do. What is left has a group:
# a quote alone opens a string that the piece does not end. Each byte is looked at twice at most.
_MARK = re.compile(
    rb'\{[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+)*+\}|' + _STRING + rb'|(,)|([{\[])|([}\]])|(")',
    re.DOTALL,
)
_COMMA, _OPENING, _CLOSING = 1, 2, 3
_REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)


class ArraySplitter:
    """Feed it an array in pieces of any size, then `end` it."""

    def __init__(self, element_bytes_max: int) -> None:
        """Args: `element_bytes_max`: what an element has beyond is left out."""
        # Why it is no array; "" so far. Nothing is found after that.
        self.wrong = ""
        self._element_bytes_max = element_bytes_max
        self._count = 0
        self._depth = 0
        self._is_begun = self._is_inside_string = self._is_escaped = False
        self._element = bytearray()

    def feed(self, piece: bytes) -> list[bytes]:
        """The elements that end in this piece (not empty), without the blanks around them."""
        found: list[bytes] = []
        start = at = 0
        if not self._is_begun:
            start = at = self._begin(piece)
        elif self._is_inside_string:
            at = self._pass_string(piece, 0)
        if self._depth:
            start = self._part(piece, start, at, found)
        if self._depth:
            self._keep(piece[start:])
        elif not self.wrong and piece[start:].strip():
            self._fail(f"there is more behind the array's end, after element {self._count}")
        return found

    def end(self) -> None:
        """Nothing more comes."""
        if not self.wrong and (self._depth or not self._is_begun):
            self._fail(f"the array is not closed: it ends in element {self._count + 1}")

    def _begin(self, piece: bytes) -> int:
        text = piece.lstrip()
        if not text:
            return len(piece)
        self._is_begun = True
        if not text.startswith(b"["):
            self._fail("this is not an array")
            return len(piece)
        self._depth = 1
        return len(piece) - len(text) + 1

    def _part(self, piece: bytes, start: int, at: int, found: list[bytes]) -> int:
        """Look at the marks from a place on; returns where the element begins that does not end in this piece."""
        depth = self._depth
        for mark in _MARK.finditer(piece, at):
            kind = mark.lastindex
            if kind is None:
                continue
            if kind == _COMMA:
                if depth != 1:
                    continue
            elif kind == _OPENING:
                depth += 1
                continue
            elif kind == _CLOSING:
                depth -= 1
                if depth:
                    continue
            else:
                self._pass_string(piece, mark.end())
                break
            self._keep(piece[start : mark.start()])
            start = mark.end()
            self._end_element(found, mark[0])
            if self.wrong or not depth:
                depth = 0
                break
        self._depth = depth
        return start

    def _pass_string(self, piece: bytes, at: int) -> int:
        """Where the string ends that lies open at a place of this piece."""
        rest = _REST_OF_STRING.match(piece, at + self._is_escaped)
        end = len(piece) if rest is None else rest.end()
        self._is_inside_string = piece[end : end + 1] != b'"'
        self._is_escaped = self._is_inside_string and end < len(piece)
        return end + 1

    def _keep(self, text: bytes) -> None:
        self._element += text[: max(0, self._element_bytes_max - len(self._element))]

    def _end_element(self, found: list[bytes], mark: bytes) -> None:
        text = bytes(self._element).strip()
        self._element.clear()
        if mark == b"}":
            self._fail(f"element {self._count + 1} ends in a bracket that nothing opened")
        elif text:
            self._count += 1
            found.append(text)
        elif self._count or mark == b",":
            self._fail(f"element {self._count + 1} of the array is missing between two commas")

    def _fail(self, why: str) -> None:
        self.wrong = why
        self._depth = 0
