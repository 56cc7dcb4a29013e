"""The log's answers through the real program: bounds, one entry, timeline, record, pending (contract I.2, I.18)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from hooklog.testing.content import Content, customer_by_mobile
from hooklog.testing.paused import paused
from hooklog.testing.program import Program, running, till_auth
from hooklog.testing.visitor import LOGS, Visitor

ORG, ORG_IN_INDIA = 1001, 1002
OPEN, SIGNED, INDIAN = "aa" * 16, "bb" * 16, "cc" * 16
MOBILE = "919800000001"
SALE = {"event_name": "sale", "mobile": MOBILE, "amount": 20}


def _content() -> Content:
    content = Content()
    content.org(ORG)
    content.org(ORG_IN_INDIA, zone="Asia/Kolkata")
    content.till(ORG, "till01")
    content.till(ORG_IN_INDIA, "till02")
    content.customer(ORG, 1, mobile=MOBILE)
    fields = (customer_by_mobile(), {"name": "amount", "type": "double", "attributes": {}})
    content.event(ORG, "sale", *fields, actions=("EIConsumer", "EMFConsumer"))
    content.webhook(ORG, OPEN, "till01")
    content.webhook(ORG, SIGNED, "till01", "BASIC")
    content.webhook(ORG_IN_INDIA, INDIAN, "till02")
    return content


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("log_api") / "data", _content().file) as program:
        yield program


@pytest.fixture(scope="module")
def reader(program: Program) -> Iterator[Visitor]:
    with Visitor(program, till_auth("till01", "secret")) as reader:
        yield reader


@pytest.mark.parametrize("limit", [1, 1000])
def test_both_ends_of_the_limit_are_taken(reader: Visitor, limit: int) -> None:
    assert 200 == reader.ask(LOGS, limit=limit).status_code


def test_a_slash_at_the_end_changes_nothing(reader: Visitor) -> None:
    assert reader.answer() == reader.answer(f"{LOGS}/")


def test_the_calendar_has_open_ends(reader: Visitor) -> None:
    reader.settled(reader.accepted(OPEN, SALE))
    assert reader.ids() == reader.ids(from_date="0001-01-01", to_date="9999-12-31")


def test_a_date_without_zone_is_in_the_zone_of_the_org(program: Program) -> None:
    with Visitor(program, till_auth("till02", "secret")) as indian:
        [entry] = indian.settled(indian.accepted(INDIAN, SALE))
        start = datetime.fromtimestamp(entry["startTime"] / 1000, UTC)
        local = start.astimezone(ZoneInfo("Asia/Kolkata")).replace(tzinfo=None)
        second = timedelta(seconds=1)
        for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"):
            assert 1 == len(indian.entries(from_date=local.strftime(form)))
            assert 0 == len(indian.entries(from_date=(local + second).strftime(form)))
            assert 1 == len(indian.entries(to_date=(local + second).strftime(form)))
            assert 0 == len(indian.entries(to_date=(local - second).strftime(form)))
        day = timedelta(days=1)
        for days, expected in ((-1, 0), (0, 1), (1, 0)):
            text = (local + days * day).strftime("%Y-%m-%d")
            assert expected == len(indian.entries(from_date=text, to_date=text))


def test_a_refused_sign_in_has_an_entry_without_status(reader: Visitor) -> None:
    with Visitor(reader.program) as stranger:
        answer = stranger.push(SIGNED, SALE)
    assert 401 == answer.status_code
    [entry] = reader.settled(answer.json()["requestId"])
    keys = ["startTime", "responseTime", "orgId", "inputRequest", "id", "webhookId", "parentOrgId", "message"]
    assert keys == list(entry)
    assert "Unauthorized" == entry["message"]
    assert entry in reader.entries(status="UNAUTHORIZED")
    assert entry not in reader.entries(status="!UNAUTHORIZED")


def test_one_entry_is_that_of_the_list(reader: Visitor) -> None:
    request_id = reader.accepted(OPEN, SALE)
    [entry] = reader.settled(request_id)
    [listed] = reader.entries(id=request_id)
    assert listed == entry
    assert list(listed) == list(entry)
    assert {"data": [entry], "warnings": [], "errors": []} == reader.answer(f"{LOGS}/{request_id.upper()}")
    assert [{"message": "query parameter 'limit' is not known here and was ignored"}] == (
        reader.answer(f"{LOGS}/{request_id}", limit=5)["warnings"]
    )


def test_the_timeline_tells_every_stage_with_its_time(reader: Visitor) -> None:
    request_id = reader.accepted(OPEN, SALE)
    [plain] = reader.settled(request_id)
    [entry] = reader.answer(f"{LOGS}/{request_id}", include="stages")["data"]
    stages = entry.pop("stages")
    assert plain == entry
    assert [
        "queue",
        "route_org",
        "transform",
        "find_definition",
        "validate",
        "resolve_till",
        "resolve_customer",
        "resolve_group",
        "uniqueness",
        "consume_ei",
        "consume_emf",
    ] == [stage["stage"] for stage in stages]
    for before, stage in pairwise(stages):
        assert ["stage", "startedAt", "durationMs", "outcome", "detail"] == list(stage)
        assert "passed" == stage["outcome"]
        assert before["startedAt"] <= stage["startedAt"] <= entry["startTime"] + entry["responseTime"] + 1


def test_the_record_shows_what_was_stored(reader: Visitor) -> None:
    request_id = reader.accepted(OPEN, SALE)
    reader.settled(request_id)
    [entry] = reader.entries(id=request_id, include="record")
    record = entry["record"]
    shown = {"orgId": ORG, "userId": 1, "eventName": "sale", "eventId": request_id, "uniqueId": request_id}
    assert shown == {key: record[key] for key in shown}
    assert "20.0" == record["additonalAttributes"]["amount"]
    assert sorted(record["additonalAttributes"]) == list(record["additonalAttributes"])


def test_extensions_come_together_or_repeated_and_only_when_asked_for(reader: Visitor) -> None:
    failed = reader.accepted(OPEN, {"event_name": "nothing"})
    [plain] = reader.settled(failed)
    [both] = reader.entries(id=failed, include="stages,record")
    assert both == reader.entries(id=failed, include=["record", "stages"])[0]
    assert [*plain, "stages", "record"] == list(both)
    assert both["record"] is None
    assert "rejected" == both["stages"][-1]["outcome"]


def test_an_event_that_has_not_settled_is_found_by_id_and_not_listed(reader: Visitor) -> None:
    with paused(reader.program, "worker"):
        request_id = reader.accepted(OPEN, SALE)
        pending = reader.answer(f"{LOGS}/{request_id}", include="stages,record")["data"][0]
        assert [] == reader.ids(id=request_id)
    assert "PENDING" == pending["status"]
    assert 0 == pending["attempts"]
    assert [] == pending["stages"]
    assert pending["record"] is None
    [settled] = reader.settled(request_id)
    for key in ("startTime", "orgId", "inputRequest", "id", "webhookId", "parentOrgId"):
        assert settled[key] == pending[key]
    assert [request_id] == reader.ids(id=request_id)
