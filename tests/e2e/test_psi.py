"""Without `psi:read` no route shows a sensitive value, and none lets it be guessed (contract I.7, I.24).

Every secret of this test contains a word of its own; whoever may not see it must never be sent that word.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import running, till_auth
from hooklog.testing.visitor import LOGS, Visitor

SEARCH, EVENT_DATA, STATUS = "/v2/events/search", "/v2/events/event_data", "/v2/events/running_status"
ORG, CHILD = 100001, 100002
OPEN = "d1" * 16
FULL_KEY, ADMIN_KEY = "key-that-sees-all", "key-that-may-all-else"
MOBILE, USER = "919800000001", 500001
SECRETS = ("topaz", "4711.25", "amber", "garnet", "onyx", "jasper", "opal", "agate", "pearl")


def _content() -> Content:
    content = Content()
    for org_id, parent, code in ((ORG, -1, "till01"), (CHILD, ORG, "c-till")):
        content.org(org_id, parent_org_id=parent)
        content.till(org_id, code)
        content.customer(org_id, USER, mobile=MOBILE)
        content.event(
            org_id,
            "stay",
            customer_by_mobile(),
            field("passport", isPsiData="true"),
            field("salary", "double", isPsiData="true"),
            field("hotel"),
            field("nights", "double"),
            actions=("EIConsumer", "EMFConsumer"),
        )
    content.webhook(ORG, OPEN, "till01")
    content.api_key(ORG, FULL_KEY, "events:read", "psi:read")
    content.api_key(ORG, ADMIN_KEY, "admin")
    return content


RESOLVER = f'{{"type":"PARENT_CHILD_ORG","childOrgId":{CHILD},"tillCode":"c-till"}}'
BODIES = (
    # A success, spelt so that only every other byte can stay as it is.
    f'{{"event_name":"stay", "mobile":"{MOBILE}","passport" : "topaz 1","salary":4711.25 ,"hotel":"Ritz"}}',
    # A failed validation, whose message names what was received.
    '{"event_name":"stay","passport":"amber","salary":"garnet"}',
    # No definition: names that are sensitive anywhere in the org are.
    '{"event_name":"unknown","passport":{"deep":["onyx"]},"hotel":"Ritz"}',
    # The name escaped, and the value nested.
    '{"event_name":"stay","p\\u0061ssport":"topaz 2","hotel":"Ritz"}',
    # Routed to the child.
    f'{{"event_name":"stay","mobile":"{MOBILE}","passport":"jasper","orgResolver":{RESOLVER}}}',
    # Nested in what is stored, in what failed, and in what a message ends in.
    '{"event_name":"stay","guest":{"passport":"opal","name":"Asha"}}',
    '{"event_name":"stay","salary":{"passport":"garnet"},"nights":{"passport":"agate"}}',
    '{"event_name":"stay","mobile":{"passport":"pearl"}}',
)
REFUSED = "passport onyx, which is no JSON"


class Hotel:
    """The program with events that hold secrets, seen by those who may and by those who may not."""

    def __init__(self, seeing: Visitor, blind: list[Visitor]) -> None:
        self.seeing = seeing
        self.blind = blind
        self.ids = [seeing.accepted(OPEN, body) for body in BODIES]
        self.refused = seeing.push(OPEN, REFUSED).json()["requestId"]
        seeing.settled(*self.ids[:4], *self.ids[5:], self.refused)
        with Visitor(seeing.program, till_auth("c-till", TILL_PASSWORD)) as child:
            child.settled(self.ids[4])

    def targets(self) -> Iterator[str]:
        """Everything that shows events, in every form that it has."""
        for query in (
            "",
            "?include=stages,record",
            "?include=record&scope=child",
            "?status=FIELD_VALIDATION_FAILED",
        ):
            yield LOGS + query
        for request_id in (*self.ids, self.refused):
            yield f"{LOGS}/{request_id}?include=stages,record&scope=child"
            yield f"{EVENT_DATA}?id={request_id}&scope=child"
            yield f"{STATUS}?eventId={request_id}"
            yield f"{SEARCH}?eventId={request_id}&scope=child"
        yield f"{EVENT_DATA}/{USER}"
        yield f"{EVENT_DATA}/{USER}?scope=child"
        yield f"{SEARCH}?limit=1000&includeSideEffects=true&scope=child"
        yield "/v2/events/pending?scope=child"


@pytest.fixture(scope="module")
def hotel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotel]:
    folder = tmp_path_factory.mktemp("psi") / "data"
    with (
        running(folder, _content().file) as program,
        Visitor(program, headers={"X-API-Key": FULL_KEY}) as seeing,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as till,
        Visitor(program, headers={"X-API-Key": ADMIN_KEY}) as admin,
    ):
        yield Hotel(seeing, [till, admin])


def test_no_route_shows_a_secret_to_who_may_not_see_it(hotel: Hotel) -> None:
    seen = set()
    for target in hotel.targets():
        shown = hotel.seeing.ask(target)
        seen |= {secret for secret in SECRETS if secret in shown.text}
        for visitor in hotel.blind:
            answer = visitor.ask(target)
            assert shown.status_code == answer.status_code, target
            assert [] == [secret for secret in SECRETS if secret in answer.text], target
    assert set(SECRETS) == seen, "who may see them does"


def test_every_other_byte_of_the_input_stays(hotel: Hotel) -> None:
    for visitor in hotel.blind:
        entries = [visitor.answer(f"{LOGS}/{request_id}")["data"][0] for request_id in hotel.ids[:4]]
        assert [
            BODIES[0].replace('"topaz 1"', '"*****"').replace("4711.25", '"*****"'),
            BODIES[1].replace('"amber"', '"*****"').replace('"garnet"', '"*****"'),
            BODIES[2].replace('{"deep":["onyx"]}', '"*****"'),
            BODIES[3].replace('"topaz 2"', '"*****"'),
        ] == [entry["inputRequest"] for entry in entries]
        assert "*****" == visitor.answer(f"{LOGS}/{hotel.refused}")["data"][0]["inputRequest"]


def test_a_record_names_what_is_sensitive_either_way(hotel: Hotel) -> None:
    blind = hotel.blind[0].answer(EVENT_DATA, id=hotel.ids[0])["data"][0]
    seeing = hotel.seeing.answer(EVENT_DATA, id=hotel.ids[0])["data"][0]
    assert ["passport", "salary"] == blind["psiAttributes"] == seeing["psiAttributes"]
    hidden = {"passport": "*****", "salary": "*****"}
    assert {**seeing["additonalAttributes"], **hidden} == blind["additonalAttributes"]
    assert {"passport": "topaz 1", "salary": "4711.25"} == {
        name: seeing["additonalAttributes"][name] for name in hidden
    }
    lacking = hotel.seeing.answer(EVENT_DATA, id=hotel.ids[3])["data"][0]
    assert "salary" not in lacking["additonalAttributes"]
    assert ["passport", "salary"] == lacking["psiAttributes"], "the list comes from the definition"


def _found(visitor: Visitor, **asked: Any) -> int:
    total: int = visitor.answer(SEARCH, **asked)["totalRecords"]
    return total


@pytest.mark.parametrize("is_exact", ["true", "false"])
def test_a_secret_cannot_be_guessed_by_searching_for_it(hotel: Hotel, is_exact: str) -> None:
    exact = {"allowExactMatch": is_exact}
    assert 1 == _found(hotel.seeing, passport="topaz 1", **exact)
    assert 1 == _found(hotel.seeing, salary="4711.25", **exact)
    assert 0 == _found(hotel.seeing, passport="*****", **exact)
    for visitor in hotel.blind:
        for secret in ("topaz 1", "topaz", "4711.25", "jasper"):
            assert 0 == _found(visitor, passport=secret, scope="child", **exact)
            assert 0 == _found(visitor, salary=secret, scope="child", **exact)
        assert 2 == _found(visitor, passport="*****", **exact)
        assert 3 == _found(visitor, passport="*****", scope="child", **exact)
        assert 1 == _found(visitor, salary="*****", **exact)
        assert 2 == _found(visitor, hotel="Ritz", **exact), "all else is searched as ever"


def test_what_lies_nested_is_found_as_it_is_shown(hotel: Hotel) -> None:
    opal, masked = (f'{{"passport":"{text}","name":"Asha"}}' for text in ("opal", "*****"))

    def found(visitor: Visitor, text: str) -> tuple[int, int, int]:
        return (
            _found(visitor, guest=text, allowExactMatch="true"),
            _found(visitor, guest=text),
            len(visitor.answer(LOGS, **{"attr.guest": text})["data"]),
        )

    assert [(1, 1, 1), (0, 1, 0)] == [found(hotel.seeing, text) for text in (opal, masked)]
    for visitor in hotel.blind:
        assert [(0, 0, 0), (1, 1, 1)] == [found(visitor, text) for text in (opal, masked)]


def test_a_failed_field_is_named_without_what_was_received(hotel: Hotel) -> None:
    for visitor in hotel.blind:
        entry = visitor.answer(f"{LOGS}/{hotel.ids[1]}", include="stages")["data"][0]
        assert "salary: " in entry["message"]
        assert "received *****" in entry["message"]
        stages = json.dumps(entry["stages"])
        assert '"field": "salary"' in stages
        assert '"value": "*****"' in stages
