"""`/v2/events/explain`: one call answers why a customer's event did nothing, also when there is no such event."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.unit.api.test_explain import CHILD, MOBILE, UNIQUE, USER, make_system, named

from hooklog.access.scopes import TILL_SCOPES
from hooklog.catalog.base import PublishState
from hooklog.consumers.base import retry_at
from hooklog.event import Refusal, Status, id_to_text
from hooklog.testing.scripted import ScriptedConsumer
from hooklog.testing.served import served
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem

PATH = "/v2/events/explain"
ALL = (*TILL_SCOPES, "psi:read")
OTHER = "919877777777"


def asked(
    system: MemorySystem, customer: str = f"mobile:{MOBILE}", scopes: Iterable[str] = ALL, **parameters: Any
) -> dict[str, Any]:
    """The answer to one call."""
    with served(system) as api:
        status, body = api.get(PATH, scopes=scopes, customer=customer, **parameters)
    assert 200 == status, body
    [answer] = body["data"]
    assert ["summary", "events", "more", "searched", "nearMisses"] == list(answer)
    assert isinstance(answer, dict)
    return answer


def misses(answer: dict[str, Any]) -> dict[str, list[str]]:
    """The texts by kind."""
    assert [] == answer["events"]
    assert None is answer["more"]
    found: dict[str, list[str]] = {}
    for miss in answer["nearMisses"]:
        assert miss["text"].endswith(".")
        found.setdefault(miss["kind"], []).append(miss["text"])
    return found


def pushed(system: MemorySystem, *bodies: Any, webhook_id: str | None = None) -> list[str]:
    ids = [
        id_to_text(system.push(body) if webhook_id is None else system.push(body, webhook_id))
        for body in bodies
    ]
    system.settle()
    return ids


def test_the_newest_events_are_explained_and_the_rest_is_linked() -> None:
    system = make_system()
    ids = pushed(system, *(named("visit", mobile=MOBILE, note=str(number)) for number in range(4)))
    pushed(system, named("visit", mobile="919800000002"), named("analytics", mobile=MOBILE))
    answer = asked(system, event_name="visit", limit=2)
    assert ids[:1:-1] == [one["entry"]["id"] for one in answer["events"]]
    assert answer["summary"].startswith(f"More than 2 events named `visit` of mobile `{MOBILE}` were found")
    assert answer["events"][0]["headline"] in answer["summary"]
    assert [] == answer["nearMisses"]
    link = urlsplit(answer["more"])
    with served(system) as api:
        _, body = api.get(link.path, **dict(parse_qsl(link.query)))
    assert ids[::-1] == [entry["id"] for entry in body["data"]]


@pytest.mark.parametrize("customer", [f"mobile:{MOBILE}", f"mobile:+{MOBILE}", str(USER), f"userId:{USER}"])
def test_a_customer_may_be_named_in_any_way(customer: str) -> None:
    system = make_system()
    [request_id] = pushed(system, named("visit", mobile=MOBILE))
    answer = asked(system, customer, event_name="visit")
    assert [request_id] == [one["entry"]["id"] for one in answer["events"]]
    assert answer["summary"].startswith("One event named `visit` of")
    [searched] = answer["searched"]["customers"]
    assert [{"orgId": ORG_ID, "userId": USER}] == searched["users"]
    assert None is searched["malformed"]


def test_a_pending_event_is_found_too_and_is_the_newest() -> None:
    emf = ScriptedConsumer()
    system = make_system(emf=emf)
    [settled] = pushed(system, named("visit", mobile=MOBILE))
    emf.answer = lambda _: retry_at(system.clock.now_ms() + 60_000, {"waits": "its circuit is open"})
    [waiting] = pushed(system, named("visit", mobile=MOBILE))
    answer = asked(system, event_name="visit")
    assert [waiting, settled] == [one["entry"]["id"] for one in answer["events"]]
    assert "its circuit is open" in answer["summary"]
    assert "PENDING" == answer["events"][0]["entry"]["status"]
    other = misses(asked(system, event_name="bill"))
    assert [f"An event of mobile `{MOBILE}` waits to be tried again, named `visit`."] == other["pending"]


def test_events_under_other_names_are_the_nearest_miss() -> None:
    system = make_system()
    [wrong] = pushed(system, named("Visit", mobile=MOBILE))
    answer = asked(system, event_name="visit")
    text = f"An event of mobile `{MOBILE}` came named `Visit`: INVALID_EVENT_NAME."
    assert [text] == misses(answer)["otherName"]
    assert answer["summary"].endswith(text)
    [miss] = [one for one in answer["nearMisses"] if one["kind"] == "otherName"]
    assert [wrong] == miss["ids"]
    with served(system) as api:
        link = urlsplit(miss["link"])
        assert [wrong] == [one["id"] for one in api.get(link.path, **dict(parse_qsl(link.query)))[1]["data"]]


def test_names_that_look_alike_and_the_state_of_the_definition_are_told() -> None:
    system = make_system()
    found = misses(asked(system, event_name="Vist"))
    assert ["No event is named `Vist` (case counts)."] == found["definition"]
    assert ["`visit` looks like `Vist`."] == found["similarName"]
    assert "not published" in misses(asked(system, event_name="draft"))["definition"][0]
    system.catalog.disable_definition(ORG_ID, "draft")
    assert "is disabled" in misses(asked(system, event_name="draft"))["definition"][0]


def test_a_malformed_identifier_says_why_and_finds_the_event_that_sent_it() -> None:
    system = make_system()
    answer = asked(system, "mobile:91-98", event_name="visit")
    why = "it holds `-`, and only digits may follow an optional +"
    assert why == answer["searched"]["customers"][0]["malformed"]
    assert why in misses(answer)["malformedIdentifier"][0]
    assert why in answer["summary"]
    pushed(system, named("visit", mobile="91-98"))
    assert "INVALID_CUSTOMER_IDENTIFIER" == asked(system, "mobile:91-98")["events"][0]["entry"]["status"]


def test_a_number_that_was_sent_under_another_name_is_found_in_the_input() -> None:
    system = make_system()
    [request_id] = pushed(system, named("visit", phone=f"+{OTHER}"))
    answer = asked(system, f"mobile:{OTHER}", event_name="visit")
    [text] = misses(answer)["inInput"]
    assert f"An event named `visit` held `{OTHER}` in `phone`, but the customer field is `mobile`" in text
    assert "EMF_PROCESSOR_FAILED" in text
    [miss] = [one for one in answer["nearMisses"] if one["kind"] == "inInput"]
    assert [request_id] == miss["ids"]


def test_a_number_that_was_taken_for_another_kind_of_identifier_is_found_in_the_input() -> None:
    system = make_system()
    pushed(system, named("loyal", member=MOBILE))
    pushed(system, named("visit", mobile=MOBILE))
    answer = asked(system, event_name="loyal")
    [text] = misses(answer)["inInput"]
    assert answer["summary"].endswith(text), "what may be the reason stands before what went well"
    assert f"held `{MOBILE}` in `member`, which finds customers by externalId: EMF_PROCESSOR_FAILED." in text


def test_whether_the_directory_knows_the_customer_is_told() -> None:
    system = make_system()
    assert [f"No customer of org {ORG_ID} has the mobile `{OTHER}`."] == misses(
        asked(system, f"mobile:{OTHER}", event_name="visit")
    )["customer"]
    system.add_customer(42, externalId=OTHER)
    [text] = misses(asked(system, f"mobile:{OTHER}", event_name="visit"))["customer"]
    assert f"user 42 of org {ORG_ID} (as externalId)" in text


def test_events_at_other_times_are_told_where_a_time_was_asked_for() -> None:
    system = make_system()
    [request_id] = pushed(system, named("visit", mobile=MOBILE))
    answer = asked(system, event_name="visit", from_date="2030-01-01", to_date="2030-01-02")
    [text] = misses(answer)["otherTime"]
    assert "the newest at 2026-01-05 10:00:00.000 UTC: EVENT_SUCCESS." in text
    assert "between 2030-01-01 00:00:00.000 UTC and 2030-01-02 23:59:59.999 UTC" in answer["summary"]
    assert [request_id] == next(one["ids"] for one in answer["nearMisses"] if one["kind"] == "otherTime")
    assert (1893456000000, 1893628799999) == (answer["searched"]["from"], answer["searched"]["to"])


def test_refused_pushes_and_disabled_webhooks_are_told() -> None:
    system = make_system()
    for _ in range(2):
        system.push(b"{}", UNIQUE, Refusal(Status.UNAUTHORIZED, "Unauthorized"))
    system.settle()
    system.catalog.disable_webhook(UNIQUE)
    found = misses(asked(system, event_name="visit"))
    assert [f"In that time 2 pushes were refused as UNAUTHORIZED at webhook {UNIQUE}."] == found["refused"]
    assert UNIQUE in found["webhook"][0]


def test_whether_such_events_come_at_all_is_told() -> None:
    system = make_system()
    assert ["No event named `visit` of anybody came in that time."] == misses(
        asked(system, event_name="visit")
    )["traffic"]
    pushed(system, named("visit", mobile="919800000002"))
    [text] = misses(asked(system, event_name="visit"))["traffic"]
    assert "the newest event named `visit` of anybody came at 2026-01-05 10:00:00.000 UTC." in text


def test_the_children_are_searched_only_when_asked_for() -> None:
    system = make_system()
    resolver = {"type": "PARENT_CHILD_ORG", "childOrgId": CHILD}
    [request_id] = pushed(system, named("visit", mobile=MOBILE, orgResolver=resolver))
    assert [] == asked(system, event_name="visit")["events"]
    answer = asked(system, event_name="visit", scope="child")
    assert [request_id] == [one["entry"]["id"] for one in answer["events"]]
    assert [ORG_ID, CHILD] == answer["searched"]["orgIds"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "customer is missing"),
        ({"customer": "!mobile:1"}, "customer is missing"),
        ({"customer": "phone:1"}, "has an unknown type"),
        ({"customer": "mobile:1", "limit": "21"}, "from 1 to 20"),
        ({"customer": "mobile:1", "from_date": "soon"}, "is not a date"),
    ],
)
def test_what_is_no_question_is_refused(parameters: dict[str, Any], message: str) -> None:
    with served(make_system()) as api:
        status, body = api.get(PATH, **parameters)
    assert 400 == status
    assert message in body["errors"][0]["message"]


def test_sensitive_values_are_not_found_by_who_may_not_see_them() -> None:
    system = make_system()
    system.define("visit", customer_field(), field("note", "string", isRequired="false", isPsiData="true"))
    pushed(system, named("visit", note=OTHER))
    assert "inInput" in misses(asked(system, f"mobile:{OTHER}", event_name="visit"))
    assert "inInput" not in misses(asked(system, f"mobile:{OTHER}", TILL_SCOPES, event_name="visit"))


def test_without_anything_near_it_was_never_sent() -> None:
    system = make_system()
    system.define("draft", customer_field(), state=PublishState.PUBLISHED)
    kinds = set(misses(asked(system, event_name="draft")))
    assert {"customer", "traffic"} == kinds
