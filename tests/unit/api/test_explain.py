"""`/logs/{id}/explain`: for every way an event can end it says what happened and what to do, in whole sentences."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from hooklog.access.scopes import TILL_SCOPES
from hooklog.api import duplicates
from hooklog.catalog.base import EI_CONSUMER, FieldMapping, PublishState
from hooklog.consumers.base import Answer, failed, retry_at
from hooklog.event import Refusal, Stage, Status, id_to_text
from hooklog.testing.scripted import ScriptedConsumer
from hooklog.testing.served import served
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem

CHILD, MOBILE, USER = 200_001, "919800000001", 500_001
UNIQUE, WEB_ENGAGE, PARENT_HOOK = "aa" * 16, "bb" * 16, "cc" * 16
ALL = (*TILL_SCOPES, "psi:read")
KEYS = [
    "entry",
    "headline",
    "nextStep",
    "mapped",
    "stages",
    "errors",
    "definition",
    "record",
    "consumers",
    "duplicateOf",
    "duplicates",
    "replayOf",
    "replays",
]


def make_system(**consumers: Any) -> MemorySystem:
    """An org with customers, groups, a child org and events of many kinds."""
    system = MemorySystem(**consumers)
    system.add_org(CHILD, parent_org_id=ORG_ID)
    system.add_till("c-till", 7_002, CHILD)
    for number in (1, 2):
        system.add_customer(USER + number - 1, mobile=f"91980000000{number}")
    system.add_customer(900, org_id=CHILD, mobile=MOBILE)
    system.add_group(31, "family1", (USER,))
    system.define("visit", customer_field(), field("note", "string", isRequired="false"))
    system.define("visit", customer_field(), field("note", "string", isRequired="false"), org_id=CHILD)
    system.define("draft", customer_field(), state=PublishState.UNPUBLISHED)
    system.define("analytics", customer_field(), actions=(EI_CONSUMER,))
    system.define("signup", customer_field(addCustomerIfNotExists="true"))
    system.define("by_id", customer_field("user", identifierType="userId", addCustomerIfNotExists="true"))
    system.define("loyal", customer_field("member", identifierType="externalId"))
    system.define("bill", customer_field(), field("number", "string", isUniqueKeyField="true"))
    system.define(
        "family", customer_field(), field("group", "groupId", groupIdentifierType="GroupExternalId")
    )
    system.define(
        "stay", customer_field(), field("nights", "double"), field("till", "tillCode", isRequired="false")
    )
    system.add_webhook(UNIQUE, is_unique=True)
    system.add_webhook(WEB_ENGAGE, transformer="webEngageTransformer")
    with system.catalog.changing() as changes:
        changes.map_names(ORG_ID, {"Store Visit": "visit"})
        changes.map_fields(ORG_ID, "visit", [FieldMapping("mobile", "Customer Mobile")])
    return system


def explained(
    system: MemorySystem, request_id: bytes, scopes: Iterable[str] = ALL, **parameters: Any
) -> dict[str, Any]:
    """The explanation of one event."""
    with served(system) as api:
        path = f"/v2/events/logs/{id_to_text(request_id)}/explain"
        status, body = api.get(path, scopes=scopes, **parameters)
    assert 200 == status, body
    [explanation] = body["data"]
    assert KEYS == list(explanation)
    for text in (explanation["headline"], explanation["nextStep"]):
        assert text[0].isupper(), text
        assert text.endswith("."), text
        assert "  " not in text
        assert ".." not in text
    assert isinstance(explanation, dict)
    return explanation


def why(system: MemorySystem, body: Any, webhook_id: str | None = None) -> dict[str, Any]:
    """Push, settle, explain."""
    request_id = system.push(body) if webhook_id is None else system.push(body, webhook_id)
    system.settle_all()
    return explained(system, request_id)


def error_of(explanation: dict[str, Any]) -> tuple[str, str, str, str]:
    """The one field to correct: field, rule, value and pointer."""
    [error] = explanation["errors"]
    assert error["hint"]
    return error["field"], error["rule"], error["value"], error["pointer"]


def named(name: str, **more: object) -> dict[str, object]:
    return {"event_name": name, **more}


def test_a_success_says_so_and_asks_for_nothing() -> None:
    explanation = why(make_system(), named("visit", mobile=MOBILE, note="x"))
    assert explanation["headline"].startswith("The event was stored and its customer found")
    assert explanation["nextStep"].startswith("Nothing has to be done.")
    assert {"mobile": MOBILE, "note": "x"} == explanation["mapped"]
    assert [("EIConsumer", "taken"), ("EMFConsumer", "taken")] == [
        (one["consumer"], one["outcome"]) for one in explanation["consumers"]
    ]
    assert {"version": 1, "since": explanation["definition"]["since"], "changedSince": []} == explanation[
        "definition"
    ]
    assert explanation["record"]["userId"] == USER
    assert "queue" == explanation["stages"][0]["stage"]
    assert all(stage["decision"] for stage in explanation["stages"])


def test_what_loyalty_told_is_shown_with_the_answer() -> None:
    effects = ({"type": "points", "value": 5},)
    system = make_system(emf=ScriptedConsumer(lambda _: Answer(side_effects=effects)))
    explanation = why(system, named("visit", mobile=MOBILE))
    assert "loyalty took it and told 1 side effect." in explanation["headline"]
    assert [None, [{"type": "points", "value": 5}]] == [
        one["sideEffects"] for one in explanation["consumers"]
    ]


def test_what_of_the_answer_of_loyalty_was_not_kept_is_told() -> None:
    answer = Answer(side_effects=(), detail={"sideEffectsNotKept": "sideEffects is not a list"})
    explanation = why(make_system(emf=ScriptedConsumer(lambda _: answer)), named("visit", mobile=MOBILE))
    (loyalty,) = [one for one in explanation["consumers"] if one["consumer"] == "EMFConsumer"]
    said = "its side effects were not kept: sideEffects is not a list"
    assert ("taken", said) == (loyalty["outcome"], loyalty["reason"])
    assert f"passed, but {said}" in [stage["decision"] for stage in explanation["stages"]]


@pytest.mark.parametrize(
    ("body", "webhook_id", "headline", "next_step"),
    [
        (named("draft", mobile=MOBILE), None, "`draft` was not published when it came.", "publish it (PUT"),
        (named("analytics", mobile=MOBILE), None, "EMFConsumer was not among the actions", "add EMFConsumer"),
        (
            named("analytics"),
            None,
            "It has no customer: the input has no `mobile`",
            "Nothing has to be done.",
        ),
        (
            named("signup", mobile="919812345678"),
            None,
            "Its customer was new and was added as user",
            "Nothing",
        ),
        (
            named("visit", mobile=MOBILE, orgResolver={"type": "PARENT_CHILD_ORG", "childOrgId": CHILD}),
            None,
            f"routed to the child org {CHILD}, from a webhook of org {ORG_ID}.",
            "Nothing has to be done.",
        ),
    ],
)
def test_a_success_that_earned_nothing_or_did_more_says_why(
    body: dict[str, object], webhook_id: str | None, headline: str, next_step: str
) -> None:
    system = make_system()
    request_id = system.push(body)
    system.settle_all()
    assert Status.EVENT_SUCCESS is system.entry(request_id).status
    explanation = explained(system, request_id, scope="child")
    assert headline in explanation["headline"]
    assert next_step in explanation["nextStep"]


def test_an_event_that_was_published_meanwhile_can_be_sent_again() -> None:
    system = make_system()
    request_id = system.push(named("draft", mobile=MOBILE))
    system.settle_all()
    system.clock.advance(ms=1_000)
    system.define("draft", customer_field())
    explanation = explained(system, request_id)
    assert "`draft` has been published since" in explanation["nextStep"]
    assert [{"field": None, "setting": "status", "was": "UNPUBLISHED", "is": "PUBLISHED"}] == explanation[
        "definition"
    ]["changedSince"]


def test_duplicates_are_linked_both_ways() -> None:
    system = make_system()
    first, *others = (system.push(named("bill", mobile=MOBILE, number="B1"), UNIQUE) for _ in range(3))
    system.push(named("bill", mobile=MOBILE, number="B2"), UNIQUE)
    system.settle_all()
    told = explained(system, first)
    assert None is told["duplicateOf"]
    texts = [id_to_text(one) for one in others]
    assert texts == sorted(told["duplicates"])
    repeated = explained(system, others[0])
    assert id_to_text(first) == repeated["duplicateOf"]
    assert texts[1:] == repeated["duplicates"]
    assert f"repeats {id_to_text(first)}" in repeated["headline"]
    assert "must differ in `number`" in repeated["nextStep"]


def test_duplicates_are_bounded_and_what_is_left_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "DUPLICATES_MAX", 2)
    system = make_system()
    first, *_ = (system.push(named("bill", mobile=MOBILE, number="B1"), UNIQUE) for _ in range(4))
    system.settle_all()
    with served(system) as api:
        _, body = api.get(f"/v2/events/logs/{id_to_text(first)}/explain")
    assert 2 == len(body["data"][0]["duplicates"])
    assert ["only the newest 2 duplicates are listed"] == [one["message"] for one in body["warnings"]]


@pytest.mark.parametrize(
    ("body", "headline", "next_step", "error"),
    [
        (
            named("visit", phone=MOBILE),
            "The input has no `mobile`, the field that names the customer; `phone` could be the customer's mobile.",
            "Have the customer's mobile sent as `mobile` instead of `phone`.",
            ("mobile", "customer", "nothing", ""),
        ),
        (
            named("visit", mobile="919899999999"),
            "No customer has the mobile `919899999999`, and `mobile` does not add unknown ones.",
            "Register the customer with this mobile",
            ("mobile", "customer", "919899999999", "/mobile"),
        ),
        (
            named("loyal", member=MOBILE),
            f"No customer has the externalId `{MOBILE}`, but it is the mobile of user {USER}.",
            "let `member` find customers by mobile (identifierType)",
            ("member", "identifierType", MOBILE, "/member"),
        ),
        (
            named("family", mobile=MOBILE, group="31"),
            "No group has the GroupExternalId `31`, but that is the number of the group `family1`.",
            "Have `family1` sent",
            ("group", "groupIdentifierType", "31", "/group"),
        ),
        (
            named("family", mobile="919800000002", group="family1"),
            f"User {USER + 1} is known, but was no member of the group `family1`; today user {USER + 1} belongs to no",
            "Make the user a member",
            ("group", "membership", "family1", "/group"),
        ),
        (
            named("family", group="family1"),
            "but no customer who could belong to it. The input has no `mobile`",
            "Have the customer's mobile sent as `mobile`.",
            ("mobile", "customer", "nothing", ""),
        ),
        (
            {"mobile": MOBILE},
            "It cannot be told which event this is: `event_name` is missing.",
            "sent as the text `event_name`",
            ("event_name", "isRequired", "nothing", ""),
        ),
        (
            {"event_name": 5},
            "`event_name` is `5`, which is no text.",
            "sent as the text `event_name`",
            ("event_name", "isRequired", "5", "/event_name"),
        ),
        (
            named("Visit", mobile=MOBILE),
            "No event is named `Visit`; `visit` does exist.",
            "Correct the name at the source (case counts)",
            ("event_name", "eventName", "Visit", "/event_name"),
        ),
        (
            named("", mobile=MOBILE),
            "The event's name is empty",
            "sent as `event_name`",
            ("event_name", "eventName", '""', "/event_name"),
        ),
        (
            named("stay", mobile=MOBILE, nights="many"),
            "A field of the event is malformed: `nights`.",
            "`nights` (double): send a finite number",
            ("nights", "double", "many", "/nights"),
        ),
        (
            named("stay", mobile=MOBILE, nights=2, till="nowhere"),
            f"The org {ORG_ID} has no till `nowhere`, which `till` names.",
            "Compare the value with the org's till codes",
            ("till", "tillCode", "nowhere", "/till"),
        ),
        (
            named("visit", mobile="91-98"),
            "The customer's mobile `91-98` is malformed: it holds `-`, and only digits may follow an optional +.",
            "Send an optional + and 7 to 15 digits as `mobile`",
            ("mobile", "identifierType", "91-98", "/mobile"),
        ),
        (
            named("by_id", user="77"),
            "No customer has the userId `77`, and a userId cannot be added by an event.",
            "register the customer first",
            ("user", "addCustomerIfNotExists", "77", "/user"),
        ),
        (
            named("visit", mobile=MOBILE, orgResolver={"type": "PARENT_CHILD_ORG", "childOrgId": 9}),
            f"The event's orgResolver cannot be followed: `9` is no child of org {ORG_ID}.",
            "Look at childOrgId",
            ("orgResolver", "childOrgId", "9", "/orgResolver/childOrgId"),
        ),
    ],
)
def test_a_failure_names_the_field_and_says_what_to_do(
    body: dict[str, object], headline: str, next_step: str, error: tuple[str, str, str, str]
) -> None:
    explanation = why(make_system(), body)
    assert headline in explanation["headline"]
    assert next_step in explanation["nextStep"]
    assert "send the event again to the same webhook." in explanation["nextStep"]
    assert error == error_of(explanation)


@pytest.mark.parametrize(
    ("mend", "body", "headline"),
    [
        (
            lambda system: system.add_customer(7, mobile="919899999999"),
            named("visit", mobile="919899999999"),
            "user 7 has it by now.",
        ),
        (
            lambda system: system.add_customer(77),
            named("by_id", user="77"),
            "it exists by now.",
        ),
        (
            lambda system: system.define("later", customer_field()),
            named("later"),
            "it has been defined since.",
        ),
        (
            lambda system: system.add_till("soon", 7_009),
            named("stay", mobile=MOBILE, nights=2, till="soon"),
            "it exists by now.",
        ),
    ],
)
def test_what_was_mended_meanwhile_is_told(mend: Any, body: dict[str, object], headline: str) -> None:
    system = make_system()
    request_id = system.push(body)
    system.settle_all()
    mend(system)
    explanation = explained(system, request_id)
    assert headline in explanation["headline"]
    assert "send the event again to the same webhook." in explanation["nextStep"]


def test_a_definition_that_changed_is_compared_setting_by_setting() -> None:
    system = make_system()
    request_id = system.push(named("stay", mobile=MOBILE, nights="many"))
    system.settle_all()
    system.clock.advance(ms=1_000)
    system.define(
        "stay", customer_field(), field("nights", "string", isRequired="false"), field("new", "string")
    )
    explanation = explained(system, request_id)
    assert 1 == explanation["definition"]["version"]
    changed = {
        (one["field"], one["setting"]): (one["was"], one["is"])
        for one in explanation["definition"]["changedSince"]
    }
    assert ("double", "string") == changed["nights", "type"]
    assert ("true", "false") == changed["nights", "isRequired"]
    assert (None, "string") == changed["new", "type"]
    assert ("tillCode", None) == changed["till", "type"]
    assert (
        "The definition has changed since in `nights`: the same event may pass now."
        in explanation["nextStep"]
    )


def test_the_mapped_form_is_made_with_the_mapping_that_judged() -> None:
    system = make_system()
    body = named("Store Visit", **{"Customer Mobile": MOBILE, "note": "x"})
    request_id = system.push(body, WEB_ENGAGE)
    system.settle_all()
    system.clock.advance(ms=1_000)
    with system.catalog.changing() as changes:
        changes.map_fields(ORG_ID, "visit", [FieldMapping("mobile", "Phone")])
    explanation = explained(system, request_id)
    assert {"mobile": MOBILE, "note": "x"} == explanation["mapped"]
    assert [
        {"field": "mobile", "setting": "source name", "was": "Customer Mobile", "is": "Phone"}
    ] == explanation["definition"]["changedSince"]
    assert "mapped from the source's event Store Visit" in [one["decision"] for one in explanation["stages"]]


def test_a_field_is_pointed_at_under_the_name_that_the_source_gave_it() -> None:
    body = named("Store Visit", **{"Customer Mobile": "91-98"})
    explanation = why(make_system(), body, WEB_ENGAGE)
    assert ("mobile", "identifierType", "91-98", "/Customer Mobile") == error_of(explanation)
    assert "as `Customer Mobile`" in explanation["nextStep"]


def test_a_source_name_without_mapping_names_those_that_look_alike() -> None:
    explanation = why(make_system(), named("store_visit"), WEB_ENGAGE)
    assert "knows the source's event `store_visit`; `Store Visit` is mapped." in explanation["headline"]
    assert ("event_name", "mapping", "store_visit", "/event_name") == error_of(explanation)
    assert None is explanation["mapped"]


@pytest.mark.parametrize(
    ("refusal", "headline", "next_step"),
    [
        (Refusal(Status.UNAUTHORIZED, "Unauthorized"), "it asks for none by now.", "Have the source send"),
        (
            Refusal(Status.INVALID_REQUEST_BODY, "Invalid request body: the body is empty"),
            "its body is not one that can be taken: the body is empty.",
            "Send one JSON object",
        ),
        (
            Refusal(Status.REQUEST_TOO_LARGE, "Request too large: 9 bytes"),
            "too large: 9 bytes.",
            "Send one event",
        ),
        (
            Refusal(Status.WEBHOOK_DISABLED, "Webhook disabled"),
            "its webhook is disabled.",
            "webhooks that take pushes",
        ),
    ],
)
def test_a_push_that_was_refused_at_the_door_is_explained(
    refusal: Refusal, headline: str, next_step: str
) -> None:
    system = make_system()
    request_id = system.push(b"\xff{", refusal=refusal)
    system.settle_all()
    explanation = explained(system, request_id)
    assert headline in explanation["headline"]
    assert next_step in explanation["nextStep"]
    assert (None, [], None) == (explanation["mapped"], explanation["stages"], explanation["definition"])


def test_what_a_webhook_asks_for_is_said_where_it_was_not_given() -> None:
    system = make_system()
    webhook = system.catalog.webhook(UNIQUE)
    assert webhook is not None
    system.catalog.put_webhook(msgspec.structs.replace(webhook, auth_enabled=True, auth_mechanism="OAUTH"))
    request_id = system.push(b"{}", UNIQUE, Refusal(Status.UNAUTHORIZED, "Unauthorized"))
    system.settle_all()
    assert "a token of an OAuth client" in explained(system, request_id)["nextStep"]


def test_what_is_our_fault_is_not_put_on_the_source() -> None:
    system = make_system()

    def spring(_work: object) -> None:
        raise RuntimeError("boom")

    system.traps[Stage.VALIDATE] = spring
    explanation = why(system, named("visit", mobile=MOBILE))
    assert "Validate raised RuntimeError." in explanation["headline"]
    assert "Tell an operator" in explanation["nextStep"]
    assert "failed on our side: validate raised RuntimeError" == explanation["stages"][-1]["decision"]


def test_a_loyalty_endpoint_that_refuses_is_named_with_its_answer() -> None:
    system = make_system(emf=ScriptedConsumer(lambda _: failed("answered 422")))
    explanation = why(system, named("visit", mobile=MOBILE))
    assert "the loyalty endpoint did not take it: answered 422." in explanation["headline"]
    assert explanation["entry"]["id"] in explanation["nextStep"]
    assert ("failed", "answered 422") == tuple(
        explanation["consumers"][-1][key] for key in ("outcome", "reason")
    )


def test_analytics_that_fail_are_for_an_operator() -> None:
    system = make_system(ei=ScriptedConsumer(lambda _: failed("disk is full")))
    explanation = why(system, named("visit", mobile=MOBILE))
    assert "Disk is full" in explanation["headline"]
    assert "operator" in explanation["nextStep"]


def test_attempts_are_told_one_by_one() -> None:
    begun = {"call": "begun", "attempt": 1, "since": 1}
    answers = [
        retry_at(0, begun),
        retry_at(0, {"attempt": 1, "error": "answered 503", "mayHaveArrived": False}),
        retry_at(0, {**begun, "attempt": 2}),
        Answer(side_effects=()),
    ]
    emf = ScriptedConsumer()
    system = make_system(emf=emf)
    emf.answer = lambda _: answers[len(emf.deliveries) - 1]
    explanation = why(system, named("visit", mobile=MOBILE))
    assert "loyalty took it at attempt 2 and said nothing of what it did." in explanation["headline"]
    attempts = explanation["consumers"][-1]["attempts"]
    assert [(1, "answered 503"), (2, None)] == [(one["attempt"], one["error"]) for one in attempts]
    assert all(one["endedAt"] >= one["startedAt"] for one in attempts)


def test_a_pending_event_says_what_it_waits_for_and_until_when() -> None:
    system = MemorySystem()
    wait = retry_at(
        system.clock.now_ms() + 60_000, {"attempt": 1, "error": "answered 503", "mayHaveArrived": False}
    )
    system = make_system(emf=ScriptedConsumer(lambda _: wait))
    first = system.push(named("bill", mobile=MOBILE, number="B1"), UNIQUE)
    second = system.push(named("bill", mobile=MOBILE, number="B1"), UNIQUE)
    system.settle()
    explanation = explained(system, first)
    assert "PENDING" == explanation["entry"]["status"]
    assert "loyalty did not take it at attempt 1: answered 503." in explanation["headline"]
    assert "tried again by itself, next at " in explanation["nextStep"]
    assert {"mobile": MOBILE, "number": "B1"} == explanation["mapped"]
    assert 1 == explanation["definition"]["version"]
    assert "waiting" == explanation["consumers"][-1]["outcome"]
    waits = explained(system, second)
    assert f"the same unique key as {id_to_text(first)}" in waits["headline"]
    assert "if it fails, this one counts" in waits["nextStep"]


def test_an_event_that_the_worker_has_not_reached_is_explained_too() -> None:
    system = make_system()
    explanation = explained(system, system.push(named("visit")))
    assert "the worker has not reached it yet" in explanation["headline"]
    assert ([], None) == (explanation["stages"], explanation["mapped"])


def test_other_orgs_see_nothing_and_a_parent_sees_its_child_only_when_asked() -> None:
    system = make_system()
    resolver = {"type": "PARENT_CHILD_ORG", "childOrgId": CHILD}
    request_id = system.push(named("visit", mobile=MOBILE, orgResolver=resolver))
    system.settle_all()
    path = f"/v2/events/logs/{id_to_text(request_id)}/explain"
    with served(system) as api:
        assert 404 == api.get(path)[0]
        assert 404 == api.get(path, org_id=999)[0]
        assert 200 == api.get(path, scope="child")[0]
        assert 200 == api.get(path, org_id=CHILD)[0]
        assert 404 == api.get("/v2/events/logs/nothing/explain")[0]
        assert 403 == api.get(path, org_id=CHILD, scopes=())[0]


def test_sensitive_values_are_hidden_wherever_they_could_show() -> None:
    system = make_system()
    system.define(
        "stay",
        customer_field(),
        field("passport", "double", isPsiData="true"),
        field("hotel", "string", isRequired="false"),
    )
    body = named("stay", mobile=MOBILE, passport="topaz", nested={"passport": ["topaz"]}, hotel="Ritz")
    bad = system.push(body)
    good = system.push(named("stay", mobile=MOBILE, passport=4711.25))
    system.settle_all()
    for request_id, secret in ((bad, "topaz"), (good, "4711.25")):
        assert secret in msgspec.json.encode(explained(system, request_id)).decode()
        hidden = explained(system, request_id, TILL_SCOPES)
        assert secret not in msgspec.json.encode(hidden).decode()
        assert "*****" == hidden["mapped"]["passport"]
    [error] = explained(system, bad, TILL_SCOPES)["errors"]
    assert ("passport", "*****") == (error["field"], error["value"])


def test_a_sensitive_attribute_is_not_guessed_to_be_a_customers_number() -> None:
    system = make_system()
    system.define("visit", customer_field(), field("note", "string", isRequired="false", isPsiData="true"))
    request_id = system.push({"event_name": "visit", "note": MOBILE})
    system.settle_all()
    assert MOBILE not in msgspec.json.encode(explained(system, request_id, TILL_SCOPES)).decode()
