"""Journeys J1, J4, J6 and J9, walked in the console by somebody who types and clicks."""

import re

import httpx
import pytest

from hooklog.testing.browser import Surfer
from hooklog.testing.visitor import Visitor

WEBHOOK = "67b62dffb7f5337f8a8237970bd0a467"


def define(surfer: Surfer, name: str, *, unique: str = "") -> None:
    page = surfer.page
    surfer.go("/definitions/new")
    page.get_by_role("textbox", name="Name").fill(name)
    if unique:
        page.get_by_role("button", name="Add a field").click()
        field = page.get_by_role("region", name="Field without a name")
        field.get_by_label("Field", exact=True).fill(unique)
        page.get_by_role("region", name=f"Field {unique}").get_by_label(
            re.compile("unique", re.IGNORECASE)
        ).check()
    page.get_by_role("button", name="Define").click()
    page.get_by_role("heading", name=name, level=1).wait_for()


def push_sample(surfer: Surfer, name: str) -> str:
    """The text of the outcome of a test push from the definition's page."""
    page = surfer.page
    surfer.go(f"/definitions/{name}")
    page.get_by_role("tab", name="Test push").click()
    page.get_by_role("button", name="Push", exact=True).click()
    outcome = page.get_by_role("status").filter(has_text="See the whole story")
    outcome.filter(has_not_text="Pending").wait_for()
    return str(outcome.inner_text())


def test_j1_a_new_event_is_defined_tried_and_published(signed_in: Surfer) -> None:
    define(signed_in, "console_visit")
    page = signed_in.page
    page.get_by_text("not verified").wait_for()
    assert page.get_by_role("button", name="Publish").is_disabled()
    assert "Success" in push_sample(signed_in, "console_visit")
    signed_in.go("/definitions/console_visit")
    page.get_by_text("verified", exact=True).wait_for()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.get_by_text("published", exact=True).wait_for()
    page.get_by_role("tab", name="History").click()
    page.get_by_text("publish org event").wait_for()


def test_j1_what_would_be_refused_is_said_while_typing(signed_in: Surfer) -> None:
    signed_in.go("/definitions/new")
    signed_in.page.get_by_role("textbox", name="Name").fill("no spaces please")
    signed_in.page.get_by_text("1 to 50 letters").wait_for()


def test_j4_why_a_customers_event_did_nothing(signed_in: Surfer, till: Visitor) -> None:
    request_id = till.accepted(WEBHOOK, {"event_name": "Event_Rutuja", "customer": "919999999999"})
    till.settled(request_id)
    page = signed_in.page
    page.get_by_label("Filter events").fill("919999999999")
    page.keyboard.press("Enter")
    row = page.locator(f"a[href*='{request_id}']")
    row.wait_for()
    row.click()
    page.get_by_role("heading", name="What happened, step by step").wait_for()
    entry = till.answer(f"/v2/events/logs/{request_id}/explain")["data"][0]
    headline = page.get_by_role("heading", level=1).inner_text()
    assert entry["headline"].replace("`", "") == headline


@pytest.mark.parametrize("customer", ["917744876415", "mobile:917744876415"])
def test_j4_a_customers_timeline_by_any_identifier(signed_in: Surfer, till: Visitor, customer: str) -> None:
    request_id = till.accepted(WEBHOOK, {"event_name": "Event_Rutuja", "customer": "917744876415"})
    till.settled(request_id)
    signed_in.go("/customers")
    signed_in.page.get_by_label("Mobile, e-mail, user id or type:value").fill(customer)
    signed_in.page.get_by_role("button", name="Look").click()
    signed_in.page.locator(f"a[href*='{request_id}']").wait_for()


def test_j6_a_repeat_is_shown_as_a_duplicate_of_the_first(signed_in: Surfer, till: Visitor) -> None:
    page = signed_in.page
    define(signed_in, "console_order", unique="order_id")
    signed_in.go("/webhooks")
    page.get_by_role("button", name="New webhook").click()
    page.get_by_label("Count repeated events once").check()
    page.get_by_role("button", name="Make the webhook").click()
    card = page.get_by_role("region", name=re.compile("Webhook")).filter(has_text="counts repeats once")
    card.wait_for()
    webhook_id = str(card.get_by_role("link", name="Its events").get_attribute("href")).rpartition("=")[2]
    body = {"event_name": "console_order", "mobile": "917744876415", "order_id": "o-1"}
    first, second = (till.accepted(webhook_id, body) for _ in range(2))
    till.settled(first, second)
    signed_in.go(f"/events/{second}")
    page.get_by_text("Duplicate of").wait_for()
    page.get_by_role("link", name=first).click()
    page.get_by_text("Duplicates", exact=True).wait_for()
    page.get_by_role("link", name=second).wait_for()


def test_j9_a_webhook_that_wants_credentials_and_one_that_is_turned_off(
    signed_in: Surfer, till: Visitor
) -> None:
    page = signed_in.page
    signed_in.go("/webhooks")
    page.get_by_role("button", name="New webhook").click()
    page.get_by_role("combobox", name="Credentials").click()
    page.get_by_role("option", name=re.compile("Basic")).click()
    page.get_by_role("button", name="Make the webhook").click()
    card = page.get_by_role("region", name=re.compile("Webhook")).filter(has_text="wants credentials")
    card.wait_for()
    webhook_id = str(card.get_by_role("link", name="Its events").get_attribute("href")).rpartition("=")[2]
    refused = httpx.post(f"{till.program.ingest_url}/webhooks/{webhook_id}", json={"event_name": "x"})
    assert refused.status_code == 401
    card.get_by_role("link", name="Its events").click()
    page.get_by_text("Unauthorized").first.wait_for()
    signed_in.go("/webhooks")
    card.get_by_role("button", name="Turn off").click()
    page.get_by_role("dialog").get_by_role("button", name="Turn off").click()
    card.get_by_text("turned off").wait_for()
    assert till.push(webhook_id, {"event_name": "x"}).status_code == 410
