"""Saved filters through the real program: saved, asked, replaced, deleted, kept to their org, in API and terminal."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.engineer import Engineer
from hooklog.testing.program import Program, running, till_auth
from hooklog.testing.visitor import LOGS, Visitor

ORG, OTHER_ORG = 1001, 1002
WEBHOOK = "0" * 31 + "1"
FILTERS = "/v2/events/filters"
SEER, READER = "hk_seer", "hk_reader"
KEYS = [
    *("name", "description", "query", "isMasked", "url", "consoleUrl"),
    *("createdAt", "createdBy", "changedAt", "changedBy"),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    for org_id, code in ((ORG, "till01"), (OTHER_ORG, "till02")):
        content.org(org_id)
        content.till(org_id, code)
    content.api_key(ORG, SEER, "events:read", "events:write", "psi:read")
    content.api_key(ORG, READER, "events:read")
    content.event(ORG, "pay", customer_by_mobile(), field("pan", isPsiData="true"), field("shop"))
    content.webhook(ORG, WEBHOOK, "till01")
    folder = tmp_path_factory.mktemp("filters") / "data"
    with running(folder, content.file, {"HOOKLOG_CATALOG__FILTERS_MAX": "5"}) as program:
        yield program


@pytest.fixture(scope="module")
def _events(program: Program) -> None:
    with Visitor(program, till_auth("till01", TILL_PASSWORD)) as till:
        till.settled(*(till.accepted(WEBHOOK, {"event_name": name}) for name in ("pay", "pay", "other")))


@pytest.fixture
def till(program: Program, _events: None) -> Iterator[Engineer]:
    """Nothing is saved yet."""
    with Engineer(program, till_auth("till01", TILL_PASSWORD)) as till:
        for one in till.answer(FILTERS)["data"]:
            assert 200 == till.send("DELETE", f"{FILTERS}/{one['name']}").status_code
        yield till


def saved(
    caller: Visitor, name: str, query: str = "event_name=pay", method: str = "POST", **more: Any
) -> dict[str, Any]:
    """What a filter has become."""
    path = FILTERS if method == "POST" else f"{FILTERS}/{name}"
    body = {"query": query, **({"name": name} if method == "POST" else {}), **more}
    answer = caller.send(method, path, json=body)
    assert 200 == answer.status_code, answer.text
    assert 32 == len(answer.headers["x-cap-request-id"])
    (found,) = answer.json()["data"]
    assert KEYS == list(found)
    one: dict[str, Any] = found
    return one


def test_what_is_saved_is_listed_by_name_with_where_it_leads(till: Engineer) -> None:
    second, first = saved(till, "b"), saved(till, "a", "status=!EVENT_SUCCESS", description="what failed")
    assert [first, second] == till.answer(FILTERS)["data"]
    base = till.program.url
    assert (f"{base}{LOGS}?event_name=pay", f"{base}/console/?event_name=pay", "till01") == (
        second["url"],
        second["consoleUrl"],
        second["createdBy"],
    )
    assert [first] == till.answer(f"{FILTERS}/a")["data"]


def test_its_url_gives_what_the_filter_finds(till: Engineer) -> None:
    assert 2 == len(till.answer(saved(till, "paid")["url"])["data"])
    assert 3 == len(till.answer(saved(till, "all", "")["url"])["data"])


def test_it_is_replaced_as_a_whole_and_says_by_whom(till: Engineer) -> None:
    before = saved(till, "paid", description="those who paid")
    with Visitor(till.program, headers={"X-API-Key": SEER}) as seer:
        after = saved(seer, "paid", "event_name=other", "PUT")
    assert ("", "event_name=other", before["createdAt"], "till01", SEER) == (
        after["description"],
        after["query"],
        after["createdAt"],
        after["createdBy"],
        after["changedBy"],
    )
    assert 404 == till.send("PUT", f"{FILTERS}/nobody", json={"query": ""}).status_code
    assert 400 == till.send("PUT", f"{FILTERS}/paid", json={"name": "other"}).status_code


def test_what_was_deleted_is_gone_and_the_audit_tells_it(till: Engineer) -> None:
    saved(till, "paid")
    answer = till.send("DELETE", f"{FILTERS}/paid")
    assert {"data": [], "warnings": [], "errors": []} == answer.json()
    assert [404, 404] == [till.send(method, f"{FILTERS}/paid").status_code for method in ("GET", "DELETE")]
    newest = till.answer("/v2/events/audit_logs")["data"][0]
    assert ("deleteOrgFilter", f"paid-{ORG}", answer.headers["x-cap-request-id"]) == (
        newest["updatedType"],
        newest["id"],
        newest["requestId"],
    )
    assert "event_name=pay" in newest["valueHistory"][0]["value"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"query": "q=x"}, "name is null"),
        ({"name": "a b", "query": "q=x"}, 'name is "a b"'),
        ({"name": "x" * 51}, "1 to 50"),
        ({"name": "a", "query": 7}, "query is 7"),
        ({"name": "a", "query": "status=NO"}, "status 'NO' is not known"),
        ({"name": "a", "query": "from_date=x"}, "from_date 'x' is not a date"),
        ({"name": "a", "query": "limit=5"}, "'limit' is no filter"),
        ({"name": "a", "query": "colour=red"}, "'colour' is no filter"),
        ({"name": "a", "query": "nonsense"}, "nonsense"),
        ({"name": "a", "description": "x" * 501}, "description is"),
    ],
)
def test_what_is_no_filter_is_refused_and_the_parameter_named(
    till: Engineer, body: dict[str, Any], said: str
) -> None:
    answer = till.send("POST", FILTERS, json=body)
    assert (400, True, []) == (
        answer.status_code,
        said in answer.json()["errors"][0]["message"],
        answer.json()["data"],
    ), answer.text
    assert [] == till.answer(FILTERS)["data"]


def test_a_name_is_used_once(till: Engineer) -> None:
    saved(till, "paid")
    assert 409 == till.send("POST", FILTERS, json={"name": "paid"}).status_code


def test_an_org_has_only_so_many(till: Engineer) -> None:
    for number in range(5):
        saved(till, f"f{number}")
    answer = till.send("POST", FILTERS, json={"name": "f5"})
    assert (400, True) == (answer.status_code, "may have 5" in answer.text)
    saved(till, "f4", "q=x", "PUT")


def test_other_orgs_see_and_change_nothing_of_it(till: Engineer) -> None:
    one = saved(till, "paid")
    with Engineer(till.program, till_auth("till02", TILL_PASSWORD)) as other:
        assert [] == other.answer(FILTERS)["data"]
        for method in ("GET", "DELETE"):
            assert 404 == other.send(method, f"{FILTERS}/paid").status_code
        assert 404 == other.send("PUT", f"{FILTERS}/paid", json={"query": ""}).status_code
        saved(other, "paid", "q=other")
        other.send("DELETE", f"{FILTERS}/paid")
    assert [one] == till.answer(FILTERS)["data"]


def test_who_may_only_read_changes_nothing(till: Engineer) -> None:
    saved(till, "paid")
    with Visitor(till.program, headers={"X-API-Key": READER}) as reader:
        assert 200 == reader.ask(FILTERS).status_code
        for method, path in (("POST", FILTERS), ("PUT", f"{FILTERS}/paid"), ("DELETE", f"{FILTERS}/paid")):
            assert 403 == reader.send(method, path, json={"name": "paid"}).status_code


def test_sensitive_values_are_hidden_from_who_may_not_see_them(till: Engineer) -> None:
    """Of what was saved by who could read them; and in the audit as well."""
    with Visitor(till.program, headers={"X-API-Key": SEER}) as seer:
        whole = saved(seer, "one-card", "attr.pan=zebra&q=zanzibar&attr.shop=Palace")
        assert "attr.pan=zebra&q=zanzibar&attr.shop=Palace" == whole["query"]
        assert [whole] == seer.answer(f"{FILTERS}/one-card")["data"]
        assert "zebra" in json.dumps(seer.answer("/v2/events/audit_logs"))
    (shown,) = till.answer(f"{FILTERS}/one-card")["data"]
    assert "attr.pan=%2A%2A%2A%2A%2A&q=%2A%2A%2A%2A%2A&attr.shop=Palace" == shown["query"]
    # What is left of it asks something else, so nothing leads there.
    assert (True, "", "") == (shown["isMasked"], shown["url"], shown["consoleUrl"])
    texts = json.dumps([till.answer(FILTERS), till.answer("/v2/events/audit_logs"), shown])
    assert [] == [one for one in ("zebra", "zanzibar") if one in texts]
    # Who could not see them either, has only written what they thought of.
    assert "attr.pan=4111" == saved(till, "guess", "attr.pan=4111")["query"]


def test_customers_are_hidden_from_who_could_not_find_them_so(till: Engineer) -> None:
    """In every place where a filter is told; a userId is nobody's secret."""
    asked = "customer=mobile%3A919800000001&customer=%21email%3Aa%40b.c&customer=4711"
    with Visitor(till.program, headers={"X-API-Key": SEER}) as seer:
        assert asked == saved(seer, "one-customer", asked)["query"]
        assert "919800000001" in json.dumps(seer.answer("/v2/events/audit_logs"))
    (shown,) = till.answer(f"{FILTERS}/one-customer")["data"]
    hidden = "customer=mobile%3A%2A%2A%2A%2A%2A&customer=%21email%3A%2A%2A%2A%2A%2A&customer=4711"
    assert hidden == shown["query"]
    texts = json.dumps([till.answer(FILTERS), till.answer("/v2/events/audit_logs"), shown])
    assert [] == [one for one in ("919800000001", "a@b", "a%40b") if one in texts]


def test_the_terminal_does_not_ask_what_it_was_told_in_part(till: Engineer) -> None:
    with Visitor(till.program, headers={"X-API-Key": SEER}) as seer:
        saved(seer, "others", "attr.pan=!4111")
    told = in_terminal(till.program, "logs", "--saved", "others")
    assert (True, "") == (told.returncode != 0, told.stdout)
    assert "may not see" in told.stderr


def in_terminal(program: Program, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command as the till runs it."""
    environment = {
        **os.environ,
        "HOOKLOG_URL": program.url,
        "HOOKLOG_TILL": "till01",
        "HOOKLOG_PASSWORD": TILL_PASSWORD,
    }
    command = [sys.executable, "-m", "hooklog", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_the_terminal_saves_lists_asks_and_deletes(till: Engineer) -> None:
    run = partial(in_terminal, till.program)
    done = run("filters", "save", "paid", "--event-name", "other", "--description", "d")
    assert 0 == done.returncode, done.stderr
    assert "/console/?event_name=other" in done.stdout
    assert 0 == run("filters", "save", "paid", "--event-name", "pay").returncode
    assert "event_name=pay" in run("filters", "list").stdout
    assert ["paid"] == [
        json.loads(line)["name"] for line in run("filters", "list", "--json").stdout.splitlines()
    ]
    assert 2 == len(run("logs", "--saved", "paid", "--json").stdout.splitlines())
    assert 2 == json.loads(run("counts", "--saved", "paid", "--json").stdout)["count"]
    assert [] == run("logs", "--saved", "paid", "--event-name", "!pay", "--json").stdout.splitlines()
    assert 0 == run("filters", "delete", "paid").returncode
    gone = run("logs", "--saved", "paid")
    assert (1, True) == (gone.returncode, "knows no such thing" in gone.stderr.replace("\n", " "))
