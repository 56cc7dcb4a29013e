"""Every page: it shows, axe finds nothing serious, in both themes and on a phone; nothing is asked elsewhere."""

import re
from typing import Any

import httpx
import pytest

from hooklog.console.assets import load_assets
from hooklog.testing.browser import ADMIN_KEY, Surfer, surfing
from hooklog.testing.program import Program
from hooklog.testing.visitor import Visitor

PAGES = {
    "/": "Events",
    "/overview": "Overview",
    "/failures": "Failures",
    "/replays": "Replays",
    "/customers": "Customers",
    "/customers/mobile%3A917744876415": "Customer",
    "/definitions": "Definitions",
    "/definitions/new": "New event",
    "/definitions/Event_Rutuja": "Event_Rutuja",
    "/definitions/Event_Rutuja/edit": "Edit Event_Rutuja",
    "/standard": "Standard events",
    "/mappings": "Mappings",
    "/mappings/Event_Rutuja": "Mapping of Event_Rutuja",
    "/mappings/Event_Rutuja/edit": "Edit the mapping of Event_Rutuja",
    "/webhooks": "Webhooks",
    "/keys": "API keys",
    "/pending": "Pending events",
    "/start": "The first event",
    "/no/such/page": "There is no such page",
}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}


def wait_for_page(surfer: Surfer, path: str, title: str) -> None:
    surfer.go(path)
    if path == "/":
        surfer.page.get_by_role("table", name="Events").wait_for()
    elif path.startswith("/no"):
        surfer.page.get_by_text(title).wait_for()
    else:
        surfer.page.get_by_role("heading", name=title, level=1).wait_for()
    surfer.page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious_on_any_page(
    browser: Any, program: Program, till: Visitor, look: str
) -> None:
    event = till.entries(status="EMF_PROCESSOR_FAILED", limit=1)[0]["id"]
    with surfing(browser, program, **LOOKS[look]) as surfer:
        surfer.go("/")
        surfer.page.get_by_role("button", name="Sign in").wait_for()
        found = {"sign in": surfer.serious_issues()}
        surfer.sign_in_with_key(ADMIN_KEY)
        for path, title in {**PAGES, f"/events/{event}": ""}.items():
            if title:
                wait_for_page(surfer, path, title)
            else:
                surfer.go(path)
                surfer.page.get_by_role("heading", level=1).wait_for()
            found[path] = surfer.serious_issues()
    assert {} == {path: issues for path, issues in found.items() if issues}


def test_no_page_is_wider_than_a_phone(browser: Any, program: Program) -> None:
    with surfing(browser, program, **LOOKS["phone"]) as surfer:
        surfer.sign_in_with_key(ADMIN_KEY)
        for path, title in PAGES.items():
            wait_for_page(surfer, path, title)
            width = surfer.page.evaluate("document.documentElement.scrollWidth")
            assert 390 >= width, f"{path} is {width} pixels wide"


def test_the_page_has_no_inline_script_and_names_no_other_origin(program: Program) -> None:
    answer = httpx.get(f"{program.url}/console/")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert ("'none'", "'self'") == (policy["default-src"], policy["script-src"])
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|https?://", answer.text)
    again = httpx.get(f"{program.url}/console/").headers["content-security-policy"]
    assert again != answer.headers["content-security-policy"], "the nonce must be new each time"


def test_what_is_loaded_first_is_below_300_kilobytes_of_script(browser: Any, program: Program) -> None:
    sizes: dict[str, int] = {}
    with surfing(browser, program) as surfer:
        surfer.page.on(
            "response",
            lambda answer: (
                sizes.update({answer.url: int(answer.headers.get("content-length", 0))})
                if answer.url.endswith(".js")
                else None
            ),
        )
        surfer.sign_in()
    assert sizes
    assert 300_000 > sum(sizes.values()), sizes


def test_no_file_of_script_is_larger_than_500_kilobytes() -> None:
    """So that a change of ours does not make browsers fetch the libraries again, and the build warns of nothing."""
    scripts = {path: asset for path, asset in load_assets().items() if path.endswith(".js")}
    assert scripts
    assert {} == {path: len(asset.content) for path, asset in scripts.items() if len(asset.content) > 500_000}


def test_the_files_say_what_they_are_and_may_be_kept(program: Program) -> None:
    page = httpx.get(f"{program.url}/console/").text
    (script,) = re.findall(r'src="(/console/assets/[^"]+\.js)"', page)
    answer = httpx.get(program.url + script)
    assert (200, "gzip", "nosniff") == (
        answer.status_code,
        answer.headers["content-encoding"],
        answer.headers["x-content-type-options"],
    )
    assert "immutable" in answer.headers["cache-control"]
    assert httpx.get(f"{program.url}/console/assets/no.js").status_code == 404
    assert httpx.get(f"{program.url}/", follow_redirects=False).headers["location"] == "/console/"
