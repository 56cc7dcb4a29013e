"""Rate limits through the real program: for each caller and each webhook, in the right envelope (contract I.17)."""

import re
from collections.abc import Iterator

import httpx
import pytest

from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import LOGS, Visitor

ORG = 1001
FIRST, SECOND, SIGNED, FRESH = ("aa" * 16, "bb" * 16, "cc" * 16, "dd" * 16)
EVENT = {"event_name": "sale"}
BURST, PUSH_BURST = 4, 3
LIMITS = {
    # Slow enough that nothing fills up while a test runs.
    "HOOKLOG_LIMITS__REQUESTS_PER_SECOND": "0.001",
    "HOOKLOG_LIMITS__BURST": str(BURST),
    "HOOKLOG_LIMITS__PUSHES_PER_SECOND": "0.001",
    "HOOKLOG_LIMITS__PUSH_BURST": str(PUSH_BURST),
}


def _content() -> Content:
    content = Content()
    content.org(ORG)
    for code in ("till01", "till02", "till03", "till04"):
        content.till(ORG, code)
    for key in ("hk_one", "hk_two", "hk_three"):
        content.api_key(ORG, key, "events:read")
    content.client(ORG, "client01", "client-secret", defaultTill="till01")
    for webhook_id in (FIRST, SECOND, FRESH):
        content.webhook(ORG, webhook_id, "till01")
    content.webhook(ORG, SIGNED, "till01", "BASIC")
    return content


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("limits") / "data", _content().file, LIMITS) as program:
        yield program


@pytest.fixture(scope="module")
def stranger(program: Program) -> Iterator[Visitor]:
    with Visitor(program) as stranger:
        yield stranger


def _remaining(answer: httpx.Response) -> int:
    found = re.fullmatch(r'"default";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert found is not None, answer.headers["ratelimit"]
    assert int(found[2]) >= 1
    return int(found[1])


def _count(program: Program, kind: str) -> int:
    text = httpx.get(f"{program.url}/metrics", timeout=10.0).text
    found = re.search(rf'^hooklog_rate_limited_total{{kind="{kind}"}} (\S+)$', text, re.MULTILINE)
    return int(float(found[1])) if found else 0


def _assert_limited(answer: httpx.Response, burst: int) -> None:
    assert 429 == answer.status_code, answer.text
    assert int(answer.headers["retry-after"]) >= 1
    assert 0 == _remaining(answer)
    assert f'"default";q={burst};w={burst * 1000}' == answer.headers["ratelimit-policy"]


def test_each_caller_may_ask_so_often_and_no_more(program: Program) -> None:
    by_token = {"x-cap-api-oauth-token": ""}
    with Visitor(program) as stranger:
        body = {"key": "client01", "secret": "client-secret"}
        answer = stranger.send("POST", "/v3/oauth/token/generate", json=body)
        by_token["x-cap-api-oauth-token"] = answer.json()["data"]["accessToken"]
    callers = {
        "api_key": Visitor(program, headers={"x-api-key": "hk_one"}),
        "client": Visitor(program, headers=by_token),
        "till": Visitor(program, till_auth("till01", TILL_PASSWORD)),
    }
    for kind, caller in callers.items():
        before = _count(program, kind)
        with caller:
            answers = [caller.ask(LOGS) for _ in range(BURST)]
            assert [200] * BURST == [one.status_code for one in answers]
            assert [*reversed(range(BURST))] == [_remaining(one) for one in answers]
            assert not any("retry-after" in one.headers for one in answers)
            for _ in range(2):
                limited = caller.ask(LOGS)
                _assert_limited(limited, BURST)
        (error,) = limited.json()["errors"]
        assert (False, 429) == (error["status"], error["code"])
        assert "Too many requests" in error["message"]
        assert re.fullmatch(r"[0-9a-f]{32}", limited.headers["x-cap-request-id"])
        assert before + 2 == _count(program, kind)


def test_one_callers_limit_is_not_anothers(program: Program) -> None:
    with Visitor(program, headers={"x-api-key": "hk_two"}) as busy:
        while busy.ask(LOGS).status_code == 200:
            pass
    with Visitor(program, headers={"x-api-key": "hk_three"}) as other:
        assert 200 == other.ask(LOGS).status_code


def test_wrong_credentials_and_missing_scopes_count_as_they_should(program: Program) -> None:
    wrong = Visitor(program, till_auth("till02", "wrong"))
    with wrong:
        assert {401} == {wrong.ask(LOGS).status_code for _ in range(BURST + 2)}
    with Visitor(program, till_auth("till02", TILL_PASSWORD)) as till:
        # Nobody can use up what is another's by presenting a wrong password.
        codes = [till.ask("/v2/directory/orgs").status_code for _ in range(BURST + 1)]
    assert [*[403] * BURST, 429] == codes


@pytest.mark.parametrize(("webhook_id", "by_main_port"), [(FIRST, False), (SECOND, True)])
def test_each_webhook_takes_so_many_and_no_more(
    program: Program, stranger: Visitor, webhook_id: str, *, by_main_port: bool
) -> None:
    before = _count(program, "webhook")
    taken = [stranger.push(webhook_id, EVENT, by_main_port=by_main_port) for _ in range(PUSH_BURST)]
    assert [(200, left) for left in reversed(range(PUSH_BURST))] == [
        (one.status_code, _remaining(one)) for one in taken
    ]
    accepted = [one.json()["requestId"] for one in taken]
    assert accepted == [one.headers["x-cap-request-id"] for one in taken]
    for _ in range(2):
        limited = stranger.push(webhook_id, EVENT, by_main_port=by_main_port)
        _assert_limited(limited, PUSH_BURST)
        said = limited.json()
        assert {"status", "requestId"} == set(said)
        assert 429 == said["status"]["code"]
        assert said["requestId"] == limited.headers["x-cap-request-id"]
    assert before + 2 == _count(program, "webhook")
    # By the metric, for asking the log again and again would meet the limit.
    wait_until("all have settled", lambda: program.backlog() == 0)
    till = "till03" if by_main_port else "till04"
    with Visitor(program, till_auth(till, TILL_PASSWORD)) as reader:
        assert sorted(accepted) == sorted(reader.ids(webhook_id=webhook_id)), "it is counted, not logged"


def test_limit_is_decided_after_who_pushes_and_before_what(stranger: Visitor) -> None:
    auth = till_auth("till01", TILL_PASSWORD)
    for _ in range(PUSH_BURST + 2):
        assert 401 == stranger.push(SIGNED, EVENT).status_code
    with Visitor(stranger.program, auth) as till:
        answers = [till.push(SIGNED, b"no JSON") for _ in range(PUSH_BURST + 1)]
    assert [*[400] * PUSH_BURST, 429] == [one.status_code for one in answers]
    assert [*reversed(range(PUSH_BURST)), 0] == [_remaining(one) for one in answers]
    assert 401 == stranger.push(SIGNED, EVENT).status_code
    assert 404 == stranger.push("ee" * 16, EVENT).status_code
    assert 405 == stranger.send("GET", f"/webhooks/{SIGNED}").status_code


def test_without_a_limit_nothing_is_told_of_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        running(tmp_path_factory.mktemp("unlimited") / "data", _content().file) as program,
        Visitor(program, headers={"x-api-key": "hk_one"}) as visitor,
    ):
        answers = [visitor.ask(LOGS) for _ in range(20)] + [visitor.push(FRESH, EVENT) for _ in range(20)]
        assert {200} == {one.status_code for one in answers}
        assert not any(name.startswith("ratelimit") for one in answers for name in one.headers)
