"""The event feed in a real browser."""

import re
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hooklog.testing.browser import Surfer
from hooklog.testing.visitor import Visitor

WEBHOOK = "67b62dffb7f5337f8a8237970bd0a467"
PUSHES = 10


def rows(surfer: Surfer) -> int:
    return int(surfer.page.get_by_role("table", name="Events").locator("a[role=row]").count())


def wait_for_rows(surfer: Surfer, count: int) -> None:
    surfer.page.wait_for_function(
        "count => document.querySelectorAll('a[role=row]').length === count", arg=count
    )


def test_every_event_is_in_the_feed_newest_first(signed_in: Surfer, till: Visitor) -> None:
    wait_for_rows(signed_in, len(till.entries()))
    times = signed_in.page.locator("a[role=row] time").evaluate_all("all => all.map(one => one.dateTime)")
    assert sorted(times, reverse=True) == times
    assert "UTC" in signed_in.page.get_by_role("banner").inner_text()


def test_a_typed_filter_is_a_chip_in_the_url_and_survives_a_reload(signed_in: Surfer, till: Visitor) -> None:
    failed = len(till.entries(status="EMF_PROCESSOR_FAILED"))
    signed_in.page.get_by_label("Filter events").fill("EMF_PROCESSOR_FAILED")
    signed_in.page.keyboard.press("Enter")
    wait_for_rows(signed_in, failed)
    assert signed_in.page.url.endswith("?status=EMF_PROCESSOR_FAILED")
    signed_in.page.reload()
    wait_for_rows(signed_in, failed)
    signed_in.page.get_by_role("button", name=re.compile("Remove Status")).click()
    wait_for_rows(signed_in, len(till.entries()))


def test_a_filter_that_nothing_matches_says_so(signed_in: Surfer) -> None:
    signed_in.go("/?event_name=nobody")
    signed_in.page.get_by_text("No event matches").wait_for()
    signed_in.page.get_by_text("All that is retained was searched").wait_for()
    signed_in.go("/?event_name=nobody&last=1h")
    signed_in.page.get_by_text("Only the chosen period was searched").wait_for()
    signed_in.page.get_by_role("button", name="Clear all filters").click()
    signed_in.page.get_by_role("table", name="Events").wait_for()


def test_a_long_filter_leaves_room_for_what_stands_beside_it(signed_in: Surfer) -> None:
    signed_in.go(f"/?pattern={'a long pattern '.replace(' ', '+') * 20}")
    boxes = [
        signed_in.page.get_by_role("button", name="Add a filter").bounding_box(),
        signed_in.page.get_by_role("combobox", name="Period").bounding_box(),
        signed_in.page.get_by_text("Live", exact=True).bounding_box(),
    ]
    found = [box for box in boxes if box is not None]
    assert 3 == len(found)
    assert all(one["x"] + one["width"] <= next_one["x"] for one, next_one in pairwise(found))
    assert found[1]["width"] >= 100


def test_the_histogram_tells_its_sums_and_the_count_agrees(signed_in: Surfer, till: Visitor) -> None:
    total = len(till.entries())
    signed_in.page.get_by_text(f"{total} events").wait_for()
    signed_in.page.get_by_role("img", name=re.compile(r"\d+ successes, \d+ failures, \d+ refused")).wait_for()


def test_live_mode_shows_a_push_without_a_reload(signed_in: Surfer, till: Visitor) -> None:
    before = len(till.entries())
    wait_for_rows(signed_in, before)
    signed_in.page.keyboard.press("l")
    signed_in.page.get_by_text("Live", exact=True).wait_for()
    signed_in.page.wait_for_function("() => document.querySelector('input[role=switch]').checked")
    request_id = till.accepted(WEBHOOK, {"event_name": "live_one"})
    signed_in.page.locator(f"a[href*='{request_id}']").wait_for()


def test_keys_move_the_selection_and_open_the_event(signed_in: Surfer, till: Visitor) -> None:
    newest, second = (entry["id"] for entry in till.entries(limit=2))
    wait_for_rows(signed_in, len(till.entries()))
    for key in ("j", "j", "k", "j", "Enter"):
        signed_in.page.keyboard.press(key)
    signed_in.page.wait_for_url(re.compile(second))
    signed_in.page.get_by_role("heading", level=1).wait_for()
    signed_in.page.keyboard.press("Escape")
    signed_in.page.locator(f"a[href*='{newest}']").wait_for()


def test_columns_can_be_chosen_and_are_remembered(signed_in: Surfer) -> None:
    signed_in.page.get_by_role("button", name="Columns").click()
    signed_in.page.get_by_role("menuitem", name="Request id").click()
    signed_in.page.get_by_role("columnheader", name="Request id").wait_for()
    signed_in.page.reload()
    signed_in.page.get_by_role("columnheader", name="Request id").wait_for()


def test_slash_puts_the_cursor_into_the_filter_and_a_question_mark_shows_the_keys(signed_in: Surfer) -> None:
    signed_in.page.keyboard.press("/")
    assert signed_in.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Filter events"
    signed_in.page.keyboard.press("Escape")
    signed_in.page.keyboard.press("?")
    signed_in.page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()


def test_typing_into_the_filter_is_no_shortcut(signed_in: Surfer, till: Visitor) -> None:
    wait_for_rows(signed_in, len(till.entries()))
    signed_in.page.get_by_label("Filter events").press_sequentially("jkl?")
    assert "jkl?" == signed_in.page.get_by_label("Filter events").input_value()
    assert 0 == signed_in.page.locator("a[role=row][aria-current]").count()
    assert not signed_in.page.get_by_role("switch", name="Live").is_checked()


def test_escape_closes_the_help_and_leaves_an_event_for_the_filtered_feed(
    signed_in: Surfer, till: Visitor
) -> None:
    failed = till.entries(status="EMF_PROCESSOR_FAILED")
    signed_in.go("/?status=EMF_PROCESSOR_FAILED")
    wait_for_rows(signed_in, len(failed))
    signed_in.page.keyboard.press("?")
    signed_in.page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    signed_in.page.keyboard.press("Escape")
    signed_in.page.get_by_role("dialog", name="Keyboard shortcuts").wait_for(state="detached")
    signed_in.page.keyboard.press("j")
    signed_in.page.keyboard.press("Enter")
    signed_in.page.get_by_role("heading", level=1).wait_for()
    assert f"/events/{failed[0]['id']}" in signed_in.page.url
    signed_in.page.keyboard.press("Escape")
    wait_for_rows(signed_in, len(failed))
    assert signed_in.page.url.endswith("/?status=EMF_PROCESSOR_FAILED")


def test_whoever_comes_back_finds_the_row_they_left_and_what_came_since(
    signed_in: Surfer, till: Visitor
) -> None:
    wait_for_rows(signed_in, len(till.entries()))
    third = till.entries(limit=3)[2]["id"]
    for key in ("j", "j", "j", "Enter"):
        signed_in.page.keyboard.press(key)
    signed_in.page.wait_for_url(re.compile(third))
    signed_in.page.get_by_role("heading", level=1).wait_for()
    newest = till.accepted(WEBHOOK, {"event_name": "meanwhile"})
    till.settled(newest)
    signed_in.page.keyboard.press("Escape")
    signed_in.page.locator(f"a[role=row][aria-current][href*='{third}']").wait_for()
    signed_in.page.locator(f"a[href*='{newest}']").wait_for()
    wait_for_rows(signed_in, len(till.entries()))


def asked_of(surfer: Surfer) -> dict[str, list[str]]:
    return parse_qs(urlsplit(surfer.page.url).query)


def test_a_drag_over_the_histogram_narrows_the_period_in_the_url(signed_in: Surfer, till: Visitor) -> None:
    plot = signed_in.page.locator(".u-over")
    box = plot.bounding_box()
    middle = box["y"] + box["height"] / 2
    # The newest events are at the right; what is before them is empty time.
    for begin, end, has_events in ((0.5, 1.0, True), (0.1, 0.4, False)):
        signed_in.go("/")
        plot.wait_for()
        wait_for_rows(signed_in, len(till.entries()))
        signed_in.page.mouse.move(box["x"] + box["width"] * begin, middle)
        signed_in.page.mouse.down()
        signed_in.page.mouse.move(box["x"] + box["width"] * end - 1, middle, steps=5)
        signed_in.page.mouse.up()
        signed_in.page.wait_for_url(re.compile("from_date="))
        asked = asked_of(signed_in)
        (first,), (last,) = asked["from_date"], asked["to_date"]
        assert int(first) < int(last)
        found = till.entries(from_date=first, to_date=last)
        assert has_events == bool(found)
        if has_events:
            wait_for_rows(signed_in, len(found))
        else:
            signed_in.page.get_by_text("No event matches").wait_for()


WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => {
  for (const one of list.getEntries()) {
    const moved = one.sources.map(source => source.node?.outerHTML?.slice(0, 80));
    if (!one.hadRecentInput) window.shifts.push([one.value, moved]);
  }
}).observe({ type: 'layout-shift', buffered: true });
"""


def test_nothing_jumps_when_counts_and_rows_come(signed_in: Surfer, till: Visitor) -> None:
    """Every answer is held back until the page stands; what comes then must not move it."""
    page = signed_in.page
    held: list[Any] = []
    is_open = False

    def hold(route: Any) -> None:
        if is_open:
            route.continue_()
        else:
            held.append(route)

    page.add_init_script(WATCH_SHIFTS)
    page.route(re.compile(r"/v2/events/"), hold)
    signed_in.go("/")
    page.get_by_role("table", name="Events").wait_for()
    page.locator("[role=row][aria-busy]").first.wait_for()
    before = page.get_by_role("table", name="Events").bounding_box()
    is_open = True
    for route in held:
        route.continue_()
    wait_for_rows(signed_in, len(till.entries()))
    page.locator(".u-over").wait_for()
    assert before == page.get_by_role("table", name="Events").bounding_box()
    assert [] == page.evaluate("window.shifts")
