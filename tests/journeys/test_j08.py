"""Journey J8: one webhook of the parent takes the events of many child orgs."""

from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile
from hooklog.testing.paused import paused
from hooklog.testing.program import Program, running, till_auth
from hooklog.testing.visitor import LOGS, Visitor

STATUS = "/v2/events/running_status"
PARENT, CHILDREN, STRANGER = 100001, (1115, 1116), 1117
WEBHOOK, CHILDS, MOBILE, USER = "e1" * 16, "e2" * 16, "919800000001", 500001


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    for org_id in (PARENT, *CHILDREN, STRANGER):
        content.org(org_id, parent_org_id=PARENT if org_id in CHILDREN else -1)
        content.till(org_id, f"till-{org_id}")
        content.customer(org_id, USER, mobile=MOBILE)
        content.event(org_id, "store_visit", customer_by_mobile(), actions=("EIConsumer", "EMFConsumer"))
    content.webhook(PARENT, WEBHOOK, f"till-{PARENT}")
    content.webhook(CHILDREN[0], CHILDS, f"till-{CHILDREN[0]}")
    with running(tmp_path_factory.mktemp("j08") / "data", content.file) as program:
        yield program


def _as(program: Program, org_id: int) -> Visitor:
    return Visitor(program, till_auth(f"till-{org_id}", TILL_PASSWORD))


def _push(org_id: int, **more: object) -> dict[str, object]:
    resolver = {"type": "PARENT_CHILD_ORG", "childOrgId": org_id, "tillCode": f"till-{org_id}"}
    return {"event_name": "store_visit", "mobile": MOBILE, "orgResolver": resolver, **more}


def test_the_app_pushes_to_the_parent_and_each_child_sees_its_own(program: Program) -> None:
    with (
        _as(program, PARENT) as parent,
        _as(program, CHILDREN[0]) as first,
        _as(program, CHILDREN[1]) as second,
    ):
        routed = [parent.accepted(WEBHOOK, _push(org_id)) for org_id in CHILDREN]
        local = parent.accepted(CHILDS, {"event_name": "store_visit", "mobile": MOBILE})
        wrong = parent.accepted(WEBHOOK, _push(STRANGER))
        first.settled(routed[0], local)
        second.settled(routed[1])
        parent.settled(wrong)

        def logged(visitor: Visitor, **asked: Any) -> list[tuple[str, int]]:
            data = visitor.answer(LOGS, **asked)["data"]
            return [(entry["id"], entry["parentOrgId"]) for entry in data]

        assert [(local, -1), (routed[0], PARENT)] == logged(first, event_name="store_visit")
        assert [(routed[1], PARENT)] == logged(second, event_name="store_visit")
        assert [(wrong, -1)] == logged(parent), (
            "a wrong child is logged in the parent, a child's event is not"
        )
        assert "Invalid child org 1117" == parent.entries()[0]["message"]
        children = {(local, -1), *((one, PARENT) for one in routed)}
        assert {(wrong, -1), *children} == set(logged(parent, scope="child"))

        path = f"/v2/events/event_data/{USER}"
        assert [] == parent.answer(path)["data"]
        connected = parent.answer(path, scope="child")["data"]
        assert {*routed, local} == {record["eventId"] for record in connected}
        tills = {record["orgId"]: record["tillCode"] for record in connected}
        assert {org_id: f"till-{org_id}" for org_id in CHILDREN} == tills
        assert 404 == parent.ask(f"{LOGS}/{routed[0]}").status_code
        shown = parent.answer(f"{LOGS}/{routed[0]}", scope="child", include="record")["data"][0]
        assert (CHILDREN[0], "EVENT_SUCCESS") == (shown["orgId"], shown["status"])

        for visitor in (first, second):
            assert logged(visitor) == logged(visitor, scope="child"), "a child has no children"


def test_an_event_is_the_childs_before_the_worker_has_seen_it(program: Program) -> None:
    with _as(program, PARENT) as parent, _as(program, CHILDREN[0]) as child:
        with paused(program, "worker"):
            routed = parent.accepted(WEBHOOK, _push(CHILDREN[0]))
            wrong = parent.accepted(WEBHOOK, _push(STRANGER))
            for target in (f"{LOGS}/{routed}", f"{STATUS}?eventId={routed}"):
                assert 404 == parent.ask(target).status_code
            pending = child.answer(f"{LOGS}/{routed}")["data"]
            assert pending[0]["id"] == parent.answer(f"{LOGS}/{routed}", scope="child")["data"][0]["id"]
            assert ("PENDING", CHILDREN[0], PARENT) == tuple(
                pending[0][key] for key in ("status", "orgId", "parentOrgId")
            )
            assert CHILDREN[0] == child.answer(STATUS, eventId=routed)["orgId"]
            assert "PENDING" == parent.answer(f"{LOGS}/{wrong}")["data"][0]["status"]
            assert 404 == child.ask(f"{LOGS}/{wrong}").status_code
        [entry] = child.settled(routed)
        parent.settled(wrong)
        assert PARENT == entry["parentOrgId"]
        assert 404 == parent.ask(f"{LOGS}/{routed}").status_code


def test_pages_of_the_family_show_every_entry_once(program: Program) -> None:
    with _as(program, PARENT) as parent, _as(program, CHILDREN[0]) as child:
        pushed = [parent.accepted(WEBHOOK, _push(CHILDREN[0])) for _ in range(5)]
        child.settled(*pushed)
        whole = parent.ids(scope="child")
        answer = parent.ask(LOGS, scope="child", limit=3)
        walked = [entry["id"] for entry in answer.json()["data"]]
        while "next" in answer.links:
            answer = parent.ask(answer.links["next"]["url"])
            walked += [entry["id"] for entry in answer.json()["data"]]
        assert whole == walked
        assert set(pushed) <= set(walked)
