"""Replays over HTTP: one event, all that match, what is refused, and that orgs stay apart."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hooklog.replay.looking import CHUNK_EVENTS_MAX
from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.paused import paused
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import LOGS, Visitor

ORG, OTHER = 3001, 3002
WEBHOOK, OTHER_WEBHOOK, CLOSED = "0" * 31 + "1", "0" * 31 + "2", "0" * 31 + "3"
REPLAYS = "/v2/events/replays"
MOBILE = "919800000001"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    for org_id, webhook_id, till in ((ORG, WEBHOOK, "till01"), (OTHER, OTHER_WEBHOOK, "till02")):
        content.org(org_id)
        content.till(org_id, till)
        content.customer(org_id, org_id * 10, mobile=MOBILE)
        content.event(org_id, "visit", customer_by_mobile(), field("n", "double"))
        content.event(org_id, "secretive", customer_by_mobile(), field("pin", isPsiData="true"))
        content.webhook(org_id, webhook_id, till)
    content.webhook(ORG, CLOSED, "till01", "BASIC")
    content.api_key(ORG, "reader", "events:read")
    environment = {
        "HOOKLOG_REPLAY__EVENTS_PER_SECOND_MAX": "500",
        "HOOKLOG_REPLAY__BACKLOG_EVENTS_MAX": str(CHUNK_EVENTS_MAX),
    }
    with running(tmp_path_factory.mktemp("replay") / "data", content.file, environment) as program:
        yield program


@pytest.fixture
def till(program: Program) -> Iterator[Visitor]:
    with Visitor(program, till_auth("till01", TILL_PASSWORD)) as till:
        yield till


@pytest.fixture
def stranger(program: Program) -> Iterator[Visitor]:
    with Visitor(program, till_auth("till02", TILL_PASSWORD)) as stranger:
        yield stranger


def define(till: Visitor, name: str) -> None:
    settings = {"identifierType": {"value": "mobile"}, "isRequired": {"value": "false"}}
    fields = [{"name": "mobile", "type": "customer", "attributes": settings}]
    definition = {"eventName": name, "actions": ["EIConsumer"], "fields": fields}
    answer = till.send("POST", "/v2/events", json=definition)
    assert answer.status_code == 200, answer.text


def replayed(till: Visitor, request_id: str, **content: Any) -> httpx.Response:
    return till.send("POST", f"{LOGS}/{request_id}/replay", **content)


def explained(till: Visitor, request_id: str) -> dict[str, Any]:
    found: dict[str, Any] = till.answer(f"{LOGS}/{request_id}/explain")["data"][0]
    return found


def planned(till: Visitor, query: str, **content: Any) -> dict[str, Any]:
    answer = till.send("POST", f"{REPLAYS}?{query}", **content)
    assert answer.status_code == 200, answer.text
    [job] = answer.json()["data"]
    return dict(job)


def told(till: Visitor, job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = till.answer(f"{REPLAYS}/{job['id']}")["data"][0]
    return found


def act(till: Visitor, job: dict[str, Any], what: str) -> httpx.Response:
    return till.send("POST", f"{REPLAYS}/{job['id']}/{what}")


def finished(till: Visitor, job: dict[str, Any]) -> dict[str, Any]:
    def is_over() -> bool:
        now = told(till, job)
        return bool(now["status"] == "FINISHED" and now["progress"]["pending"] == 0)

    wait_until(f"job {job['id']} has finished", is_over)
    return told(till, job)


def test_a_plan_comes_to_say_how_many_would_pass_now(till: Visitor) -> None:
    name = "to-be-mended"
    lost = [till.accepted(WEBHOOK, {"event_name": name, "mobile": MOBILE, "note": name}) for _ in range(3)]
    lost += [till.accepted(WEBHOOK, {"event_name": name, "mobile": "nonsense", "note": name})]
    taken = till.accepted(WEBHOOK, {"event_name": "visit", "mobile": MOBILE, "note": name})
    till.settled(*lost, taken)

    def passing(job: dict[str, Any]) -> int:
        wait_until("it is known", lambda: told(till, job)["plan"]["wouldPass"] is not None, 60)
        return int(told(till, job)["plan"]["wouldPass"])

    assert 0 == passing(planned(till, f"q={name}"))
    define(till, name)
    assert 3 == passing(planned(till, f"q={name}"))
    assert 4 == passing(planned(till, f"q={name}", json={"force": True}))
    assert [] == explained(till, lost[0])["replays"]


def test_a_failure_that_was_mended_is_replayed_with_an_entry_of_its_own(till: Visitor) -> None:
    body = f'{{ "event_name":"mended", "mobile":"{MOBILE}" ,"odd":1.10}}'
    original = till.accepted(WEBHOOK, body)
    [failed] = till.settled(original)
    assert "INVALID_EVENT_NAME" == failed["status"]
    define(till, "mended")
    answer = replayed(till, original)
    assert 200 == answer.status_code, answer.text
    [made] = answer.json()["data"]
    assert original == made["replayOf"]
    [entry] = till.settled(made["id"])
    assert ("EVENT_SUCCESS", body, WEBHOOK) == (entry["status"], entry["inputRequest"], entry["webhookId"])
    assert entry["startTime"] >= failed["startTime"]
    # The original's entry never changes, and the event happened when it did.
    assert [failed] == till.settled(original)
    record = till.answer(f"{LOGS}/{made['id']}", include="record")["data"][0]["record"]
    said_ms = failed["startTime"] // 1000 * 1000
    assert str(said_ms) == record["additonalAttributes"]["eventDateTime"]


def test_original_and_replay_name_each_other_in_their_explanations(till: Visitor) -> None:
    original = till.accepted(WEBHOOK, {"event_name": "unheard"})
    till.settled(original)
    first, second = (replayed(till, original).json()["data"][0]["id"] for _ in range(2))
    till.settled(first, second)
    assert first != second
    explanation = explained(till, original)
    assert (None, [first, second]) == (explanation["replayOf"], explanation["replays"])
    assert f"It has been replayed 2 times, last as {second}." in explanation["headline"]
    assert second in explanation["nextStep"]
    explanation = explained(till, second)
    assert (original, []) == (explanation["replayOf"], explanation["replays"])
    assert f"It is a replay of {original}." in explanation["headline"]
    third = replayed(till, second).json()["data"][0]["id"]
    till.settled(third)
    assert [third] == explained(till, second)["replays"]


def test_what_succeeded_needs_force(till: Visitor) -> None:
    original = till.accepted(WEBHOOK, {"event_name": "visit", "mobile": MOBILE})
    till.settled(original)
    contents: list[dict[str, Any]] = [{}, {"json": {}}, {"json": {"force": False}}]
    for content in contents:
        answer = replayed(till, original, **content)
        assert 409 == answer.status_code
        assert "replay it with force" in answer.json()["errors"][0]["message"]
        assert [] == answer.json()["data"]
    answer = replayed(till, original, json={"force": True, "odd": 1})
    assert 200 == answer.status_code
    assert "odd" in answer.json()["warnings"][0]["message"]
    [entry] = till.settled(answer.json()["data"][0]["id"])
    assert "EVENT_SUCCESS" == entry["status"]


def test_of_a_refused_push_only_a_whole_good_input_is_replayed(till: Visitor) -> None:
    body = {"event_name": "visit", "mobile": MOBILE}
    refused = [
        till.push(WEBHOOK, b'{"event_name":').json()["requestId"],
        till.push(WEBHOOK, b"x" * 2_000_000).json()["requestId"],
    ]
    wrong_type = till.push(WEBHOOK, body, content_type="text/plain").json()["requestId"]
    with Visitor(till.program) as somebody:
        nobody = somebody.push(CLOSED, body).json()["requestId"]
    till.settled(*refused, wrong_type, nobody)
    for request_id in refused:
        answer = replayed(till, request_id, json={"force": True})
        assert (409, True) == (answer.status_code, "nothing usable was kept" in answer.text)
    assert 200 == replayed(till, wrong_type).status_code
    answer = replayed(till, nobody)
    assert (409, True) == (answer.status_code, "anybody may have sent it" in answer.text)
    [entry] = till.settled(replayed(till, nobody, json={"force": True}).json()["data"][0]["id"])
    assert "EVENT_SUCCESS" == entry["status"]


def test_what_cannot_be_asked_is_refused(till: Visitor, program: Program) -> None:
    original = till.accepted(WEBHOOK, {"event_name": "unheard"})
    till.settled(original)
    assert 404 == replayed(till, "nonsense").status_code
    assert 404 == replayed(till, "019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05").status_code
    assert 400 == replayed(till, original, json={"force": "yes"}).status_code
    assert 400 == replayed(till, original, json=[1]).status_code
    assert (
        415 == replayed(till, original, content=b"force", headers={"content-type": "text/plain"}).status_code
    )
    with Visitor(program, headers={"x-api-key": "reader"}) as reader:
        assert 403 == replayed(reader, original).status_code
        assert 403 == reader.send("POST", f"{REPLAYS}?event_name=unheard").status_code
        job = planned(till, "event_name=unheard")
        assert 200 == reader.ask(f"{REPLAYS}/{job['id']}").status_code
        assert 403 == act(reader, job, "start").status_code
    with Visitor(program) as nobody:
        assert 401 == replayed(nobody, original).status_code


def test_orgs_stay_apart(till: Visitor, stranger: Visitor) -> None:
    original = till.accepted(WEBHOOK, {"event_name": "apart"})
    till.settled(original)
    job = planned(till, "event_name=apart")
    assert 404 == replayed(stranger, original).status_code
    assert 404 == stranger.ask(f"{REPLAYS}/{job['id']}").status_code
    assert [404] * 4 == [
        act(stranger, job, what).status_code for what in ("start", "pause", "resume", "cancel")
    ]
    assert job["id"] not in stranger.ask(REPLAYS).text
    assert 0 == planned(stranger, "event_name=apart")["plan"]["matching"]
    assert "PLANNED" == told(till, job)["status"]


def test_a_plan_says_what_would_be_done_and_does_nothing(till: Visitor) -> None:
    name = "plan-only"
    lost = [till.accepted(WEBHOOK, {"event_name": name, "n": n}) for n in range(3)]
    taken = till.accepted(WEBHOOK, {"event_name": "visit", "mobile": MOBILE, "note": name})
    broken = till.push(WEBHOOK, f'{{"note":"{name}"'.encode()).json()["requestId"]
    till.settled(*lost, taken, broken)
    job = planned(till, f"q={name}&limit=5&odd=1")
    assert "PLANNED" == job["status"]
    assert {"q": [name]} == job["filters"]
    plan = job["plan"]
    assert (5, 3, True, None) == (
        plan["matching"],
        plan["replayable"],
        plan["isComplete"],
        plan["wouldPass"],
    )
    assert {"succeeded": 1, "noInput": 1} == {one["reason"]: one["count"] for one in plan["notReplayable"]}
    assert lost == plan["sampleIds"]
    assert 5 == job["progress"]["remaining"]
    forced = planned(till, f"q={name}", json={"force": True})
    assert (4, True) == (forced["plan"]["replayable"], forced["force"])
    assert [] == explained(till, lost[0])["replays"]
    assert 400 == till.send("POST", f"{REPLAYS}?status=NONSENSE").status_code
    warned = till.send("POST", f"{REPLAYS}?q={name}&limit=5&odd=1").json()["warnings"]
    assert ["'limit'", "'odd'"] == [one["message"].split()[2] for one in warned]


def test_a_job_replays_all_that_match_once_and_nothing_that_came_later(till: Visitor) -> None:
    name = "bulk"
    lines = "\n".join(json.dumps({"event_name": name, "mobile": MOBILE, "n": n}) for n in range(250))
    answer = till.batch(WEBHOOK, lines.encode()).json()
    originals = [one["requestId"] for one in answer["results"]]
    till.settled(*originals)
    define(till, name)
    job = planned(till, f"event_name={name}")
    later = till.accepted(WEBHOOK, {"event_name": name})
    assert 250 == job["plan"]["replayable"]
    answer = act(till, job, "start").json()["data"][0]
    assert "RUNNING" == answer["status"]
    over = finished(till, job)
    assert {"EVENT_SUCCESS": 250} == {one["status"]: one["count"] for one in over["progress"]["settled"]}
    assert (250, 0, 0) == (
        over["progress"]["appended"],
        over["progress"]["remaining"],
        over["progress"]["pending"],
    )
    entries = till.entries(event_name=name, order="asc")
    assert 501 == len(entries)
    assert [] == explained(till, later)["replays"]
    again = [one for one in entries if one["status"] == "EVENT_SUCCESS" and one["id"] != later]
    # In the order of the originals.
    assert list(range(250)) == [json.loads(one["inputRequest"])["n"] for one in again]
    found = Counter(tuple(explained(till, one)["replays"]) for one in originals[::50])
    assert {1} == {len(one) for one in found}


def test_a_job_may_be_started_paused_resumed_and_cancelled_and_says_where_it_stands(till: Visitor) -> None:
    till.settled(till.accepted(WEBHOOK, {"event_name": "acted"}))
    job = planned(till, "event_name=acted")
    assert [409, 409] == [act(till, job, what).status_code for what in ("pause", "resume")]
    assert "is PLANNED; pause does not apply" in act(till, job, "pause").text
    assert 200 == act(till, job, "start").status_code
    finished(till, job)
    assert [409] * 4 == [act(till, job, what).status_code for what in ("start", "pause", "resume", "cancel")]
    other = planned(till, "event_name=acted")
    assert [200, 200, 409] == [act(till, other, what).status_code for what in ("cancel", "cancel", "start")]
    listed = till.answer(REPLAYS)["data"]
    assert [other["id"], job["id"]] == [one["id"] for one in listed[:2]]
    assert ["CANCELLED", "FINISHED"] == [one["status"] for one in listed[:2]]
    assert 404 == till.ask(f"{REPLAYS}/nonsense").status_code


def test_a_paused_job_goes_on_where_it_was(till: Visitor, program: Program) -> None:
    """The worker is held still behind the first chunk: it waits, and no more is appended until it goes on."""
    name = "resting"
    bodies = "\n".join(json.dumps({"event_name": name, "mobile": MOBILE, "n": n}) for n in range(500))
    till.batch(WEBHOOK, bodies.encode())
    wait_until("all have settled", lambda: len(till.ids(event_name=name)) == 500)
    job = planned(till, f"event_name={name}")
    with paused(program, "worker"):
        act(till, job, "start")
        wait_until("it has begun", lambda: told(till, job)["progress"]["appended"] > 0)
        assert CHUNK_EVENTS_MAX == told(till, job)["progress"]["appended"]
        assert "PAUSED" == act(till, job, "pause").json()["data"][0]["status"]
    # At most the chunk in hand comes after that.
    wait_until("what was accepted has settled", lambda: told(till, job)["progress"]["pending"] == 0)
    assert told(till, job)["progress"]["appended"] <= 2 * CHUNK_EVENTS_MAX
    assert "RUNNING" == act(till, job, "resume").json()["data"][0]["status"]
    over = finished(till, job)
    assert 500 == over["progress"]["appended"]
    counts = Counter(json.loads(one["inputRequest"])["n"] for one in till.entries(event_name=name))
    assert dict.fromkeys(range(500), 2) == counts


def test_sensitive_values_are_not_found_by_who_may_not_see_them(till: Visitor) -> None:
    """A plan's filters see what its maker sees (contract I.24)."""
    till.settled(till.accepted(WEBHOOK, {"event_name": "secretive", "mobile": "nonsense", "pin": "4711"}))
    assert 1 == planned(till, "event_name=secretive")["plan"]["matching"]
    assert 0 == planned(till, "event_name=secretive&attr.pin=4711")["plan"]["matching"]
    assert 0 == planned(till, "event_name=secretive&q=4711")["plan"]["matching"]


def test_the_command_replays_one_event_and_many(till: Visitor, program: Program) -> None:
    name = "by-command"
    server = ("--url", program.url, "--till", "till01", "--password", TILL_PASSWORD)
    originals = [till.accepted(WEBHOOK, {"event_name": name, "mobile": MOBILE}) for _ in range(3)]
    till.settled(*originals)
    define(till, name)
    one = program.run("replay", originals[0], *server)
    assert 0 == one.returncode, one.stderr
    [entry] = till.settled(one.stdout.strip())
    assert "EVENT_SUCCESS" == entry["status"]
    many = program.run("replay", "--event-name", name, "--status", "INVALID_EVENT_NAME", "--yes", *server)
    assert 0 == many.returncode, many.stderr
    assert "3 events match; 3 of them would be replayed." in many.stdout
    assert "3 replayed  EVENT_SUCCESS 3" in many.stdout
    refused = program.run("replay", one.stdout.strip(), *server)
    assert (1, True) == (refused.returncode, "replay it with force" in refused.stderr.replace("\n", " "))
