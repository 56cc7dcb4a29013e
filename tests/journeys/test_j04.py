"""Journey J4, the core one: why did this customer's event fail? A support agent has a number and a rough time.

Every row of the journey's table is pushed once, found as the agent would find it, and then sent again corrected.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import running, till_auth
from hooklog.testing.visitor import LOGS, Visitor

SEARCH, EXPLAIN = "/v2/events/search", "/v2/events/explain"
ORG, OPEN, SIGNED = 100001, "e1" * 16, "e2" * 16
# A rough time: the agent looks a day further, which also lets this test run over midnight.
TODAY, TOMORROW = (f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}" for days in (0, 1))


class Case(NamedTuple):
    """What a source sent, what the log says of it, and what helps."""

    mobile: str
    sent: dict[str, Any]
    status: str | None
    message: str
    corrected: dict[str, Any]


CASES = {
    "customer field named differently": Case(
        "919800000001",
        {"event_name": "store_visit", "phone": "919800000001"},
        "EMF_PROCESSOR_FAILED",
        "Error while processing emfEvent: customerId not present,cant proceed further",
        {"event_name": "store_visit", "mobile": "919800000001"},
    ),
    "customer unknown": Case(
        "919800000077",
        {"event_name": "store_visit", "mobile": "919800000077"},
        "EMF_PROCESSOR_FAILED",
        "Error while processing emfEvent: customerId not present,cant proceed further",
        {"event_name": "signup", "mobile": "919800000077"},
    ),
    "group sent by its number": Case(
        "919800000002",
        {"event_name": "family_visit", "mobile": "919800000002", "family": "31"},
        "INVALID_GROUP_IDENTIFIER_PASSED",
        "Invalid group identifier passed 31",
        {"event_name": "family_visit", "mobile": "919800000002", "family": "family1"},
    ),
    "not a member": Case(
        "919800000003",
        {"event_name": "family_visit", "mobile": "919800000003", "family": "family1"},
        "NO_CUSTOMER_DETAILS_PASSED",
        "Customer details not passed ,User does not belong to group family1",
        {"event_name": "family_visit", "mobile": "919800000003", "family": "family2"},
    ),
    "no event name": Case(
        "919800000004",
        {"mobile": "919800000004"},
        "INVALID_META_TRANSFORMER_MAPPINGS",
        "Invalid meta transformer mappings: No transformer mapping found",
        {"event_name": "store_visit", "mobile": "919800000004"},
    ),
    "wrong case of the name": Case(
        "919800000005",
        {"event_name": "Store_Visit", "mobile": "919800000005"},
        "INVALID_EVENT_NAME",
        "Invalid event name Store_Visit",
        {"event_name": "store_visit", "mobile": "919800000005"},
    ),
    "malformed number": Case(
        "91-98",
        {"event_name": "store_visit", "mobile": "91-98"},
        "INVALID_CUSTOMER_IDENTIFIER",
        "Invalid customer identifier 91-98",
        {"event_name": "store_visit", "mobile": "919800000001"},
    ),
    "no credentials": Case(
        "919800000006",
        {"event_name": "store_visit", "mobile": "919800000006"},
        None,
        "Unauthorized",
        {"event_name": "store_visit", "mobile": "919800000006"},
    ),
}


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    for number in range(1, 20):
        content.customer(ORG, 500000 + number, mobile=f"9198000000{number:02}")
    content.group(ORG, 31, "family1", 500002)
    content.group(ORG, 32, "family2", 500003)
    both = ("EIConsumer", "EMFConsumer")
    content.event(ORG, "store_visit", customer_by_mobile(), actions=both)
    content.event(ORG, "analytics_only", customer_by_mobile())
    content.event(ORG, "draft", customer_by_mobile(), actions=both, status="UNPUBLISHED")
    content.event(ORG, "signup", customer_by_mobile(addCustomerIfNotExists="true"), actions=both)
    family = field("family", "groupId", groupIdentifierType="GroupExternalId")
    content.event(ORG, "family_visit", customer_by_mobile(), family, actions=both)
    content.event(ORG, "bill", customer_by_mobile(), field("number", isUniqueKeyField="true"), actions=both)
    content.webhook(ORG, OPEN, "till01", is_unique=True)
    content.webhook(ORG, SIGNED, "till01", "BASIC")
    folder = tmp_path_factory.mktemp("j04") / "data"
    with (
        running(folder, content.file) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as visitor,
    ):
        yield visitor


def _searched(agent: Visitor, mobile: str, **more: str) -> list[dict[str, Any]]:
    """Step 1: the customer's stored events of today."""
    found: list[dict[str, Any]] = agent.answer(
        SEARCH,
        userIdentifierType="mobile",
        userIdentifierValue=mobile,
        fromDate=f"{TODAY}T00:00:00",
        tillDate=f"{TOMORROW}T23:59:59",
        includeSideEffects="true",
        limit=100,
        **more,
    )["clickEventDataList"]
    return found


def _scanned(agent: Visitor, mobile: str, event_name: str | None) -> list[dict[str, Any]]:
    """Steps 2 and 3: today's log, scanned for the number in what was sent."""
    asked = {"event_name": event_name, "from_date": TODAY, "to_date": TOMORROW, "limit": 100}
    return [entry for entry in agent.answer(LOGS, **asked)["data"] if mobile in entry["inputRequest"]]


@pytest.mark.parametrize("name", CASES)
def test_the_agent_finds_the_reason_and_the_corrected_event_counts(agent: Visitor, name: str) -> None:
    case = CASES[name]
    webhook_id = SIGNED if case.status is None else OPEN
    with Visitor(agent.program) as source:
        request_id = source.push(webhook_id, case.sent).json()["requestId"]
    agent.settled(request_id)

    refused = agent.ask(SEARCH, userIdentifierType="mobile", userIdentifierValue=case.mobile)
    if case.status == "INVALID_CUSTOMER_IDENTIFIER":
        assert (400, 1850) == (refused.status_code, refused.json()["errors"][0]["code"]), (
            "the number is malformed"
        )
    else:
        assert request_id not in [record["eventId"] for record in _searched(agent, case.mobile)]

    named = _scanned(agent, case.mobile, case.sent.get("event_name"))
    listed = [entry for entry in named if entry["id"] == request_id] or [
        entry for entry in _scanned(agent, case.mobile, None) if entry["id"] == request_id
    ]
    assert [(case.status, case.message)] == [(entry.get("status"), entry["message"]) for entry in listed]

    resent = agent.accepted(webhook_id, case.corrected)
    assert "EVENT_SUCCESS" == agent.settled(resent)[0]["status"]
    assert resent in [record["eventId"] for record in _searched(agent, case.corrected["mobile"])]


@pytest.mark.parametrize(
    ("name", "is_taken"), [("store_visit", True), ("analytics_only", False), ("draft", False)]
)
def test_a_success_without_reward_is_explained_by_its_side_effects(
    agent: Visitor, name: str, is_taken: bool
) -> None:
    """EVENT_SUCCESS but no reward: without EMFConsumer, or unpublished, loyalty was not even asked."""
    request_id = agent.accepted(OPEN, {"event_name": name, "mobile": "919800000001"})
    assert "EVENT_SUCCESS" == agent.settled(request_id)[0]["status"]
    found = _searched(agent, "919800000001", eventName=name)
    shown = next(record for record in found if record["eventId"] == request_id)
    assert is_taken == ("sideEffects" in shown["clickEventSideEffects"])


def test_a_repeated_event_is_found_as_a_duplicate(agent: Visitor) -> None:
    first = agent.accepted(OPEN, {"event_name": "bill", "mobile": "919800000002", "number": "B-1"})
    second = agent.accepted(OPEN, {"event_name": "bill", "mobile": "919800000002", "number": "B-1"})
    agent.settled(first, second)
    found = {record["eventId"]: record for record in _searched(agent, "919800000002", eventName="bill")}
    assert [False, True] == [
        found[request_id]["additonalAttributes"]["isDuplicate"] for request_id in (first, second)
    ]
    assert found[first]["uniqueId"] == found[second]["uniqueId"]
    assert "sideEffects" not in found[second]["clickEventSideEffects"]


def test_what_was_never_sent_is_nowhere(agent: Visitor) -> None:
    assert [] == _searched(agent, "919812345678")
    assert [] == _scanned(agent, "919812345678", None)


class Found(NamedTuple):
    """What one call says of a push: in which part of the answer it is named, and words of the summary or the miss."""

    mobile: str
    sent: dict[str, Any]
    where: str
    words: tuple[str, ...]
    webhook_id: str = OPEN


ONE_CALL = {
    "it went well": Found(
        "919800000011",
        {"event_name": "store_visit", "mobile": "919800000011"},
        "events",
        ("One event named `store_visit` of mobile `919800000011` was found", "The event was stored"),
    ),
    "customer unknown": Found(
        "919800000099",
        {"event_name": "store_visit", "mobile": "919800000099"},
        "events",
        ("No customer has the mobile `919800000099`",),
    ),
    "malformed number": Found(
        "91-99",
        {"event_name": "store_visit", "mobile": "91-99"},
        "events",
        ("is malformed: it holds `-`",),
    ),
    "customer field named differently": Found(
        "919800000012",
        {"event_name": "store_visit", "phone": "919800000012"},
        "inInput",
        ("held `919800000012` in `phone`, but the customer field is `mobile`", "EMF_PROCESSOR_FAILED"),
    ),
    "wrong case of the name": Found(
        "919800000013",
        {"event_name": "Store_Visit", "mobile": "919800000013"},
        "otherName",
        ("came named `Store_Visit`: INVALID_EVENT_NAME",),
    ),
    "no event name": Found(
        "919800000014",
        {"mobile": "919800000014"},
        "otherName",
        ("came without a name: INVALID_META_TRANSFORMER_MAPPINGS",),
    ),
    "no credentials": Found(
        "919800000015",
        {"event_name": "store_visit", "mobile": "919800000015"},
        "inInput",
        ("An event without a name held `919800000015` in `mobile`: UNAUTHORIZED",),
        SIGNED,
    ),
}


def _explained(agent: Visitor, mobile: str, event_name: str = "store_visit") -> dict[str, Any]:
    """The whole journey in one call."""
    asked = {
        "customer": f"mobile:{mobile}",
        "event_name": event_name,
        "from_date": TODAY,
        "to_date": TOMORROW,
    }
    [answer] = agent.answer(EXPLAIN, **asked)["data"]
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize("name", ONE_CALL)
def test_one_call_answers_why_the_event_did_nothing(agent: Visitor, name: str) -> None:
    case = ONE_CALL[name]
    with Visitor(agent.program) as source:
        request_id = source.push(case.webhook_id, case.sent).json()["requestId"]
    agent.settled(request_id)

    answer = _explained(agent, case.mobile)
    for words in case.words:
        assert words in answer["summary"]
    if case.where == "events":
        assert request_id == answer["events"][0]["entry"]["id"]
        assert answer["events"][0]["nextStep"]
    else:
        assert [] == answer["events"]
        assert [request_id] == [
            one for miss in answer["nearMisses"] if miss["kind"] == case.where for one in miss["ids"]
        ]
        assert answer["summary"].startswith(
            f"No event named `store_visit` of mobile `{case.mobile}` was found"
        )


def test_one_call_says_what_was_searched_when_nothing_was_ever_sent(agent: Visitor) -> None:
    answer = _explained(agent, "919812345678", "store_vist")
    assert [] == answer["events"]
    assert TODAY in answer["summary"]
    assert ([ORG], ["store_vist"]) == (answer["searched"]["orgIds"], answer["searched"]["eventNames"])
    told = {miss["kind"]: miss["text"] for miss in answer["nearMisses"]}
    assert "`store_visit` looks like `store_vist`." == told["similarName"]
    assert "No customer of org 100001 has the mobile `919812345678`." == told["customer"]
