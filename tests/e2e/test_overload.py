"""Too much: a full backlog is 503 with Retry-After, and nothing that was accepted is lost (contract I.6)."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import httpx
import pytest

from hooklog.testing.content import Content
from hooklog.testing.paused import paused
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import Visitor
from hooklog.testing.wire import Wire, request

ORG, OTHER_ORG = 1001, 1002
BACKLOG_MAX = 40
CONNECTIONS_MAX = 30
WEBHOOKS = {ORG: "aa" * 16, OTHER_ORG: "bb" * 16}
SALE = {"event_name": "sale"}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    for org_id, webhook_id in WEBHOOKS.items():
        content.webhook(content.org(org_id), webhook_id, content.till(org_id, f"till-{org_id}"))
        content.event(org_id, "sale")
    environment = {
        "HOOKLOG_INGEST__BACKLOG_EVENTS_MAX": str(BACKLOG_MAX),
        "HOOKLOG_INGEST__RETRY_AFTER_SECONDS": "3",
        "HOOKLOG_CONNECTIONS_MAX": str(CONNECTIONS_MAX),
    }
    with running(tmp_path_factory.mktemp("overload") / "data", content.file, environment) as program:
        yield program


@pytest.fixture(scope="module")
def source(program: Program) -> Iterator[Visitor]:
    with Visitor(program) as source:
        yield source


@pytest.fixture
def logs(program: Program) -> Iterator[dict[int, Visitor]]:
    """Who reads each org's log. There is no backlog at the beginning."""
    wait_until("everything has settled", lambda: program.backlog() == 0)
    with (
        Visitor(program, till_auth(f"till-{ORG}", "secret")) as one,
        Visitor(program, till_auth(f"till-{OTHER_ORG}", "secret")) as other,
    ):
        yield {ORG: one, OTHER_ORG: other}


def _push_many(
    source: Visitor, org_id: int, count: int, *, by_main_port: bool = False
) -> list[httpx.Response]:
    return [source.push(WEBHOOKS[org_id], SALE, by_main_port=by_main_port) for _ in range(count)]


def _ids(answers: Sequence[httpx.Response], code: int) -> list[str]:
    return [answer.json()["requestId"] for answer in answers if answer.status_code == code]


@pytest.mark.parametrize("by_main_port", [False, True], ids=["ingest port", "main port"])
def test_a_full_backlog_is_503_until_the_worker_has_caught_up(
    program: Program, source: Visitor, logs: dict[int, Visitor], by_main_port: bool
) -> None:
    before = logs[ORG].ids() + logs[OTHER_ORG].ids()
    with paused(program, "worker"):
        answers = _push_many(source, OTHER_ORG, BACKLOG_MAX // 2, by_main_port=by_main_port)
        answers += _push_many(source, ORG, BACKLOG_MAX, by_main_port=by_main_port)
        assert [200] * BACKLOG_MAX + [503] * (BACKLOG_MAX // 2) == [answer.status_code for answer in answers]
        for answer in answers[BACKLOG_MAX:]:
            assert "3" == answer.headers["retry-after"]
            body = answer.json()
            assert 503 == body["status"]["code"]
            assert body["status"]["message"].startswith("Try again later: 40 events")
        ready = httpx.get(f"{program.url}/health/ready")
        assert 503 == ready.status_code
        assert "40 events" in ready.json()["reason"]
        assert BACKLOG_MAX == program.backlog()
        # The log can still be read, and a refused push has no entry, now or later.
        assert 404 == logs[ORG].ask(f"/v2/events/logs/{_ids(answers, 503)[0]}").status_code
    wait_until("pushes are taken again", lambda: source.push(WEBHOOKS[ORG], SALE).status_code == 200)
    wait_until("everything has settled", lambda: program.backlog() == 0)
    logged = set(logs[ORG].ids() + logs[OTHER_ORG].ids()) - set(before)
    assert set(_ids(answers, 200)) <= logged
    assert set() == set(_ids(answers, 503)) & logged
    assert BACKLOG_MAX + 1 == len(logged)
    assert 200 == httpx.get(f"{program.url}/health/ready").status_code


def test_one_org_leaves_room_for_the_others(
    program: Program, source: Visitor, logs: dict[int, Visitor]
) -> None:
    """Once half of the backlog is taken, an org that holds half of it by itself has to wait."""
    with paused(program, "worker"):
        loud = _push_many(source, ORG, BACKLOG_MAX)
        quiet = _push_many(source, OTHER_ORG, BACKLOG_MAX // 2 - 1)
    assert [200] * 20 + [503] * 20 == [answer.status_code for answer in loud]
    assert [200] * 19 == [answer.status_code for answer in quiet]
    assert "events of this org" in loud[-1].json()["status"]["message"]
    assert set(_ids(loud, 200)) <= {entry["id"] for entry in logs[ORG].settled(*_ids(loud, 200))}
    logs[OTHER_ORG].settled(*_ids(quiet, 200))


def test_a_backlog_outlives_the_edge(program: Program, source: Visitor, logs: dict[int, Visitor]) -> None:
    """What waits is counted again after a restart, also by org; all of it is settled in the end."""
    with paused(program, "worker"):
        answers = _push_many(source, ORG, BACKLOG_MAX // 2)
        program.kill("edge")
        wait_until("the edge is back", lambda: _is_live(program))
        assert 503 == source.push(WEBHOOKS[ORG], SALE).status_code
        answers += _push_many(source, OTHER_ORG, BACKLOG_MAX // 2)
        assert 503 == source.push(WEBHOOKS[OTHER_ORG], SALE).status_code
    assert [200] * BACKLOG_MAX == [answer.status_code for answer in answers]
    logs[ORG].settled(*_ids(answers[: BACKLOG_MAX // 2], 200))
    logs[OTHER_ORG].settled(*_ids(answers[BACKLOG_MAX // 2 :], 200))


def _is_live(program: Program) -> bool:
    try:
        return httpx.get(f"{program.url}/health/live", timeout=5.0).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("is_main_port", [False, True], ids=["ingest port", "main port"])
def test_too_many_connections_are_503_and_those_open_go_on(program: Program, is_main_port: bool) -> None:
    port = program.port if is_main_port else program.ingest_port
    question = request("/webhooks/nowhere")
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(port)) for _ in range(2 * CONNECTIONS_MAX)]
        replies = []
        for wire in wires:
            wire.send(question)
            replies.append(wire.reply())
        refused = [reply for reply in replies if reply is not None and reply.status == 503]
        assert len(refused) >= CONNECTIONS_MAX
        for refusal in refused:
            assert int(refusal.headers["retry-after"]) > 0
            assert "close" == refusal.headers["connection"]
        others = [(wire, reply) for wire, reply in zip(wires, replies, strict=True) if reply not in refused]
        # A few connections are the other tests'.
        assert len(others) >= CONNECTIONS_MAX - 10
        for wire, reply in others:
            assert reply is not None
            assert 404 == reply.status
            wire.send(question)
            again = wire.reply()
            assert again is not None
            assert 404 == again.status
