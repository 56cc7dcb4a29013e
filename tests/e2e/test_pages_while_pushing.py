"""Page after page of a parent and its children, one entry each, while they are pushed to: each walk ends, and shows
what was there at its beginning exactly once.
"""

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import running, till_auth, wait_until
from hooklog.testing.visitor import LOGS, Visitor

PARENT, CHILDREN = 1001, (1002, 1003, 1004, 1005, 1006)
WEBHOOKS = {org: f"{org:032x}" for org in (PARENT, *CHILDREN)}
MOBILE, OTHER = "919800000001", "919800000002"
BATCH = 20
PAUSE_SECONDS = 0.1
PAGES_MAX = 2_000
_NEXT = re.compile(r'<([^>]+)>; rel="next"')


def _content() -> Content:
    content = Content()
    for org_id, webhook_id in WEBHOOKS.items():
        content.org(org_id, parent_org_id=-1 if org_id == PARENT else PARENT)
        content.till(org_id, f"till-{org_id}")
        content.event(org_id, "stay", customer_by_mobile(), field("hotel"))
        content.customer(org_id, 7, mobile=MOBILE)
        content.webhook(org_id, webhook_id, f"till-{org_id}")
    return content


def _event(number: int) -> dict[str, Any]:
    name = "stay" if number % 4 else "sty"
    mobile = MOBILE if number % 3 else OTHER
    return {"event_name": name, "mobile": mobile, "hotel": "Ritz" if number % 2 else "Palace", "n": number}


class Pusher:
    """Pushes to each org in turn, in a thread of its own while entered."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def push(self, count: int) -> None:
        """So many events to each org."""
        for webhook_id in WEBHOOKS.values():
            events = [_event(number) for number in range(count)]
            answer = self._visitor.send("POST", f"/webhooks/{webhook_id}/batch", json=events)
            assert answer.status_code == 200, answer.text

    def _run(self) -> None:
        while not self._is_ending.wait(PAUSE_SECONDS):
            self.push(1)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_ending.set()
        self._thread.join()


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    folder = tmp_path_factory.mktemp("pages") / "data"
    with (
        running(folder, _content().file) as program,
        Visitor(program, till_auth(f"till-{PARENT}", TILL_PASSWORD)) as till,
    ):
        Pusher(till).push(BATCH)
        count = BATCH * len(WEBHOOKS)
        wait_until("all have settled", lambda: count == len(till.ids(scope="child")))
        with Visitor(program, till_auth(f"till-{PARENT}", TILL_PASSWORD)) as pusher, Pusher(pusher):
            yield till


def _walked(till: Visitor, end: str, filters: dict[str, Any]) -> list[str]:
    """All ids of a walk, oldest first up to one at which it is left."""
    found: list[str] = []
    answer = till.ask(LOGS, **filters)
    for _ in range(PAGES_MAX):
        assert answer.status_code == 200, answer.text
        found += [entry["id"] for entry in answer.json()["data"]]
        following = _NEXT.search(answer.headers.get("link", ""))
        if following is None or (found and filters["order"] == "asc" and found[-1] > end):
            return found
        answer = till.ask(following[1])
    raise AssertionError(f"not at the end after {PAGES_MAX} pages")


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("scope", ["child", None])
@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"status": "!EVENT_SUCCESS"},
        {"event_name": "stay"},
        {"customer": f"mobile:{MOBILE}"},
        {"customer": "7", "event_name": "stay"},
        {"attr.hotel": "Ritz", "customer": f"mobile:{OTHER}"},
        {"q": "ritz", "status": "!EVENT_SUCCESS"},
        {"q": "nowhere"},
        {"customer": f"!mobile:{MOBILE}", "attr.hotel": "!Ritz"},
    ],
    ids=str,
)
def test_each_walk_ends_with_everything_once(
    till: Visitor, filters: dict[str, Any], scope: str | None, order: str
) -> None:
    whole = till.ids(scope=scope, order="asc", limit=BATCH * len(WEBHOOKS), **filters)
    end = whole[-1] if whole else ""
    walked = _walked(till, end, {"order": order, "scope": scope, "limit": 1, **filters})
    assert len(set(walked)) == len(walked)
    assert whole == [one for one in sorted(walked) if one <= end]
    assert sorted(walked, reverse=order == "desc") == walked
