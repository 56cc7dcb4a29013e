"""What each field type accepts and how a record stores it (contract I.21, II.1.5)."""

import math
from datetime import UTC

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooklog.catalog.base import Attribute, Field
from hooklog.pipeline.field_types import double_text
from hooklog.pipeline.fields import Judged, compile_fields

# A busy machine may be slow; what fails is printed so that it can be repeated.
LAW = settings(deadline=None, print_blob=True)

NOW_MS = 1_767_607_200_000
CODE_TYPES = ("couponCode", "productSku", "productBrand", "productCategory", "tillCode", "groupId")


def field(name: str, kind: str, **attributes: str | tuple[str, ...]) -> Field:
    """A field with its attributes given as `isRequired="false"` or `possibleValues=("a", "b")`."""
    return Field(
        name,
        kind,
        {
            key: Attribute(value, "STRING") if isinstance(value, str) else Attribute(None, "LIST", value)
            for key, value in attributes.items()
        },
    )


def judge(fields: tuple[Field, ...], body: str) -> Judged:
    values = msgspec.json.decode(body, type=dict[str, object])
    return compile_fields(fields).judge(values, UTC, NOW_MS)


def judge_one(kind: str, value: str, **attributes: str | tuple[str, ...]) -> str | tuple[str, str]:
    """The text stored for a JSON value in a field of a type; of a failure, the rule and what was received."""
    judged = judge((field("it", kind, **attributes),), f'{{"it":{value}}}')
    if judged.failures:
        (failure,) = judged.failures
        assert {} == judged.stored
        assert "it" == failure.field
        return failure.rule, failure.received
    return judged.stored["it"]


@pytest.mark.parametrize("kind", CODE_TYPES)
def test_codes_are_text_or_numbers(kind: str) -> None:
    assert " A-1 " == judge_one(kind, '" A-1 "')
    assert "12" == judge_one(kind, "12")
    assert "12.5" == judge_one(kind, "12.50")
    assert "123456789012345678901234567890" == judge_one(kind, "123456789012345678901234567890")
    for refused in ("true", "false", '{"a":1}', "[1,2]", "{}", "[]"):
        assert (kind, refused) == judge_one(kind, refused)


def test_a_string_takes_every_value() -> None:
    assert "12" == judge_one("string", "12")
    assert "0.1" == judge_one("string", "0.1")
    assert "true" == judge_one("string", "true")
    assert '{"a":[1,"é"]}' == judge_one("string", '{"a": [1, "\\u00e9"]}')


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("20", "20.0"),
        ('"12"', "12.0"),
        ("0.1", "0.1"),
        ("1e21", "1000000000000000000000.0"),
        ('"1E-7"', "0.0000001"),
        ("1.5e-7", "0.00000015"),
        ('"+5."', "5.0"),
        ('".5"', "0.5"),
        ('"-0"', "-0.0"),
        ("9007199254740993", "9007199254740992.0"),
        ("1.7976931348623157e308", "17976931348623157" + "0" * 292 + ".0"),
        ('"' + "0" * 999 + '1"', "1.0"),
    ],
)
def test_a_double_is_stored_as_its_shortest_decimal(sent: str, stored: str) -> None:
    assert stored == judge_one("double", sent)


@pytest.mark.parametrize(
    "sent",
    [
        "true",
        "{}",
        "[1]",
        '"x"',
        '" 1"',
        '"1 "',
        '"1\\n"',
        '"1_000"',
        '"1,5"',
        '"0x10"',
        '"1e"',
        '"."',
        '"-"',
        '"NaN"',
        '"Infinity"',
        '"1e309"',
        '"\u0661"',
        '"' + "0" * 1_000 + '1"',
        "1" + "0" * 400,
    ],
)
def test_what_is_no_finite_number_fails_as_double(sent: str) -> None:
    found = judge_one("double", sent)
    assert "double" == found[0]


@LAW
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_double_reads_back_as_the_same_number(number: float) -> None:
    text = double_text(number)
    assert (number, math.copysign(1, number)) == (float(text), math.copysign(1, float(text)))
    assert "." in text
    assert "e" not in text
    assert text == judge_one("double", f'"{text}"'), "what we stored can be sent again"


def test_an_enum_is_one_of_the_possible_texts() -> None:
    possible = ("gold", "silver")
    assert "gold" == judge_one("enum", '"gold"', possibleValues=possible)
    assert ("possibleValues", "Gold") == judge_one("enum", '"Gold"', possibleValues=possible)
    assert ("enum", "1") == judge_one("enum", "1", possibleValues=("1",))
    assert "anything" == judge_one("enum", '"anything"')
    assert "anything" == judge_one("enum", '"anything"', possibleValues=())
    (failure,) = judge((field("it", "enum", possibleValues=possible),), '{"it":"x"}').failures
    assert "send one of gold, silver" == failure.hint


def test_a_date_keeps_the_text_as_sent() -> None:
    assert "05-jan-26" == judge_one("date", '"05-jan-26"')
    assert ("date", "2026-02-30") == judge_one("date", '"2026-02-30"')
    assert ("date", "1767607200000") == judge_one("date", "1767607200000")


def test_a_currency_code_is_three_letters() -> None:
    assert "INR" == judge_one("currencyCode", '"INR"')
    assert "usd" == judge_one("currencyCode", '"usd"')
    for refused in ("IN", "INRR", "IN1", "ÄÖÜ", "INR\\n"):
        assert "currencyCode" == judge_one("currencyCode", f'"{refused}"')[0]
    assert ("currencyCode", "123") == judge_one("currencyCode", "123")


def test_a_field_of_an_unknown_type_is_our_own_bug() -> None:
    with pytest.raises(AssertionError, match="unknown type colour"):
        compile_fields((field("it", "colour"),))


@pytest.mark.parametrize("kind", ["string", "couponCode"])
def test_a_regex_must_match_the_whole_text(kind: str) -> None:
    assert "AB12" == judge_one(kind, '"AB12"', regex="[A-Z]+[0-9]+")
    assert ("regex", "AB12x") == judge_one(kind, '"AB12x"', regex="[A-Z]+[0-9]+")
    assert ("regex", "12\n") == judge_one(kind, '"12\\n"', regex="[0-9]+$")
    assert "1234" == judge_one(kind, "1234", regex="[0-9]{4}")
    assert "anything" == judge_one(kind, '"anything"', regex="")


def test_a_regex_on_another_type_means_nothing() -> None:
    assert "x" == judge_one("productSku", '"x"', regex="[0-9]+")


def test_a_refused_value_is_not_matched_at_all() -> None:
    assert ("couponCode", "true") == judge_one("couponCode", "true", regex=".*")


@pytest.mark.parametrize("pattern", ["(", "(x+x+)+y$|[xz]+[yz]{3}q", "((a{1000}){1000}){1000}"])
def test_a_regex_that_cannot_be_used_fails_the_field_and_not_the_pipeline(pattern: str) -> None:
    """One does not compile, one runs for ever, one would need all memory there is."""
    compiled = compile_fields((field("it", "string", regex=pattern),))
    (failure,) = compiled.judge({"it": "x" * 5_000 + "y" * 5_000 + "q!"}, UTC, NOW_MS).failures
    assert ("it", "regex") == (failure.field, failure.rule)
    assert "the definition's regex" in failure.hint
