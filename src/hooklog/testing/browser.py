"""A real Chromium for tests of the console, without a network of its own."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hooklog.testing.program import Program

__all__ = [
    "ADMIN_KEY",
    "ARGUMENTS",
    "PASSWORD",
    "TILL",
    "Surfer",
    "chromium_path",
    "opened_browser",
    "surfing",
]

TILL, PASSWORD = "demo.till", "demo"
ADMIN_KEY = "hk_browser_admin"
AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"

# No sandbox inside containers that run as root; nothing is looked up or reported elsewhere.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str | None:
    """Where this machine's Chromium is; HOOKLOG_CHROMIUM names another. None without one."""
    named = os.environ.get("HOOKLOG_CHROMIUM")
    return named or next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def opened_browser() -> Iterator[Any]:
    """Playwright's browser object. Needs a Chromium and the test requirements."""
    from playwright.sync_api import sync_playwright

    path = chromium_path()
    assert path is not None, "no Chromium: install Debian's package `chromium`, or set HOOKLOG_CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Surfer:
    """One visitor's page. Whatever the page complains of fails the test at its end."""

    def __init__(self, page: Any, base: str) -> None:
        """Args: `page`: Playwright's; `base`: the program's URL."""
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(f"raised {error}"))
        page.on("console", self._heard)
        page.on("request", self._asked)

    def _heard(self, message: Any) -> None:
        # A 4xx is shown by the page itself where it matters.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.complaints.append(f"asked elsewhere: {request.url}")

    def go(self, path: str) -> None:
        """Open a page of the console."""
        self.page.goto(f"{self.base}/console{path}")

    def sign_in(self) -> None:
        """As the demo's till."""
        self.go("/")
        self.page.get_by_label("Till code").fill(TILL)
        self.page.locator("input[type=password]").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("table", name="Events").wait_for()

    def sign_in_with_key(self, key: str) -> None:
        """With an API key."""
        self.go("/")
        self.page.get_by_text("API key", exact=True).click()
        self.page.locator("input[type=password]").fill(key)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("table", name="Events").wait_for()

    def serious_issues(self) -> list[str]:
        """What axe finds that is serious or critical on the page as it is."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run({resultTypes: ['violations']})")
        return [
            f"{one['id']}: {one['help']}: {json.dumps([node['html'] for node in one['nodes'][:3]])}"
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
        ]


@contextmanager
def surfing(browser: Any, program: Program, **context: Any) -> Iterator[Surfer]:
    """A visitor with a browser of their own; `context` as Playwright takes it, such as `color_scheme`."""
    opened = browser.new_context(**{"viewport": {"width": 1360, "height": 820}, **context})
    opened.set_default_timeout(15_000)
    surfer = Surfer(opened.new_page(), program.url)
    try:
        yield surfer
        assert surfer.complaints == [], surfer.complaints
    finally:
        opened.close()
