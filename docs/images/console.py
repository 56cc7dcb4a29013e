"""Takes the pictures of the console, each page in both themes and at a phone's width. `make screenshots` runs this."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from hooklog.testing.browser import Surfer, opened_browser, surfing
from hooklog.testing.past_day import KEY, MOBILE, fill_past_day
from hooklog.testing.program import Program, wait_until

Steps = dict[str, Callable[[Surfer], None]]

HERE = Path(__file__).parent / "console"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 760}},
}


def main() -> None:
    """A day's events, then every page."""
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, opened_browser() as browser:
        folder = Path(scratch) / "data"
        fill_past_day(folder)
        program = Program(folder)
        try:
            program.start()
            map_names(program)
            take_looks(browser, program, pages_of(program), {"what-if": try_draft})
            # Last, for replays are events of their own in every other picture.
            replay_some(program)
            take_looks(browser, program, {"replays": "/replays"}, {"replay-plan": plan_replay})
        finally:
            program.close()


def map_names(program: Program) -> None:
    """A shop's source calls an event and its fields otherwise."""
    fields = {"mobile": "Customer Mobile", "order_id": "Order ID", "amount": "Total"}
    body = {
        "transformerType": "webEngageTransformer",
        "webEngageTransformerData": {
            "eventMapper": {"valueMap": {"Order Placed": "order_placed", "Checkout": "order_placed"}},
            "eventFieldMapper": {
                "order_placed": [
                    {"eventFieldName": own, "fieldName": source} for own, source in fields.items()
                ]
            },
        },
    }
    httpx.post(
        f"{program.url}/v2/events/adapter_mapping", json=body, headers={"x-api-key": KEY}
    ).raise_for_status()


def replay_some(program: Program) -> None:
    """Two jobs: one that is done, and one that is planned only."""
    with httpx.Client(base_url=program.url, headers={"x-api-key": KEY}) as client:
        for status, is_started in (("INVALID_EVENT_NAME", True), ("EMF_PROCESSOR_FAILED", False)):
            planned = client.post("/v2/events/replays", params={"status": status}, json={})
            job = f"/v2/events/replays/{planned.raise_for_status().json()['data'][0]['id']}"
            if is_started:
                client.post(f"{job}/start").raise_for_status()
                wait_until("all is replayed", lambda job=job: _is_finished(client, job))


def _is_finished(client: httpx.Client, job: str) -> bool:
    (found,) = client.get(job).raise_for_status().json()["data"]
    return bool(found["status"] == "FINISHED" and not found["progress"]["pending"])


def try_draft(surfer: Surfer) -> None:
    """What if the name that one source misspells were an event?"""
    surfer.go("/definitions/new")
    surfer.page.get_by_role("textbox", name="Name").fill("store_vist")
    what_if = surfer.page.get_by_role("region", name="What if")
    what_if.get_by_role("button", name="Try it").click()
    what_if.get_by_role("table").wait_for()
    what_if.scroll_into_view_if_needed()


def plan_replay(surfer: Surfer) -> None:
    """All of the most frequent cause that is replayed as one, planned and not started."""
    surfer.go("/failures")
    surfer.page.get_by_role("button", name="Replay all of these").first.click()
    surfer.page.get_by_role("status", name="The plan").wait_for()


def pages_of(program: Program) -> dict[str, str]:
    """Each picture's name and the page that it shows."""
    answer = httpx.get(
        f"{program.url}/v2/events/logs",
        params={"status": "EMF_PROCESSOR_FAILED", "limit": 1},
        headers={"x-api-key": KEY},
    )
    event = answer.json()["data"][0]["id"]
    return {
        "feed": "/?last=24h",
        "event": f"/events/{event}",
        "failures": "/failures",
        "overview": "/overview",
        "customer": f"/customers/{quote(f'mobile:{MOBILE}')}",
        "definitions": "/definitions",
        "definition": "/definitions/order_placed",
        "editor": "/definitions/order_placed/edit",
        "standard": "/standard",
        "mappings": "/mappings",
        "mapping": "/mappings/order_placed",
        "mapping-editor": "/mappings/order_placed/edit",
        "pending": "/pending",
        "webhooks": "/webhooks",
        "keys": "/keys",
        "start": "/start",
    }


def take_looks(browser: Any, program: Program, pages: dict[str, str], steps: Steps) -> None:
    """Every look of pages, and of what has to be done first."""
    for look, context in LOOKS.items():
        with surfing(browser, program, **context) as surfer:
            take_all(surfer, look, pages, steps)


def take_all(surfer: Surfer, look: str, pages: dict[str, str], steps: Steps) -> None:
    """The pictures of one look, the page to sign in first."""
    surfer.go("/")
    surfer.page.get_by_role("button", name="Sign in").wait_for()
    surfer.page.screenshot(path=HERE / f"sign-in-{look}.png")
    surfer.sign_in_with_key(KEY)
    for name, path in pages.items():
        surfer.go(path)
        surfer.page.wait_for_load_state("networkidle")
        surfer.page.screenshot(path=HERE / f"{name}-{look}.png")
    for name, step in steps.items():
        step(surfer)
        surfer.page.wait_for_load_state("networkidle")
        surfer.page.screenshot(path=HERE / f"{name}-{look}.png")


if __name__ == "__main__":
    main()
