"""The routes that show records, where it takes rooms in memory to see it: bounds, trouble, side effects, time."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from hooklog.api import event_data, search
from hooklog.catalog.base import EI_CONSUMER
from hooklog.consumers.base import Answer, retry_at
from hooklog.errors import StorageUnavailable
from hooklog.event import id_to_text
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.record_query import RecordHit, RecordQuery
from hooklog.testing.builders import make_batch, make_record, make_settled
from hooklog.testing.scripted import ScriptedConsumer
from hooklog.testing.served import served
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem

EVENT_DATA, SEARCH, LOGS = "/v2/events/event_data", "/v2/events/search", "/v2/events/logs"


def filled(count: int, user_id: int = 1) -> MemorySystem:
    """A log with so many records of one customer."""
    system = MemorySystem()
    record = make_record(user_id=user_id)
    items = (make_settled(number, org_id=ORG_ID, record=record) for number in range(count))
    system.log.settled.update({(ORG_ID, item.entry.id): item for item in items})
    return system


@pytest.mark.parametrize(("count", "shown", "warnings"), [(1_000, 1_000, 0), (1_001, 1_000, 1)])
def test_a_customers_events_are_bounded_and_say_so(count: int, shown: int, warnings: int) -> None:
    with served(filled(count)) as api:
        status, body = api.get(f"{EVENT_DATA}/1")
    assert (200, shown, warnings) == (status, len(body["data"]), len(body["warnings"]))
    ids = [record["eventId"] for record in body["data"]]
    assert sorted(ids, reverse=True) == ids, "the newest are kept"
    if warnings:
        assert "only the newest 1000 events of userId 1 are shown" in body["warnings"][0]["message"]


def test_pages_of_a_search_show_every_record_once() -> None:
    with served(filled(25)) as api:
        pages = [api.get(SEARCH, limit=10, offset=offset)[1] for offset in (0, 10, 20, 25, 1_000)]
    assert [10, 10, 5, 0, 0] == [len(page["clickEventDataList"]) for page in pages]
    assert {25} == {page["totalRecords"] for page in pages}
    ids = [record["eventId"] for page in pages for record in page["clickEventDataList"]]
    assert 25 == len(set(ids))
    assert sorted(ids, reverse=True) == ids


class BrokenLog(MemoryEventLog):
    """Its disk has failed."""

    def entry(self, *_: object) -> None:
        raise StorageUnavailable("disk I/O error")

    def records(self, _: RecordQuery) -> Iterator[list[RecordHit]]:
        raise StorageUnavailable("disk I/O error")


@pytest.mark.parametrize("path", [SEARCH, f"{EVENT_DATA}/1", f"{EVENT_DATA}?id={id_to_text(bytes(16))}"])
def test_a_store_that_cannot_be_read_is_1849(path: str) -> None:
    with served(MemorySystem(), BrokenLog()) as api:
        status, body = api.get(path)
    assert (503, 1849) == (status, body["errors"][0]["code"])
    assert ("data" in body) == (path != SEARCH)


class EndlessLog(MemoryEventLog):
    """Gives a record at each step, for ever."""

    def records(self, query: RecordQuery) -> Iterator[list[RecordHit]]:
        hits = [hit for part in super().records(query) for hit in part]
        yield hits
        while True:
            yield []

    def count_records(self, _: RecordQuery) -> Iterator[int]:
        while True:
            yield 1


def test_a_search_that_takes_too_long_is_461() -> None:
    with patch.object(search, "SECONDS_MAX", 0.0), served(MemorySystem(), EndlessLog()) as api:
        status, body = api.get(SEARCH)
    assert (503, 461) == (status, body["errors"][0]["code"])
    assert "narrow it" in body["errors"][0]["message"]


def test_the_records_of_a_customer_that_take_too_long_are_461() -> None:
    with patch.object(event_data, "SECONDS_MAX", 0.0), served(MemorySystem(), EndlessLog()) as api:
        status, body = api.get(f"{EVENT_DATA}/1")
    assert (503, 461, []) == (status, body["errors"][0]["code"], body["data"])
    assert "takes dates" in body["errors"][0]["message"]


def test_a_count_that_takes_too_long_says_that_it_is_not_whole() -> None:
    log = EndlessLog()
    log.settled.update(filled(10).log.settled)
    with patch.object(search, "SECONDS_MAX", 0.0), served(MemorySystem(), log) as api:
        status, body = api.get(SEARCH)
    assert (200, 10, 11) == (status, len(body["clickEventDataList"]), body["totalRecords"])
    assert "counts the first 11 matches only" in body["warnings"][0]["message"]


def test_side_effects_are_shown_when_asked_for_as_loyalty_gave_them() -> None:
    gave = ScriptedConsumer(lambda _: Answer(side_effects=({"awardedPoints": 5},)))
    system = MemorySystem(emf=gave)
    system.add_customer(1, mobile="919800000001")
    system.define("reward", customer_field())
    system.define("quiet", customer_field(), actions=(EI_CONSUMER,))
    system.define("plain", customer_field())
    ids = []
    for name, answer in (("reward", gave.answer), ("quiet", gave.answer), ("plain", lambda _: Answer())):
        gave.answer = answer
        ids.append(system.push({"event_name": name, "mobile": "919800000001"}))
        system.settle()
    with served(system) as api:
        shown = api.get(SEARCH, sortOrder="ASC", includeSideEffects="true")[1]["clickEventDataList"]
        bare = [
            *api.get(SEARCH)[1]["clickEventDataList"],
            *api.get(EVENT_DATA, id=id_to_text(ids[0]))[1]["data"],
            *api.get(f"{EVENT_DATA}/1")[1]["data"],
        ]
    texts = [id_to_text(one) for one in ids]
    assert [
        {"requestId": texts[0], "sideEffects": [{"awardedPoints": 5}]},
        {"requestId": texts[1]},
        {"requestId": texts[2], "sideEffects": []},
    ] == [record["clickEventSideEffects"] for record in shown]
    assert not [record for record in bare if "clickEventSideEffects" in record]


def parked() -> tuple[MemorySystem, list[bytes]]:
    """Three events that loyalty asked to come again with, the last one first."""
    later = iter([30, 20, 10])
    system = MemorySystem()
    system.emf = ScriptedConsumer(lambda _: retry_at(system.clock.now_ms() + next(later) * 1000))
    system.restart_worker()
    system.add_customer(1, mobile="919800000001")
    system.define("reward", customer_field(), field("note", "string", isPsiData="true"))
    ids = [
        system.push({"event_name": "reward", "mobile": "919800000001", "note": f"secret {number}"})
        for number in range(3)
    ]
    system.settle()
    return system, ids


def test_pending_events_are_shown_longest_due_first_and_bounded() -> None:
    system, ids = parked()
    with served(system) as api:
        body = api.get("/v2/events/pending")[1]
        cut = api.get("/v2/events/pending", limit=2)[1]
        refused = [api.get("/v2/events/pending", limit=limit)[0] for limit in (0, 1, 1_000, 1_001, "x")]
        other = api.get("/v2/events/pending", org_id=ORG_ID + 1)[1]
    assert [id_to_text(one) for one in reversed(ids)] == [entry["id"] for entry in body["data"]]
    assert {("PENDING", 1)} == {(entry["status"], entry["attempts"]) for entry in body["data"]}
    due = [entry["nextAttemptAt"] - system.clock.now_ms() for entry in body["data"]]
    assert [10_000, 20_000, 30_000] == due
    assert [] == body["warnings"]
    assert [entry["id"] for entry in body["data"][:2]] == [entry["id"] for entry in cut["data"]]
    assert "more than 2 events are pending" in cut["warnings"][0]["message"]
    assert [400, 200, 200, 400, 400] == refused
    assert [] == other["data"]


def test_pending_events_hide_sensitive_values() -> None:
    system, _ = parked()
    with served(system) as api:
        masked = api.get("/v2/events/pending")[1]["data"]
        seen = api.get("/v2/events/pending", scopes=["events:read", "psi:read"])[1]["data"]
    assert {'"*****"'} == {entry["inputRequest"].split('"note":')[1].rstrip("}") for entry in masked}
    assert all("secret" in entry["inputRequest"] for entry in seen)


def test_a_pending_event_tells_its_states_so_far() -> None:
    system, ids = parked()
    with served(system) as api:
        status, body = api.get("/v2/events/running_status", eventId=id_to_text(ids[0]))
    assert 200 == status
    assert ["id", "orgId", "stateList", "eventName", "warnings"] == list(body)
    assert "EVENT_CONSUMER_STARTED" == body["stateList"][-1]["status"]
    assert "EMFConsumer" == body["stateList"][-1]["message"]
    assert "2026-01-05T10:00:00+00:00" == body["stateList"][-1]["date"]


def test_an_event_that_nobody_has_touched_yet_has_no_states() -> None:
    system = MemorySystem()
    request_id = system.push({"event_name": "x"})
    with served(system) as api:
        status, body = api.get("/v2/events/running_status", eventId=id_to_text(request_id))
        others = api.get("/v2/events/running_status", eventId=id_to_text(request_id), org_id=ORG_ID + 1)
    assert (200, []) == (status, body["stateList"])
    assert "eventName" not in body
    assert 404 == others[0]


def test_marks_set_later_hide_and_are_named_in_old_records() -> None:
    """The list of sensitive names comes from the definition, also for a record that was stored before the mark."""
    system = MemorySystem()
    system.define(
        "visit", customer_field(isRequired="false"), field("hotel", "string"), field("room", "string")
    )
    request_id = system.push({"event_name": "visit", "hotel": "Ritz", "room": "7"})
    system.settle()
    marked = field("room", "string", isPsiData="true")
    system.define("visit", customer_field(isRequired="false"), field("hotel", "string"), marked)
    event_id = id_to_text(request_id)
    with served(system) as api:
        masked = api.get(EVENT_DATA, id=event_id)[1]["data"][0]
        seen = api.get(EVENT_DATA, scopes=["events:read", "psi:read"], id=event_id)[1]["data"][0]
        elsewhere = [
            api.get(f"{LOGS}/{event_id}", scopes=scopes, include="record")[1]["data"][0]["record"]
            for scopes in (["events:read"], ["events:read", "psi:read"])
        ]
        told = api.get(f"{LOGS}/{event_id}/explain")[1]["data"][0]["record"]
        hits = [
            api.get(SEARCH, room=value, allowExactMatch="true")[1]["totalRecords"] for value in ("7", "*****")
        ]
    assert ["room"] == masked["psiAttributes"] == seen["psiAttributes"]
    assert ("*****", "Ritz") == tuple(masked["additonalAttributes"][name] for name in ("room", "hotel"))
    assert "7" == seen["additonalAttributes"]["room"]
    assert [0, 1] == hits
    names = ("psiAttributes", "additonalAttributes")
    assert [[one[name] for name in names] for one in (masked, seen, masked)] == [
        [one[name] for name in names] for one in (*elsewhere, told)
    ], "every route tells the same of a record"


def test_a_record_that_expires_between_two_looks_is_left_out() -> None:
    system = MemorySystem()
    writer = system.writer
    writer.commit(make_batch(0, make_settled(1, org_id=ORG_ID, record=make_record())))

    class Forgetful(MemoryEventLog):
        def record(self, *_: object) -> None:
            return None

    log = Forgetful()
    log.settled.update(system.log.settled)
    with served(system, log) as api:
        status, body = api.get(SEARCH)
    assert (200, [], 1) == (status, body["clickEventDataList"], body["totalRecords"])
