"""Whom a call acts for, by the documented headers."""

import msgspec
import pytest

from hooklog.access.attribution import AttributionError, acting, attribution
from hooklog.access.scopes import TILL_SCOPES, Caller
from hooklog.author import Attribution
from hooklog.directory.base import Till

TYPE, LOOKUP = "x-cap-api-attribution-lookup-type", "x-cap-api-attribution-lookup"
ENTITY_TYPE, ENTITY_CODE = "x-cap-api-attribution-entity-type", "x-cap-api-attribution-entity-code"

TILL = Caller(1, "till", "till01", TILL_SCOPES, "till01")
CLIENT = Caller(1, "client", "demo-key", TILL_SCOPES, "till01")
FALLING_BACK = Caller(1, "client", "demo-key", TILL_SCOPES, "till01", falls_back_to_default_till=True)
API_KEY = Caller(1, "api_key", "reports", TILL_SCOPES)
EVERYBODY = [TILL, CLIENT, FALLING_BACK, API_KEY]


class Tills:
    """till01 and till02 are of org 1, theirs of org 2."""

    def till(self, code: str) -> Till | None:
        known = {
            "till01": Till(1, 1, "till01"),
            "till02": Till(1, 2, "till02"),
            "theirs": Till(2, 3, "theirs"),
        }
        return known.get(code)


def of(headers: dict[str, str], caller: Caller) -> Attribution | AttributionError:
    return attribution(headers, caller, Tills())


@pytest.mark.parametrize("caller", EVERYBODY)
def test_without_headers_a_call_acts_for_the_callers_own_till(caller: Caller) -> None:
    assert Attribution(caller.till_code) == of({}, caller)


@pytest.mark.parametrize("caller", EVERYBODY)
@pytest.mark.parametrize(
    "headers", [{TYPE: "WECHAT"}, {LOOKUP: "abc"}, {TYPE: "WECHAT", LOOKUP: ""}, {TYPE: "", LOOKUP: "abc"}]
)
def test_one_lookup_header_without_the_other_is_1061(headers: dict[str, str], caller: Caller) -> None:
    found = of(headers, caller)
    assert isinstance(found, AttributionError)
    assert 1061 == found.code


def test_the_message_of_1061_names_what_was_sent_and_what_is_missing() -> None:
    message = "X-CAP-API-ATTRIBUTION-LOOKUP-TYPE was sent without X-CAP-API-ATTRIBUTION-LOOKUP; send both or neither"
    assert AttributionError(1061, message) == of({TYPE: "WECHAT"}, TILL)
    message = "X-CAP-API-ATTRIBUTION-LOOKUP was sent without X-CAP-API-ATTRIBUTION-LOOKUP-TYPE; send both or neither"
    assert AttributionError(1061, message) == of({LOOKUP: "abc"}, TILL)


@pytest.mark.parametrize("lookup_type", ["WECHAT", "MOBILE_TRIGGER"])
def test_a_lookup_is_carried_along_as_sent(lookup_type: str) -> None:
    expected = Attribution("till01", lookup_type=lookup_type, lookup="AbC")
    assert expected == of({TYPE: lookup_type, LOOKUP: "AbC"}, TILL)


def test_an_unknown_lookup_type_is_refused_by_name() -> None:
    message = "X-CAP-API-ATTRIBUTION-LOOKUP-TYPE is 'wechat'; allowed are WECHAT, MOBILE_TRIGGER"
    assert AttributionError(400, message) == of({TYPE: "wechat", LOOKUP: "abc"}, CLIENT)


@pytest.mark.parametrize("caller", [CLIENT, FALLING_BACK, API_KEY])
@pytest.mark.parametrize(
    ("headers", "entity_type"),
    [
        ({}, "TILL"),
        ({ENTITY_TYPE: ""}, "TILL"),
        ({ENTITY_TYPE: "TILL"}, "TILL"),
        ({ENTITY_TYPE: "TILL_CODE"}, "TILL_CODE"),
    ],
)
def test_a_tills_code_names_whom_the_call_acts_for(
    headers: dict[str, str], entity_type: str, caller: Caller
) -> None:
    assert Attribution("till02", entity_type, "till02") == of({**headers, ENTITY_CODE: "till02"}, caller)


@pytest.mark.parametrize("code", ["nobody", "theirs", "TILL02"])
@pytest.mark.parametrize("caller", [CLIENT, API_KEY])
def test_an_invalid_till_is_refused(code: str, caller: Caller) -> None:
    message = f"X-CAP-API-ATTRIBUTION-ENTITY-CODE is '{code}'; allowed is the code of a till of this org"
    assert AttributionError(400, message) == of({ENTITY_CODE: code}, caller)


@pytest.mark.parametrize("code", ["nobody", "theirs", "TILL02"])
def test_an_invalid_till_falls_back_to_the_default_where_the_client_says_so(code: str) -> None:
    assert Attribution("till01", "TILL", code) == of({ENTITY_CODE: code}, FALLING_BACK)


@pytest.mark.parametrize("default", ["", "gone", "theirs"])
def test_there_is_no_falling_back_to_a_default_that_is_invalid_too(default: str) -> None:
    caller = Caller(1, "client", "demo-key", TILL_SCOPES, default, falls_back_to_default_till=True)
    assert isinstance(of({ENTITY_CODE: "nobody"}, caller), AttributionError)


@pytest.mark.parametrize("headers", [{ENTITY_TYPE: "TILL"}, {ENTITY_TYPE: "TILL", ENTITY_CODE: ""}])
def test_a_type_without_a_code_names_nobody(headers: dict[str, str]) -> None:
    assert Attribution("till01") == of(headers, CLIENT)


@pytest.mark.parametrize(
    "entity_type",
    ["STORE_CODE", "STORE_NAME", "STORE_EXTERNAL_ID", "STORE_EXTERNAL_ID_1", "STORE_EXTERNAL_ID_2"],
)
def test_a_store_is_carried_along_and_the_call_acts_for_the_default_till(entity_type: str) -> None:
    expected = Attribution("till01", entity_type, "S1")
    assert expected == of({ENTITY_TYPE: entity_type, ENTITY_CODE: "S1"}, CLIENT)


@pytest.mark.parametrize("entity_type", ["CASHIER", "till", "STORE_EXTERNAL_ID_3"])
def test_an_unknown_entity_type_is_refused_by_name(entity_type: str) -> None:
    found = of({ENTITY_TYPE: entity_type, ENTITY_CODE: "till02"}, FALLING_BACK)
    assert isinstance(found, AttributionError)
    assert 400 == found.code
    assert f"is '{entity_type}'; allowed are TILL, TILL_CODE, STORE_CODE" in found.message


def test_a_till_acts_for_itself_whatever_the_entity_headers_say() -> None:
    assert Attribution("till01") == of({ENTITY_TYPE: "CASHIER", ENTITY_CODE: "till02"}, TILL)


def test_a_message_shows_only_the_beginning_of_a_long_value() -> None:
    found = of({ENTITY_CODE: "x" * 5_000}, CLIENT)
    assert isinstance(found, AttributionError)
    assert 300 > len(found.message)


@pytest.mark.parametrize(
    ("caller", "headers"),
    [
        (CLIENT, {}),
        (CLIENT, {ENTITY_CODE: "till02"}),
        (FALLING_BACK, {ENTITY_CODE: "nobody"}),
        (API_KEY, {ENTITY_TYPE: "STORE_CODE", ENTITY_CODE: "S1"}),
        (TILL, {TYPE: "WECHAT", LOOKUP: "AbC"}),
    ],
    ids=["default till", "another till", "fallback", "store", "by lookup"],
)
def test_who_acts_for_another_carries_it_along(caller: Caller, headers: dict[str, str]) -> None:
    acts_for = of(headers, caller)
    assert isinstance(acts_for, Attribution)
    assert msgspec.structs.replace(caller, acts_for=acts_for) == acting(caller, acts_for)


@pytest.mark.parametrize("caller", [TILL, API_KEY])
def test_who_acts_for_nobody_else_stays_as_it_is(caller: Caller) -> None:
    assert caller is acting(caller, Attribution(caller.till_code))


def test_only_the_beginning_of_a_long_header_is_carried_along() -> None:
    for long in (
        Attribution("t", "STORE_CODE", "x" * 60_000),
        Attribution("t", "", "", "WECHAT", "y" * 60_000),
    ):
        acts_for = acting(CLIENT, long).acts_for
        assert acts_for is not None
        assert 255 == len(acts_for.entity_code + acts_for.lookup)
