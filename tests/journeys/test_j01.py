"""Journey J1: an integration engineer sets up a webhook and a custom event, tests both and goes live."""

from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.testing.content import Content
from hooklog.testing.engineer import EVENTS, WEBHOOK, Engineer
from hooklog.testing.program import Program, running, wait_until
from hooklog.testing.visitor import LOGS

ORG, MOBILE = 100001, "919800000001"
VISIT: dict[str, Any] = {
    "eventName": "store_visit",
    "actions": ["EIConsumer", "EMFConsumer"],
    "description": "Visit",
    "fields": [
        {
            "name": "mobile",
            "type": "customer",
            "attributes": {
                "identifierType": {"value": "mobile", "valueType": "ENUM"},
                "source": {"value": "INSTORE", "valueType": "ENUM"},
                "addCustomerIfNotExists": {"value": "true", "valueType": "Boolean"},
            },
        },
        {
            "name": "till",
            "type": "tillCode",
            "attributes": {"isRequired": {"value": "false", "valueType": "Boolean"}},
        },
        {"name": "amount", "type": "double"},
        {
            "name": "visit_ref",
            "type": "string",
            "attributes": {"isUniqueKeyField": {"value": "true", "valueType": "Boolean"}},
        },
    ],
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.till(ORG, "till02")
    content.client(ORG, "brand-key", "brand-secret", defaultTill="till01")
    with running(tmp_path_factory.mktemp("j01") / "data", content.file) as program:
        yield program


def _signed_in(program: Program) -> Engineer:
    with Engineer(program) as stranger:
        body = {"key": "brand-key", "secret": "brand-secret"}
        data = stranger.send("POST", "/v3/oauth/token/generate", json=body).json()["data"]
    return Engineer(program, headers={"X-CAP-API-OAUTH-TOKEN": data["accessToken"]})


def test_from_nothing_to_a_live_event(program: Program) -> None:
    with _signed_in(program) as engineer:
        types = {one["type"] for one in engineer.answer(f"{EVENTS}/meta_fields")["data"]}
        assert {field["type"] for field in VISIT["fields"]} <= types
        assert [] == engineer.answer(EVENTS)["data"], "the name is free and there is room"

        wrong = {**VISIT, "actions": ["Email"]}
        assert 1810 == engineer.refused("POST", EVENTS, json=wrong).code, "the code says what to fix"
        assert [] == engineer.done("POST", EVENTS, json=VISIT)

        meta = engineer.meta("store_visit")
        assert ("UNPUBLISHED", "NOT_VERIFIED") == (meta["status"], meta["testStatus"])
        mobile, till, amount, reference = (field["attributes"] for field in meta["fields"])
        assert {"value": "true", "valueType": "Boolean"} == mobile["addCustomerIfNotExists"]
        assert {"value": "false", "valueType": "BOOLEAN"} == till["isUniqueKeyField"], "filled in"
        assert {"value": "true", "valueType": "BOOLEAN"} == amount["isRequired"], "filled in"
        assert {"value": "true", "valueType": "BOOLEAN"} == reference["isRequired"], (
            "forced by the unique key"
        )

        body = {"transformerType": "defaultTransformer", "tillCode": "till01", "authEnabled": False}
        uri = engineer.send("POST", WEBHOOK, json=body).json()["webHookUri"]
        assert [uri] == [one["webHookUri"] for one in engineer.answer(f"{EVENTS}/webhooks")["data"]]
        mapping = {"transformerType": "defaultTransformer", "eventsMapped": ["store_visit"]}
        assert [] == engineer.done("POST", f"{EVENTS}/adapter_mapping", json=mapping)

        sample = {"event_name": "store_visit", "mobile": MOBILE, "amount": "20", "visit_ref": "V-77"}
        request_id = _push_until_success(engineer, uri.rpartition("/")[2], sample)
        assert ("UNPUBLISHED", "VERIFIED") == engineer.standing("store_visit")
        assert [] == engineer.publish("store_visit")
        assert ("PUBLISHED", "VERIFIED") == engineer.standing("store_visit")

        [record] = engineer.answer(f"{EVENTS}/event_data", id=request_id)["data"]
        stored = record["additonalAttributes"]
        assert ("20.0", "V-77", "till02") == (stored["amount"], stored["visit_ref"], stored["ouTillCode"])
        assert str(record["userId"]) == stored["customerId"], "the customer was made"


def _push_until_success(engineer: Engineer, webhook_id: str, sample: dict[str, Any]) -> str:
    """The first try names a till that is not there; the log says so, the second is right."""
    for till, expected in (("till99", "INVALID_TILL_CODE"), ("till02", "EVENT_SUCCESS")):
        answer = engineer.push(webhook_id, {**sample, "till": till}).json()
        assert 1100 == answer["status"]["code"]
        request_id: str = answer["requestId"]
        entry = _entry(engineer, request_id)
        assert expected == entry["status"], entry["message"]
    return request_id


def _entry(engineer: Engineer, request_id: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    def is_there() -> bool:
        listed = engineer.answer(LOGS, event_name="store_visit", limit=10)["data"]
        found.extend(one for one in listed if one["id"] == request_id)
        return found != []

    wait_until("the log has the push", is_there)
    return found[0]
