"""Who changed what, through the real program (contract I.12, I.31, II.12.1)."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hooklog.testing.content import Content
from hooklog.testing.engineer import EVENTS, WEBHOOK, Engineer, Part, set_to
from hooklog.testing.program import Program, running, till_auth

ORG, OTHER_ORG = 1001, 1002
OPEN = "aa" * 16
NOTE = set_to("string", "note", isRequired="false")


def _content() -> Content:
    content = Content()
    content.org(ORG)
    content.org(OTHER_ORG)
    content.till(ORG, "till01")
    content.till(ORG, "till05")
    content.till(OTHER_ORG, "till02")
    content.event(ORG, "loaded")
    content.webhook(ORG, OPEN, "till01")
    content.client(ORG, "client01", "client-secret", defaultTill="till01", fallbackToDefaultTill=True)
    content.api_key(ORG, "hk_writer", "events:write", "events:read")
    return content


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("audit") / "data", _content().file) as program:
        yield program


@pytest.fixture(scope="module")
def engineer(program: Program) -> Iterator[Engineer]:
    with Engineer(program, till_auth("till01", "secret")) as engineer:
        yield engineer


def kinds(items: list[Part]) -> list[str]:
    """What was done, oldest first."""
    return [item["updatedType"] for item in reversed(items)]


def became(item: Part) -> Part:
    value: Part = json.loads(item["valueHistory"][0]["value"])
    return value


def was(item: Part) -> Part:
    value: Part = json.loads(item["valueHistory"][0]["previousValue"])
    return value


def test_an_item_has_the_documented_shape_and_says_who(engineer: Engineer) -> None:
    body, before = engineer.definition("shape", NOTE), datetime.now(UTC).replace(microsecond=0)
    request_id = engineer.send("POST", EVENTS, json=body).headers["x-cap-request-id"]
    [item] = engineer.audit("shape")
    assert ["id", "orgId", "valueHistory", "updatedType", "requestId", "eventName"] == list(item)
    assert (f"shape-{ORG}", ORG, "shape") == (item["id"], item["orgId"], item["eventName"])
    assert "createOrgEvent" == item["updatedType"]
    assert request_id == item["requestId"]
    assert re.fullmatch("[0-9a-f]{32}", request_id)
    [history] = item["valueHistory"]
    changed_on = datetime.strptime(history["changedOn"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert before <= changed_on <= datetime.now(UTC)
    assert ("till01", "till", None) == (
        history["changedBy"],
        history["changedByKind"],
        history["previousValue"],
    )
    shown = {
        key: value
        for key, value in engineer.meta("shape").items()
        if key not in {"date", "connectedOrgContext"}
    }
    assert {**shown, "version": 1} == json.loads(history["value"])


def test_the_life_of_an_event_is_told_newest_first(engineer: Engineer) -> None:
    engineer.define("life")
    engineer.define("life", NOTE, method="PUT")
    engineer.outcome(OPEN, {"event_name": "life"})
    engineer.publish("life")
    engineer.disable("life")
    items = engineer.audit("life")
    assert ["createOrgEvent", "updateOrgEvent", "publishOrgEvent", "disableOrgEvent"] == kinds(items)
    disabled, published, updated, created = items
    assert was(updated) == became(created)
    # The first success came between: nobody's change, but it is told what was published.
    assert was(published) == {**became(updated), "testStatus": "VERIFIED"}
    assert was(disabled) == became(published)
    states = [became(item)["status"] for item in reversed(items)]
    assert ["UNPUBLISHED", "UNPUBLISHED", "PUBLISHED", "DISABLED"] == states
    assert [1, 2, 2, 2] == [became(item)["version"] for item in reversed(items)]
    assert ["mobile", "note"] == [field["name"] for field in became(updated)["fields"]]


def test_mappings_are_told_one_item_for_each_event(engineer: Engineer) -> None:
    for name in ("mapped", "also-mapped"):
        engineer.define(name)
    engineer.map_web_engage({"M": "mapped", "A": "also-mapped"}, mapped={"mobile": "Mobile"})
    body = {"transformerType": "defaultTransformer", "eventsMapped": ["mapped"]}
    engineer.done("POST", f"{EVENTS}/adapter_mapping", json=body)
    items = engineer.audit("mapped")
    assert ["createOrgEvent", "createOrgMapping", "updateOrgMapping"] == kinds(items)
    updated, created, _ = items
    assert was(updated) == became(created)
    assert {
        "eventName": "mapped",
        "transformerMappings": {
            "defaultTransformerMapping": None,
            "webEngageTransformerMapping": {
                "eventNameMapping": {"valueMap": {"M": "mapped"}},
                "eventFieldMappings": [{"eventFieldName": "mobile", "fieldName": "Mobile"}],
            },
        },
    } == became(created)
    assert became(updated)["transformerMappings"]["defaultTransformerMapping"] is not None
    assert ["createOrgEvent", "createOrgMapping"] == kinds(engineer.audit("also-mapped"))


def test_webhooks_are_told_without_an_event_name(engineer: Engineer) -> None:
    webhook_id = engineer.webhook()
    engineer.done(
        "PUT", WEBHOOK, json={"webHookId": webhook_id, "authEnabled": True, "authMechanism": "BASIC"}
    )
    engineer.done("PUT", f"{WEBHOOK}/disable", json={"webHookId": webhook_id})
    items = [item for item in engineer.audit() if item["id"] == f"{webhook_id}-{ORG}"]
    assert ["createOrgWebhook", "updateOrgWebhook", "disableOrgWebhook"] == kinds(items)
    assert all("eventName" not in item for item in items)
    disabled, updated, created = items
    assert (became(created), became(updated)) == (was(updated), was(disabled))
    assert ("ENABLED", "DISABLED") == (became(updated)["status"], became(disabled)["status"])
    assert (None, "BASIC") == (became(created)["authMechanism"], became(updated)["authMechanism"])


def test_a_standard_event_and_its_mapping_are_two_changes_of_one_request(engineer: Engineer) -> None:
    target = f"{EVENTS}/standard_events/enable?event_name=AppInstalled&use_standard_adapter_mappings=true"
    engineer.done("POST", target)
    items = engineer.audit("AppInstalled")
    assert ["createOrgEvent", "createOrgMapping"] == kinds(items)
    assert 1 == len({item["requestId"] for item in items})


def test_what_changed_nothing_or_was_refused_is_not_told(engineer: Engineer) -> None:
    engineer.define("quiet")
    before = engineer.audit()
    engineer.define("quiet", method="PUT")
    engineer.refused("POST", EVENTS, json=engineer.definition("quiet"))
    engineer.refused("PUT", f"{EVENTS}/publish?event_name=quiet")
    engineer.outcome(OPEN, {"event_name": "quiet"})
    assert before == engineer.audit()


def test_the_operator_is_told_as_such(engineer: Engineer) -> None:
    [item] = engineer.audit("loaded")
    [history] = item["valueHistory"]
    assert ("operator", "operator") == (history["changedBy"], history["changedByKind"])
    assert re.fullmatch("[0-9a-f]{32}", item["requestId"]), "as of any other change"
    assert "createOrgEvent" == item["updatedType"]


def test_clients_and_keys_are_told_by_their_names(program: Program, engineer: Engineer) -> None:
    for name, kind, headers in (
        ("client01", "client", _by_token(engineer)),
        ("hk_writer", "api_key", {"x-api-key": "hk_writer"}),
    ):
        with Engineer(program, headers=headers) as writer:
            writer.define(f"by-{kind}")
            [item] = writer.audit(f"by-{kind}")
        history = item["valueHistory"][0]
        assert (name, kind) == (history["changedBy"], history["changedByKind"])


def _by_token(engineer: Engineer) -> dict[str, str]:
    body = {"key": "client01", "secret": "client-secret"}
    token = engineer.send("POST", "/v3/oauth/token/generate", json=body).json()["data"]["accessToken"]
    return {"x-cap-api-oauth-token": token}


_TYPE, _CODE = "x-cap-api-attribution-entity-type", "x-cap-api-attribution-entity-code"
_LOOKUP_TYPE, _LOOKUP = "x-cap-api-attribution-lookup-type", "x-cap-api-attribution-lookup"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, {"tillCode": "till01"}),
        ({_CODE: "till05"}, {"tillCode": "till05", "entityType": "TILL", "entityCode": "till05"}),
        ({_CODE: "nobody"}, {"tillCode": "till01", "entityType": "TILL", "entityCode": "nobody"}),
        (
            {_TYPE: "STORE_CODE", _CODE: "S1"},
            {"tillCode": "till01", "entityType": "STORE_CODE", "entityCode": "S1"},
        ),
        (
            {_LOOKUP_TYPE: "WECHAT", _LOOKUP: "AbC"},
            {"tillCode": "till01", "lookupType": "WECHAT", "lookup": "AbC"},
        ),
    ],
    ids=str,
)
def test_an_item_says_for_whom_a_client_acted(
    program: Program, engineer: Engineer, headers: dict[str, str], expected: Part
) -> None:
    """Of a definition, its mapping and a webhook alike."""
    name = f"for-{headers.get(_CODE) or headers.get(_LOOKUP) or 'default'}"
    with Engineer(program, headers={**_by_token(engineer), **headers}) as client:
        client.define(name)
        client.map_web_engage({name: name})
        client.webhook()
    items = [*engineer.audit(name), engineer.audit()[0]]
    assert ["createOrgEvent", "createOrgMapping", "createOrgWebhook"] == sorted(kinds(items))
    for item in items:
        [history] = item["valueHistory"]
        assert ("client01", "client") == (history["changedBy"], history["changedByKind"])
        assert expected == history["changedFor"]


def test_a_till_acts_for_itself_and_names_nobody_else(engineer: Engineer) -> None:
    engineer.define("by-itself")
    [item] = engineer.audit("by-itself")
    assert "changedFor" not in item["valueHistory"][0]


def test_each_org_sees_its_own_and_one_event_can_be_asked_for(program: Program, engineer: Engineer) -> None:
    engineer.define("ours")
    with Engineer(program, till_auth("till02", "secret")) as other:
        assert [] == other.audit()
        other.define("ours")
        assert 1 == len(other.audit())
    assert ["createOrgEvent"] == kinds(engineer.audit("ours"))
    for name in ("OURS", "", "unknown"):
        assert [] == engineer.audit(name)
    body = engineer.answer(f"{EVENTS}/audit_logs", colour="red")
    assert ["data", "warnings", "errors"] == list(body)
    assert ["query parameter 'colour' is not known here and was ignored"] == [
        warning["message"] for warning in body["warnings"]
    ]


def test_the_audit_outlives_a_restart(program: Program, engineer: Engineer) -> None:
    before = engineer.audit()
    program.stop()
    program.start()
    assert before == engineer.audit()
