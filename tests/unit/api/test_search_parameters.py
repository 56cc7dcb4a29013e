"""What a search asks for, and how it is refused: 400 with code 1850, naming the parameter (contract II.11.4)."""

from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest

from hooklog.api.envelope import ApiError
from hooklog.api.search_identifiers import Named, groups_named, users_named
from hooklog.api.search_parameters import Search, parse_search
from hooklog.catalog.memory import MemoryCatalog
from hooklog.directory.memory import MemoryDirectory
from hooklog.event import id_from_text
from hooklog.testing.builders import START_MS
from hooklog.testing.setting import ORG_ID, Setting

INDIA = ZoneInfo("Asia/Kolkata")
ID = "01a2096a-364b-7073-a11b-814c89d05b0d"
START = START_MS // 1000  # 2026-01-05T10:00:00Z
HALF_PAST_FIVE = 5 * 3600 + 1800


def asked(query: str) -> Search:
    return parse_search(parse_qs(query, keep_blank_values=True), INDIA)


def refused(query: str) -> str:
    with pytest.raises(ApiError) as caught:
        asked(query)
    assert (400, 1850) == (caught.value.http_status, caught.value.code)
    message = str(caught.value)
    assert message.startswith("Invalid search request parameters ")
    return message.removeprefix("Invalid search request parameters ")


def test_nothing_asked_is_the_newest_ten_of_all() -> None:
    search = asked("")
    assert (10, 0, False, None, None) == (
        search.limit,
        search.offset,
        search.includes_side_effects,
        search.user,
        search.group,
    )
    query = search.query
    assert not query.is_ascending
    assert (None, None, None, None, None, ()) == (
        query.from_at,
        query.until_at,
        query.event_name,
        query.is_duplicate,
        query.ids,
        query.attributes,
    )


@pytest.mark.parametrize(("text", "limit"), [("1", 1), ("1000", 1000), ("010", 10)])
def test_limits_inside(text: str, limit: int) -> None:
    assert limit == asked(f"limit={text}").limit


@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "1e3", "٣", "1234567890"])
def test_numbers_that_are_none_are_refused_by_name_and_value(name: str, text: str) -> None:
    message = refused(f"{name}={text}")
    assert message.startswith(f"{name}: received '{text}', allowed are whole numbers from ")


@pytest.mark.parametrize("text", ["0", "1001"])
def test_limits_outside(text: str) -> None:
    assert refused(f"limit={text}").startswith(f"limit: received '{text}'")


def test_offset_counts_from_0() -> None:
    assert 0 == asked("offset=0").offset
    assert 999_999_999 == asked("offset=999999999").offset


@pytest.mark.parametrize(("text", "is_ascending"), [("ASC", True), ("asc", True), ("DESC", False)])
def test_orders(text: str, is_ascending: bool) -> None:
    assert is_ascending == asked(f"sortOrder={text}").query.is_ascending


@pytest.mark.parametrize("name", ["sortOrder", "includeSideEffects", "isDuplicate", "allowExactMatch"])
@pytest.mark.parametrize("text", ["", "up", "1", "yes"])
def test_words_that_are_not_known_are_refused(name: str, text: str) -> None:
    assert refused(f"{name}={text}").startswith(f"{name}: received '{text}', allowed are ")


def test_booleans_come_in_any_case_and_the_last_counts() -> None:
    assert asked("isDuplicate=False&isDuplicate=TRUE").query.is_duplicate is True
    assert asked("isDuplicate=false").query.is_duplicate is False
    assert asked("includeSideEffects=true").includes_side_effects


@pytest.mark.parametrize(
    ("query", "from_at", "until_at"),
    [
        ("fromDate=2026-01-05T15:30:00", START, None),
        ("fromDate=2026-01-05T10:00:00Z", START, None),
        ("fromDate=2026-01-05T15:30:00.001", START + 1, None),
        ("tillDate=2026-01-05T15:30:00", None, START + 1),
        ("tillDate=2026-01-05T15:30:00.999", None, START + 1),
        ("tillDate=2026-01-05T15:29:59.999", None, START),
        ("fromDate=2026-01-05", START - 36_000 - HALF_PAST_FIVE, None),
        ("tillDate=2026-01-05", None, START + 50_400 - HALF_PAST_FIVE),
        (f"fromDate={START_MS}&tillDate={START_MS}", START, START + 1),
    ],
)
def test_dates_are_of_the_orgs_zone_and_whole_seconds_are_compared(
    query: str, from_at: int | None, until_at: int | None
) -> None:
    found = asked(query).query
    assert (from_at, until_at) == (found.from_at, found.until_at)


@pytest.mark.parametrize("name", ["fromDate", "tillDate"])
@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "05-01-2026"])
def test_dates_that_are_none_are_refused(name: str, text: str) -> None:
    assert refused(f"{name}={text}").startswith(f"{name}: received '{text}', allowed are YYYY-MM-DD")


def test_an_empty_range_is_refused_and_one_of_an_instant_is_not() -> None:
    assert "is after tillDate" in refused("fromDate=2026-01-06&tillDate=2026-01-05")
    assert "is after tillDate" in refused("fromDate=2026-01-05T10:00:01&tillDate=2026-01-05T10:00:00")
    asked("fromDate=2026-01-05T10:00:00&tillDate=2026-01-05T10:00:00")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Type=mobile&Value=919800000001", Named("mobile", "919800000001", "INSTORE", "")),
        ("Type=MOBILE&Value=%2B919800000001", Named("mobile", "+919800000001", "INSTORE", "")),
        ("Type=mobile&Value=+919800000001", Named("mobile", "+919800000001", "INSTORE", "")),
        ("Type=email&Value=a@b&Source=WECHAT&AccountId=x", Named("email", "a@b", "WECHAT", "x")),
        ("Type=userid&Value=-9223372036854775808", Named("userId", str(-(1 << 63)), "INSTORE", "")),
    ],
)
@pytest.mark.parametrize("prefix", ["userIdentifier", "userGroupIdentifier"])
def test_identifiers(prefix: str, query: str, expected: Named) -> None:
    search = asked("&".join(f"{prefix}{part}" for part in query.split("&")))
    assert expected == (search.user if prefix == "userIdentifier" else search.group)


@pytest.mark.parametrize(
    ("query", "begins"),
    [
        ("Type=mobile&Value=98x", "Value: received '98x', allowed for mobile is an optional +"),
        ("Type=mobile&Value=123456", "Value: received '123456', allowed for mobile is"),
        ("Type=email&Value=a", "Value: received 'a', allowed for email is one @"),
        (
            "Type=userId&Value=9223372036854775808",
            "Value: received '9223372036854775808', allowed for userId",
        ),
        ("Type=mobile", "Value: is missing beside "),
        ("Type=mobile&Value=", "Value: is missing beside "),
        ("Value=919800000001", "Type: is missing beside "),
        ("Type=&Value=1", "Type: received '', allowed are "),
        ("Type=externalId&Value=1", "Type: received 'externalId', allowed are "),
    ],
)
@pytest.mark.parametrize("prefix", ["userIdentifier", "userGroupIdentifier"])
def test_malformed_identifiers_are_refused_by_the_parameters_name(
    prefix: str, query: str, begins: str
) -> None:
    message = refused("&".join(f"{prefix}{part}" for part in query.split("&")))
    assert message.startswith(prefix + begins)


def test_groups_have_identifiers_of_their_own() -> None:
    prefix = "userGroupIdentifier"
    found = asked(f"{prefix}Type=groupExternalId&{prefix}Value=family 1").group
    assert Named("groupExternalId", "family 1", "INSTORE", "") == found
    assert "allowed for groupId is a whole number" in refused(f"{prefix}Type=groupId&{prefix}Value=family1")
    assert refused("userIdentifierType=groupId&userIdentifierValue=1").startswith("userIdentifierType")


def test_an_event_id_is_a_request_id() -> None:
    raw = id_from_text(ID)
    assert frozenset({raw}) == asked(f"eventId={ID}").query.ids
    assert refused("eventId=x").startswith("eventId: received 'x', allowed is a request id")
    assert frozenset({raw}) == asked(f"requestId={ID}&allowExactMatch=true").query.ids
    assert frozenset() == asked(f"eventId={ID}&requestId=x&allowExactMatch=true").query.ids


def test_every_other_name_is_an_attribute() -> None:
    attributes = asked("hotel_name=Palace&hotel_name=Ritz&status=open&scope=child&limit=5").query.attributes
    assert ["hotel_name", "status"] == [one.name for one in attributes]
    assert ({"palace"}, {"ritz"}) == tuple(map(set, attributes[0].words))
    exact = asked("hotel_name=Palace&allowExactMatch=true").query.attributes
    assert {"Palace"} == exact[0].exact


def test_format_json_means_nothing_and_any_other_format_is_an_attribute() -> None:
    assert () == asked("format=json").query.attributes
    assert ["format"] == [one.name for one in asked("format=hardcover").query.attributes]


def test_attributes_are_never_blank_and_bounded_in_number() -> None:
    assert refused("hotel_name=").startswith("hotel_name: received ''")
    twenty = "&".join(f"a{number}=x" for number in range(20))
    assert 20 == len(asked(twenty).query.attributes)
    assert refused(f"{twenty}&b=x").startswith("b: received 21 attributes, allowed are 20")
    hundred = "&".join(["a=x"] * 100)
    assert 1 == len(asked(hundred).query.attributes)
    assert refused(f"{hundred}&a=x").startswith("a: received 101 values, allowed are 100")


@pytest.fixture
def setting() -> Setting:
    """A parent and a child, where the same mobile and the same group id name different things."""
    setting = Setting(MemoryCatalog(), MemoryDirectory())
    setting.add_org(ORG_ID + 1, ORG_ID)
    setting.add_customer(1, mobile="919800000001", email="a@b")
    setting.add_customer(2, org_id=ORG_ID + 1, mobile="919800000001")
    setting.add_customer(3, source="WECHAT", account_id="x", email="a@b")
    setting.add_group(5, "family", (1,))
    setting.add_group(6, "friends", (3,), primary=1)
    setting.add_group(5, "family", (2,), org_id=ORG_ID + 1)
    return setting


BOTH = (ORG_ID, ORG_ID + 1)


@pytest.mark.parametrize(
    ("kind", "value", "changes", "found"),
    [
        ("mobile", "+919800000001", {}, {(ORG_ID, 1), (ORG_ID + 1, 2)}),
        ("email", "A@B", {}, {(ORG_ID, 1)}),
        ("email", "a@b", {"source": "wechat", "account_id": "x"}, {(ORG_ID, 3)}),
        ("email", "a@b", {"source": "WECHAT"}, set()),
        ("userId", "2", {}, {(ORG_ID, 2), (ORG_ID + 1, 2)}),
        ("mobile", "919800000002", {}, set()),
    ],
)
def test_customers_are_looked_up_in_each_org(
    setting: Setting, kind: str, value: str, changes: dict[str, Any], found: set[tuple[int, int]]
) -> None:
    identifier = Named(**{"type": kind, "value": value, "source": "INSTORE", "account_id": "", **changes})
    assert found == users_named(setting.directory, BOTH, identifier)


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("groupId", "5", {(ORG_ID, 5), (ORG_ID + 1, 5)}),
        ("groupExternalId", "family", {(ORG_ID, 5), (ORG_ID + 1, 5)}),
        ("groupExternalId", "friends", {(ORG_ID, 6)}),
        ("groupExternalId", "Friends", set()),
        ("mobile", "919800000001", {(ORG_ID, 5), (ORG_ID, 6), (ORG_ID + 1, 5)}),
        ("userId", "3", {(ORG_ID, 6)}),
        ("email", "c@d", set()),
    ],
)
def test_groups_are_named_by_themselves_or_by_who_belongs_to_them(
    setting: Setting, kind: str, value: str, found: set[tuple[int, int]]
) -> None:
    assert found == groups_named(setting.directory, BOTH, Named(kind, value, "INSTORE", ""))
