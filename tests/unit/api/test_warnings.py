"""What a client is warned of about its parameters: those not known, and those given again (contract I.2)."""

import pytest

from hooklog.api.envelope import ignored

_KNOWN = {"limit", "status", "attr.{name}", "format"}


def _told(**parameters: list[str]) -> list[str]:
    return [notice.message for notice in ignored(parameters, _KNOWN, {"status", "attr.{name}"})]


def test_what_is_given_once_is_answered_in_silence() -> None:
    assert [] == _told(limit=["10"], status=["EVENT_SUCCESS"], format=["json"])


@pytest.mark.parametrize("values", [["10", "20"], ["20", "20"], ["1", "2", "20"]])
def test_of_one_value_given_again_the_last_is_named(values: list[str]) -> None:
    expected = f"query parameter 'limit' was given {len(values)} times; the last one, '20', counts"
    assert [expected] == _told(limit=values)


def test_alternatives_may_be_given_as_often_as_one_likes() -> None:
    assert [] == _told(**{"status": ["A", "B"], "attr.hotel": ["Ritz", "Savoy"]})


def test_what_means_nothing_is_warned_of_once_however_often_it_is_given() -> None:
    assert ["query parameter 'colour' is not known here and was ignored"] == _told(colour=["red", "blue"])
    assert [] == _told(format=["json", "json"])


def test_only_the_beginning_of_a_long_value_is_shown() -> None:
    [told] = _told(limit=["1", "x" * 50_000])
    assert 200 > len(told)
