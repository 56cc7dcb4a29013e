"""What a draft would have meant for past events, asked in the editors before anything is stored."""

import re
from typing import Any

from hooklog.testing.browser import Surfer
from hooklog.testing.visitor import Visitor

WEBHOOK = "67b62dffb7f5337f8a8237970bd0a467"
MOBILE = "917744876415"
TRIALS = "**/v2/events/what-if**"
TRIAL = {
    "id": "held",
    "state": "RUNNING",
    "startedAt": 1,
    "endedAt": None,
    "filter": "",
    "drafts": ["definition"],
    "total": None,
    "looked": 3,
    "judged": 2,
    "changed": 1,
    "succeeding": 1,
    "refused": 0,
    "unreadable": 0,
    "loyaltyUnknown": 0,
    "entriesMax": 100,
    "limitReached": False,
    "matrix": [{"from": "EVENT_SUCCESS", "to": "FIELD_VALIDATION_FAILED", "count": 1}],
    "changes": [],
    "failure": None,
}


def define(till: Visitor, name: str) -> None:
    """An event with a customer and an optional note."""
    fields = [
        {"name": "mobile", "type": "customer", "attributes": {}},
        {"name": "note", "type": "string", "attributes": {"isRequired": {"value": "false"}}},
    ]
    body = {"eventName": name, "actions": ["EIConsumer"], "fields": fields}
    assert till.send("POST", "/v2/events", json=body).status_code == 200


def test_a_stricter_field_shows_which_events_it_would_have_failed(signed_in: Surfer, till: Visitor) -> None:
    define(till, "tried_visit")
    payload = {"event_name": "tried_visit", "mobile": MOBILE}
    bare, *others = (
        till.accepted(WEBHOOK, {**payload, **note}) for note in ({}, {"note": "a"}, {"note": "b"})
    )
    till.settled(bare, *others)
    page = signed_in.page
    signed_in.go("/definitions/tried_visit/edit")
    page.get_by_role("region", name="Field note").get_by_label("is field required").check()
    what_if = page.get_by_role("region", name="What if")
    what_if.get_by_role("button", name="Try it").click()
    what_if.get_by_text("Of 3 events 1 would end otherwise; 2 would succeed.").wait_for()
    row = what_if.get_by_role("table", name="From status to status").get_by_role("row").nth(1)
    assert ["Success", "2", "1"] == [cell.inner_text() for cell in row.get_by_role("cell").all()]
    sample = what_if.get_by_role("link", name=re.compile(bare[:13]))
    assert f"/console/events/{bare}" == sample.get_attribute("href")
    stored = till.answer("/v2/events/meta", event_name="tried_visit")["clickEventsMeta"]["fields"]
    assert (
        "false" == next(one for one in stored if one["name"] == "note")["attributes"]["isRequired"]["value"]
    )
    page.get_by_role("region", name="Field note").get_by_label("is field required").uncheck()
    what_if.get_by_text("has changed since this was tried").wait_for()


def test_a_mapping_shows_which_events_it_would_have_saved(signed_in: Surfer, till: Visitor) -> None:
    define(till, "saved_visit")
    webhook = {"transformerType": "WebEngageTransformer", "tillCode": "demo.till", "authEnabled": False}
    made = till.send("POST", "/v2/events/webhook", json=webhook).json()
    webhook_id = made["webHookUri"].rpartition("/")[2]
    lost = till.accepted(webhook_id, {"event_name": "Saved Visit", "Customer Mobile": MOBILE})
    (entry,) = till.settled(lost)
    assert "INVALID_META_TRANSFORMER_MAPPINGS" == entry["status"]
    page = signed_in.page
    signed_in.go("/mappings/saved_visit/edit")
    what_if = page.get_by_role("region", name="What if")
    assert what_if.get_by_role("button", name="Try it").is_disabled()
    page.get_by_role("textbox", name="Name at the source").fill("Saved Visit")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Source of mobile").fill("Customer Mobile")
    what_if.get_by_role("button", name="Try it").click()
    what_if.get_by_text("1 would end otherwise").wait_for()
    what_if.get_by_role("link", name=re.compile(lost[:13])).wait_for()
    assert [] == [
        one
        for one in till.answer("/v2/events/adapter_mapping")["data"]
        if one["transformerMappings"]["webEngageTransformerMapping"]
        and "Saved Visit"
        in one["transformerMappings"]["webEngageTransformerMapping"]["eventNameMapping"]["valueMap"]
    ]


def hold(surfer: Surfer, cancelled: int = 200) -> list[str]:
    """Every trial runs until somebody ends it, which is answered with a status. The ones that were ended."""
    ended: list[str] = []

    def serve(route: Any) -> None:
        if route.request.method == "DELETE":
            ended.append(route.request.url.rpartition("/")[2])
            told = {"errors": [{"code": cancelled, "message": "It cannot be stopped"}]}
            route.fulfill(status=cancelled, json=told if cancelled != 200 else {"data": [TRIAL]})
        else:
            route.fulfill(json={"data": [TRIAL], "warnings": [], "errors": []})

    surfer.page.route(TRIALS, serve)
    return ended


def try_it(surfer: Surfer, till: Visitor, name: str) -> Any:
    """A trial that runs, in the editor of a new event."""
    define(till, name)
    surfer.go(f"/definitions/{name}/edit")
    what_if = surfer.page.get_by_role("region", name="What if")
    what_if.get_by_role("button", name="Try it").click()
    what_if.get_by_text("Of 2 events 1 would end otherwise").wait_for()
    return what_if


def test_a_trial_that_is_left_is_ended(signed_in: Surfer, till: Visitor) -> None:
    ended = hold(signed_in)
    try_it(signed_in, till, "left_trial")
    with signed_in.page.expect_request(lambda request: request.method == "DELETE"):
        signed_in.page.get_by_role("link", name="Mappings", exact=True).click()
    signed_in.page.get_by_role("heading", name="Mappings", level=1).wait_for()
    assert ["held"] == ended


def test_a_trial_that_cannot_be_stopped_says_so(signed_in: Surfer, till: Visitor) -> None:
    hold(signed_in, cancelled=409)
    what_if = try_it(signed_in, till, "stubborn_trial")
    what_if.get_by_role("button", name="Stop").click()
    what_if.get_by_text("It cannot be stopped").wait_for()


def test_of_a_running_trial_only_the_summary_is_read_out_and_no_share_that_nobody_knows(
    signed_in: Surfer, till: Visitor
) -> None:
    hold(signed_in)
    what_if = try_it(signed_in, till, "read_trial")
    what_if.get_by_role("table", name="From status to status").wait_for()
    assert ["Of 2 events 1 would end otherwise; 1 would succeed."] == what_if.get_by_role(
        "status"
    ).all_inner_texts()
    bar = what_if.get_by_role("progressbar", name="Events looked at")
    assert bar.get_attribute("aria-valuenow") is None
    assert [] == signed_in.serious_issues()
