"""Failures by cause in a real browser: what is replayed is what is shown, and nothing else."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from hooklog.testing.browser import Surfer
from hooklog.testing.visitor import Visitor

WEBHOOK = "67b62dffb7f5337f8a8237970bd0a467"


def fail(till: Visitor, note: str, name: str | None = None) -> None:
    """One event that nobody knows, by name or without one."""
    body = {"note": note, **({} if name is None else {"event_name": name})}
    status = "INVALID_META_TRANSFORMER_MAPPINGS" if name is None else "INVALID_EVENT_NAME"
    (entry,) = till.settled(till.accepted(WEBHOOK, body))
    assert (status, name) == (entry["status"], entry.get("eventName"))


def cause_of(surfer: Surfer, name: str) -> Any:
    return surfer.page.get_by_role("region").filter(has_text=name)


def test_a_cause_is_replayed_alone_and_without_what_the_pages_filters_leave_out(
    signed_in: Surfer, till: Visitor
) -> None:
    """With an event name and without one; so many that they are not asked for by their ids."""
    for note, name, count in (
        ("mine", None, 5),
        ("other", None, 1),
        ("mine", "unheard", 4),
        ("other", "unheard", 1),
    ):
        for _ in range(count):
            fail(till, note, name)
    page = signed_in.page
    signed_in.go("/failures?q=mine")
    for name, count in (("no event name", 5), ("unheard", 4)):
        cause = cause_of(signed_in, name)
        link = cause.get_by_role("link", name="In the feed").get_attribute("href")
        asked = parse_qs(urlsplit(link).query)
        assert (["mine"], ["24h"]) == (asked["q"], asked["last"])
        asked.pop("last")
        assert count == len(till.entries(**asked))
        cause.get_by_role("button", name="Replay all of these").click()
        plan = page.get_by_role("status", name="The plan")
        plan.get_by_text(f"{count} of {count} matching events would be replayed").wait_for()
        page.get_by_role("button", name="Not now").click()


def test_causes_that_no_filter_tells_apart_are_not_replayed_as_one_but_for_a_few(
    signed_in: Surfer, till: Visitor
) -> None:
    for _ in range(4):
        fail(till, "alike", "twofold")
    fail(till, "alike", "single")

    def serve(route: Any) -> None:
        """As if some had failed for another reason as well."""
        answer = route.fetch()
        told = answer.json()
        told["data"] += [{**one, "pattern": "Invalid event name for {}"} for one in told["data"]]
        route.fulfill(response=answer, json=told)

    signed_in.page.route("**/v2/events/logs/failures?**", serve)
    signed_in.go("/failures?q=alike")
    cause = cause_of(signed_in, "twofold").first
    cause.get_by_text("no filter tells them apart").wait_for()
    assert 0 == cause.get_by_role("button", name="Replay all of these").count()
    cause_of(signed_in, "single").first.get_by_role("button", name="Replay all of these").click()
    plan = signed_in.page.get_by_role("status", name="The plan")
    plan.get_by_text("1 of 1 matching events would be replayed").wait_for()
    signed_in.page.get_by_role("button", name="Not now").click()
