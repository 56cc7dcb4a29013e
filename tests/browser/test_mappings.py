"""Mappings in a real browser: named, said what is wrong while typing, tried with a push under the source's names."""

import re
from typing import Any

from hooklog.testing.browser import Surfer
from hooklog.testing.visitor import Visitor

MAPPINGS = "/v2/events/adapter_mapping"


def prepare(till: Visitor, name: str) -> None:
    """An event with two fields, and a webhook that maps names."""
    fields = [{"name": "mobile", "type": "customer"}, {"name": "store", "type": "string"}]
    body = {
        "eventName": name,
        "actions": ["EIConsumer"],
        "fields": [{**one, "attributes": {}} for one in fields],
    }
    assert till.send("POST", "/v2/events", json=body).status_code == 200
    webhook = {"transformerType": "WebEngageTransformer", "tillCode": "demo.till", "authEnabled": False}
    assert till.send("POST", "/v2/events/webhook", json=webhook).status_code == 200


def test_a_source_is_mapped_and_its_push_goes_through(signed_in: Surfer, till: Visitor) -> None:
    prepare(till, "mapped_visit")
    page = signed_in.page
    signed_in.go("/mappings")
    page.get_by_role("link", name="mapped_visit").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_role("textbox", name="Name at the source").fill("Store Visit")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Source of mobile").fill("Customer Mobile")
    assert '"Customer Mobile"' in page.locator("pre").inner_text()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Mapping of mapped_visit", level=1).wait_for()
    page.get_by_text("Store Visit", exact=True).wait_for()
    page.get_by_role("tab", name="Test push").click()
    page.get_by_role("button", name="Push", exact=True).click()
    outcome = page.get_by_role("status").filter(has_text="See the whole story")
    outcome.filter(has_not_text="Pending").wait_for()
    assert "Success" in outcome.inner_text()
    (item,) = [one for one in till.answer(MAPPINGS)["data"] if one["eventName"] == "mapped_visit"]
    assert {"Customer Mobile"} == {
        one["fieldName"]
        for one in item["transformerMappings"]["webEngageTransformerMapping"]["eventFieldMappings"]
    }


def test_what_is_wrong_or_worth_a_word_is_said_while_typing(signed_in: Surfer, till: Visitor) -> None:
    prepare(till, "first_visit")
    prepare(till, "second_visit")
    body = {
        "transformerType": "webEngageTransformer",
        "webEngageTransformerData": {
            "eventMapper": {"valueMap": {"The Visit": "first_visit"}},
            "eventFieldMapper": {"second_visit": [{"eventFieldName": "store", "fieldName": "Shop"}]},
        },
    }
    assert till.send("POST", MAPPINGS, json=body).status_code == 200
    page = signed_in.page
    signed_in.go("/mappings/second_visit/edit")
    save = page.get_by_role("button", name="Save")
    assert save.is_disabled()
    page.get_by_role("textbox", name="Source of store").fill("")
    page.get_by_text("A mapping stays").wait_for()
    assert save.is_disabled()
    page.get_by_role("textbox", name="Source of store").fill("Shop name")
    page.get_by_role("textbox", name="Name at the source").fill("The Visit")
    page.keyboard.press("Enter")
    page.get_by_text("means first_visit until now").wait_for()
    page.get_by_role("button", name="Map another attribute").click()
    page.get_by_text("A field needs a name").wait_for()
    page.get_by_role("button", name="Remove another attribute").click()
    save.click()
    page.get_by_role("heading", name="Mapping of second_visit", level=1).wait_for()
    signed_in.go("/mappings")
    page.get_by_role("row", name=re.compile("second_visit.*The Visit")).wait_for()


def test_a_standard_event_leads_to_the_mapping_that_it_brought(signed_in: Surfer) -> None:
    page = signed_in.page
    signed_in.go("/standard")
    card = page.locator(".mantine-Card-root").filter(has_text="ProductSearched")
    card.get_by_role("button", name="Enable").click()
    card.get_by_role("link", name="Its mapping").click()
    page.get_by_role("heading", name="Mapping of ProductSearched", level=1).wait_for()
    page.get_by_text("Product Searched", exact=True).first.wait_for()


def test_what_was_saved_before_a_refusal_is_shown(signed_in: Surfer, till: Visitor) -> None:
    """A mapping with two parts is saved by two calls; the second may be refused."""
    prepare(till, "half_visit")
    page = signed_in.page
    posts: list[Any] = []

    def serve(route: Any) -> None:
        posts.extend([route] if route.request.method == "POST" else [])
        if len(posts) == 2 and route is posts[1]:
            route.fulfill(status=409, json={"errors": [{"code": 409, "message": "Not this one"}]})
        else:
            route.continue_()

    page.route(f"**{MAPPINGS}", serve)
    signed_in.go("/mappings/half_visit/edit")
    page.get_by_role("textbox", name="Name at the source").fill("Half Visit")
    page.keyboard.press("Enter")
    page.get_by_label("List it for sources that use our names").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Not this one").wait_for()
    page.get_by_role("button", name="Leave").click()
    page.get_by_role("heading", name="Mapping of half_visit", level=1).wait_for()
    page.get_by_text("which is listed as mapped").wait_for()
    assert 0 == page.get_by_text("Half Visit", exact=True).count()
