"""Which words a search by `q` finds in what was received (contract I.3)."""

import pytest

from hooklog.eventlog.words import words_of_json


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", set()),
        ('{"Hotel_Name": "Ritz-Paris 2"}', {"hotel", "name", "ritz", "paris", "2"}),
        ("STRASSE straße", {"strasse"}),
        ('"a\\nb"', {"a", "nb", "b"}),
        ('"caf\\u00E9"', {"caf", "u00e9", "café"}),
        ('"\\\\u0041"', {"u0041"}),
        ('"\\ud835\\udc9c"', {"ud835", "udc9c", "\U0001d49c"}),
        ('"\\ud835 x \\', {"ud835", "x"}),
        ("no JSON \\q", {"no", "json", "q"}),
    ],
)
def test_words_are_those_of_the_text_and_of_what_its_escapes_spell(text: str, words: set[str]) -> None:
    assert words == words_of_json(text)
