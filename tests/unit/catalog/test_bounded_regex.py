"""A regex from outside stays within its bounds, and usual ones are not in the way of them."""

import re

import pytest

from hooklog.catalog.bounded_regex import PATTERN_CHARS_MAX, PATTERN_COPIES_MAX, compile_bounded


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "7d5c1b0e-6f0a-4c1b-9a52-0d1f4f1c2a33"),
        (r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)", "10.20.30.255"),
        (r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", "2026-01-05 10:00:00"),
        (r"(([0-9a-f]{1,4}:){7,7}[0-9a-f]{1,4}|([0-9a-f]{1,4}:){1,7}:)", "fe80:1::"),
        (r"(?i)^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}$", "Member@Example.org"),
        (r"\p{Lu}\p{L}*+", "Ünsal"),
        (r"(?<year>\d{4})(?P=year)", "20262026"),
        (r"(?<!x)A{1}(?=B)B", "AB"),
        (r"\{1000000\}", "{1000000}"),
    ],
)
def test_usual_patterns_match(pattern: str, value: str) -> None:
    assert "" == compile_bounded(pattern)(value)
    assert "" != compile_bounded(pattern)(value + " ")


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "*",
        "a**",
        "[z-a]",
        r"\p{Nothing}",
        r"\N{no such name}",
        "(?(9)a|b)",
        "(?P=nobody)",
        "(?L)(?u)a",
        "(" * 900 + ")" * 900,
    ],
)
def test_a_pattern_that_does_not_compile_finds_every_value_wrong(pattern: str) -> None:
    assert compile_bounded(pattern)("a").startswith("the definition's regex cannot be used: ")


@pytest.mark.parametrize(
    "pattern",
    [
        "a{1000000000}",
        "[ab]{1000000,}",
        "(a){1000000,1000000}",
        "((a{1000}){1000}){1000}",
        "(?:(?:a?){1000}){1000}",
        "(?=a{1000}){1000}",
        "(a{1000})(?#why){1000}",
        "(abc|def){65535}",
        r"(a{1000}\\){1000}",
        "a{" + "9" * 1_900 + "}",
    ],
)
def test_a_pattern_that_would_take_much_memory_is_refused_unseen(pattern: str) -> None:
    assert "repeats too much" in compile_bounded(pattern)("a")


@pytest.mark.parametrize("pattern", ["(?x) a { 1000000 }", "(?ix)a", "(?s-x:a)", "(?i-mx)(?V1)a"])
def test_the_flag_that_could_hide_a_count_is_refused(pattern: str) -> None:
    assert "flag x" in compile_bounded(pattern)("a")


def test_both_sides_of_the_bound_on_copies() -> None:
    most = PATTERN_COPIES_MAX - len("a{12345}")
    assert "" == compile_bounded(f"a{{{most}}}")("a" * most)
    assert "repeats too much" in compile_bounded(f"a{{{most + 1}}}")("a" * (most + 1))


def test_both_sides_of_the_bound_on_length() -> None:
    assert "" == compile_bounded("a" * PATTERN_CHARS_MAX)("a" * PATTERN_CHARS_MAX)
    assert "characters" in compile_bounded("a" * (PATTERN_CHARS_MAX + 1))("a" * (PATTERN_CHARS_MAX + 1))


def test_a_match_that_takes_too_long_is_given_up() -> None:
    what_is_wrong = compile_bounded("(?:a|aa)+[bc]")
    assert re.search("took longer than", what_is_wrong("a" * 5_000 + "bd"))
    assert "" == what_is_wrong("aab"), "the next value is judged as ever"
