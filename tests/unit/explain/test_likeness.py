"""Names that look alike, and identifiers that cannot be what they should: bounded, and never wrong about what fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooklog.directory.identifier import is_malformed
from hooklog.explain.alike import alike
from hooklog.explain.identifiers import look_like_customer, why_malformed


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("Store_Visit", ["store_visit", "other"], ["store_visit"]),
        ("store visit", ["store-visit", "StoreVisit"], ["store-visit", "StoreVisit"]),
        ("store_vist", ["store_visit", "store_exit", "bill"], ["store_visit", "store_exit"]),
        ("store_visit", ["store_visit"], []),
        ("bill", ["store_visit"], []),
        ("__", ["a", "--"], []),
        ("visit", [], []),
    ],
)
def test_names_that_differ_in_case_or_a_letter_look_alike(
    name: str, known: list[str], expected: list[str]
) -> None:
    assert expected == alike(name, known)


@given(st.text(max_size=300), st.lists(st.text(max_size=60), max_size=50))
def test_what_looks_alike_is_known_and_another_and_few(name: str, known: list[str]) -> None:
    found = alike(name, known)
    assert len(found) <= 3
    assert len(set(found)) == len(found)
    assert set(found) <= set(known) - {name}


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        ("mobile", "91-98 x", "it holds a space, `-`, `x`, and only digits may follow an optional +"),
        ("mobile", "123456", "it has 6 digits, and 7 to 15 are allowed"),
        ("mobile", "", "it has 0 digits, and 7 to 15 are allowed"),
        ("mobile", "++1234567", "it holds `+`, and only digits may follow an optional +"),
        ("email", "a.example", "it has no @, and exactly one is allowed"),
        ("email", "a@b@c", "it has 2 @, and exactly one is allowed"),
        ("email", " @b", "it has no text before the @"),
        ("email", "a@", "it has no text behind the @"),
        ("userId", "9" * 19, "it is beyond 64 bits"),
        ("userId", "x1", "it is not a whole number"),
        ("externalId", "", ""),
        ("mobile", "+919800000001", ""),
    ],
)
def test_why_an_identifier_is_malformed_is_said(kind: str, value: str, why: str) -> None:
    assert why == why_malformed(kind, value)


@given(st.sampled_from(["mobile", "email", "userId", "externalId"]), st.text(max_size=30))
def test_a_reason_is_given_exactly_for_what_is_malformed(kind: str, value: str) -> None:
    assert is_malformed(kind, value) == bool(why_malformed(kind, value))


def test_only_what_could_be_a_customers_identifier_looks_like_one() -> None:
    attributes = {
        "phone": "919800000001",
        "number": 919800000002,
        "till": "1234567",
        "flag": True,
        "mail": "a@b.example",
        "nested": {"phone": "919800000001"},
        "hidden": "*****",
    }
    assert ["phone", "number"] == look_like_customer(attributes, "mobile")
    assert ["mail"] == look_like_customer(attributes, "email")
    assert [] == look_like_customer(attributes, "externalId")
