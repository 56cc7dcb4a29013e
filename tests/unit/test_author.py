"""Who made a change is kept as JSON text in every audit, on disk for good."""

import msgspec
import pytest

from hooklog.author import Attribution, Author

_OLD = b'{"kind":"client","name":"client01","request_id":"11111111111111111111111111111111"}'


def test_what_was_kept_before_is_read_and_acts_for_nobody() -> None:
    assert Author("client", "client01", "1" * 32) == msgspec.json.decode(_OLD, type=Author)


def test_who_acts_for_nobody_is_kept_as_ever() -> None:
    assert _OLD == msgspec.json.encode(Author("client", "client01", "1" * 32))


@pytest.mark.parametrize(
    "acts_for",
    [
        Attribution("till02"),
        Attribution("till02", "TILL", "till02"),
        Attribution("", "STORE_CODE", "S\xe91"),
        Attribution("till02", lookup_type="WECHAT", lookup="AbC"),
    ],
    ids=str,
)
def test_whom_a_change_was_made_for_is_read_as_it_was_written(acts_for: Attribution) -> None:
    author = Author("client", "client01", "1" * 32, acts_for)
    assert author == msgspec.json.decode(msgspec.json.encode(author), type=Author)
