"""The filter language of the log is read as the contract says (I.2, I.3, I.21)."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from hooklog.event import Status, id_lowest_at, id_to_text
from hooklog.eventlog.query import LIMIT_DEFAULT, LIMIT_MAX, AttributeMatch, Include, Match, Query, SentAs
from hooklog.eventlog.query_match import passes_entry
from hooklog.eventlog.query_parse import QueryError, parse_include, parse_query
from hooklog.testing.builders import ORG, START_MS, make_entry, make_id

DAY_MS = 24 * 3600 * 1000
ID = make_id(1)
ID_TEXT = id_to_text(ID)


def asked(**parameters: str | list[str]) -> Query:
    found = parse(**parameters)
    assert isinstance(found, Query), found
    return found


def refused(**parameters: str | list[str]) -> str:
    found = parse(**parameters)
    assert isinstance(found, QueryError), found
    return found.message


def parse(**parameters: str | list[str]) -> Query | QueryError:
    values = {name: [value] if isinstance(value, str) else value for name, value in parameters.items()}
    return parse_query(values, (ORG,), UTC)


def test_no_parameters_ask_for_the_newest_ten_of_all_that_is_retained() -> None:
    assert Query(org_ids=(ORG,), limit=10, is_ascending=False) == asked()
    assert 10 == LIMIT_DEFAULT
    query = asked()
    assert query.from_id is None
    assert query.until_id is None


def test_orgs_are_the_callers_not_the_urls() -> None:
    assert (7, 8) == parse_query({"org_ids": ["1"]}, (7, 8), UTC).org_ids  # type: ignore[union-attr]


def test_unknown_parameters_are_not_looked_at() -> None:
    assert asked() == asked(format="json", colour="red", LIMIT="0")


@pytest.mark.parametrize(("text", "limit"), [("1", 1), ("10", 10), ("999", 999), ("1000", 1000), ("007", 7)])
def test_limit_is_a_number_from_1_to_1000(text: str, limit: int) -> None:
    assert limit == asked(limit=text).limit
    assert 1_000 == LIMIT_MAX


@pytest.mark.parametrize(
    "text",
    ["0", "1001", "-1", "+5", "", " ", "10 ", "1.0", "1e2", "ten", "0x10", "1_0", "٣", "²", "9" * 5_000],
)
def test_limit_out_of_range_or_no_number_is_refused_never_clamped(text: str) -> None:
    message = refused(limit=text)
    assert "limit" in message
    assert repr(text) in message
    assert "1 to 1000" in message


def test_last_value_counts_where_only_one_is_taken() -> None:
    query = asked(limit=["5", "7"], order=["asc", "desc"], from_date=["2026-01-02", "2026-01-01"])
    assert 7 == query.limit
    assert not query.is_ascending
    assert asked(from_date="2026-01-01").from_id == query.from_id
    assert "limit" in refused(limit=["5", "x"])


def test_whole_days_are_both_inclusive() -> None:
    query = asked(from_date="2026-01-05", to_date="2026-01-05")
    day_start = START_MS - 10 * 3600 * 1000
    assert id_lowest_at(day_start) == query.from_id
    assert id_lowest_at(day_start + DAY_MS) == query.until_id
    inside = [day_start, day_start + DAY_MS - 1]
    outside = [day_start - 1, day_start + DAY_MS]
    highest = (1 << 62) - 1
    for number in (0, highest):
        assert all(passes_entry(query, make_entry(1, id=make_id(number, at_ms))) for at_ms in inside)
        assert not any(passes_entry(query, make_entry(1, id=make_id(number, at_ms))) for at_ms in outside)


def test_both_ends_include_their_millisecond() -> None:
    query = asked(from_date=str(START_MS), to_date=str(START_MS + 5))
    found = [n for n in range(-2, 9) if passes_entry(query, make_entry(1, id=make_id(0, START_MS + n)))]
    assert [0, 1, 2, 3, 4, 5] == found


def test_end_with_a_time_includes_that_millisecond_not_its_second() -> None:
    assert id_lowest_at(START_MS + 1) == asked(to_date="2026-01-05T10:00:00Z").until_id
    assert id_lowest_at(START_MS + 124) == asked(to_date="2026-01-05T10:00:00.123Z").until_id


def test_dates_without_a_zone_are_the_orgs() -> None:
    zone = ZoneInfo("Asia/Kolkata")
    query = parse_query({"from_date": ["2026-01-05"], "to_date": ["2026-01-05 15:30:00"]}, (ORG,), zone)
    assert isinstance(query, Query)
    assert id_lowest_at(START_MS - 10 * 3600 * 1000 - 330 * 60 * 1000) == query.from_id
    assert id_lowest_at(START_MS + 1) == query.until_id


@pytest.mark.parametrize("name", ["from_date", "to_date"])
@pytest.mark.parametrize(
    "text", ["", " ", "yesterday", "2026-13-01", "2026-02-30", "05/01/2026", "2026-01-05x"]
)
def test_blank_or_malformed_dates_are_refused(name: str, text: str) -> None:
    message = refused(**{name: text})
    assert name in message
    assert repr(text) in message
    assert "YYYY-MM-DD" in message


def test_range_that_ends_before_it_begins_is_refused() -> None:
    assert isinstance(parse(from_date=str(START_MS), to_date=str(START_MS)), Query)
    for start, end in (
        ("2026-01-06", "2026-01-05"),
        (str(START_MS + 1), str(START_MS)),
        ("2026-01-05T10:00:00+01:00", "2026-01-05T08:59:59Z"),
    ):
        message = refused(from_date=start, to_date=end)
        assert repr(start) in message
        assert repr(end) in message


@pytest.mark.parametrize("text", ["-1", "-999999999999999", "999999999999999", "0001-01-01", "9999-12-31"])
def test_far_away_dates_are_dates(text: str) -> None:
    assert isinstance(parse(from_date=text), Query)
    assert isinstance(parse(to_date=text), Query)


def test_forever_includes_every_entry() -> None:
    assert passes_entry(asked(from_date="0001-01-01", to_date="9999-12-31"), make_entry(1))
    assert passes_entry(asked(from_date="-999999999999999", to_date="999999999999999"), make_entry(1))
    assert not passes_entry(asked(to_date="-1"), make_entry(1, id=make_id(0, 0)))


@pytest.mark.parametrize(("text", "is_ascending"), [("asc", True), ("desc", False)])
def test_order_is_asc_or_desc(text: str, is_ascending: bool) -> None:
    assert is_ascending is asked(order=text).is_ascending


@pytest.mark.parametrize("text", ["", "ASC", "up", "asc "])
def test_other_orders_are_refused(text: str) -> None:
    message = refused(order=text)
    assert repr(text) in message
    assert "asc or desc" in message


@pytest.mark.parametrize("status", Status)
def test_every_status_may_be_named_also_unauthorized(status: Status) -> None:
    assert Match(frozenset({status})) == asked(status=status.name).statuses
    assert Match(frozenset(), frozenset({status})) == asked(status="!" + status.name).statuses


@pytest.mark.parametrize("text", ["", "!", "SUCCESS", "event_success", "EVENT_SUCCESS ", "1", "PENDING"])
def test_unknown_status_is_refused_with_all_that_are_known(text: str) -> None:
    message = refused(status=["EVENT_SUCCESS", text])
    assert repr(text.removeprefix("!")) in message
    assert all(name in message for name in Status.__members__)


def test_values_of_one_parameter_are_alternatives() -> None:
    query = asked(status=["EVENT_SUCCESS", "UNAUTHORIZED"])
    assert Match(frozenset({Status.EVENT_SUCCESS, Status.UNAUTHORIZED})) == query.statuses


def test_values_that_start_with_an_exclamation_mark_exclude() -> None:
    query = asked(event_name=["a", "!b", "!", "!!c", "b!"])
    assert Match(frozenset({"a", "b!"}), frozenset({"b", "", "!c"})) == query.event_names


def test_blank_event_name_selects_the_empty_name_not_the_missing_one() -> None:
    query = asked(event_name="")
    assert Match(frozenset({""})) == query.event_names
    assert passes_entry(query, make_entry(1, event_name=""))
    assert not passes_entry(query, make_entry(1, event_name=None))
    assert not passes_entry(query, make_entry(1, event_name="visit"))


def test_event_name_is_taken_as_it_is() -> None:
    assert Match(frozenset({" Store Visit,x "})) == asked(event_name=" Store Visit,x ").event_names


def test_excluding_a_name_leaves_entries_without_one() -> None:
    query = asked(event_name="!visit")
    assert passes_entry(query, make_entry(1, event_name=None))
    assert passes_entry(query, make_entry(1, event_name=""))
    assert not passes_entry(query, make_entry(1, event_name="visit"))


def test_different_parameters_all_hold() -> None:
    query = asked(event_name="visit", status="EVENT_SUCCESS", webhook_id="abc", id=ID_TEXT)
    right = {"event_name": "visit", "status": Status.EVENT_SUCCESS, "webhook_id": "abc", "id": ID}
    assert passes_entry(query, make_entry(1, **right))
    wrong = {
        "event_name": "other",
        "status": Status.INVALID_EVENT_NAME,
        "webhook_id": "x",
        "id": make_id(2),
        "org_id": ORG + 1,
    }
    for name, value in wrong.items():
        assert not passes_entry(query, make_entry(1, **{**right, name: value})), name


def test_webhook_ids_are_hex_of_any_case() -> None:
    assert Match(frozenset({"aabb"}), frozenset({"cc"})) == asked(webhook_id=["AaBb", "!CC"]).webhook_ids


def test_ids_are_uuids_of_any_case() -> None:
    other = id_to_text(make_id(2))
    expected = Match(frozenset({ID}), frozenset({make_id(2)}))
    assert expected == asked(id=[ID_TEXT.upper(), ID_TEXT, "!" + other]).ids


@pytest.mark.parametrize(
    "text", ["", "!", "1", ID_TEXT[:-1], ID_TEXT + "0", ID_TEXT.replace("-", ""), "g" + ID_TEXT[1:], "!x"]
)
def test_text_that_is_no_uuid_is_refused_as_an_id(text: str) -> None:
    message = refused(id=text)
    assert "id" in message
    assert repr(text.removeprefix("!")) in message


@pytest.mark.parametrize("name", ["event_name", "webhook_id", "id", "status"])
def test_one_parameter_has_at_most_100_values(name: str) -> None:
    value = {"id": ID_TEXT, "status": "EVENT_SUCCESS"}.get(name, "x")
    assert isinstance(parse(**{name: [value] * 100}), Query)
    message = refused(**{name: [value] * 101})
    assert name in message
    assert "101" in message
    assert "100" in message


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], frozenset()),
        (["stages"], {Include.STAGES}),
        (["record"], {Include.RECORD}),
        (["stages,record"], {Include.STAGES, Include.RECORD}),
        (["record", "stages"], {Include.STAGES, Include.RECORD}),
        (["stages,stages"], {Include.STAGES}),
    ],
)
def test_include_takes_names_with_commas_or_repeated(texts: list[str], expected: frozenset[Include]) -> None:
    assert expected == parse_include({"include": texts})
    assert frozenset() == parse_include({})


@pytest.mark.parametrize("text", ["", "stage", "stages,", "Stages", "stages, record", "stages record"])
def test_unknown_include_is_refused_with_all_that_are_known(text: str) -> None:
    found = parse_include({"include": [text]})
    assert isinstance(found, QueryError)
    assert "include" in found.message
    assert "stages" in found.message
    assert "record" in found.message


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("mobile:919800000001", "mobile", "919800000001"),
        ("MOBILE:+919800000001", "mobile", "919800000001"),
        ("mobile: 919800000001", "mobile", "919800000001"),  # a + in a URL that was not encoded
        ("mobile:12", "mobile", "12"),
        ("email:A@B.example", "email", "a@b.example"),
        ("externalid:a:b", "externalId", "a:b"),
        ("userId:7", "userId", "7"),
        ("7", "userId", "7"),
        ("-9223372036854775808", "userId", "-9223372036854775808"),
    ],
)
def test_a_customer_is_a_type_and_a_value_or_a_user_id(text: str, kind: str, value: str) -> None:
    assert Match(frozenset({SentAs(kind, value)})) == asked(customer=text).customers
    assert Match(frozenset(), frozenset({SentAs(kind, value)})) == asked(customer="!" + text).customers


@pytest.mark.parametrize(
    "text", ["", "!", "x", "phone:7", ":7", "mobile:", "9223372036854775808", "1.5", " 7"]
)
def test_what_names_no_customer_is_refused(text: str) -> None:
    message = refused(customer=text)
    assert message.startswith("customer ")
    assert repr(text.removeprefix("!")) in message


def test_attributes_are_taken_as_they_are() -> None:
    query = asked(**{"attr.hotel": ["Ritz", "!", ""], "attr.a.b": ["!x y "]})
    assert (
        AttributeMatch("a.b", Match(frozenset(), frozenset({"x y "}))),
        AttributeMatch("hotel", Match(frozenset({"Ritz", ""}), frozenset({""}))),
    ) == query.attributes


def test_an_attribute_filter_names_an_attribute_and_there_are_twenty_at_most() -> None:
    assert "attr. names no attribute" in refused(**{"attr.": "x"})
    names = [f"attr.{number}" for number in range(21)]
    assert 20 == len(asked(**dict.fromkeys(names[:20], "x")).attributes)
    assert "at most 20" in refused(**dict.fromkeys(names, "x"))


def test_words_of_one_value_all_occur_and_values_are_alternatives() -> None:
    words = asked(q=["Group invalid-GROUP", "straße", "!x_y"]).words
    assert (
        Match(
            frozenset({frozenset({"group", "invalid"}), frozenset({"strasse"})}),
            frozenset({frozenset({"x", "y"})}),
        )
        == words
    )


@pytest.mark.parametrize("text", ["", "!", "*****", " _ "])
def test_a_search_without_a_word_is_refused(text: str) -> None:
    assert "no word" in refused(q=text)


def test_response_times_are_whole_milliseconds_and_the_least_counts() -> None:
    query = asked(min_response_time=["500", "20", "!900", "!1000"])
    assert (20, 900) == (query.response_min_ms, query.response_below_ms)
    assert (None, None) == (asked().response_min_ms, asked().response_below_ms)
    assert passes_entry(query, make_entry(1, response_ms=20))
    assert passes_entry(query, make_entry(1, response_ms=899))
    assert not passes_entry(query, make_entry(1, response_ms=19))
    assert not passes_entry(query, make_entry(1, response_ms=900))


@pytest.mark.parametrize("text", ["", "!", "-1", "1.5", "x", "1" * 16, "\u0665"])
def test_response_times_that_are_none_are_refused(text: str) -> None:
    assert refused(min_response_time=text).startswith("min_response_time ")
