"""Saved filters in the feed: saved, picked by somebody else, replaced, deleted."""

import re
from typing import Any

from hooklog.testing.browser import ADMIN_KEY, Surfer, surfing
from hooklog.testing.program import Program
from hooklog.testing.visitor import Visitor

FILTERS = "/v2/events/filters"


def save(surfer: Surfer, name: str, button: str = "Save") -> None:
    """What is filtered now, under a name."""
    page = surfer.page
    page.get_by_role("button", name="Saved", exact=True).click()
    page.get_by_role("button", name="Save these filters").click()
    page.get_by_label("Filter name").fill(name)
    page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
    page.get_by_text(f"The filter {name} is saved").wait_for()


def test_a_saved_filter_is_there_for_everybody_in_the_org(
    browser: Any, program: Program, signed_in: Surfer, till: Visitor
) -> None:
    signed_in.go("/?status=EMF_PROCESSOR_FAILED&event_name=%21nothing")
    save(signed_in, "lost")
    with surfing(browser, program) as other:
        other.sign_in_with_key(ADMIN_KEY)
        other.page.get_by_role("button", name="Saved", exact=True).click()
        assert [] == other.serious_issues()
        other.page.get_by_role("button", name=re.compile("^lost")).click()
        other.page.wait_for_url(re.compile(r"\?status=EMF_PROCESSOR_FAILED&event_name=%21nothing$"))
    assert ["lost"] == [one["name"] for one in till.answer(FILTERS)["data"]]


def test_a_saved_filter_is_replaced_and_deleted(signed_in: Surfer, till: Visitor) -> None:
    signed_in.go("/?status=EMF_PROCESSOR_FAILED")
    save(signed_in, "mine")
    signed_in.go("/?status=INVALID_EVENT_NAME")
    save(signed_in, "mine", "Replace")
    (kept,) = [one for one in till.answer(FILTERS)["data"] if one["name"] == "mine"]
    assert "status=INVALID_EVENT_NAME" == kept["query"]
    page = signed_in.page
    page.get_by_role("button", name="Saved", exact=True).click()
    page.get_by_role("button", name="Delete the filter mine").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("The filter mine is deleted").wait_for()
    assert "mine" not in [one["name"] for one in till.answer(FILTERS)["data"]]


def test_a_name_that_would_be_refused_is_said_while_typing(signed_in: Surfer) -> None:
    signed_in.go("/?status=EMF_PROCESSOR_FAILED")
    page = signed_in.page
    page.get_by_role("button", name="Saved", exact=True).click()
    page.get_by_role("button", name="Save these filters").click()
    page.get_by_label("Filter name").fill("no spaces")
    page.get_by_text("1 to 50 letters").wait_for()
    assert page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).is_disabled()


def test_that_no_filter_is_saved_is_said_only_once_it_is_known(signed_in: Surfer) -> None:
    page = signed_in.page
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route(f"**{FILTERS}", hold)
    signed_in.go("/")
    page.get_by_role("button", name="Saved", exact=True).click()
    page.get_by_text("Loading").wait_for()
    assert 0 == page.get_by_text("No filters are saved yet").count()
    held[0].fulfill(json={"data": [], "warnings": [], "errors": []})
    page.get_by_text("No filters are saved yet").wait_for()
