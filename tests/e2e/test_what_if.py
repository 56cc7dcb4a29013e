"""What-if through the real program: asked, followed, cancelled, bounded, and kept to its own org."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.engineer import Engineer, set_to
from hooklog.testing.program import Program, parent_of, running, till_auth, wait_until
from hooklog.testing.visitor import Visitor

ORG, OTHER_ORG = 1001, 1002
WEBHOOK, WEB_ENGAGE = "0" * 31 + "1", "0" * 31 + "2"
WHAT_IF = "/v2/events/what-if"
MOBILE = "919800000001"
SEER = "hk_seer"


def _content() -> Content:
    content = Content()
    for org_id, code in ((ORG, "till01"), (OTHER_ORG, "till02")):
        content.org(org_id)
        content.till(org_id, code)
    content.api_key(ORG, SEER, "events:read", "psi:read")
    content.customer(ORG, 1, mobile=MOBILE)
    content.event(ORG, "visit", customer_by_mobile(), field("note"), actions=("EIConsumer", "EMFConsumer"))
    content.event(ORG, "pay", customer_by_mobile(), field("pan", isPsiData="true"))
    content.webhook(ORG, WEBHOOK, "till01")
    return content


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("what_if") / "data", _content().file) as program:
        yield program


@pytest.fixture(scope="module")
def till(program: Program) -> Iterator[Engineer]:
    with Engineer(program, till_auth("till01", TILL_PASSWORD)) as till:
        ids = [
            till.accepted(
                WEBHOOK, {"event_name": "visit", "mobile": MOBILE, **({"note": "n"} if n % 3 else {})}
            )
            for n in range(9)
        ]
        ids += [
            till.accepted(WEBHOOK, {"event_name": "nothing"}),
            till.accepted(WEBHOOK, {"event_name": "pay"}),
        ]
        assert 400 == till.push(WEBHOOK, b"no JSON").status_code
        till.settled(*ids)
        wait_until("the refusal is logged", lambda: len(till.entries()) == 12)
        yield till


def asked(till: Visitor, wait: int = 20, **body: Any) -> dict[str, Any]:
    """The one trial of an answer."""
    answer = till.send("POST", WHAT_IF, params={"wait": wait}, json=body)
    assert 200 == answer.status_code, answer.text
    (trial,) = answer.json()["data"]
    found: dict[str, Any] = {**trial, "warnings": [one["message"] for one in answer.json()["warnings"]]}
    return found


def definition(*fields: dict[str, Any], name: str = "visit") -> dict[str, Any]:
    return {"eventName": name, "actions": ["EIConsumer", "EMFConsumer"], "fields": list(fields)}


CUSTOMER = set_to("customer", "mobile", isRequired="false")
NOTE = set_to("string", "note", isRequired="true")


def test_as_things_are_today_nothing_changes(till: Engineer) -> None:
    trial = asked(till)
    assert ("DONE", 0, 11, 1, 12, 12, None) == tuple(
        trial[key] for key in ("state", "changed", "judged", "refused", "looked", "total", "failure")
    )
    assert {"from": "EVENT_SUCCESS", "to": "EVENT_SUCCESS", "count": 10} in trial["matrix"]
    assert ([], [], 10) == (trial["changes"], trial["warnings"], trial["succeeding"])


def test_a_draft_definition_is_told_in_a_matrix_with_samples_and_reasons(till: Engineer) -> None:
    trial = asked(till, filter="event_name=visit", definition=definition(CUSTOMER, NOTE))
    (change,) = trial["changes"]
    assert ("EVENT_SUCCESS", "FIELD_VALIDATION_FAILED", 3) == (change["from"], change["to"], change["count"])
    assert [{"pattern": "Field validation failed: note: isRequired", "count": 3}] == change["reasons"]
    assert {"EVENT_SUCCESS"} == {one["status"] for one in till.entries(id=change["sampleIds"])}
    assert (["visit"], "event_name=visit", 9) == (trial["drafts"], trial["filter"], trial["looked"])
    assert "published, so field" in trial["warnings"][0]


def test_a_draft_of_a_new_event_is_taken(till: Engineer) -> None:
    trial = asked(till, definition=definition(CUSTOMER, name="nothing"))
    assert [("INVALID_EVENT_NAME", "EMF_PROCESSOR_FAILED", 1)] == [
        (one["from"], one["to"], one["count"]) for one in trial["changes"]
    ]


def set_up(till: Visitor) -> list[Any]:
    """All that the org has set up; `date` is when it is asked."""
    events = till.answer("/v2/events")["data"]
    return [
        till.answer("/v2/events/audit_logs"),
        *(one["clickEventsMeta"] | {"date": 0} for one in events),
    ]


def test_nothing_of_a_draft_is_stored(till: Engineer) -> None:
    before = set_up(till)
    asked(till, definition=definition(CUSTOMER, NOTE, name="brand_new"))
    assert before == set_up(till)


def test_it_is_followed_by_its_id_by_its_own_org_only(till: Engineer) -> None:
    trial = asked(till, wait=0)
    path = f"{WHAT_IF}/{trial['id']}"
    ended = till.answer(path, wait=20)["data"][0]
    assert ("DONE", trial["id"]) == (ended["state"], ended["id"])
    assert trial["startedAt"] <= ended["endedAt"]
    with Visitor(till.program, till_auth("till02", TILL_PASSWORD)) as other:
        for method in ("GET", "DELETE"):
            assert 404 == other.send(method, path).status_code
        assert [] == other.send("DELETE", path).json()["data"]
    assert ended == till.send("DELETE", path).json()["data"][0]
    with Visitor(till.program, headers={"X-API-Key": SEER}) as seer:
        path = f"{WHAT_IF}/{asked(seer, wait=0, filter='attr.pan=4111')['id']}"
        assert (200, 404) == (seer.ask(path).status_code, till.ask(path).status_code)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"filter": "status=NO"}, "status 'NO' is not known"),
        ({"filter": 7}, "filter is 7"),
        ({"definition": []}, "definition is []"),
        ({"mapping": {"transformerType": "no"}}, "customer event transformer not present"),
        ({"definition": {"eventName": "a b"}}, "event name invalid"),
        ({"definition": {"eventName": "visit"}}, "actions invalid"),
    ],
)
def test_what_is_no_question_is_refused(till: Engineer, body: dict[str, Any], said: str) -> None:
    answer = till.send("POST", WHAT_IF, json=body)
    assert (400, True, []) == (
        answer.status_code,
        said in answer.json()["errors"][0]["message"],
        answer.json()["data"],
    )


def test_a_wait_that_is_too_long_is_refused(till: Engineer) -> None:
    for method, path in (("POST", WHAT_IF), ("GET", f"{WHAT_IF}/none")):
        for wait in ("31", "-1", "x"):
            answer = till.send(
                method, path, params={"wait": wait}, **({"json": {}} if method == "POST" else {})
            )
            assert (400, True) == (answer.status_code, "wait" in answer.text)


def test_what_has_no_meaning_is_told(till: Engineer) -> None:
    trial = asked(till, filter="limit=1&nonsense=2&status=EVENT_SUCCESS", more=1)
    assert [True] * 3 == [
        any(word in one for one in trial["warnings"]) for word in ("'limit'", "'nonsense'", "more")
    ]
    assert (10, "status=EVENT_SUCCESS") == (trial["looked"], trial["filter"])


def test_who_may_not_see_sensitive_values_cannot_sound_them_out(till: Engineer) -> None:
    """A rule of one's own choice on a sensitive field would tell, entry by entry, which values keep it."""
    kept = set_to("string", "pan", isRequired="false", isPsiData="true")
    sounding = set_to("string", "pan", isRequired="false", isPsiData="true", regex="^4.*")
    mapping = {"transformerType": "defaultTransformer", "eventsMapped": ["visit"]}
    assert "DONE" == asked(till, definition=definition(CUSTOMER, kept, name="pay"))["state"]
    for body in (
        {"definition": definition(CUSTOMER, sounding, name="pay")},
        {"definition": definition(CUSTOMER, sounding, name="nothing")},
        {"mapping": mapping},
    ):
        answer = till.send("POST", WHAT_IF, json=body)
        assert (403, 4000) == (answer.status_code, answer.json()["errors"][0]["code"])
        with Visitor(till.program, headers={"X-API-Key": SEER}) as seer:
            assert "DONE" == asked(seer, **body)["state"]


def _trials_of(program: Program) -> list[int]:
    """The processes of trials that the edge has."""
    edge = program.role_pid("edge")
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        pid = int(path.parent.name)
        try:
            is_trial = b"hooklog.roles.trial" in path.read_bytes()
        except OSError:
            continue
        if is_trial and parent_of(pid) == edge:
            found.append(pid)
    return found


def _hold_still(program: Program, count: int) -> bool:
    """Whether there are so many, each of which stands still from now on."""
    found = _trials_of(program)
    for pid in found:
        os.kill(pid, signal.SIGSTOP)
    return len(found) == count


def _held_still(program: Program) -> int:
    """The process of the only trial, which stands still from now on."""
    wait_until("its process is there", partial(_hold_still, program, 1))
    (pid,) = _trials_of(program)
    return pid


def test_only_a_few_run_at_once_and_one_can_be_ended(till: Engineer) -> None:
    """A trial's process is held still, so that it lasts."""
    paths = []
    for number in (1, 2):
        paths.append(f"{WHAT_IF}/{asked(till, wait=0)['id']}")
        wait_until("its process is there", partial(_hold_still, till.program, number))
    answer = till.send("POST", WHAT_IF, json={})
    assert (429, "5") == (answer.status_code, answer.headers["retry-after"])
    for path in paths:
        cancelled = till.send("DELETE", path).json()["data"][0]
        assert ("CANCELLED", None) == (cancelled["state"], cancelled["failure"])
        assert cancelled == till.answer(path)["data"][0]
    wait_until("their processes are gone", lambda: not _trials_of(till.program))
    assert "DONE" == asked(till)["state"]


def test_a_process_that_dies_is_told_and_ends_nothing_else(till: Engineer) -> None:
    path = f"{WHAT_IF}/{asked(till, wait=0)['id']}"
    os.kill(_held_still(till.program), signal.SIGKILL)
    ended = till.answer(path, wait=20)["data"][0]
    assert ("FAILED", "its process ended with status -9") == (ended["state"], ended["failure"])
    assert "DONE" == asked(till)["state"]


def test_the_terminal_shows_changes_and_samples(till: Engineer, tmp_path: Path) -> None:
    draft = tmp_path / "draft.json"
    draft.write_text(json.dumps(definition(CUSTOMER, NOTE)), encoding="utf-8")
    environment = {
        **os.environ,
        "HOOKLOG_URL": till.program.url,
        "HOOKLOG_TILL": "till01",
        "HOOKLOG_PASSWORD": TILL_PASSWORD,
    }
    command = [sys.executable, "-m", "hooklog", "what-if", str(draft), "--event-name", "visit"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert 0 == done.returncode, done.stderr
    assert "3 of 9 entries would end differently by the draft of visit" in done.stdout
    assert "3 x EVENT_SUCCESS → FIELD_VALIDATION_FAILED" in done.stdout
    assert "must stay as it is" in " ".join(done.stderr.split())
    raw = subprocess.run(
        [*command, "--json"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert 3 == json.loads(raw.stdout)["changed"]


def test_rules_of_ones_own_sound_out_nothing_that_lies_nested(till: Engineer) -> None:
    """In a field that is not sensitive: whatever its draft asks of it, who may not see it learns the same."""
    nested = {"event_name": "pay", "mobile": MOBILE, "pan": "x", "note": {"pan": "4111", "city": "Pune"}}
    till.settled(till.accepted(WEBHOOK, nested))
    pan = set_to("string", "pan", isRequired="false", isPsiData="true")

    def succeeding(visitor: Visitor, regex: str) -> int:
        note = set_to("string", "note", isRequired="true", regex=regex)
        body = definition(CUSTOMER, pan, note, name="pay")
        return int(asked(visitor, filter="event_name=pay&q=pune", definition=body)["succeeding"])

    with Visitor(till.program, headers={"X-API-Key": SEER}) as seer:
        for visitor, found in ((seer, [1, 0, 1]), (till, [0, 0, 1])):
            assert found == [succeeding(visitor, regex) for regex in (".*4111.*", ".*4222.*", ".*Pune.*")]


def test_it_ends_with_the_edge(program: Program, till: Engineer) -> None:
    """Last in this file: the edge is killed, before the trial can have said anything or have ended."""
    asked(till, wait=0)
    pid = _held_still(program)
    edge = program.role_pid("edge")
    program.kill("edge")
    wait_until("the edge is gone", lambda: parent_of(edge) is None)
    assert parent_of(pid) is not None
    os.kill(pid, signal.SIGCONT)
    wait_until("its process is gone", lambda: parent_of(pid) is None)
    program.role_pid("edge", other_than=edge)
    program.wait_ready()
