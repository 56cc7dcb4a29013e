"""The envelope of each family, of answers and of errors, key by key in the documented order (contract I.1, II.1.2)."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hooklog.testing.content import Content
from hooklog.testing.engineer import EVENTS, WEBHOOK, set_to
from hooklog.testing.program import Program, running
from hooklog.testing.visitor import LOGS, Visitor

ORG, TILL, PUSHED, KEY = 1001, "till01", "aa" * 16, "hk_all"
MAPPING = f"{EVENTS}/adapter_mapping"
TOKEN = "/v3/oauth/token/generate"
LIST, WRITE = ["data", "warnings", "errors"], ["warnings", "errors"]
VISIT = {"eventName": "visit", "actions": ["EIConsumer"], "fields": [set_to("customer", "mobile")]}
MAPPED = {"transformerType": "defaultTransformer", "eventsMapped": ["visit"]}
WEBHOOK_BODY = {"transformerType": "defaultTransformer", "tillCode": TILL}

# What is asked, and the keys of a success. In an order in which each can succeed; `{id}` is a pushed event's.
READS: dict[str, list[str]] = {
    EVENTS: LIST,
    f"{EVENTS}/meta_fields": LIST,
    f"{EVENTS}/standard_events_meta": LIST,
    f"{EVENTS}/adapters_meta": LIST,
    MAPPING: LIST,
    f"{EVENTS}/webhooks": LIST,
    f"{EVENTS}/audit_logs": LIST,
    LOGS: LIST,
    f"{EVENTS}/event_data?id={{id}}": LIST,
    f"{EVENTS}/event_data/7": LIST,
    f"{EVENTS}/meta?event_name=sale": ["clickEventsMeta", "transformerMappings", "warnings"],
    f"{EVENTS}/running_status?eventId={{id}}": ["id", "orgId", "stateList", "eventName", "warnings"],
    f"{EVENTS}/search": ["clickEventDataList", "totalRecords", "warnings"],
}
WRITES: list[tuple[str, str, Any, list[str]]] = [
    ("POST", EVENTS, VISIT, WRITE),
    ("PUT", EVENTS, VISIT, WRITE),
    ("POST", MAPPING, MAPPED, WRITE),
    ("PUT", f"{EVENTS}/disable?event_name=visit", None, WRITE),
    ("POST", f"{EVENTS}/standard_events/enable?event_name=CouponDenied", None, WRITE),
    (
        "POST",
        WEBHOOK,
        WEBHOOK_BODY,
        ["transformerType", "uniquenessCheckEnabled", "tillCode", "webHookUri", "authEnabled", "warnings"],
    ),
    ("PUT", WEBHOOK, {**WEBHOOK_BODY, "webHookId": PUSHED}, WRITE),
    ("PUT", f"{WEBHOOK}/disable", {"webHookId": "bb" * 16}, WRITE),
    ("POST", TOKEN, {"key": "client01", "secret": "client-secret"}, ["data", "errors"]),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    content.till(content.org(ORG), TILL)
    content.client(ORG, "client01", "client-secret")
    content.api_key(ORG, KEY, "admin")
    content.event(ORG, "sale")
    for webhook_id in (PUSHED, "bb" * 16):
        content.webhook(ORG, webhook_id, TILL)
    with running(tmp_path_factory.mktemp("envelopes") / "data", content.file) as program:
        yield program


@pytest.fixture(scope="module")
def caller(program: Program) -> Iterator[Visitor]:
    with Visitor(program, headers={"x-api-key": KEY}) as caller:
        yield caller


def _assert_refused(answer: httpx.Response, success: list[str], code: int) -> None:
    """The documented error shape, with an empty `data` where the success has `data`."""
    body = answer.json()
    (error,) = body["errors"]
    assert code == answer.status_code == error["code"], answer.text
    if success == ["data", "errors"]:
        assert {"data": None, "errors": [error], "warnings": None} == body
        assert ["code", "message"] == list(error)
        return
    assert [*(["errors", "warnings", "data"] if success == LIST else ["errors", "warnings"])] == list(body)
    assert [] == body["warnings"] == body.get("data", [])
    assert ["status", "code", "message"] == list(error)
    assert error["status"] is False


def test_reads_answer_and_fail_in_the_envelope_of_their_family(program: Program, caller: Visitor) -> None:
    request_id = caller.accepted(PUSHED, {"event_name": "sale"})
    caller.settled(request_id)
    for target, keys in READS.items():
        path = target.format(id=request_id)
        answer = caller.ask(path)
        assert 200 == answer.status_code, answer.text
        assert keys == list(answer.json()), path
        with Visitor(program) as stranger:
            _assert_refused(stranger.ask(path), keys, 401)


def test_writes_answer_and_fail_in_the_envelope_of_their_family(program: Program, caller: Visitor) -> None:
    for method, target, body, keys in WRITES:
        answer = caller.send(method, target, json=body) if body else caller.send(method, target)
        assert 200 == answer.status_code, answer.text
        assert keys == list(answer.json()), target
        if target != TOKEN:
            with Visitor(program) as stranger:
                _assert_refused(stranger.send(method, target, json=body), keys, 401)
    wrong = {"key": "client01", "secret": "wrong"}
    _assert_refused(caller.send("POST", TOKEN, json=wrong), ["data", "errors"], 401)
    _assert_refused(caller.send("POST", TOKEN, content=b"{}"), ["data", "errors"], 415)


def test_a_push_answers_and_fails_in_its_own_envelope(caller: Visitor) -> None:
    for webhook_id, body, code, status in (
        (PUSHED, b'{"event_name":"sale"}', 1100, 200),
        (PUSHED, b"{", 400, 400),
        ("cc" * 16, b"{}", 404, 404),
    ):
        answer = caller.push(webhook_id, body)
        said = answer.json()
        assert status == answer.status_code
        assert ["status", "requestId"] == list(said)
        assert ["code", "message"] == list(said["status"])
        assert code == said["status"]["code"]
