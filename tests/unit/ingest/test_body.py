"""What is no body is told in words that help whoever sent it."""

import pytest

from hooklog.ingest.body import judge_body


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "the body is empty"),
        (b" \n", "the body is empty"),
        (b"\xef\xbb\xbf{}", "the body begins with a byte order mark; send UTF-8 without one"),
        (
            rb'{"a":"\ud83d"}',
            r"the body is not JSON: \ud83d is half of a surrogate pair, which is no character",
        ),
        (
            rb'{"a":"\ude00"}',
            r"the body is not JSON: \ude00 is half of a surrogate pair, which is no character",
        ),
        (
            rb'{"a":"\ud83d\ude00 \uD83D x"}',
            r"the body is not JSON: \uD83D is half of a surrogate pair, which is no character",
        ),
        (rb'{"a":"\ud83d\ude00 \\ud83d', "the body is not JSON: Input data was truncated"),
        (b'{"a":', "the body is not JSON: Input data was truncated"),
    ],
)
def test_what_is_no_json_is_told_by_its_reason(body: bytes, why: str) -> None:
    found = judge_body(body, 10)
    assert found is not None
    assert (why, False) == (found.why, found.is_json)


@pytest.mark.parametrize(
    "body", [rb'{"a":"\ud83d\ude00"}', rb'{"a":"\\ud83d"}', rb'{"\u0061":"\ue000\ud7ff"}']
)
def test_whole_pairs_and_escaped_backslashes_are_good(body: bytes) -> None:
    assert judge_body(body, 10) is None
