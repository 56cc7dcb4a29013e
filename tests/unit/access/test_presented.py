"""Which credential a request is judged by."""

import pytest

from hooklog.access.presented import (
    CREDENTIAL_CHARS_MAX,
    EVERY_MECHANISM,
    Mechanism,
    Presented,
    presented_in,
)

TOKEN, OLD_TOKEN = {"x-cap-api-oauth-token": "t1"}, {"cap-api-access-token": "t2"}
BEARER, BASIC = {"authorization": "Bearer t3"}, {"authorization": "Basic dTpw"}
KEY = {"x-api-key": "hk_1"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (TOKEN, Presented(Mechanism.OAUTH, "t1")),
        (OLD_TOKEN, Presented(Mechanism.OAUTH, "t2")),
        (BEARER, Presented(Mechanism.OAUTH, "t3")),
        (BASIC, Presented(Mechanism.BASIC, "dTpw")),
        (KEY, Presented(Mechanism.API_KEY, "hk_1")),
        ({"authorization": "bAsIc  dTpw "}, Presented(Mechanism.BASIC, "dTpw")),
        ({"authorization": "BEARER t3"}, Presented(Mechanism.OAUTH, "t3")),
        ({"authorization": "Basic"}, Presented(Mechanism.BASIC, "")),
    ],
)
def test_each_mechanism_is_found_in_its_headers(headers: dict[str, str], expected: Presented) -> None:
    assert expected == presented_in(headers, EVERY_MECHANISM)
    assert expected == presented_in(headers, frozenset({expected.mechanism}))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Digest dTpw"},
        {"authorization": "dTpw"},
        {"x-api-key": ""},
        {"x-cap-api-oauth-token": ""},
        {"host": "example"},
    ],
)
def test_no_credential_is_nothing(headers: dict[str, str]) -> None:
    assert presented_in(headers, EVERY_MECHANISM) is None


@pytest.mark.parametrize("headers", [TOKEN, OLD_TOKEN, BEARER, BASIC, KEY])
def test_a_mechanism_that_is_not_taken_is_as_if_absent(headers: dict[str, str]) -> None:
    found = presented_in(headers, EVERY_MECHANISM)
    assert found is not None
    assert presented_in(headers, EVERY_MECHANISM - {found.mechanism}) is None
    assert presented_in(headers, frozenset()) is None


def test_of_several_the_first_is_judged() -> None:
    everything = {**KEY, **BASIC, **OLD_TOKEN, **TOKEN}
    assert Presented(Mechanism.OAUTH, "t1") == presented_in(everything, EVERY_MECHANISM)
    assert Presented(Mechanism.OAUTH, "t2") == presented_in({**KEY, **BASIC, **OLD_TOKEN}, EVERY_MECHANISM)
    assert Presented(Mechanism.BASIC, "dTpw") == presented_in({**KEY, **BASIC}, EVERY_MECHANISM)
    assert Presented(Mechanism.BASIC, "dTpw") == presented_in(everything, frozenset({Mechanism.BASIC}))
    assert Presented(Mechanism.API_KEY, "hk_1") == presented_in(everything, frozenset({Mechanism.API_KEY}))


def test_a_credential_may_be_as_long_as_the_limit_and_no_longer() -> None:
    longest = "k" * CREDENTIAL_CHARS_MAX
    assert Presented(Mechanism.API_KEY, longest) == presented_in({"x-api-key": longest}, EVERY_MECHANISM)
    assert presented_in({"x-api-key": longest + "k"}, EVERY_MECHANISM) is None


@pytest.mark.parametrize("text", ["BASIC", "OAUTH"])
def test_a_webhooks_auth_mechanism_is_a_mechanism(text: str) -> None:
    assert text == Mechanism(text)
