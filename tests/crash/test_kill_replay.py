"""G24: a bulk replay repeats every event exactly once, whatever process is killed and when, beside live events.

Events of a name that nobody had defined are pushed; it is defined, they are replayed by a job, and meanwhile edge,
worker and the whole program are killed while clients go on pushing. At the end the log has each of them exactly
twice: as it failed, and as it succeeded.
"""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.crash.conftest import MEMBER, PASSWORD, PLAIN_WEBHOOK, TILL, Campaign, seed_of
from tests.crash.test_kill import kill

from hooklog.testing.program import Program, till_auth, wait_until

FEW, MANY = 400, 10_000
BATCH = 500
NAME = "late_visit"
REPLAYS = "/v2/events/replays"
RESULTS = Path(__file__).parents[2] / "docs/results"


class Figures(msgspec.Struct):
    """What a campaign did and found."""

    events: int = 0
    kills: dict[str, int] = {}
    replayed: int = 0
    lost: int = 0
    doubled: int = 0
    seconds: float = 0.0


class Replaying:
    """A job about events that failed, in a program that is being killed."""

    def __init__(self, campaign: Campaign, events: int) -> None:
        self.campaign = campaign
        self.program: Program = campaign.program
        self.figures = Figures(events)
        self._began = time.monotonic()
        self._push(events)
        self._define()
        [self.job] = self._ask("POST", f"{REPLAYS}?event_name={NAME}")
        assert (events, events) == (self.job["plan"]["matching"], self.job["plan"]["replayable"])
        self._ask("POST", f"{REPLAYS}/{self.job['id']}/start")

    def _push(self, events: int) -> None:
        url = f"{self.program.ingest_url}/webhooks/{PLAIN_WEBHOOK}/batch"
        for first in range(0, events, BATCH):
            some = range(first, min(first + BATCH, events))
            bodies = [{"event_name": NAME, "mobile": MEMBER, "n": n} for n in some]
            answer = httpx.post(url, json=bodies, timeout=30)
            assert 200 == answer.status_code, answer.text
        self.campaign.wait_settled()

    def _define(self) -> None:
        settings = {"identifierType": {"value": "mobile"}}
        fields = [{"name": "mobile", "type": "customer", "attributes": settings}]
        self._ask("POST", "/v2/events", json={"eventName": NAME, "actions": ["EIConsumer"], "fields": fields})

    def _ask(self, method: str, path: str, **content: Any) -> list[dict[str, Any]]:
        auth = till_auth(TILL, PASSWORD)
        answer = httpx.request(method, self.program.url + path, auth=auth, timeout=60, **content)
        assert 200 == answer.status_code, answer.text
        return list(answer.json().get("data", []))

    def progress(self) -> dict[str, Any]:
        """What the job says of itself; nothing while nobody answers."""
        try:
            [job] = self._ask("GET", f"{REPLAYS}/{self.job['id']}")
        except httpx.TransportError:
            return {}
        return job

    def resume(self) -> None:
        """Let the job go on that was paused."""
        self._ask("POST", f"{REPLAYS}/{self.job['id']}/resume")

    def wait_for_share(self, share: float) -> None:
        """Wait until so much of it is done, and until some random instant soon after."""
        enough = int(share * self.figures.events)

        def is_done() -> bool:
            return bool(self.progress().get("progress", {}).get("appended", 0) >= enough)

        wait_until(f"{enough} events are replayed", is_done, 120)
        time.sleep(self.campaign.random.random() * 0.05)  # Harm comes at any instant.

    def kill(self, victim: str) -> None:
        """Kill, and wait until pushes are taken again."""
        self.figures.kills[victim] = self.figures.kills.get(victim, 0) + 1
        kill(self.campaign, victim)
        self.program.wait_ready()

    def verify(self) -> None:
        """The job has finished, and each event was replayed exactly once and well."""

        def is_over() -> bool:
            job = self.progress()
            return bool(job and job["status"] == "FINISHED" and job["progress"]["pending"] == 0)

        wait_until("the job has finished", is_over, 240)
        entries = self.campaign.entries({"event_name": NAME})
        of_event: dict[int, Counter[str]] = {}
        for entry in entries:
            of_event.setdefault(json.loads(entry.inputRequest)["n"], Counter())[entry.status] += 1
        figures = self.figures
        figures.replayed = sum(one["EVENT_SUCCESS"] for one in of_event.values())
        figures.lost = sum(one["EVENT_SUCCESS"] == 0 for one in of_event.values())
        figures.doubled = sum(one["EVENT_SUCCESS"] > 1 for one in of_event.values())
        figures.seconds = round(time.monotonic() - self._began, 1)
        print(figures)
        once = Counter({"INVALID_EVENT_NAME": 1, "EVENT_SUCCESS": 1})
        assert dict.fromkeys(range(figures.events), once) == of_event
        [settled] = self.progress()["progress"]["settled"]
        assert {"status": "EVENT_SUCCESS", "count": figures.events} == settled
        assert figures.events == self.progress()["progress"]["appended"]


def _replay_and_kill(campaign: Campaign, events: int, victims: list[str]) -> Figures:
    replaying = Replaying(campaign, events)
    shares = sorted(campaign.random.random() * 0.8 for _ in victims)
    with campaign.pushing(clients=4):
        for share, victim in zip(shares, victims, strict=True):
            replaying.wait_for_share(share)
            replaying.kill(victim)
    replaying.verify()
    campaign.verify()
    return replaying.figures


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Has the programs that are started from now on replay so many events a second, so that a kill meets them at it."""
    return lambda rate: monkeypatch.setenv("HOOKLOG_REPLAY__EVENTS_PER_SECOND_MAX", str(rate))


def test_every_event_is_replayed_once_after_kills_of_edge_and_worker(
    slowly: Callable[[int], None], request: pytest.FixtureRequest
) -> None:
    slowly(200)
    campaign = request.getfixturevalue("own_campaign")(seed_of(230))
    _replay_and_kill(campaign, FEW, ["edge", "worker"])


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_every_one_of_ten_thousand_events_is_replayed_once_after_many_kills(
    slowly: Callable[[int], None], request: pytest.FixtureRequest
) -> None:
    slowly(500)
    campaign = request.getfixturevalue("own_campaign")(seed_of(231))
    victims = ["edge"] * 8 + ["worker"] * 3 + ["group"] * 3
    random.Random(campaign.random.random()).shuffle(victims)
    figures = _replay_and_kill(campaign, MANY, victims)
    if "HOOKLOG_RESULTS" in os.environ:
        _write_results(figures)


def _write_results(figures: Figures) -> None:
    text = json.dumps(msgspec.to_builtins(figures), indent=1)
    (RESULTS / "replay.json").write_text(text + "\n", encoding="utf-8")
    kills = ", ".join(f"{role} {count}" for role, count in sorted(figures.kills.items()))
    counts = (figures.replayed, figures.lost, figures.doubled, round(figures.seconds))
    cells = [f"{figures.events:,}", kills, *(f"{count:,}" for count in counts)]
    lines = [
        "# A bulk replay, killed again and again",
        "",
        "`HOOKLOG_RESULTS=1 make test-long`: events that failed are replayed by a job, 500 a second, while four",
        "clients push others and processes are killed with SIGKILL at random shares of the work. At the end each of",
        "them must be in the log exactly twice: as it failed, and as it succeeded.",
        "",
        "| Events | Kills | Replayed | Lost | Doubled | Seconds |",
        "|--:|---|--:|--:|--:|--:|",
        f"| {' | '.join(cells)} |",
    ]
    (RESULTS / "replay.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
