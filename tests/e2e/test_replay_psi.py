"""What a bulk replay was asked for is shown without what its reader may not see; it goes on as it was asked."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import Visitor

ORG = 3001
WEBHOOK = "0" * 31 + "1"
REPLAYS = "/v2/events/replays"
MOBILE = "919800000001"
SEER = "hk_seer"
SECRETS = ("1234", "4321", MOBILE)
QUERY = f"attr.pin=1234&attr.pin=!4321&q=1234&customer=mobile:{MOBILE}&event_name=pay"
ASKED = {
    "attr.pin": ["1234", "!4321"],
    "q": ["1234"],
    "customer": [f"mobile:{MOBILE}"],
    "event_name": ["pay"],
}
HIDDEN = {
    "attr.pin": ["*****", "!*****"],
    "q": ["*****"],
    "customer": ["mobile:*****"],
    "event_name": ["pay"],
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.api_key(ORG, SEER, "events:read", "events:write", "psi:read")
    content.customer(ORG, 1, mobile=MOBILE)
    content.event(ORG, "pay", customer_by_mobile(), field("pin", isPsiData="true"))
    content.webhook(ORG, WEBHOOK, "till01")
    with running(tmp_path_factory.mktemp("replay_psi") / "data", content.file) as program:
        yield program


@pytest.fixture(scope="module")
def till(program: Program) -> Iterator[Visitor]:
    """Two entries; who may see all finds one of them by what it holds."""
    with Visitor(program, till_auth("till01", TILL_PASSWORD)) as till:
        bodies = ({"event_name": "pay", "mobile": MOBILE, "pin": pin} for pin in ("1234", "4321"))
        till.settled(*(till.accepted(WEBHOOK, body) for body in bodies))
        yield till


@pytest.fixture
def seer(program: Program, till: Visitor) -> Iterator[Visitor]:
    with Visitor(program, headers={"X-API-Key": SEER}) as seer:
        yield seer


def planned(caller: Visitor) -> dict[str, Any]:
    answer = caller.send("POST", f"{REPLAYS}?{QUERY}", json={"force": True})
    assert 200 == answer.status_code, answer.text
    (job,) = answer.json()["data"]
    found: dict[str, Any] = job
    return found


def test_a_job_of_who_sees_all_is_shown_without_it_and_replays_what_was_asked(
    till: Visitor, seer: Visitor
) -> None:
    job = planned(seer)
    assert (ASKED, False, 1) == (job["filters"], job["isMasked"], job["plan"]["matching"])
    path = f"{REPLAYS}/{job['id']}"
    (shown,) = till.answer(path)["data"]
    assert (HIDDEN, True) == (shown["filters"], shown["isMasked"])
    answer = till.send("POST", f"{path}/start")
    assert (200, []) == (answer.status_code, [one for one in SECRETS if one in answer.text])
    wait_until("the job has finished", lambda: till.answer(path)["data"][0]["status"] == "FINISHED")
    assert 1 == till.answer(path)["data"][0]["progress"]["appended"]
    assert [] == [one for one in SECRETS if one in json.dumps(till.answer(REPLAYS)["data"])]
    (whole,) = seer.answer(path)["data"]
    assert (ASKED, False) == (whole["filters"], whole["isMasked"])


def test_a_job_of_who_sees_no_more_is_shown_as_it_was_asked(till: Visitor) -> None:
    job = planned(till)
    assert (ASKED, False) == (job["filters"], job["isMasked"])
    # By what they may not see they find nothing.
    assert 0 == job["plan"]["matching"]
