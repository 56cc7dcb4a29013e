"""The tail shows every entry once, whatever becomes of the connection (contract I.3; docs/guarantees.md)."""

import json
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from hooklog.commands.event_stream import stream_events
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import LOGS, Visitor

ORG, OTHER = 1001, 1002
WEBHOOK, OTHER_WEBHOOK = "0" * 31 + "1", "0" * 31 + "2"
TAIL = f"{LOGS}/tail"
CLIENTS, BATCHES, BATCH = 4, 20, 100
LONG_SECONDS = 60
RESULTS = Path(__file__).parents[2] / "docs/results"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    for org_id, webhook_id, till in ((ORG, WEBHOOK, "till01"), (OTHER, OTHER_WEBHOOK, "till02")):
        content.org(org_id)
        content.till(org_id, till)
        content.webhook(org_id, webhook_id, till)
    with running(tmp_path_factory.mktemp("tail") / "data", content.file) as program:
        yield program


@pytest.fixture
def till(program: Program) -> Iterator[Visitor]:
    with Visitor(program, till_auth("till01", TILL_PASSWORD)) as till:
        yield till


def pushed(program: Program, webhook_id: str, events: list[dict[str, Any]]) -> list[str]:
    answer = httpx.post(f"{program.ingest_url}/webhooks/{webhook_id}/batch", json=events, timeout=20)
    assert answer.status_code == 200, answer.text
    return [one["requestId"] for one in answer.json()["results"]]


class Follower:
    """Follows the tail in a thread of its own, and hangs up now and then if told to."""

    def __init__(
        self,
        program: Program,
        *,
        hangs_up_at: random.Random | None = None,
        hang_up_entries_max: int = 60,
        **filters: str,
    ) -> None:
        self.seen: list[str] = []
        self.kinds: list[str] = []
        self.connections = 0
        self.last_id = ""
        self.is_ending = False
        self._program = program
        self._filters = filters
        self._chance = hangs_up_at
        self._entries_max = hang_up_entries_max
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(20), "the tail did not begin"

    def _run(self) -> None:
        with httpx.Client(auth=till_auth("till01", TILL_PASSWORD), timeout=20) as client:
            while not self.is_ending:
                self._connect(client)

    def _connect(self, client: httpx.Client) -> None:
        headers = {"last-event-id": self.last_id} if self.last_id else {}
        self.connections += 1
        left = self._chance.randint(1, self._entries_max) if self._chance is not None else 1 << 30
        with client.stream("GET", self._program.url + TAIL, params=self._filters, headers=headers) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            for event in stream_events(answer.iter_lines()):
                self.last_id = event.id
                self._ready.set()
                if event.kind:
                    self.kinds.append(event.kind)
                if event.kind == "entry":
                    self.seen.append(json.loads(event.data)["id"])
                    left -= 1
                if left <= 0 or self.is_ending:
                    return

    def until(self, count: int) -> list[str]:
        wait_until(f"{count} entries in the tail", lambda: len(self.seen) >= count, seconds_max=60)
        self.is_ending = True
        return self.seen


def test_clients_that_hang_up_lose_nothing_and_get_nothing_twice(program: Program) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    followers = [Follower(program, hangs_up_at=random.Random(seed + one)) for one in range(CLIENTS)]
    ids = [
        one
        for batch in range(BATCHES)
        for one in pushed(program, WEBHOOK, [{"event_name": f"e{batch}"} for _ in range(BATCH)])
    ]
    for follower in followers:
        seen = follower.until(len(ids))
        assert sorted(ids) == sorted(seen)
        assert follower.connections > 1


@pytest.mark.long
@pytest.mark.timeout(600)
def test_beside_a_thousand_events_a_second_reconnecting_clients_lose_nothing_and_get_nothing_twice(
    program: Program,
) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    followers = [
        Follower(program, hangs_up_at=random.Random(seed + one), hang_up_entries_max=3_000)
        for one in range(CLIENTS)
    ]
    begun, ids, pause = time.monotonic(), list[str](), threading.Event()
    for batch in range(LONG_SECONDS * 10):
        pause.wait(max(0.0, begun + batch / 10 - time.monotonic()))
        ids += pushed(program, WEBHOOK, [{"event_name": f"long{batch % 50}"} for _ in range(BATCH)])
    seconds = time.monotonic() - begun
    seen = [follower.until(len(ids)) for follower in followers]
    assert [sorted(ids)] * CLIENTS == [sorted(one) for one in seen]
    figures = {
        "seed": seed,
        "seconds": round(seconds, 1),
        "events": len(ids),
        "events_per_second": round(len(ids) / seconds),
        "clients": CLIENTS,
        "connections": [follower.connections for follower in followers],
        "lost_or_twice": 0,
    }
    assert all(follower.connections > 5 for follower in followers)
    print(figures)
    if "HOOKLOG_RESULTS" in os.environ:
        (RESULTS / "tail.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def test_the_tail_takes_the_logs_filters_and_shows_its_own_org_only(program: Program) -> None:
    follower = Follower(program, event_name="wanted", status="INVALID_EVENT_NAME")
    pushed(program, OTHER_WEBHOOK, [{"event_name": "wanted"}])
    pushed(program, WEBHOOK, [{"event_name": "other"}])
    (wanted,) = pushed(program, WEBHOOK, [{"event_name": "wanted"}])
    assert [wanted] == follower.until(1)


def test_a_place_that_is_not_kept_any_more_is_answered_with_a_reset(program: Program, till: Visitor) -> None:
    """As of another log, or after the feed's retention: what came between cannot be told."""
    pushed(program, WEBHOOK, [{"event_name": "x"}])
    for place in ("999999999:0", "0:7"):
        follower = Follower(program)
        follower.is_ending = True
        with httpx.stream(
            "GET",
            program.url + TAIL,
            auth=till_auth("till01", TILL_PASSWORD),
            headers={"last-event-id": place},
        ) as answer:
            first = next(stream_events(answer.iter_lines()))
        assert ("reset", {"after": place}) == (first.kind, json.loads(first.data))


def test_where_nothing_of_the_feed_is_kept_only_its_end_is_a_place(tmp_path: Path) -> None:
    """Whoever stands before the end has missed what has expired behind it."""
    content = Content()
    content.webhook(content.org(ORG), WEBHOOK, content.till(ORG, "till01"))
    end = 3
    with (
        running(tmp_path / "data", content.file, {"HOOKLOG_RETENTION__FEED_DAYS": "0"}) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as till,
        closing(SqliteEventLogReader(program.folder)) as log,
    ):
        for _ in range(end):
            till.settled(*pushed(program, WEBHOOK, [{"event_name": "x"}]))
        wait_until("the feed has expired", lambda: not log.feed(0, 1))
        assert end == log.last_sequence()
        for sequence, expected in ((1, "reset"), (end - 1, "reset"), (end, ""), (end + 1, "reset")):
            headers = {"last-event-id": f"{sequence}:{1 << 32}"}
            auth = till_auth("till01", TILL_PASSWORD)
            with httpx.stream("GET", program.url + TAIL, auth=auth, headers=headers) as answer:
                assert expected == next(stream_events(answer.iter_lines())).kind, sequence


def test_what_is_no_place_is_refused(till: Visitor) -> None:
    for place in ("x", "1", "1:x", "-1:0", "9" * 40 + ":0"):
        answer = till.ask(TAIL, headers={"last-event-id": place})
        assert (400, True) == (answer.status_code, "Last-Event-ID" in answer.json()["errors"][0]["message"])


def test_a_stop_does_not_wait_for_those_who_listen(tmp_path: Any) -> None:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    with running(tmp_path / "data", content.file) as program:
        follower = Follower(program)
        follower.is_ending = True
        assert program.stop() == 0
