"""Letting go of what is too old, by the real program (contract I.16): 30 days, or as the org or the event says."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hooklog.event import Event, RequestIds, id_to_text, wall_clock_ms
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.journal.sqlite import SqliteJournalWriter
from hooklog.testing.clock import FakeClock
from hooklog.testing.content import Content
from hooklog.testing.program import Program, till_auth, wait_until
from hooklog.testing.visitor import Visitor

USUAL, BRIEF = 1001, 1002
WEBHOOKS = {USUAL: "aa" * 16, BRIEF: "bb" * 16}
DAY_MS = 24 * 3600 * 1000
SETTINGS = {
    "HOOKLOG_RETENTION__ORGS": json.dumps({str(BRIEF): 3}),
    "HOOKLOG_RETENTION__EVENTS": json.dumps({f"{USUAL}/passing": 1, f"{USUAL}/lasting": 60}),
}
# By org: an event's name and its age in days.
KEPT = {
    USUAL: [("sale", 0), ("sale", 29), ("passing", 0), ("lasting", 45)],
    BRIEF: [("sale", 0), ("sale", 2)],
}
TOO_OLD = {USUAL: [("sale", 31), ("passing", 2), ("lasting", 61)], BRIEF: [("sale", 4)]}
Aged = tuple[int, str, int]


def _content() -> Content:
    content = Content()
    for org_id, webhook_id in WEBHOOKS.items():
        content.webhook(content.org(org_id), webhook_id, content.till(org_id, f"till{org_id}"))
        for name in ("sale", "passing", "lasting"):
            content.event(org_id, name)
    return content


def _accepted_long_ago(folder: Path) -> dict[Aged, str]:
    """Put events of all ages into the journal, the oldest first; their request ids, by org, name and age."""
    aged = [
        (org_id, *event) for events in (KEPT, TOO_OLD) for org_id, named in events.items() for event in named
    ]
    log = SqliteEventLogWriter(folder)
    journal = SqliteJournalWriter(folder, log_id=log.log_id, position=log.position)
    ids: dict[Aged, str] = {}
    for org_id, name, days in sorted(aged, key=lambda one: -one[2]):
        request_id = RequestIds(FakeClock(wall_clock_ms() - days * DAY_MS).now_ms).make()
        body = json.dumps({"event_name": name}).encode()
        journal.append([Event(request_id, org_id, WEBHOOKS[org_id], body)])
        ids[org_id, name, days] = id_to_text(request_id)
    log.end()
    journal.close()
    return ids


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, dict[Aged, str]]]:
    """The program over a folder in which events wait that were accepted long ago, and their ids."""
    program = Program(tmp_path_factory.mktemp("retention") / "data", SETTINGS)
    program.load(_content().file)
    ids = _accepted_long_ago(program.folder)
    try:
        yield program.start(), ids
    finally:
        program.close()


@pytest.mark.parametrize("org_id", [USUAL, BRIEF])
def test_what_is_too_old_goes_with_its_record_and_nothing_else(
    aged: tuple[Program, dict[Aged, str]], org_id: int
) -> None:
    program, ids = aged
    kept = {ids[org_id, *event] for event in KEPT[org_id]}
    with Visitor(program, till_auth(f"till{org_id}", "secret")) as reader:
        wait_until("everything has settled", lambda: program.backlog() == 0)
        wait_until("what is too old has gone", lambda: kept == set(reader.ids()))
        found = reader.answer("/v2/events/search", limit=1000)["clickEventDataList"]
        assert kept == {record["eventId"] for record in found}
        for event in TOO_OLD[org_id]:
            gone = ids[org_id, *event]
            assert 404 == reader.ask(f"/v2/events/logs/{gone}").status_code
            assert [] == reader.answer("/v2/events/event_data", id=gone)["data"]
