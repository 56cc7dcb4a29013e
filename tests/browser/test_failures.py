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


def test_causes_of_one_status_and_event_are_replayed_apart(signed_in: Surfer, till: Visitor) -> None:
    """More of each than are asked for by their ids; in one of three another date is bad."""
    for number in range(12):
        body = {"event_name": "TestEventWithDate", "CustomerId": "917744876415", "note": "apart"}
        date = "eventDateTime" if number % 3 == 0 else "createdDate"
        (entry,) = till.settled(till.accepted(WEBHOOK, {**body, date: f"day {number}"}))
        assert "FIELD_VALIDATION_FAILED" == entry["status"]
    signed_in.go("/failures?q=apart")
    for rule, count in (("eventDateTime: date", 4), ("createdDate: date", 8)):
        cause = cause_of(signed_in, rule)
        asked = parse_qs(urlsplit(cause.get_by_role("link", name="In the feed").get_attribute("href")).query)
        asked.pop("last")
        assert count == len(till.entries(**asked, limit=100))
        cause.get_by_role("button", name="Replay all of these").click()
        plan = signed_in.page.get_by_role("status", name="The plan")
        plan.get_by_text(f"{count} of {count} matching events would be replayed").wait_for()
        signed_in.page.get_by_role("button", name="Not now").click()
