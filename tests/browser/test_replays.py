"""Replays in a real browser: one event, all of a cause, and the job that does it."""

import re
from typing import Any

from hooklog.testing.browser import Surfer
from hooklog.testing.paused import paused
from hooklog.testing.program import Program, wait_until
from hooklog.testing.visitor import Visitor

WEBHOOK = "67b62dffb7f5337f8a8237970bd0a467"
MOBILE = "917744876415"
REPLAYS = "/v2/events/replays"


def lost(till: Visitor, name: str, count: int) -> list[str]:
    """Events under a name that nobody knows yet."""
    ids = [till.accepted(WEBHOOK, {"event_name": name, "mobile": MOBILE}) for _ in range(count)]
    assert {"INVALID_EVENT_NAME"} == {entry["status"] for entry in till.settled(*ids)}
    return ids


def define(till: Visitor, name: str) -> None:
    """So that the same events would go through now."""
    body = {
        "eventName": name,
        "actions": ["EIConsumer"],
        "fields": [{"name": "mobile", "type": "customer", "attributes": {}}],
    }
    assert till.send("POST", "/v2/events", json=body).status_code == 200


def test_one_event_is_replayed_and_both_name_each_other(signed_in: Surfer, till: Visitor) -> None:
    (original,) = lost(till, "one_again", 1)
    define(till, "one_again")
    page = signed_in.page
    signed_in.go(f"/events/{original}")
    page.get_by_role("button", name="Replay this").click()
    page.get_by_text("Replay of", exact=True).wait_for()
    page.get_by_text("Success", exact=True).first.wait_for()
    page.get_by_role("link", name=original).click()
    page.get_by_text("Replays", exact=True).last.wait_for()
    page.wait_for_url(re.compile(original))


def test_what_succeeded_is_replayed_only_once_somebody_says_so(signed_in: Surfer, till: Visitor) -> None:
    define(till, "good_one")
    original = till.accepted(WEBHOOK, {"event_name": "good_one", "mobile": MOBILE})
    till.settled(original)
    page = signed_in.page
    signed_in.go(f"/events/{original}")
    page.get_by_role("button", name="Replay this").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("The event succeeded").wait_for()
    assert 1 == len(till.entries(event_name="good_one"))
    dialog.get_by_role("button", name="Replay with force").click()
    page.get_by_text("Replay of", exact=True).wait_for()
    page.wait_for_url(lambda url: original not in url)


def test_all_of_a_cause_are_planned_replayed_and_told(signed_in: Surfer, till: Visitor) -> None:
    lost(till, "many_again", 5)
    define(till, "many_again")
    page = signed_in.page
    signed_in.go("/failures")
    cause = page.get_by_role("region", name=re.compile("Invalid event name")).filter(has_text="many_again")
    cause.get_by_role("button", name="Replay all of these").click()
    plan = page.get_by_role("status", name="The plan")
    plan.get_by_text("5 of 5 matching events would be replayed").wait_for()
    plan.get_by_text("5 of them would pass now").wait_for()
    assert 5 == len(till.entries(event_name="many_again")), "a plan does nothing"
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_text("finished", exact=True).wait_for()
    row = page.get_by_role("row").filter(has_text="Success")
    row.get_by_role("cell", name="5", exact=True).wait_for()
    assert 5 == len(till.entries(event_name="many_again", status="EVENT_SUCCESS"))
    page.get_by_role("link", name="All replays").click()
    page.get_by_role("region", name="Replay of 5 events").get_by_text("finished").wait_for()


def test_a_plan_that_is_left_does_nothing_and_is_cancelled(signed_in: Surfer, till: Visitor) -> None:
    lost(till, "left_alone", 2)
    page = signed_in.page
    signed_in.go("/?event_name=left_alone")
    page.get_by_role("button", name="Replay", exact=True).click()
    page.get_by_role("status", name="The plan").get_by_text("2 of 2 matching").wait_for()
    page.get_by_role("button", name="Not now").click()
    job = till.answer(REPLAYS)["data"][0]
    assert ["left_alone"] == job["filters"]["event_name"]
    wait_until(
        "the plan is cancelled",
        lambda: till.answer(f"{REPLAYS}/{job['id']}")["data"][0]["status"] == "CANCELLED",
    )
    assert 2 == len(till.entries(event_name="left_alone"))


def test_a_running_replay_is_paused_resumed_and_cancelled(
    signed_in: Surfer, till: Visitor, program: Program
) -> None:
    """Live events go first: while many of them wait, a replay runs and does nothing."""
    lost(till, "held_back", 3)
    page = signed_in.page
    with paused(program, "worker"):
        live = b"\n".join([b'{"event_name":"live_ones"}'] * 1_000)
        assert till.batch(WEBHOOK, live).status_code == 200
        job = till.send("POST", REPLAYS, params={"event_name": "held_back"}, json={}).json()["data"][0]
        signed_in.go(f"/replays/{job['id']}")
        for button, status in (("Start", "running"), ("Pause", "paused"), ("Resume", "running")):
            page.get_by_role("button", name=button, exact=True).click()
            page.get_by_text(status, exact=True).wait_for()
        page.get_by_role("button", name="Cancel", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Cancel it").click()
        page.get_by_text("cancelled", exact=True).wait_for()
    wait_until("the live ones have settled", lambda: program.backlog() == 0)
    assert 3 == len(till.entries(event_name="held_back"))


def test_a_plan_that_was_given_up_says_nothing_of_its_failure(signed_in: Surfer, till: Visitor) -> None:
    """The first plan is answered after the one with force, which took its place."""
    lost(till, "forced_again", 2)
    page = signed_in.page
    held: list[Any] = []

    def serve(route: Any) -> None:
        if route.request.method == "POST" and not route.request.post_data_json["force"]:
            held.append(route)
        else:
            route.continue_()

    page.route(f"**{REPLAYS}?**", serve)
    signed_in.go("/?event_name=forced_again")
    page.get_by_role("button", name="Replay", exact=True).click()
    page.get_by_label("With force").check()
    plan = page.get_by_role("status", name="The plan").get_by_text("2 of 2 matching")
    plan.wait_for()
    with page.expect_response(lambda answer: answer.status == 409):
        held[0].fulfill(status=409, json={"errors": [{"code": 409, "message": "Too many replays"}]})
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert 0 == page.get_by_text("Too many replays").count()
    assert plan.is_visible()


def test_a_share_that_nobody_knows_is_not_read_out_as_all(signed_in: Surfer, till: Visitor) -> None:
    lost(till, "uncounted", 1)
    job = till.send("POST", REPLAYS, params={"event_name": "uncounted"}, json={}).json()["data"][0]
    job["status"], job["plan"]["isComplete"], job["progress"]["remaining"] = "PAUSED", False, None
    page = signed_in.page
    page.route(f"**{REPLAYS}/{job['id']}", lambda route: route.fulfill(json={"data": [job]}))
    signed_in.go(f"/replays/{job['id']}")
    bar = page.get_by_role("progressbar", name="Progress")
    bar.wait_for()
    assert bar.get_attribute("aria-valuenow") is None
    assert [] == signed_in.serious_issues()
