"""Finding events in the log by customer, attribute, words and response time, through the real program."""

from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import running, till_auth
from hooklog.testing.visitor import LOGS, Visitor

ORG, CHILD = 1001, 1002
OPEN = "aa" * 16
MOBILE, OTHER, STRANGER = "919800000001", "919800000002", "919800000009"
FULL_KEY = "sees-everything"
RESOLVER = {"type": "PARENT_CHILD_ORG", "childOrgId": CHILD, "tillCode": "c-till"}
BODIES: dict[str, dict[str, Any]] = {
    "stay": {"event_name": "stay", "mobile": MOBILE, "hotel": "Ritz", "price": 20, "passport": "topaz"},
    "plus": {"event_name": "stay", "mobile": "+" + MOBILE, "hotel": "Palace ABC"},
    "by email": {"event_name": "mail", "who": "Ann@Example.org", "hotel": "Ritz"},
    "other": {"event_name": "stay", "mobile": OTHER, "hotel": "ritz"},
    "stranger": {"event_name": "stay", "mobile": STRANGER, "passport": "topaz"},
    "nobody": {"event_name": "stay", "hotel": "Ritz café"},
    "malformed": {"event_name": "stay", "mobile": "12", "hotel": "Ritz"},
    "failed": {"event_name": "stay", "mobile": MOBILE, "price": "dear", "passport": "amber", "hotel": "Ritz"},
    "misnamed": {"event_name": "sty", "mobile": MOBILE, "hotel": "Ritz", "passport": "onyx"},
    "nameless": {"mobile": MOBILE, "hotel": "Ritz"},
    "groupless": {"event_name": "stay", "mobile": MOBILE, "group": "g77"},
    "child": {"event_name": "stay", "mobile": MOBILE, "hotel": "Ritz", "orgResolver": RESOLVER},
}


def _content() -> Content:
    content = Content()
    for org_id, parent, code in ((ORG, -1, "till01"), (CHILD, ORG, "c-till")):
        content.org(org_id, parent_org_id=parent)
        content.till(org_id, code)
        content.event(
            org_id,
            "stay",
            customer_by_mobile(),
            field("hotel"),
            field("price", "double"),
            field("passport", isPsiData="true"),
            field("group", "groupId", groupIdentifierType="groupExternalId"),
        )
    content.event(ORG, "mail", customer_by_mobile("who", identifierType="email"), field("hotel"))
    content.customer(ORG, 7, mobile=MOBILE, email="ann@example.org")
    content.customer(ORG, 8, mobile=OTHER)
    content.customer(CHILD, 9, mobile=MOBILE)
    content.webhook(ORG, OPEN, "till01")
    content.api_key(ORG, FULL_KEY, "events:read", "psi:read")
    return content


class Hotel:
    """The program with one event of each kind, seen by a till and by one who may see sensitive values."""

    def __init__(self, till: Visitor, seeing: Visitor) -> None:
        self.till = till
        self.seeing = seeing
        self.names = {till.accepted(OPEN, body): name for name, body in BODIES.items()}
        with Visitor(till.program, till_auth("c-till", TILL_PASSWORD)) as child:
            for request_id, name in self.names.items():
                (child if name == "child" else till).settled(request_id)

    def found(self, visitor: Visitor, /, **filters: Any) -> list[str]:
        """Which events a question finds, oldest first."""
        return [self.names[request_id] for request_id in visitor.ids(order="asc", **filters)]


@pytest.fixture(scope="module")
def hotel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotel]:
    folder = tmp_path_factory.mktemp("find") / "data"
    with (
        running(folder, _content().file) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as till,
        Visitor(program, headers={"X-API-Key": FULL_KEY}) as seeing,
    ):
        yield Hotel(till, seeing)


SENT_BY_ANN = ["stay", "plus", "failed", "misnamed", "nameless", "groupless"]
ANN = ["stay", "plus", "by email", "failed", "misnamed", "nameless", "groupless"]


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        (f"mobile:{MOBILE}", ANN),
        (f"MOBILE:+{MOBILE}", ANN),
        ("email:ann@example.org", ["stay", "plus", "by email", "groupless"]),
        ("7", ["stay", "plus", "by email", "groupless"]),
        ("userId:8", ["other"]),
        (f"mobile:{STRANGER}", ["stranger"]),
        ("mobile:12", ["malformed"]),
        (f"externalId:{MOBILE}", []),
        ("mobile:919800000003", []),
        ([f"mobile:{OTHER}", "mobile:12"], ["other", "malformed"]),
        (["7", f"!mobile:{MOBILE}"], []),
        (f"!mobile:{MOBILE}", ["other", "stranger", "nobody", "malformed"]),
    ],
)
def test_a_customer_is_found_by_what_was_sent_and_by_who_it_is(
    hotel: Hotel, customer: str | list[str], expected: list[str]
) -> None:
    for visitor in (hotel.till, hotel.seeing):
        assert expected == hotel.found(visitor, customer=customer)


def test_children_are_asked_too_where_the_scope_says_so(hotel: Hotel) -> None:
    assert [*ANN, "child"] == hotel.found(hotel.till, customer=f"mobile:{MOBILE}", scope="child")
    assert ["child"] == hotel.found(hotel.till, customer="9", scope="child")
    assert [] == hotel.found(hotel.till, customer="9")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"attr.hotel": "Ritz"}, ["stay", "by email", "malformed", "failed", "misnamed"]),
        ({"attr.hotel": "Ritz", "event_name": "stay"}, ["stay", "malformed", "failed"]),
        ({"attr.hotel": ["Ritz", "ritz"], "status": "EVENT_SUCCESS"}, ["stay", "by email", "other"]),
        ({"attr.hotel": ["!Ritz", "!"]}, ["plus", "other", "nobody"]),
        ({"attr.hotel": ""}, ["stranger", "nameless", "groupless"]),
        ({"attr.price": "20.0"}, ["stay"]),
        ({"attr.price": "20"}, []),
        ({"attr.price": "dear"}, ["failed"]),
        ({"attr.group": "g77"}, ["groupless"]),
        ({"attr.customerId": "8"}, ["other"]),
        ({"attr.isDuplicate": "false", "attr.hotel": "Ritz"}, ["stay", "by email"]),
        ({"q": "ritz CAFÉ"}, ["nobody"]),
        ({"q": "g77 invalid"}, ["groupless"]),
        ({"q": ["palace abc", "café"]}, ["plus", "nobody"]),
        ({"q": "!hotel"}, ["stranger", "groupless"]),
        ({"pattern": "Invalid group identifier passed {}"}, ["groupless"]),
        (
            {"pattern": ["Invalid event name {}", "Invalid group identifier passed {}"]},
            ["misnamed", "groupless"],
        ),
        ({"pattern": "Invalid group identifier passed g77"}, []),
        ({"pattern": "!", "q": "!hotel"}, ["groupless"]),
        ({"min_response_time": "600000"}, []),
        ({"min_response_time": "!600000"}, [name for name in BODIES if name != "child"]),
        ({"customer": "7", "attr.hotel": "Ritz", "q": "ann"}, ["by email"]),
    ],
    ids=str,
)
def test_attributes_words_and_times_are_found_and_combined(
    hotel: Hotel, filters: dict[str, Any], expected: list[str]
) -> None:
    assert expected == hotel.found(hotel.seeing, **filters)


def test_pages_of_what_was_found_are_whole(hotel: Hotel) -> None:
    filters: dict[str, Any] = {"customer": f"mobile:{MOBILE}", "limit": 2, "order": "asc"}
    answer = hotel.till.ask(LOGS, **filters)
    found = [entry["id"] for entry in answer.json()["data"]]
    while "next" in answer.links:
        answer = hotel.till.ask(answer.links["next"]["url"])
        found += [entry["id"] for entry in answer.json()["data"]]
    assert ANN == [hotel.names[request_id] for request_id in found]
    other = {**filters, "customer": f"mobile:{OTHER}"}
    assert 400 == hotel.till.ask(LOGS, **other, cursor="x").status_code


def test_a_secret_cannot_be_found_out_by_asking_for_it(hotel: Hotel) -> None:
    for value, where in (("topaz", ["stay", "stranger"]), ("amber", ["failed"]), ("onyx", ["misnamed"])):
        assert where == hotel.found(hotel.seeing, **{"attr.passport": value})
        assert where == hotel.found(hotel.seeing, q=value)
        for asked in ({"attr.passport": value}, {"q": value}, {"attr.passport": value, "customer": "7"}):
            assert [] == hotel.found(hotel.till, **asked), asked
    everything = [name for name in BODIES if name != "child"]
    excluding: list[dict[str, Any]] = [
        {"q": "!topaz"},
        {"attr.passport": "!topaz"},
        {"q": ["!amber", "!onyx"]},
    ]
    for filters in excluding:
        assert everything == hotel.found(hotel.till, **filters), filters
    assert ["stay", "stranger", "failed", "misnamed"] == hotel.found(hotel.till, **{"attr.passport": "*****"})
    assert [] == hotel.found(hotel.seeing, **{"attr.passport": "*****"})


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"customer": ""}, "<identifierType>:<value> or a userId"),
        ({"customer": "phone:1"}, "unknown type"),
        ({"attr.": "x"}, "attr. names no attribute"),
        ({"q": "*"}, "no word"),
        ({"min_response_time": "soon"}, "whole number of milliseconds"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(hotel: Hotel, filters: dict[str, Any], said: str) -> None:
    answer = hotel.till.ask(LOGS, **filters)
    assert 400 == answer.status_code
    assert said in answer.json()["errors"][0]["message"]


def test_no_filter_is_taken_for_an_unknown_parameter(hotel: Hotel) -> None:
    known = {"customer": "7", "attr.hotel": "Ritz", "q": "ritz", "pattern": "x", "min_response_time": "0"}
    assert [] == hotel.till.answer(LOGS, **known)["warnings"]
    assert 1 == len(hotel.till.answer(LOGS, attr="x")["warnings"])
