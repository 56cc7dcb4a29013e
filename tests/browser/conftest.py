"""The console in a real Chromium against the real program, filled with the demo's setting and its pushes."""

import os
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from hooklog.console.assets import BUILT
from hooklog.testing.browser import ADMIN_KEY, PASSWORD, TILL, Surfer, chromium_path, opened_browser, surfing
from hooklog.testing.program import Program, demo_file, running, till_auth, wait_until
from hooklog.testing.visitor import LOGS, Visitor


@pytest.fixture(scope="session", autouse=True)
def machine_has_what_it_takes() -> None:
    missing = []
    if chromium_path() is None:
        missing.append("Chromium (Debian's package `chromium`)")
    if not (resources.files("hooklog.console") / BUILT / "index.html").is_file():
        missing.append("the built console (`make console`)")
    if missing and os.environ.get("CI"):
        pytest.fail(f"tests of the console need {' and '.join(missing)}")
    if missing:
        pytest.skip(f"tests of the console need {' and '.join(missing)}")


# Not for the whole run: while Playwright is open this thread counts as running an event loop, and no other
# test could start its own.
@pytest.fixture(scope="module")
def browser(machine_has_what_it_takes: None) -> Iterator[Any]:
    with opened_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The demo's org with its ten pushes in the log, and an admin's API key."""
    demo = demo_file()
    content = {
        **demo,
        "apiKeys": [{"orgId": 100737, "name": "browser", "key": ADMIN_KEY, "scopes": ["admin"]}],
    }
    with (
        running(tmp_path_factory.mktemp("browser") / "data", content) as program,
        Visitor(program, till_auth(TILL, PASSWORD)) as till,
    ):
        for push in demo["pushes"]:
            till.accepted(push["webHookId"], push["body"])
        wait_until("the demo's pushes have settled", lambda: len(till.entries()) == len(demo["pushes"]))
        yield program


@pytest.fixture
def surfer(browser: Any, program: Program) -> Iterator[Surfer]:
    with surfing(browser, program) as surfer:
        yield surfer


@pytest.fixture
def signed_in(surfer: Surfer) -> Surfer:
    surfer.sign_in()
    return surfer


@pytest.fixture
def till(program: Program) -> Iterator[Visitor]:
    with Visitor(program, till_auth(TILL, PASSWORD)) as till:
        assert till.ask(LOGS).status_code == 200
        yield till
