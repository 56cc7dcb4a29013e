"""How records are asked for: words, attributes as they read, request ids that an attribute names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooklog.event import id_from_text, id_to_text
from hooklog.eventlog.record import RESERVED, Record, StoredRecord, attribute_of, attributes_of
from hooklog.eventlog.record_query import (
    RecordKey,
    RecordQuery,
    attribute_filter,
    ids_named,
    matches_record,
)
from hooklog.eventlog.words import words_of
from hooklog.testing.builders import ORG, START_MS, make_id, make_record

TEXT = "01a2096a-364b-7073-a11b-814c89d05b0d"


def stored(**changes: object) -> StoredRecord:
    return StoredRecord(ORG, make_id(1), "visit", make_record(**changes))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", set()),
        ("*****", set()),
        ("Palace ABC, Hall-2", {"palace", "abc", "hall", "2"}),
        ("a_b", {"a", "b"}),
        ("STRASSE Straße", {"strasse"}),
        ("Ünï 東京 ١٢", {"ünï", "東京", "١٢"}),
        ("20.0", {"20", "0"}),
    ],
)
def test_words_are_folded_and_split_at_what_is_neither_letter_nor_digit(text: str, words: set[str]) -> None:
    assert words == words_of(text)


@given(st.text(), st.text())
def test_the_words_of_a_text_are_those_of_its_parts(one: str, other: str) -> None:
    assert words_of(one) | words_of(other) == words_of(f"{one} {other}")


def test_a_record_shows_all_attributes_in_alphabetical_order() -> None:
    shown = attributes_of(
        stored(
            user_id=7,
            till_id=9,
            sent_till_code="till02",
            sent_offset="+05:30",
            group_id=3,
            display_name="Visit",
            event_at_ms=START_MS + 999,
            attributes={"hotel": "Ritz", "zoo": "1", "A": "2"},
        )
    )
    assert sorted(shown) == list(shown)
    assert {
        "A": "2",
        "accountId": None,
        "autoUpdateTimeStamp": START_MS + 5,
        "customerId": "7",
        "displayName": "Visit",
        "eventDateTime": str(START_MS),
        "eventDateTimeInputOffset": "+05:30",
        "eventName": "visit",
        "groupId": "3",
        "hotel": "Ritz",
        "isDuplicate": False,
        "is_mongo_push": True,
        "orgId": ORG,
        "ouTillCode": "till02",
        "requestId": id_to_text(make_id(1)),
        "source": "INSTORE",
        "source_till_id": 9,
        "source_user_id": 7,
        "uniqueId": "d41d8cd98f00b204e9800998ecf8427e",
        "x-cap-lineage-id": id_to_text(make_id(1)),
        "x-cap-lineage-start": str(START_MS + 1),
        "zoo": "1",
    } == shown


def test_what_has_no_value_is_absent_but_for_two_nulls() -> None:
    shown = attributes_of(stored(attributes={}))
    assert {"accountId", "displayName"} == {name for name, value in shown.items() if value is None}
    absent = {"customerId", "source_user_id", "source_till_id", "ouTillCode", "groupId"}
    assert not absent & set(shown)
    assert "eventDateTimeInputOffset" not in shown


@pytest.mark.parametrize("name", RESERVED)
def test_reserved_names_win_also_where_we_have_no_value(name: str) -> None:
    taken, plain = stored(attributes={name: "theirs"}), stored(attributes={})
    assert attributes_of(plain) == attributes_of(taken)
    assert attribute_of(plain, name) == attribute_of(taken, name)


@given(
    st.dictionaries(st.sampled_from([*RESERVED, "hotel", "zoo"]), st.text(min_size=1)),
    st.booleans(),
    st.none() | st.integers(),
)
def test_one_attribute_reads_as_it_does_among_all(
    attributes: dict[str, str], is_duplicate: bool, number: int | None
) -> None:
    one = stored(attributes=attributes, is_duplicate=is_duplicate, user_id=number, group_id=number)
    shown = attributes_of(one)
    for name in (*RESERVED, "hotel", "zoo"):
        assert shown.get(name) == attribute_of(one, name)


@pytest.mark.parametrize(
    ("name", "value", "changes"),
    [
        ("isDuplicate", "true", {"is_duplicate": True}),
        ("isDuplicate", "false", {}),
        ("orgId", str(ORG), {}),
        ("source_till_id", "9", {"till_id": 9}),
        ("eventDateTime", str(START_MS), {"event_at_ms": START_MS + 1}),
    ],
)
def test_numbers_and_booleans_are_compared_as_json_writes_them(
    name: str, value: str, changes: dict[str, object]
) -> None:
    query = RecordQuery(org_ids=(ORG,), attributes=(attribute_filter(name, [value], is_exact=True),))
    assert matches_record(query, stored(**changes))


def test_every_filter_on_attributes_must_hold_and_values_are_alternatives() -> None:
    record: Record = make_record(attributes={"hotel": "Ritz", "room": "7"})
    one = StoredRecord(ORG, make_id(1), "visit", record)

    def matching(**wanted: list[str]) -> bool:
        filters = (attribute_filter(name, values, is_exact=False) for name, values in wanted.items())
        return matches_record(RecordQuery(org_ids=(ORG,), attributes=tuple(filters)), one)

    assert matching(hotel=["Ritz"], room=["7"])
    assert matching(hotel=["Adlon", "ritz"])
    assert not matching(hotel=["Ritz"], room=["8"])
    assert not matching(hotel=["Ritz Adlon"])


def test_keys_are_ordered_by_time_then_id() -> None:
    keys = [RecordKey(1, b"b"), RecordKey(2, b""), RecordKey(1, b"c"), RecordKey(1, b""), RecordKey(-1, b"z")]
    assert [(-1, b"z"), (1, b""), (1, b"b"), (1, b"c"), (2, b"")] == [
        (key.event_at, key.id) for key in sorted(keys)
    ]


def test_an_exact_request_id_names_itself_and_a_wrong_one_nothing() -> None:
    wanted = id_from_text(TEXT)
    assert frozenset({wanted}) == ids_named(attribute_filter("requestId", [TEXT], is_exact=True))
    assert frozenset() == ids_named(attribute_filter("requestId", ["x"], is_exact=True))
    assert ids_named(attribute_filter("hotel", [TEXT], is_exact=True)) is None


def test_the_words_of_a_request_id_name_it_and_its_permutations() -> None:
    found = ids_named(attribute_filter("x-cap-lineage-id", [TEXT.upper()], is_exact=False))
    assert found is not None
    assert 6 == len(found)
    assert id_from_text(TEXT) in found


@pytest.mark.parametrize("text", ["01a2096a", "01a2096a-364b-7073-a11b", "a-b", TEXT + "-aaaa"])
def test_fewer_or_other_words_name_no_ids(text: str) -> None:
    assert ids_named(attribute_filter("requestId", [text], is_exact=False)) is None


hexes = st.text("0123456789abcdef", min_size=4, max_size=4)


@given(st.lists(hexes, min_size=3, max_size=3), st.lists(hexes, min_size=3, max_size=3), st.booleans())
def test_named_ids_leave_no_match_out(middle: list[str], asked: list[str], is_same: bool) -> None:
    """Whatever request id passes the filter is among those that the filter names."""
    text = f"01a2096a-{'-'.join(middle)}-814c89d05b0d"
    words = middle[::-1] if is_same else asked
    wanted = attribute_filter("requestId", [f"01a2096a-{'-'.join(words)}-814c89d05b0d"], is_exact=False)
    raw = id_from_text(text)
    assert raw is not None
    one = StoredRecord(ORG, raw, "visit", make_record())
    named = ids_named(wanted)
    if matches_record(RecordQuery(org_ids=(ORG,), attributes=(wanted,)), one):
        assert named is None or raw in named
