"""Which identifiers are malformed, and which two are the same (contract I.5 (e), I.22)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooklog.directory.base import Identifier
from hooklog.directory.identifier import IDENTIFIER_TYPES, canonical, canonical_type, is_malformed

# A busy machine may be slow; what fails is printed so that it can be repeated.
LAW = settings(deadline=None, print_blob=True)


@pytest.mark.parametrize("spelling", IDENTIFIER_TYPES)
def test_a_type_matches_without_regard_to_case(spelling: str) -> None:
    assert (
        spelling
        == canonical_type(spelling)
        == canonical_type(spelling.upper())
        == canonical_type(spelling.lower())
    )


def test_both_documented_spellings_of_one_type_are_one() -> None:
    assert canonical_type("fbId") == canonical_type("fbid")


def test_an_unknown_type_stays_as_given() -> None:
    assert "ShoeSize" == canonical_type("ShoeSize")
    assert "" == canonical_type("")


@pytest.mark.parametrize("value", ["1234567", "+1234567", "123456789012345", "+123456789012345"])
def test_a_mobile_has_7_to_15_digits_and_may_start_with_plus(value: str) -> None:
    assert not is_malformed("mobile", value)
    assert not is_malformed("MOBILE", value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "+",
        "123456",
        "+123456",
        "1234567890123456",
        "++1234567",
        "1234567+",
        "12 34567",
        "1234567\n",
        "\u0661234567",
    ],
)
def test_any_other_mobile_is_malformed(value: str) -> None:
    assert is_malformed("mobile", value)


@pytest.mark.parametrize("value", ["a@b", "Member@Example.org", "ü@ö", "a b@c"])
def test_an_email_is_one_at_with_text_around_it(value: str) -> None:
    assert not is_malformed("email", value)


@pytest.mark.parametrize("value", ["", "@", "a@", "@b", "a", "a@b@c", "a@@b", " @b", "a@ "])
def test_any_other_email_is_malformed(value: str) -> None:
    assert is_malformed("Email", value)


@pytest.mark.parametrize("value", ["0", "564590100", "-1", "9223372036854775807", "-9223372036854775808"])
def test_a_user_id_is_an_integer_of_64_bits(value: str) -> None:
    assert not is_malformed("userId", value)
    assert not is_malformed("userid", value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "-",
        "+1",
        "1.0",
        "1e3",
        " 1",
        "1\n",
        "abc",
        "\u0661",
        "9223372036854775808",
        "-9223372036854775809",
        "1" * 20,
    ],
)
def test_any_other_user_id_is_malformed(value: str) -> None:
    assert is_malformed("userId", value)


@LAW
@given(st.text())
def test_values_of_other_types_are_never_malformed(value: str) -> None:
    for kind in ("externalId", "wechat", "cardnumber", "ShoeSize"):
        assert not is_malformed(kind, value)


def test_matching_drops_a_leading_plus_of_a_mobile_only() -> None:
    assert canonical("mobile", "917744876415") == canonical("Mobile", "+917744876415")
    assert canonical("externalId", "917744876415") != canonical("externalId", "+917744876415")


def test_matching_ignores_the_case_of_an_email_only() -> None:
    assert canonical("email", "member@example.org") == canonical("EMAIL", "Member@Example.ORG")
    assert canonical("externalId", "abc") != canonical("externalId", "ABC")


def test_source_and_account_must_agree() -> None:
    base = canonical("wechat", "w1", "WECHAT", "account-1")
    assert base == canonical("wechat", "w1", "wechat", "account-1")
    assert base != canonical("wechat", "w1", "LINE", "account-1")
    assert base != canonical("wechat", "w1", "WECHAT", "account-2")


def test_left_out_source_is_instore_without_account() -> None:
    assert Identifier("mobile", "1234567", "INSTORE", "") == canonical("mobile", "+1234567")
    assert canonical("mobile", "+1234567") == canonical("mobile", "+1234567", "")


@LAW
@given(
    st.sampled_from([*IDENTIFIER_TYPES, "ShoeSize"]), st.from_regex(r"\+?[^+]*", fullmatch=True), st.text()
)
def test_canonical_of_canonical_changes_nothing(kind: str, value: str, account_id: str) -> None:
    once = canonical(kind, value, "instore", account_id)
    assert once == canonical(once.type, once.value, once.source, once.account_id)
