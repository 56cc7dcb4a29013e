"""Search through the real program, against a plain reading of the contract on the records as they are shown.

Contract I.12, I.24, I.25, II.11.4. The caller here may see sensitive values; test_psi.py is about those who may not.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import running, till_auth
from hooklog.testing.visitor import Visitor

SEARCH = "/v2/events/search"
ORG, CHILD = 100001, 100002
PLAIN, UNIQUE, CHILDS = "b1" * 16, "b2" * 16, "b3" * 16
INDIA = ZoneInfo("Asia/Kolkata")
MOBILES = {"919800000001": 500001, "919800000002": 500002}
MEMBERS = {31: {500001, 500002}, 32: {500002}}

Record = dict[str, Any]
Filters = Mapping[str, str | list[str]]


def _content() -> Content:
    content = Content()
    for org_id, parent, zone, code in ((ORG, -1, "Asia/Kolkata", "till01"), (CHILD, ORG, "UTC", "c-till")):
        content.org(org_id, parent_org_id=parent, zone=zone)
        content.till(org_id, code, scopes=["events:read", "psi:read"])
        fields = (customer_by_mobile(), field("hotel_name"), field("nights", "double"))
        content.event(org_id, "stay", *fields, field("ref", isUniqueKeyField="true", isRequired="true"))
        family = field("family", "groupId", groupIdentifierType="GroupExternalId")
        content.event(
            org_id, "visit", *fields, family, actions=("EIConsumer", "EMFConsumer"), label="A visit"
        )
    for mobile, user_id in MOBILES.items():
        content.customer(ORG, user_id, mobile=mobile, email=f"{user_id}@example.org")
    content.customer(CHILD, 600001, mobile="919800000001")
    content.group(ORG, 31, "family 1", *MEMBERS[31], primary=500001)
    content.group(ORG, 32, "family 2", *MEMBERS[32])
    content.webhook(ORG, PLAIN, "till01")
    content.webhook(ORG, UNIQUE, "till01", is_unique=True)
    content.webhook(CHILD, CHILDS, "c-till")
    return content


def _pushes() -> Iterator[tuple[str, dict[str, object]]]:
    hotels = ("Palace ABC", "The palace, Abc Street", "Ritz", "PalaceABC")
    for number in range(24):
        body: dict[str, object] = {
            "event_name": ("stay", "visit")[number % 2],
            "hotel_name": hotels[number % 4],
            "nights": number % 3,
            "ref": f"R-{number % 6}",
        }
        if number % 5:
            body["mobile"] = sorted(MOBILES)[number % 3 % 2]
        if number % 3:
            body["eventDateTime"] = f"2026-01-{1 + number % 4:02} 0{number % 8}:00:00"
        if number % 5 and number % 2:
            body["family"] = "family 2" if body["mobile"] == "919800000002" else "family 1"
        yield (PLAIN, UNIQUE)[number % 4 == 0], body
    yield CHILDS, {"event_name": "visit", "mobile": "919800000001", "hotel_name": "Palace ABC"}
    yield PLAIN, {"event_name": "stay"}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """One who may see everything of an org with two dozen records, a child's, and an event that failed."""
    folder = tmp_path_factory.mktemp("search") / "data"
    with (
        running(folder, _content().file) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as reader,
        Visitor(program, till_auth("c-till", TILL_PASSWORD)) as child,
    ):
        for webhook_id, body in _pushes():
            request_id = reader.accepted(webhook_id, body)
            (child if webhook_id == CHILDS else reader).settled(request_id)
        yield reader


@pytest.fixture(scope="module")
def records(reader: Visitor) -> list[Record]:
    """All of them, in the order of their times."""
    found: list[Record] = reader.answer(SEARCH, limit=1000, sortOrder="ASC", scope="child")[
        "clickEventDataList"
    ]
    return found


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=INDIA).timestamp())


def _second(record: Record) -> int:
    return int(record["additonalAttributes"]["eventDateTime"]) // 1000


def _shows(record: Record, name: str, value: str, *, is_exact: bool) -> bool:
    shown = record["additonalAttributes"].get(name)
    if shown is None:
        return False
    text = {True: "true", False: "false"}[shown] if isinstance(shown, bool) else str(shown)
    return text == value if is_exact or not _words(value) else _words(value) <= _words(text)


def _user(filters: Filters) -> int | None:
    value = filters["userIdentifierValue"]
    assert isinstance(value, str)
    if filters["userIdentifierType"] == "userId":
        return int(value)
    return MOBILES.get(value.lstrip("+"))


SAY_NOTHING_ALONE = {"userIdentifierValue", "userGroupIdentifierValue", "allowExactMatch", "sortOrder"}


def _holds(record: Record, filters: Filters, name: str) -> bool:
    """What one parameter asks, as the document says it."""
    value = filters[name]
    attributes = record["additonalAttributes"]
    values = value if isinstance(value, list) else [value]
    user = _user(filters) if name == "userIdentifierType" else None
    documented: dict[str, bool] = {
        "eventName": record["eventName"] == value,
        "isDuplicate": attributes["isDuplicate"] is (value == "true"),
        "fromDate": name == "fromDate" and _second(record) >= _epoch(values[0]),
        "userIdentifierType": user is not None and record.get("userId") == user,
        "userGroupIdentifierType": attributes.get("groupId") == filters.get("userGroupIdentifierValue"),
    }
    if name in documented:
        return documented[name]
    is_exact = filters.get("allowExactMatch") == "true"
    return any(_shows(record, name, one, is_exact=is_exact) for one in values)


def _passes(record: Record, filters: Filters) -> bool:
    return all(_holds(record, filters, name) for name in filters if name not in SAY_NOTHING_ALONE)


def _found(reader: Visitor, **parameters: Any) -> tuple[list[str], int]:
    answer = reader.answer(SEARCH, **{"limit": 1000, **parameters})
    return [record["eventId"] for record in answer["clickEventDataList"]], answer["totalRecords"]


times = st.sampled_from(
    ["2026-01-01T01:00:00", "2026-01-02T05:00:00", "2026-01-03T00:00:00", "2026-01-04T07:00:00"]
)
optional: dict[str, st.SearchStrategy[Any]] = {
    "eventName": st.sampled_from(["stay", "visit", "Stay", ""]),
    "isDuplicate": st.sampled_from(["true", "false"]),
    "fromDate": times,
    "allowExactMatch": st.sampled_from(["true", "false"]),
    "sortOrder": st.sampled_from(["ASC", "DESC"]),
    "hotel_name": st.sampled_from(["Palace ABC", "abc palace", "palace", ["Ritz", "PalaceABC"], "pal", "*"]),
    "nights": st.sampled_from(["1.0", "1", "0"]),
    "displayName": st.just("A visit"),
    "is_mongo_push": st.sampled_from(["true", "false"]),
    "source_till_id": st.sampled_from(["7001", "7"]),
}
users = st.sampled_from(
    [
        {},
        {"userIdentifierType": "mobile", "userIdentifierValue": "919800000001"},
        {"userIdentifierType": "Mobile", "userIdentifierValue": "+919800000002"},
        {"userIdentifierType": "userId", "userIdentifierValue": "500001"},
        {"userIdentifierType": "mobile", "userIdentifierValue": "919899999999"},
    ]
)
groups = st.sampled_from(
    [
        {},
        {},
        *({"userGroupIdentifierType": "groupId", "userGroupIdentifierValue": one} for one in ("31", "9")),
    ]
)


@settings(max_examples=120, deadline=None, print_blob=True)
@given(st.fixed_dictionaries({}, optional=optional), users, groups)
def test_search_finds_exactly_what_the_document_says(
    reader: Visitor,
    records: list[Record],
    filters: dict[str, Any],
    user: dict[str, str],
    group: dict[str, str],
) -> None:
    asked = {**filters, **user, **group}
    own = [record for record in records if record["orgId"] == ORG]
    expected = [record["eventId"] for record in own if _passes(record, asked)]
    if filters.get("sortOrder") != "ASC":
        expected.reverse()
    event("nothing" if not expected else "something")
    assert (expected, len(expected)) == _found(reader, **asked)


def test_the_envelope_is_the_documented_one(reader: Visitor) -> None:
    answer = reader.answer(SEARCH)
    assert ["clickEventDataList", "totalRecords", "warnings"] == list(answer)
    assert [10, 24, []] == [len(answer["clickEventDataList"]), answer["totalRecords"], answer["warnings"]]


def test_records_come_by_their_own_time_and_ties_by_id(records: list[Record]) -> None:
    keys = [(_second(record), record["eventId"]) for record in records]
    assert sorted(keys) == keys
    assert 25 == len(set(keys))


def test_pages_by_offset_show_all_once(reader: Visitor, records: list[Record]) -> None:
    own = [record["eventId"] for record in records if record["orgId"] == ORG]
    walked = []
    for offset in range(0, 30, 7):
        ids, total = _found(reader, limit=7, offset=offset)
        assert 24 == total
        walked += ids
    assert own[::-1] == walked


def test_parameters_of_one_attribute_are_alternatives_and_format_json_is_none(reader: Visitor) -> None:
    ritz, palace = _found(reader, hotel_name="Ritz")[1], _found(reader, hotel_name="PalaceABC")[1]
    assert ritz + palace == _found(reader, hotel_name=["Ritz", "PalaceABC"])[1] > 0
    assert _found(reader) == _found(reader, format="json")
    assert 0 == _found(reader, format="xml")[1]


def test_dates_are_in_the_orgs_zone(reader: Visitor, records: list[Record]) -> None:
    """A day begins at its midnight in India; so does the time of an event that names no zone."""
    on_third = [
        record["eventId"]
        for record in records
        if record["orgId"] == ORG
        and datetime.fromtimestamp(_second(record), INDIA).date().isoformat() == "2026-01-03"
    ]
    assert on_third
    assert on_third[::-1] == _found(reader, fromDate="2026-01-03", tillDate="2026-01-03")[0]
    assert (
        on_third[::-1] == _found(reader, fromDate="2026-01-02T18:30:00Z", tillDate="2026-01-03T18:29:59Z")[0]
    )


@pytest.mark.parametrize(
    ("kind", "value", "groups"),
    [
        ("groupId", "31", {"31"}),
        ("groupExternalId", "family 2", {"32"}),
        ("groupExternalId", "family 3", set()),
        ("mobile", "919800000001", {"31"}),
        ("mobile", "919800000002", {"31", "32"}),
        ("email", "500002@EXAMPLE.org", {"31", "32"}),
        ("userId", "500001", {"31"}),
        ("userId", "1", set()),
    ],
)
def test_groups_are_found_by_themselves_or_by_who_is_in_them(
    reader: Visitor, records: list[Record], kind: str, value: str, groups: set[str]
) -> None:
    expected = [
        record["eventId"] for record in records if record["additonalAttributes"].get("groupId") in groups
    ]
    found = _found(reader, userGroupIdentifierType=kind, userGroupIdentifierValue=value)
    assert (expected[::-1], len(expected)) == found


def test_source_and_account_must_agree(reader: Visitor) -> None:
    who = {"userIdentifierType": "mobile", "userIdentifierValue": "919800000001"}
    assert _found(reader, **who)[1] > 0
    assert _found(reader, **who, userIdentifierSource="instore") == _found(reader, **who)
    assert 0 == _found(reader, **who, userIdentifierSource="WECHAT")[1]
    assert 0 == _found(reader, **who, userIdentifierAccountId="x")[1]


def test_one_event_is_found_by_its_id_or_by_the_attribute(reader: Visitor, records: list[Record]) -> None:
    one = records[3]["eventId"]
    for asked in (
        {"eventId": one},
        {"requestId": one, "allowExactMatch": "true"},
        {"requestId": one.upper()},
        {"x-cap-lineage-id": one},
        {"eventId": one, "requestId": one},
    ):
        assert ([one], 1) == _found(reader, **asked), asked
    assert ([], 0) == _found(reader, requestId=one.upper(), allowExactMatch="true")
    assert ([], 0) == _found(reader, eventId=one, requestId=records[4]["eventId"])


def test_duplicates_share_their_unique_id(reader: Visitor) -> None:
    answer = reader.answer(SEARCH, isDuplicate="true", limit=100)
    repeats = answer["clickEventDataList"]
    assert repeats
    for repeat in repeats:
        unique_id = repeat["uniqueId"]
        both = reader.answer(SEARCH, uniqueId=unique_id, allowExactMatch="true", limit=100)[
            "clickEventDataList"
        ]
        firsts = [record for record in both if not record["additonalAttributes"]["isDuplicate"]]
        assert 1 == len(firsts)


def test_side_effects_come_when_asked_for(reader: Visitor) -> None:
    for record in reader.answer(SEARCH, limit=100, includeSideEffects="true")["clickEventDataList"]:
        shown = record.pop("clickEventSideEffects")
        assert record["eventId"] == shown.pop("requestId")
        is_taken = record["eventName"] == "visit" and "userId" in record
        assert ({"sideEffects": []} if is_taken else {}) == shown
    plain = reader.answer(SEARCH, limit=100, includeSideEffects="false")["clickEventDataList"]
    assert not [record for record in plain if "clickEventSideEffects" in record]


def test_a_parent_searches_its_children_when_it_asks_for_them(reader: Visitor, records: list[Record]) -> None:
    who = {"userIdentifierType": "mobile", "userIdentifierValue": "919800000001"}
    own, both = _found(reader, **who), _found(reader, **who, scope="child")
    childs = [record["eventId"] for record in records if record["orgId"] == CHILD]
    assert 1 == len(childs)
    assert set(childs) == set(both[0]) - set(own[0])
    assert own[1] + 1 == both[1]
    assert 25 == _found(reader, scope="child")[1]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"sortOrder": "up"}, "sortOrder"),
        ({"isDuplicate": "maybe"}, "isDuplicate"),
        ({"fromDate": "yesterday"}, "fromDate"),
        ({"tillDate": ""}, "tillDate"),
        ({"userIdentifierType": "mobile", "userIdentifierValue": "12"}, "userIdentifierValue"),
        ({"userIdentifierType": "fax", "userIdentifierValue": "12"}, "userIdentifierType"),
        ({"userGroupIdentifierType": "groupId", "userGroupIdentifierValue": "x"}, "userGroupIdentifierValue"),
        ({"eventId": "x"}, "eventId"),
        ({"hotel_name": ""}, "hotel_name"),
        ({"scope": "parent"}, "scope"),
    ],
)
def test_malformed_parameters_are_1850_by_name(
    reader: Visitor, parameters: dict[str, str], name: str
) -> None:
    answer = reader.ask(f"{SEARCH}?{'&'.join(f'{key}={value}' for key, value in parameters.items())}")
    assert 400 == answer.status_code
    body = answer.json()
    assert ["errors", "warnings"] == list(body), "the success has no data, so the error has none"
    assert [(False, 1850)] == [(error["status"], error["code"]) for error in body["errors"]]
    assert body["errors"][0]["message"].startswith(f"Invalid search request parameters {name}: ")


def test_credentials_are_asked_for(reader: Visitor) -> None:
    with Visitor(reader.program) as nobody:
        assert 401 == nobody.ask(SEARCH).status_code
    assert 405 == reader.send("POST", SEARCH).status_code
