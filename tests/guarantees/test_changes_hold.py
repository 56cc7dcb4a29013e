"""Guarantee: a change that was answered 200 holds for every push accepted afterwards, in every process (contract I.9).

Also when the whole program is killed right behind the answer: a change is as durable as a push.
"""

import os
import random
from collections.abc import Iterator

import pytest

from hooklog.testing.content import Content
from hooklog.testing.engineer import WEBHOOK, Engineer, set_to
from hooklog.testing.program import Program, running, till_auth
from hooklog.testing.visitor import LOGS, Entry, Visitor

ORG, OTHER_ORG = 1001, 1002
ADMIN = "hk_admin"
DIRECTORY = "/v2/directory"
ROUNDS = 40
LAX, STRICT = (set_to("string", "note", isRequired=text) for text in ("false", "true"))
SUCCESS, FAILURE, NO_MAPPING = "EVENT_SUCCESS", "FIELD_VALIDATION_FAILED", "INVALID_META_TRANSFORMER_MAPPINGS"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.till(ORG, "till02")
    content.api_key(ORG, ADMIN, "admin")
    with running(tmp_path_factory.mktemp("changes") / "data", content.file) as program:
        yield program


@pytest.fixture
def engineer(program: Program) -> Iterator[Engineer]:
    with Engineer(program, till_auth("till01", "secret")) as engineer:
        yield engineer


def test_every_push_is_judged_by_what_was_answered_before_it(engineer: Engineer) -> None:
    seed = int(os.environ.get("HOOKLOG_TEST_SEED", random.SystemRandom().randrange(2**32)))
    print(f"HOOKLOG_TEST_SEED={seed}")
    chance = random.Random(seed)
    webhook_id = engineer.webhook("WebEngageTransformer")
    names = ["first", "second"]
    for name in names:
        engineer.define(name, LAX)
    meant: dict[str, str] = {}
    is_strict = dict.fromkeys(names, False)
    for number in range(ROUNDS):
        if chance.random() < 0.5:
            name = chance.choice(names)
            is_strict[name] = not is_strict[name]
            engineer.define(name, STRICT if is_strict[name] else LAX, method="PUT")
        else:
            source = f"source{chance.randrange(3)}"
            meant[source] = chance.choice(names)
            engineer.map_web_engage({source: meant[source]})
        source = f"source{chance.randrange(3)}"
        entry = engineer.outcome(webhook_id, {"event_name": source, "number": number})
        expected = NO_MAPPING if source not in meant else FAILURE if is_strict[meant[source]] else SUCCESS
        assert (expected, meant.get(source)) == (entry["status"], entry.get("eventName")), f"round {number}"


def test_what_was_unknown_to_the_directory_is_known_to_the_next_push(
    program: Program, engineer: Engineer
) -> None:
    """The worker remembers whom it did not find, too: never longer than until somebody changes the directory."""
    webhook_id = engineer.webhook()
    engineer.define("visit", set_to("tillCode", "counter", isRequired="false"))
    with Visitor(program, headers={"x-api-key": ADMIN}) as admin:
        for number in range(ROUNDS // 4):
            mobile, counter = f"9198000000{number:02}", f"counter{number}"
            body = {"event_name": "visit", "mobile": mobile}
            assert _customer(engineer, engineer.outcome(webhook_id, body)) is None
            made = admin.send(
                "POST", f"{DIRECTORY}/customers", json={"identifiers": [{"type": "mobile", "value": mobile}]}
            ).json()["data"][0]
            assert made["userId"] == _customer(engineer, engineer.outcome(webhook_id, body))
            body["counter"] = counter
            assert "INVALID_TILL_CODE" == engineer.outcome(webhook_id, body)["status"]
            till = {"tillId": 100 + number, "code": counter, "password": "password-1"}
            assert 200 == admin.send("POST", f"{DIRECTORY}/tills", json=till).status_code
            assert SUCCESS == engineer.outcome(webhook_id, body)["status"]


def _customer(engineer: Engineer, entry: Entry) -> int | None:
    (shown,) = engineer.answer(f"{LOGS}/{entry['id']}", include="record")["data"]
    found: int | None = shown["record"].get("userId")
    return found


def test_a_change_outlives_a_kill_right_behind_its_answer(program: Program, engineer: Engineer) -> None:
    webhook_id = engineer.webhook()
    engineer.define("killed", LAX)
    for changed in (STRICT, LAX):
        engineer.define("killed", changed, method="PUT")
        program.kill()
        program.start()
        expected = FAILURE if changed is STRICT else SUCCESS
        assert expected == engineer.outcome(webhook_id, {"event_name": "killed"})["status"]
    engineer.done("PUT", f"{WEBHOOK}/disable", json={"webHookId": webhook_id})
    program.kill()
    program.start()
    assert 410 == engineer.push(webhook_id, {"event_name": "killed"}).status_code
    done = ["createOrgEvent", "updateOrgEvent", "updateOrgEvent"]
    assert done == [item["updatedType"] for item in reversed(engineer.audit("killed"))]
