"""Events of a batch, many at a time: parted exactly, and judged as each would be by itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooklog.ingest import batch_parts
from hooklog.ingest.batch_judge import judge_events
from hooklog.ingest.batch_parts import parts_of
from hooklog.ingest.body import BadBody, judge_body
from hooklog.ingest.push import IngestSettings

LAW = settings(deadline=None, print_blob=True)
BOUNDS = IngestSettings(body_bytes_max=60, depth_max=4)

GOOD = [b"{}", b'{"a":1}', b'{ "event_name" : "x", "b":[{"c":null}] }', '{"é":"\\u00e9\U0001f600"}'.encode()]
NO_EVENTS = [
    *(b"7", b'"text"', b"[]", b"null", b"[[[[[1]]]]]", b'{"a":{"b":{"c":{"d":{}}}}}', b'{"a":[[[[[]]]]]}'),
    *(b'{"eventDateTimeInputOffset":1}', b'{"\\u0065ventDateTimeInputOffset":1}'),
    *(b'{"a":"%s"}' % (b"x" * 53), b"[%s]" % (b"1," * 40 + b"1"), b'{"a":{"eventDateTimeInputOffset":1}}'),
]
NO_JSON = [
    b'{"a":}',
    b"nul",
    b'{"a":1}{"b":2}',
    b'"\xff"',
    b"1e999",
    b'{"a":"\\ud800"}',
    b"{'a':1}",
    b'{"a":1 "b"}',
]
# Together these two would be JSON.
HALVES = [b'{"a":1', b'"b":2}']

TEXTS = st.lists(st.sampled_from(GOOD) | st.sampled_from(NO_EVENTS + NO_JSON), max_size=12)
LINES = st.lists(st.sampled_from(GOOD) | st.sampled_from(NO_EVENTS + NO_JSON + HALVES), max_size=12)


@contextmanager
def pieces_of(size: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_parts, "_PIECE_BYTES", size)
        patch.setattr(batch_parts, "_SPLIT_BYTES", max(1, size // 8))
        yield


def parted(body: bytes, *, are_lines: bool) -> tuple[list[bytes], BadBody | None]:
    texts: list[bytes] = []
    for part in parts_of(body, are_lines=are_lines):
        if isinstance(part, BadBody):
            return texts, part
        texts += part
    return texts, None


@LAW
@given(LINES, st.sampled_from([b"\n", b"\r\n", b" \n\n\t", b"\n \r\n"]), st.integers(1, 100))
def test_lines_are_the_events_without_their_blanks(texts: list[bytes], between: bytes, size: int) -> None:
    body = between.join(texts)
    with pieces_of(size):
        assert (texts, None) == parted(body, are_lines=True)
        assert (texts, None) == parted(body + b"\n", are_lines=True)


@LAW
@given(TEXTS, st.sampled_from([b",", b" , ", b",\n"]), st.integers(1, 100))
def test_elements_are_the_events_however_large_the_array_is(
    texts: list[bytes], between: bytes, size: int
) -> None:
    with pieces_of(size):
        assert (texts, None) == parted(b"[ " + between.join(texts) + b"\n]", are_lines=False)


@pytest.mark.parametrize(
    "body", [b"", b" ", b'{"a":1}', b'[{"a":1}', b'[{"a":1},]', b'[{"a":1}]x', b'[{"a":"']
)
@pytest.mark.parametrize("size", [1, 100_000])
def test_what_is_no_array_is_said_in_the_end(body: bytes, size: int) -> None:
    with pieces_of(size):
        _, bad = parted(body, are_lines=False)
    assert bad is not None
    assert not bad.is_json
    assert ("the body is empty" if not body.strip() else "the batch is no JSON array") in bad.why


def test_deep_elements_harm_no_other() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert ([b"1", deep, b"2"], None) == parted(b"[1," + deep + b",2]", are_lines=False)


def _expected(text: bytes, *, are_lines: bool) -> tuple[int, str] | str | None:
    """By itself: the answer's status and message, the reason why it is no JSON in an array, None where accepted."""
    if len(text) > BOUNDS.body_bytes_max:
        return 413, f"Request too large: {len(text)} bytes; at most 60 are allowed"
    bad = judge_body(text, BOUNDS.depth_max)
    if bad is None:
        return None
    return bad.why if not (are_lines or bad.is_json) else (400, f"Invalid request body: {bad.why}")


@LAW
@given(LINES, st.booleans())
def test_each_event_is_judged_as_by_itself(texts: list[bytes], are_lines: bool) -> None:
    judged = judge_events(texts, BOUNDS, are_lines=are_lines)
    said = {
        place: why.why if isinstance(why, BadBody) else (why.http_status, why.answer_message)
        for place, why in judged.items()
    }
    expected = {place: _expected(text, are_lines=are_lines) for place, text in enumerate(texts)}
    assert {place: why for place, why in expected.items() if why is not None} == said


def test_what_is_good_and_what_is_not_is_as_this_file_says() -> None:
    assert [] == [text for text in GOOD if _expected(text, are_lines=False) is not None]
    assert [NO_EVENTS[-1]] == [
        text for text in NO_EVENTS if not isinstance(_expected(text, are_lines=False), tuple)
    ]
    assert [] == [text for text in NO_JSON if not isinstance(_expected(text, are_lines=False), str)]


def test_values_that_only_together_fill_their_lines_are_refused() -> None:
    lines = [b'{"a":1},{"b":1}', b'{"c":[{}', b'{}],"d":{}}']
    assert {0, 1, 2} == set(judge_events(lines, BOUNDS, are_lines=True))
    assert msgspec.json.decode(b"[" + b",".join(lines) + b"]")
    lines = [b'{"a":', b"1}", b"{}"]
    assert {0, 1} == set(judge_events(lines, BOUNDS, are_lines=True))
