"""Webhooks through the real program: made, changed, listed, disabled, pushed to (contract I.12, I.28, II.7)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from hooklog.catalog.sqlite import FILE_NAME
from hooklog.db.sqlite import open_database
from hooklog.testing.content import Content
from hooklog.testing.engineer import EVENTS, WEBHOOK, Engineer, Part
from hooklog.testing.program import Program, running, till_auth

ORG, OTHER_ORG = 1001, 1002
READER = "hk_reader"
NOT_FOUND = (404, 404, "Incorrect resource")
TILL = till_auth("till01", "secret")


def _content() -> Content:
    content = Content()
    content.org(ORG)
    content.org(OTHER_ORG)
    for code in ("till01", "till02"):
        content.till(ORG, code)
    content.till(OTHER_ORG, "theirs")
    content.event(ORG, "visit")
    content.api_key(ORG, READER, "events:read", "events:write")
    content.client(ORG, "client01", "client-secret", defaultTill="till01")
    return content


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("webhooks") / "data", _content().file) as program:
        yield program


@pytest.fixture(scope="module")
def engineer(program: Program) -> Iterator[Engineer]:
    with Engineer(program, TILL) as engineer:
        yield engineer


@pytest.fixture(scope="module")
def source(program: Program) -> Iterator[Engineer]:
    """Who pushes without credentials."""
    with Engineer(program) as source:
        yield source


def listed(engineer: Engineer, webhook_id: str, **parameters: str) -> Part | None:
    data = engineer.answer(f"{EVENTS}/webhooks", **parameters)["data"]
    return next((one for one in data if one["webHookId"] == webhook_id), None)


def update(engineer: Engineer, webhook_id: str, **changes: Any) -> list[str]:
    return engineer.done("PUT", WEBHOOK, json={"webHookId": webhook_id, **changes})


def disable(engineer: Engineer, webhook_id: str) -> list[str]:
    return engineer.done("PUT", f"{WEBHOOK}/disable", json={"webHookId": webhook_id})


def test_a_new_webhook_is_answered_in_the_documented_shape(engineer: Engineer) -> None:
    body = {"transformerType": "WebEngageTransformer", "tillCode": "till01"}
    answer = engineer.send("POST", WEBHOOK, json=body).json()
    keys = "transformerType uniquenessCheckEnabled tillCode webHookUri authEnabled warnings"
    assert keys.split() == list(answer)
    assert ("WebEngageTransformer", "till01") == (answer["transformerType"], answer["tillCode"])
    assert (False, False, []) == (answer["uniquenessCheckEnabled"], answer["authEnabled"], answer["warnings"])


def test_a_new_webhook_takes_pushes_at_once(engineer: Engineer, source: Engineer) -> None:
    for _ in range(5):
        webhook_id = engineer.webhook()
        request_id = source.accepted(webhook_id, {"event_name": "visit"})
        [entry] = engineer.settled(request_id)
        assert ("EVENT_SUCCESS", webhook_id) == (entry["status"], entry["webhookId"])


def test_webhooks_are_listed_in_the_documented_shape_newest_first(engineer: Engineer) -> None:
    webhook_id = engineer.webhook(authEnabled=True, authMechanism="basic", uniquenessCheckEnabled=True)
    found = listed(engineer, webhook_id)
    assert {
        "transformerType": "defaultTransformer",
        "webHookId": webhook_id,
        "uniquenessCheckEnabled": True,
        "tillCode": "till01",
        "webHookUri": f"{engineer.program.ingest_url}/webhooks/{webhook_id}",
        "authEnabled": True,
    } == found
    assert found is not None
    keys = "transformerType webHookId uniquenessCheckEnabled tillCode webHookUri authEnabled"
    assert keys.split() == list(found)


def test_an_org_may_have_several_of_a_kind(engineer: Engineer) -> None:
    first, second = engineer.webhook(), engineer.webhook()
    assert first != second
    assert listed(engineer, first) is not None
    assert listed(engineer, second) is not None


@pytest.mark.parametrize("kind", [None, "", "kumulosTransformer", 5])
def test_an_unknown_transformer_is_refused(engineer: Engineer, kind: object) -> None:
    body = {"transformerType": kind, "tillCode": "till01"}
    refused = engineer.refused("POST", WEBHOOK, json=body)
    assert (400, 1808) == refused[:2]
    assert "customer event transformer not present" in refused.message


@pytest.mark.parametrize("till", [None, "", "unknown", "theirs", "TILL01", 5])
def test_the_till_must_be_the_orgs_own(engineer: Engineer, till: object) -> None:
    webhook_id = engineer.webhook()
    body: Part = {"transformerType": "defaultTransformer", "tillCode": till}
    refusals = [engineer.refused("POST", WEBHOOK, json=body)]
    if till:
        refusals.append(engineer.refused("PUT", WEBHOOK, json={"webHookId": webhook_id, "tillCode": till}))
    for refused in refusals:
        assert (400, 400) == refused[:2]
        assert "tillCode is" in refused.message
        assert "must be" in refused.message


@pytest.mark.parametrize("mechanism", [None, "", "DIGEST", 5])
def test_credentials_need_a_mechanism(engineer: Engineer, mechanism: object) -> None:
    body = {"transformerType": "defaultTransformer", "tillCode": "till01"}
    asked = {"authEnabled": True, "authMechanism": mechanism}
    refused = engineer.refused("POST", WEBHOOK, json={**body, **asked})
    assert (400, 1839) == refused[:2]
    assert "allowed are BASIC and OAUTH" in refused.message
    refused = engineer.refused("PUT", WEBHOOK, json={"webHookId": engineer.webhook(), **asked})
    assert (400, 1839) == refused[:2]


@pytest.mark.parametrize("key", ["authEnabled", "uniquenessCheckEnabled", "listenToChildEvents"])
def test_switches_are_true_or_false(engineer: Engineer, key: str) -> None:
    body = {"transformerType": "defaultTransformer", "tillCode": "till01", key: "true"}
    refused = engineer.refused("POST", WEBHOOK, json=body)
    assert (400, 400, f'{key} is "true"; it must be true or false') == refused


def test_what_is_left_out_of_an_update_stays(engineer: Engineer) -> None:
    webhook_id = engineer.webhook("WebEngageTransformer", authEnabled=True, authMechanism="OAUTH")
    before = listed(engineer, webhook_id)
    assert before is not None
    assert [] == update(engineer, webhook_id)
    assert before == listed(engineer, webhook_id)
    update(engineer, webhook_id, tillCode="till02")
    assert {**before, "tillCode": "till02"} == listed(engineer, webhook_id)
    update(engineer, webhook_id, transformerType="defaultTransformer", authEnabled=False)
    update(engineer, webhook_id, authEnabled=True)  # The mechanism is still known.
    changed = {**before, "tillCode": "till02", "transformerType": "defaultTransformer"}
    assert changed == listed(engineer, webhook_id)


def test_a_webhook_is_named_by_its_id_or_its_url(engineer: Engineer) -> None:
    webhook_id, other = engineer.webhook(), engineer.webhook()
    own = f"{engineer.program.ingest_url}/webhooks/"
    for naming in (
        {"webHookId": webhook_id},
        {"webHookId": webhook_id.upper()},
        {"webHookUri": own + webhook_id},
        {"webHookUri": f"https://older.example/eu/webhooks/{webhook_id}/"},
        {"webHookUri": own + webhook_id, "webHookId": webhook_id},
    ):
        assert [] == engineer.done("PUT", WEBHOOK, json={**naming, "tillCode": "till02"})
        found = listed(engineer, webhook_id)
        assert found is not None
        assert "till02" == found["tillCode"]
        update(engineer, webhook_id, tillCode="till01")
    refused = engineer.refused("PUT", WEBHOOK, json={"webHookUri": own + webhook_id, "webHookId": other})
    assert (400, "are not the same webhook") == (refused.code, refused.message[-24:])
    for target in (WEBHOOK, f"{WEBHOOK}/disable"):
        refused = engineer.refused("PUT", target, json={"tillCode": "till02"})
        assert (400, 400) == refused[:2]
        assert "webHookId and webHookUri are missing" in refused.message


def test_uniqueness_can_be_turned_on_and_not_off(engineer: Engineer) -> None:
    webhook_id = engineer.webhook()
    for value in (False, True, True):
        update(engineer, webhook_id, uniquenessCheckEnabled=value)
        found = listed(engineer, webhook_id)
        assert found is not None
        assert value is found["uniquenessCheckEnabled"]
    body = {"webHookId": webhook_id, "uniquenessCheckEnabled": False}
    refused = engineer.refused("PUT", WEBHOOK, json=body)
    assert (400, 400, "uniquenessCheckEnabled is false; once true it stays true") == refused


def test_what_is_not_the_orgs_own_is_not_there(program: Program, engineer: Engineer) -> None:
    webhook_id = engineer.webhook()
    with Engineer(program, till_auth("theirs", "secret")) as other:
        assert listed(other, webhook_id) is None
        assert NOT_FOUND == other.refused("PUT", WEBHOOK, json={"webHookId": webhook_id})
        assert NOT_FOUND == other.refused("PUT", f"{WEBHOOK}/disable", json={"webHookId": webhook_id})
    for unknown in ("00" * 16, "x", "a" * 33):
        assert NOT_FOUND == engineer.refused("PUT", WEBHOOK, json={"webHookId": unknown})
    assert listed(engineer, webhook_id) is not None


def test_a_disabled_webhook_refuses_at_once_and_is_listed_only_when_asked_for(
    engineer: Engineer, source: Engineer
) -> None:
    for _ in range(5):
        webhook_id = engineer.webhook()
        assert 200 == source.push(webhook_id, {"event_name": "visit"}).status_code
        assert [] == disable(engineer, webhook_id)
        assert 410 == source.push(webhook_id, {"event_name": "visit"}).status_code
    assert listed(engineer, webhook_id) is None
    assert listed(engineer, webhook_id, status="ENABLED") is None
    assert listed(engineer, webhook_id, status="DISABLED") is not None
    for target in (WEBHOOK, f"{WEBHOOK}/disable"):
        assert NOT_FOUND == engineer.refused("PUT", target, json={"webHookId": webhook_id})
    assert (400, 400) == engineer.refused("GET", f"{EVENTS}/webhooks?status=OFF")[:2]


def test_a_webhook_asks_for_credentials_from_the_answer_on(engineer: Engineer, source: Engineer) -> None:
    webhook_id = engineer.webhook()
    for _ in range(3):
        assert 200 == source.push(webhook_id, {"event_name": "visit"}).status_code
        update(engineer, webhook_id, authEnabled=True, authMechanism="BASIC")
        refused = source.push(webhook_id, {"event_name": "visit"})
        assert 401 == refused.status_code
        assert 200 == engineer.push(webhook_id, {"event_name": "visit"}).status_code
        update(engineer, webhook_id, authEnabled=False)
    [entry] = engineer.settled(refused.json()["requestId"])
    assert ("Unauthorized", False) == (entry["message"], "status" in entry)


def test_a_webhook_takes_only_the_credentials_of_its_mechanism(engineer: Engineer, source: Engineer) -> None:
    webhook_id = engineer.webhook(authEnabled=True, authMechanism="OAUTH")
    assert 401 == engineer.push(webhook_id, {"event_name": "visit"}).status_code
    body = {"key": "client01", "secret": "client-secret"}
    token = source.send("POST", "/v3/oauth/token/generate", json=body).json()["data"]["accessToken"]
    headers = {"x-cap-api-oauth-token": token}
    assert 200 == source.push(webhook_id, {"event_name": "visit"}, headers=headers).status_code


def test_the_till_of_a_webhook_counts_from_the_answer_on(engineer: Engineer, source: Engineer) -> None:
    webhook_id = engineer.webhook()
    found = []
    for till in ("till02", "till01", "till02"):
        update(engineer, webhook_id, tillCode=till)
        request_id = source.accepted(webhook_id, {"event_name": "visit"})
        engineer.settled(request_id)
        [entry] = engineer.answer(f"/v2/events/logs/{request_id}", include="record")["data"]
        found.append(entry["record"]["tillCode"])
    assert ["7002", "7001", "7002"] == found


def test_a_change_that_waits_holds_up_no_push(program: Program, engineer: Engineer, source: Engineer) -> None:
    webhook_id = engineer.webhook()
    other = open_database(program.folder / FILE_NAME)
    with closing(other), ThreadPoolExecutor(1) as aside:
        other.execute("BEGIN IMMEDIATE")
        waiting = aside.submit(update, engineer, webhook_id, tillCode="till02")
        # Long enough for the edge to look for changes several times.
        for _ in range(50):
            assert 200 == source.push(webhook_id, {"event_name": "visit"}).status_code
            assert not waiting.done()
        other.execute("ROLLBACK")
        assert [] == waiting.result()


def test_keys_that_mean_nothing_are_told(engineer: Engineer) -> None:
    webhook_id = engineer.webhook()
    expected = ['key "tillcode" is not known here and was ignored']
    assert expected == update(engineer, webhook_id, tillcode="x")
    body = {"webHookId": webhook_id, "tillcode": "x"}
    assert expected == engineer.done("PUT", f"{WEBHOOK}/disable", json=body)


def test_writing_needs_its_scope(program: Program) -> None:
    with Engineer(program, headers={"x-api-key": READER}) as reader:
        assert 200 == reader.ask(f"{EVENTS}/webhooks").status_code
        for method, target in (("POST", WEBHOOK), ("PUT", WEBHOOK), ("PUT", f"{WEBHOOK}/disable")):
            assert (403, 4000) == reader.refused(method, target, json={})[:2]
