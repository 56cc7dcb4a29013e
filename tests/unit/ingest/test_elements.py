"""Parting an array: each element byte for byte, wherever the pieces end, and a clear word where it is none."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooklog.ingest.elements import ArraySplitter

LAW = settings(deadline=None, print_blob=True)
MIB = 1024 * 1024

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text('a"\\{}[],: é\n', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('k"{', max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def split(text: bytes, piece_bytes: int, element_bytes_max: int = MIB) -> tuple[list[bytes], str]:
    splitter = ArraySplitter(element_bytes_max)
    found: list[bytes] = []
    for at in range(0, len(text), piece_bytes):
        found += splitter.feed(text[at : at + piece_bytes])
    splitter.end()
    return found, splitter.wrong


@LAW
@given(st.lists(VALUES, max_size=8), st.sampled_from([b",", b" ,", b",\n\t ", b"\r\n,"]), st.integers(1, 40))
def test_elements_are_what_stands_between_the_commas_wherever_pieces_end(
    values: list[object], between: bytes, piece_bytes: int
) -> None:
    texts = [msgspec.json.encode(value) for value in values]
    assert (texts, "") == split(b" \n[ " + between.join(texts) + b" ]\n", piece_bytes)


@LAW
@given(st.text('[]{},"\\ 1a', max_size=30), st.integers(1, 30))
def test_whatever_comes_pieces_make_no_difference_and_json_is_never_refused(
    text: str, piece_bytes: int
) -> None:
    raw = text.encode()
    whole = split(raw, len(raw) or 1)
    found, wrong = split(raw, piece_bytes)
    assert whole == (found, wrong)
    try:
        parts = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except msgspec.DecodeError:
        return
    assert ([bytes(part) for part in parts], "") == whole


@pytest.mark.parametrize(
    ("text", "elements", "why"),
    [
        (b"", 0, "not closed: it ends in element 1"),
        (b" ", 0, "not closed: it ends in element 1"),
        (b"[", 0, "not closed: it ends in element 1"),
        (b'[{"a":1},{"b":', 1, "not closed: it ends in element 2"),
        (b'["a', 0, "not closed: it ends in element 1"),
        (b"{}", 0, "this is not an array"),
        (b'"[1]"', 0, "this is not an array"),
        (b"[1}", 0, "element 1 ends in a bracket that nothing opened"),
        (b"[1]]", 1, "more behind the array's end, after element 1"),
        (b"[1] 2", 1, "more behind the array's end, after element 1"),
        (b"[,1]", 0, "element 1 of the array is missing"),
        (b"[1,,2]", 1, "element 2 of the array is missing"),
        (b"[1,]", 1, "element 2 of the array is missing"),
    ],
)
@pytest.mark.parametrize("piece_bytes", [1, 2, 100])
def test_what_is_no_array_is_said_and_what_was_whole_is_found(
    text: bytes, elements: int, why: str, piece_bytes: int
) -> None:
    found, wrong = split(text, piece_bytes)
    assert elements == len(found)
    assert why in wrong


@pytest.mark.parametrize("text", [b"[]", b" [ ] ", b"[\n]"])
def test_an_empty_array_has_no_element(text: bytes) -> None:
    assert ([], "") == split(text, 100)


@pytest.mark.parametrize("piece_bytes", [1, 7, 100])
def test_what_an_element_has_beyond_its_bound_is_left_out(piece_bytes: int) -> None:
    assert ([b"x" * 20, b"2"], "") == split(b"[" + b"x" * 21 + b",2]", piece_bytes, element_bytes_max=20)


@pytest.mark.parametrize(
    "text", [b"[" * MIB, b'[{"a":' * 100_000, b'["' + b"\\\\" * MIB, b'[{"' + b"x" * MIB]
)
def test_no_depth_and_no_length_is_too_much(text: bytes) -> None:
    found, wrong = split(text, 16 * 1024)
    assert [] == found
    assert "not closed" in wrong
