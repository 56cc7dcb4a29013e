"""Guarantee: a what-if changes nothing on disk; each file of the data folder is the same before and after, to the byte.

Of `-shm` files, the memory that SQLite's connections share about a WAL, only the size is held against before: every
reader notes there up to where it reads, and it is made anew at each start.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import LOGS, Visitor

ORG, WEBHOOK, UNIQUE_WEBHOOK = 1001, "0" * 31 + "1", "0" * 31 + "2"
ROOT = Path(__file__).parents[2]
BATCH = 2_000
QUIET_SECONDS = 3.0

Look = dict[str, tuple[int, int, str]]


def _content() -> Content:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    for number in range(50):
        content.customer(ORG, 1 + number, mobile=f"9198000000{number:02}")
    actions = ("EIConsumer", "EMFConsumer")
    content.event(
        ORG, "visit", customer_by_mobile(), field("note"), field("amount", "double"), actions=actions
    )
    content.event(ORG, "sale", customer_by_mobile(), field("ref", isUniqueKeyField="true"), actions=actions)
    content.webhook(ORG, WEBHOOK, "till01")
    content.webhook(ORG, UNIQUE_WEBHOOK, "till01", is_unique=True)
    return content


def _event(number: int) -> dict[str, object]:
    """Every third a sale; some without a customer, some malformed, some duplicates."""
    customer = {"mobile": f"9198000000{number % 60:02}"}
    if number % 3 == 0:
        return {"event_name": "sale", **customer, "ref": f"r{number - number % 9}"}
    note = {"note": f"n{number}"} if number % 5 else {}
    return {"event_name": "visit", **customer, **note, "amount": "much" if number % 11 == 0 else number}


def _look(folder: Path) -> Look:
    """Size, time of change and hash of every file."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            stat = path.stat()
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[str(path.relative_to(folder))] = stat.st_size, stat.st_mtime_ns, digest
    return found


def _quiet(folder: Path) -> Look:
    """The folder once everything that belongs to the pushes has been written, the analytical export too."""
    look: Look = {}
    since = time.monotonic()

    def is_quiet() -> bool:
        nonlocal look, since
        last, look = look, _look(folder)
        if last != look:
            since = time.monotonic()
        return time.monotonic() - since >= QUIET_SECONDS

    wait_until("nothing is written any more", is_quiet, 60.0)
    return look


def _pushed(till: Visitor, events: int) -> None:
    for first in range(0, events, BATCH):
        some = [_event(number) for number in range(first, min(first + BATCH, events))]
        for webhook, is_sale in ((WEBHOOK, False), (UNIQUE_WEBHOOK, True)):
            lines = [json.dumps(one) for one in some if (one["event_name"] == "sale") is is_sale]
            answer = till.batch(webhook, "\n".join(lines).encode())
            assert answer.status_code == 200, answer.text
    wait_until("all have settled", lambda: till.program.backlog() == 0, 120.0)


def _asked(till: Visitor, body: dict[str, Any]) -> dict[str, Any]:
    (trial,) = till.send("POST", "/v2/events/what-if", json=body).json()["data"]
    path = f"/v2/events/what-if/{trial['id']}"

    def has_ended() -> bool:
        nonlocal trial
        (trial,) = till.answer(path, wait=10)["data"]
        return bool(trial["state"] != "RUNNING")

    wait_until("the trial has ended", has_ended, 240.0)
    found: dict[str, Any] = trial
    return found


DRAFT = {
    "eventName": "visit",
    "actions": ["EIConsumer", "EMFConsumer"],
    "fields": [
        {
            "name": "mobile",
            "type": "customer",
            "attributes": {
                "identifierType": {"value": "mobile"},
                "isRequired": {"value": "false"},
                "addCustomerIfNotExists": {"value": "true"},
            },
        },
        {"name": "note", "type": "string", "attributes": {"isRequired": {"value": "true"}}},
        {"name": "amount", "type": "double", "attributes": {"isUniqueKeyField": {"value": "true"}}},
    ],
}


def _check(program: Program, events: int) -> dict[str, Any]:
    """Ask both ways over so many entries; the figures."""
    with Visitor(program, till_auth("till01", TILL_PASSWORD)) as till:
        _pushed(till, events)
        before = _quiet(program.folder)
        figures: dict[str, Any] = {"entries": events, "files": len(before)}
        for name, body in (("today", {}), ("draft", {"definition": DRAFT})):
            started = time.monotonic()
            trial = _asked(till, body)
            figures[f"{name}_seconds"] = round(time.monotonic() - started, 1)
            assert ("DONE", events) == (trial["state"], trial["looked"]), trial
            figures[f"{name}_changed"] = trial["changed"]
            after = _look(program.folder)
            assert list(before) == list(after)
            for path, look in before.items():
                if path.endswith("-shm"):
                    assert look[0] == after[path][0], path
                else:
                    assert look == after[path], path
        figures["bytes"] = sum(size for size, _, _ in before.values())
        figures["shm_files_touched"] = [
            path for path in before if path.endswith("-shm") and before[path] != after[path]
        ]
        assert 0 == figures["today_changed"]
        assert 0 < figures["draft_changed"]
        assert events == sum(row["count"] for row in till.answer(f"{LOGS}/counts", by="status")["data"])
    return figures


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with running(tmp_path / "data", _content().file, {"HOOKLOG_EI__FLUSH_SECONDS": "1"}) as program:
        yield program


def test_a_what_if_changes_nothing_on_disk(program: Program) -> None:
    print(_check(program, 3_000))


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_what_if_over_a_hundred_thousand_entries_changes_nothing_on_disk(program: Program) -> None:
    figures = _check(program, 100_000)
    print(figures)
    if "HOOKLOG_RESULTS" in os.environ:
        path = ROOT / "docs/results/what_if.json"
        path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
