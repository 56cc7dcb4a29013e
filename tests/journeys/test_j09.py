"""Journey J9: a platform administrator secures a webhook, and stops it in an emergency."""

from collections.abc import Iterator

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.engineer import EVENTS, WEBHOOK, Engineer
from hooklog.testing.program import Program, running, till_auth
from hooklog.testing.visitor import LOGS

ORG = 100001
VISIT = {"event_name": "store_visit"}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.client(ORG, "brand-key", "brand-secret", defaultTill="till01")
    content.event(ORG, "store_visit")
    with running(tmp_path_factory.mktemp("j09") / "data", content.file) as program:
        yield program


@pytest.fixture(scope="module")
def administrator(program: Program) -> Iterator[Engineer]:
    with Engineer(program, till_auth("till01", TILL_PASSWORD)) as administrator:
        yield administrator


def test_a_webhook_is_secured_and_replaced(program: Program, administrator: Engineer) -> None:
    webhook_id = administrator.webhook()
    with Engineer(program) as stranger:
        assert 200 == stranger.push(webhook_id, VISIT).status_code, "open until now"

        secured = {
            "transformerType": "defaultTransformer",
            "tillCode": "till01",
            "webHookUri": f"{program.ingest_url}/webhooks/{webhook_id}",
            "authEnabled": True,
        }
        assert 1839 == administrator.refused("PUT", WEBHOOK, json=secured).code, "the mechanism is missing"
        assert 200 == stranger.push(webhook_id, VISIT).status_code, "what was refused changed nothing"
        assert [] == administrator.done("PUT", WEBHOOK, json={**secured, "authMechanism": "BASIC"})

        refused = stranger.push(webhook_id, VISIT)
        assert 401 == refused.status_code
        administrator.settled(refused.json()["requestId"])
        entry = administrator.answer(LOGS, limit=10)["data"][0]
        assert refused.json()["requestId"] == entry["id"]
        assert ("Unauthorized", False) == (entry["message"], "status" in entry)
        assert "EVENT_SUCCESS" == administrator.outcome(webhook_id, VISIT)["status"]

        assert [] == administrator.done("PUT", WEBHOOK, json={**secured, "authMechanism": "OAUTH"})
        assert 401 == administrator.push(webhook_id, VISIT).status_code, "a token only, from now on"
        body = {"key": "brand-key", "secret": "brand-secret"}
        token = stranger.send("POST", "/v3/oauth/token/generate", json=body).json()["data"]["accessToken"]
        signed = stranger.push(webhook_id, VISIT, headers={"X-CAP-API-OAUTH-TOKEN": token})
        [entry] = administrator.settled(signed.json()["requestId"])
        assert "EVENT_SUCCESS" == entry["status"]

        assert [] == administrator.done("PUT", f"{WEBHOOK}/disable", json={"webHookId": webhook_id})
        stopped = stranger.push(webhook_id, VISIT, headers={"X-CAP-API-OAUTH-TOKEN": token})
        assert 410 == stopped.status_code
        [entry] = administrator.settled(stopped.json()["requestId"])
        assert "WEBHOOK_DISABLED" == entry["status"]

    replacement = administrator.webhook(authEnabled=True, authMechanism="BASIC")
    assert [replacement] == [one["webHookId"] for one in administrator.answer(f"{EVENTS}/webhooks")["data"]]
    assert "EVENT_SUCCESS" == administrator.outcome(replacement, VISIT)["status"]
