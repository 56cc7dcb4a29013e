"""Guarantee G7: one org's credentials never see another org's entries, by any filter, cursor, id or endpoint.

Four orgs use the same event names and the same customers' mobiles; two of them are parent and child. Every body
carries its org's mark, so a leak shows in whatever is answered.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hooklog.event import Status
from hooklog.testing.content import Content, customer_by_mobile
from hooklog.testing.paused import paused
from hooklog.testing.program import Program, running, till_auth
from hooklog.testing.visitor import LOGS, Entry, Visitor

PARENT, CHILD, ALONE, OTHER = ORGS = (2001, 2002, 2003, 2004)
MOBILE = "919800000001"
KINDS = ("till", "token", "key", "admin")


def _webhook(org_id: int) -> str:
    return f"{org_id:032x}"


def _mark(org_id: int) -> str:
    return f"mark-of-{org_id}"


def _content() -> Content:
    content = Content()
    for org_id in ORGS:
        content.org(org_id, parent_org_id=PARENT if org_id == CHILD else -1)
        till = content.till(org_id, f"till-{org_id}")
        content.client(org_id, f"client-{org_id}", "client-secret", defaultTill=till)
        content.api_key(org_id, f"key-{org_id}", "events:read")
        content.api_key(org_id, f"admin-{org_id}", "admin", "psi:read")
        content.customer(org_id, org_id * 10, mobile=MOBILE)
        content.event(org_id, "visit", customer_by_mobile())
        content.event(org_id, "sale", customer_by_mobile(), actions=("EIConsumer", "EMFConsumer"))
        content.webhook(org_id, _webhook(org_id), till)
    return content


def _pushes(org_id: int) -> list[str]:
    """Bodies for an org's own webhook, of which each ends in another status."""
    mark = _mark(org_id)
    return [
        f'{{"event_name":"visit","mobile":"{MOBILE}","note":"{mark}"}}',
        f'{{"event_name":"sale","mobile":"{MOBILE}","note":"{mark}"}}',
        f'{{"event_name":"sale","mobile":"919800000009","note":"{mark}"}}',
        f'{{"event_name":"{mark}"}}',
        f'{{"event_name":"nothing","note":"{mark}"}}',
        f'{{"note":"{mark}"}}',
        f'{{"event_name":"visit","note":"{mark}","orgResolver":{{"type":"PARENT_CHILD_ORG","childOrgId":{OTHER}}}}}',
        f"not JSON {mark}",
    ]


def _to_child() -> str:
    resolver = f'{{"type":"PARENT_CHILD_ORG","childOrgId":{CHILD},"tillCode":"till-{CHILD}"}}'
    return f'{{"event_name":"visit","mobile":"{MOBILE}","note":"{_mark(CHILD)}","orgResolver":{resolver}}}'


class World:
    """The program, everybody who may read, and whose every entry is."""

    def __init__(self, program: Program, stack: ExitStack) -> None:
        self.program = program
        self.source = stack.enter_context(Visitor(program))
        self.callers = {
            (org_id, kind): stack.enter_context(self._caller(org_id, kind))
            for org_id in ORGS
            for kind in KINDS
        }
        self.ids: dict[int, list[str]] = {org_id: [] for org_id in ORGS}
        for _ in range(2):
            for org_id in ORGS:
                for body in _pushes(org_id):
                    self._push(org_id, _webhook(org_id), body)
            self._push(CHILD, _webhook(PARENT), _to_child())
        for org_id in ORGS:
            self.callers[org_id, "till"].settled(*self.ids[org_id])

    def _caller(self, org_id: int, kind: str) -> Visitor:
        if kind == "till":
            return Visitor(self.program, till_auth(f"till-{org_id}", "secret"))
        if kind != "token":
            return Visitor(self.program, headers={"X-API-Key": f"{kind}-{org_id}"})
        secret = {"key": f"client-{org_id}", "secret": "client-secret"}
        answer = self.source.send("POST", "/v3/oauth/token/generate", json=secret)
        return Visitor(self.program, headers={"X-CAP-API-OAUTH-TOKEN": answer.json()["data"]["accessToken"]})

    def _push(self, org_id: int, webhook_id: str, body: str) -> None:
        self.ids[org_id].append(self.source.push(webhook_id, body).json()["requestId"])

    def check(self, org_id: int, text: str) -> None:
        """Nothing of another org is in an answer: no entry, and none of what it has set up."""
        for other in ORGS:
            if other != org_id:
                names = [_mark(other), *(f"{kind}-{other}" for kind in ("till", "client", "key", "admin"))]
                if (org_id, other) != (CHILD, PARENT):
                    # A child's log names the parent's webhook where that is where the push came in.
                    names.append(_webhook(other))
                assert [] == [name for name in (*names, *self.ids[other]) if name in text]

    def foreign_ids(self, org_id: int) -> list[str]:
        return [request_id for other in ORGS if other != org_id for request_id in self.ids[other]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("isolation") / "data"
    with running(folder, _content().file) as program, ExitStack() as stack:
        yield World(program, stack)


EVERY_CALLER = [(org_id, kind) for org_id in ORGS for kind in KINDS]


@pytest.mark.parametrize("caller", EVERY_CALLER, ids=str)
def test_everybody_sees_all_of_their_own_log_and_nothing_else(world: World, caller: tuple[int, str]) -> None:
    org_id = caller[0]
    entries = world.callers[caller].entries(include="stages,record")
    assert sorted(world.ids[org_id], reverse=True) == [entry["id"] for entry in entries]
    assert {org_id} == {entry["orgId"] for entry in entries}
    for entry in entries:
        assert _mark(org_id) in entry["inputRequest"]
        if entry["record"] is not None:
            assert entry["record"].get("userId", org_id * 10) == org_id * 10


def test_child_and_parent_each_keep_their_own(world: World) -> None:
    """What the parent's webhook routed is the child's; the parent reads it only by asking for its children."""
    routed = [
        entry for entry in world.callers[CHILD, "key"].entries() if entry["webhookId"] == _webhook(PARENT)
    ]
    assert 2 == len(routed)
    assert {PARENT} == {entry["parentOrgId"] for entry in routed}
    assert [] == world.callers[PARENT, "admin"].ids(id=[entry["id"] for entry in routed])
    assert [] == world.callers[CHILD, "admin"].ids(id=world.ids[PARENT])


def test_children_are_read_downwards_only_and_by_asking_for_them(world: World) -> None:
    for org_id, kind in EVERY_CALLER:
        expected = [*world.ids[PARENT], *world.ids[CHILD]] if org_id == PARENT else world.ids[org_id]
        assert sorted(expected, reverse=True) == world.callers[org_id, kind].ids(scope="child")


@pytest.mark.parametrize("caller", EVERY_CALLER, ids=str)
def test_an_id_of_another_org_is_as_if_it_were_not_there(world: World, caller: tuple[int, str]) -> None:
    org_id, visitor = caller[0], world.callers[caller]
    nowhere = visitor.ask(f"{LOGS}/{UUID(int=7)}")
    for request_id in world.foreign_ids(org_id):
        answer = visitor.ask(f"{LOGS}/{request_id}", include="stages,record")
        assert (nowhere.status_code, nowhere.text) == (answer.status_code, answer.text)
    foreign = world.foreign_ids(org_id)
    assert [] == visitor.ids(id=foreign[:100])
    own = world.ids[org_id]
    assert sorted(own, reverse=True) == visitor.ids(id=[*foreign[:50], *own])
    assert sorted(own, reverse=True) == visitor.ids(id=[f"!{one}" for one in foreign[:100]])


def test_a_webhook_of_another_org_has_no_entries(world: World) -> None:
    for org_id, kind in EVERY_CALLER:
        for other in set(ORGS) - {org_id}:
            found = world.callers[org_id, kind].entries(webhook_id=_webhook(other))
            # A child's log names the parent's webhook where that is where the push came in.
            assert {org_id} >= {entry["orgId"] for entry in found}
            assert (org_id, other) == (CHILD, PARENT) or not found


def test_a_cursor_of_another_org_is_refused(world: World) -> None:
    """Also where the question is the same word for word."""
    questions: list[dict[str, Any]] = [
        {},
        {"event_name": "visit"},
        {"status": "EVENT_SUCCESS"},
        {"order": "asc"},
    ]
    for question in questions:
        links = {
            org_id: world.callers[org_id, "key"].ask(LOGS, limit=1, **question).links["next"]["url"]
            for org_id in ORGS
        }
        for org_id, kind in EVERY_CALLER:
            for owner, link in links.items():
                answer = world.callers[org_id, kind].ask(link)
                assert (200 if owner == org_id else 400) == answer.status_code
                world.check(org_id, answer.text)


VALUES: dict[str, list[str]] = {
    "status": [status.name for status in Status],
    "event_name": ["visit", "sale", "nothing", "", *map(_mark, ORGS)],
    "webhook_id": [_webhook(org_id) for org_id in ORGS],
    "order": ["asc", "desc"],
    "include": ["stages", "record"],
    "scope": ["child"],
    "orgId": [str(org_id) for org_id in ORGS],
    "parentOrgId": [str(org_id) for org_id in ORGS],
    "limit": ["1", "3", "1000"],
}


@st.composite
def drawn_questions(draw: st.DrawFn) -> dict[str, list[str]]:
    asked = {}
    for name in draw(st.sets(st.sampled_from(sorted(VALUES)), max_size=5)):
        texts = st.sampled_from(VALUES[name])
        if name in {"status", "event_name", "webhook_id"}:
            texts = texts.flatmap(lambda text: st.sampled_from([text, "!" + text]))
        asked[name] = draw(st.lists(texts, min_size=1, max_size=3))
    return asked


# Reading the children is the one way across, and only downwards.
def _may_read(caller: int, asked: dict[str, list[str]]) -> set[int]:
    return {PARENT, CHILD} if caller == PARENT and "child" in asked.get("scope", []) else {caller}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(caller=st.sampled_from(EVERY_CALLER), asked=drawn_questions())
def test_no_question_brings_up_another_orgs_entry(
    world: World, caller: tuple[int, str], asked: dict[str, list[str]]
) -> None:
    entries: list[Entry] = world.callers[caller].answer(LOGS, **asked)["data"]
    allowed = _may_read(caller[0], asked)
    assert {entry["orgId"] for entry in entries} <= allowed
    own = {request_id for org_id in allowed for request_id in world.ids[org_id]}
    assert {entry["id"] for entry in entries} <= own


def test_no_endpoint_of_the_api_brings_up_another_orgs_entry(world: World) -> None:
    """Every GET that the API describes, with every parameter it describes, filled with what is another org's."""
    paths = world.source.ask("/openapi.json").json()["paths"]
    asked = 0
    for path, operations in paths.items():
        operation = operations.get("get")
        if operation is None or "text/event-stream" in str(operation["responses"]):
            continue
        names = [one["name"] for one in operation.get("parameters", []) if one.get("in") == "query"]
        for org_id, kind in product(ORGS, ("till", "admin")):
            visitor = world.callers[org_id, kind]
            other = OTHER if org_id != OTHER else ALONE
            foreign = [world.ids[other][0], _webhook(other), _mark(other), f"till-{other}", str(other * 10)]
            for value in foreign:
                filled = re.sub(r"\{[^}]*\}", value, path)
                questions: list[dict[str, Any]] = [{}, *({name: value} for name in names)]
                answers = [visitor.ask(filled, **question) for question in questions]
                for answer in answers:
                    assert 500 > answer.status_code, f"{answer.url} {answer.text}"
                    # What was asked for may be repeated in an error; entries may not.
                    world.check(org_id, answer.text.replace(value, ""))
                    asked += 1
    assert 500 < asked


def test_a_pending_event_is_seen_by_its_own_org_only(world: World) -> None:
    with paused(world.program, "worker"):
        own = world.source.accepted(_webhook(ALONE), _pushes(ALONE)[0])
        routed = world.source.accepted(_webhook(PARENT), _to_child())
        for org_id, kind in EVERY_CALLER:
            visitor = world.callers[org_id, kind]
            expected = 200 if org_id == ALONE else 404
            assert expected == visitor.ask(f"{LOGS}/{own}", include="stages,record").status_code
            # It is the child's from its acceptance on, before it is routed.
            expected = 200 if org_id == CHILD else 404
            assert expected == visitor.ask(f"{LOGS}/{routed}").status_code
    world.callers[ALONE, "till"].settled(own)
    for caller in EVERY_CALLER:
        assert (200 if caller[0] == CHILD else 404) == world.callers[caller].ask(
            f"{LOGS}/{routed}"
        ).status_code
    world.ids[ALONE].append(own)
    world.ids[CHILD].append(routed)


def test_a_till_of_another_org_is_as_if_it_were_not_there(world: World) -> None:
    for kind in ("token", "key", "admin"):
        answers = [
            world.callers[ALONE, kind].ask(LOGS, headers={"X-CAP-API-ATTRIBUTION-ENTITY-CODE": code})
            for code in (f"till-{OTHER}", "till-none")
        ]
        assert [400, 400] == [answer.status_code for answer in answers]
        assert answers[0].text.replace(f"till-{OTHER}", "till-none") == answers[1].text
