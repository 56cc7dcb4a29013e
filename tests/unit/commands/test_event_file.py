"""Reading events: every form, byte for byte, whatever the pieces in which it arrives."""

import io
import json
import random
from typing import Any

import pytest

from hooklog.commands import event_file
from hooklog.commands.event_file import Outgoing, read_events
from hooklog.errors import LoadError


def _read(text: bytes) -> list[tuple[int, bytes]]:
    return [(event.line, event.body) for event in read_events(io.BytesIO(text))]


def test_each_line_is_an_event_with_its_number() -> None:
    assert [(1, b'{"a":1}'), (2, b'{"b": 2}')] == _read(b'{"a":1}\n{"b": 2}\n')


def test_the_last_line_needs_no_end() -> None:
    assert [(1, b'{"a":1}'), (2, b'{"b":2}')] == _read(b'{"a":1}\r\n{"b":2}')


def test_blank_lines_count_but_are_no_events() -> None:
    assert [(3, b'{"a":1}'), (6, b'{"b":2}')] == _read(b'\n  \n{"a":1}\n\n\t\n{"b":2}\n\n')


@pytest.mark.parametrize("text", [b"", b"\n", b"  \r\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_nothing_is_no_event(text: bytes) -> None:
    assert [] == _read(text)


def test_a_byte_order_mark_belongs_to_no_event() -> None:
    assert [(1, b'{"a":1}')] == _read(b'\xef\xbb\xbf{"a":1}\n')


def test_a_malformed_line_is_handed_on_and_harms_no_other() -> None:
    assert [(1, b'{"a":1}'), (2, b"oops"), (3, b'{"b":2}')] == _read(b'{"a":1}\noops\n{"b":2}\n')


def test_a_first_line_cut_short_does_not_swallow_the_rest() -> None:
    assert [(1, b'{"a":'), (2, b'{"b":2}'), (3, b'{"c":3}')] == _read(b'{"a":\n{"b":2}\n{"c":3}\n')


def test_an_event_over_several_lines_is_one_and_keeps_every_byte() -> None:
    text = b'{\n  "a": "}{",\n\n  "b": [\n    1\n  ]\n}'
    assert [(1, text)] == _read(text + b"\n")


def test_events_over_several_lines_follow_each_other() -> None:
    first, second = b'{\n  "a": 1\n}', b'{\n  "b": {\n  }\n}'
    assert [(1, first), (5, second)] == _read(first + b"\n\n" + second + b"\n")


def test_an_event_that_is_never_closed_is_handed_on() -> None:
    assert [(1, b'{\n"a": 1')] == _read(b'{\n"a": 1\n')


def test_elements_of_an_array_are_events_with_their_number() -> None:
    assert [(1, b'{"a":1}'), (2, b'{"b":[1,2]}'), (3, b"7")] == _read(b'\n [ {"a":1},\n {"b":[1,2]} , 7 ]\n')


@pytest.mark.parametrize("text", [b"[]", b"[ ]\n", b"[\n]"])
def test_an_empty_array_is_no_event(text: bytes) -> None:
    assert [] == _read(text)


@pytest.mark.parametrize(
    ("text", "before", "why"),
    [
        (b'[{"a":1},{"b":', [b'{"a":1}'], "it ends in element 2"),
        (b'[{"a":1}', [], "it ends in element 1"),
        (b'[{"a":1},]', [b'{"a":1}'], "element 2 of the array is missing"),
        (b'[,{"a":1}]', [], "element 1 of the array is missing"),
        (b'[{"a":1}] {"b":2}', [b'{"a":1}'], "more behind the array's end"),
        (b'[{"a":1}]]', [b'{"a":1}'], "more behind the array's end"),
    ],
)
def test_a_broken_array_ends_the_reading_after_what_was_whole(
    text: bytes, before: list[bytes], why: str
) -> None:
    found: list[bytes] = []
    with pytest.raises(LoadError, match=why):
        found.extend(event.body for event in read_events(io.BytesIO(text)))
    assert before == found


def test_brackets_and_commas_inside_strings_are_text() -> None:
    bodies = [rb'{"a":"],[{\"\\"}', rb'{"b":"\\\\"}']
    assert list(enumerate(bodies, start=1)) == _read(b"[" + b",".join(bodies) + b"]")


def _random_value(random_: random.Random, depth: int) -> Any:
    kind = random_.randrange(4 if depth else 2)
    if kind == 0:
        return "".join(random_.choices('a"\\{}[],: \né', k=random_.randrange(8)))
    if kind == 1:
        return random_.choice([None, True, 12, -3.5])
    if kind == 2:
        return [_random_value(random_, depth - 1) for _ in range(random_.randrange(4))]
    return _random_object(random_, depth - 1)


def _random_object(random_: random.Random, depth: int) -> dict[str, Any]:
    return {f"k{n}": _random_value(random_, depth) for n in range(random_.randrange(4))}


@pytest.mark.parametrize("piece_bytes", [1, 2, 3, 7, 64])
def test_where_the_pieces_end_makes_no_difference(piece_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    random_ = random.Random(seed)
    monkeypatch.setattr(event_file, "_PIECE_BYTES", piece_bytes)
    for _ in range(60):
        objects = [_random_object(random_, 3) for _ in range(random_.randrange(1, 6))]
        small = [json.dumps(one).encode() for one in objects]
        assert list(enumerate(small, start=1)) == _read(b"\n".join(small))
        assert list(enumerate(small, start=1)) == _read(b"[" + b" ,\n".join(small) + b"]")
        spread = [json.dumps(one, indent=1).encode() for one in objects if one]
        assert spread == [body for _, body in _read(b"\n".join(spread))]


def test_a_first_event_is_not_held_back_until_the_second_comes() -> None:
    class Stream(io.BytesIO):
        reads = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.reads += 1
            return super().readline(size)

    stream = Stream(b'{"a":1}\n{"b":2}\n')
    assert Outgoing(1, b'{"a":1}') == next(read_events(stream))
    assert 1 == stream.reads


@pytest.mark.parametrize("form", [b"%s", b"[%s]", b'{\n"a":%s}'])
def test_memory_is_bounded_by_cutting_what_is_too_long(form: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_file, "EVENT_BYTES_MAX", 20)
    whole = len(form % b"") - (2 if form.startswith(b"[") else 0)
    fits, too_long = b"x" * (20 - whole), b"x" * (20 - whole + 1)
    assert [20] == [len(body) for _, body in _read(form % fits)]
    assert [20] == [len(body) for _, body in _read(form % too_long)]
