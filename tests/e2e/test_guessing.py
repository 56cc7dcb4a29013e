"""Guessing secrets through the real program: slowed for a name and for an address, and for nobody who knows theirs.

Where a request comes from is told by X-Forwarded-For here: the program believes it of a proxy on its own machine.
"""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hooklog.access.basic import md5_of
from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.program import Program, running
from hooklog.testing.visitor import LOGS

ORG = 1001
BURST, ADDRESS_BURST = 3, 6
TOKEN, SESSION = "/v3/oauth/token/generate", "/console/session"
LIMITS = {
    # Slow enough that nothing fills up while a test runs.
    "HOOKLOG_LIMITS__WRONG_SECRETS_PER_MINUTE": "0.06",
    "HOOKLOG_LIMITS__WRONG_SECRET_BURST": str(BURST),
    "HOOKLOG_LIMITS__ADDRESS_WRONG_SECRETS_PER_MINUTE": "0.06",
    "HOOKLOG_LIMITS__ADDRESS_WRONG_SECRET_BURST": str(ADDRESS_BURST),
}
NAMES = [f"name{number}" for number in range(8)]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "default")
    for name in NAMES:
        content.till(ORG, name)
        content.client(ORG, name, "right", defaultTill="default")
    with running(tmp_path_factory.mktemp("guessing") / "data", content.file, LIMITS) as program:
        yield program


@pytest.fixture
def web(program: Program) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=program.url, timeout=20.0) as web:
        yield web


def _by(address: str) -> dict[str, str]:
    return {"x-forwarded-for": address}


def _token(web: httpx.Client, name: str, secret: str, address: str) -> httpx.Response:
    return web.post(TOKEN, json={"key": name, "secret": secret}, headers=_by(address))


def _page(web: httpx.Client, till: str, password: str, address: str) -> httpx.Response:
    return web.post(SESSION, json={"till": till, "password": password}, headers=_by(address))


def _basic(web: httpx.Client, till: str, password: str, address: str) -> httpx.Response:
    return web.get(LOGS, auth=(till, md5_of(password)), headers=_by(address))


def _assert_slowed(answer: httpx.Response, burst: int = BURST) -> None:
    assert 429 == answer.status_code, answer.text
    assert 1 <= int(answer.headers["retry-after"]) <= 1_000
    assert f'"default";q={burst};w={burst * 1000}' == answer.headers["ratelimit-policy"]
    assert re.fullmatch(r'"default";r=0;t=\d+', answer.headers["ratelimit"])


def _error(answer: httpx.Response) -> dict[str, Any]:
    [error] = answer.json()["errors"]
    assert error.pop("message").startswith(
        "Too many wrong credentials of this name or address: 3 at once and as many"
    )
    found: dict[str, Any] = error
    return found


def test_so_many_wrong_secrets_of_a_client_are_refused_as_wrong_and_no_more(web: httpx.Client) -> None:
    answers = [_token(web, NAMES[0], f"wrong {number}", f"192.0.2.{number}") for number in range(BURST)]
    assert [401] * BURST == [answer.status_code for answer in answers]
    assert [f'"default";r={left}' for left in (2, 1, 0)] == [
        answer.headers["ratelimit"].partition(";t=")[0] for answer in answers
    ]
    assert not any("retry-after" in answer.headers for answer in answers)
    for secret in ("one more", "right"):
        answer = _token(web, NAMES[0], secret, "192.0.2.200")
        _assert_slowed(answer)
        assert ["data", "errors", "warnings"] == list(answer.json())
        assert {"code": 429} == _error(answer)
    assert 200 == _token(web, NAMES[1], "right", "192.0.2.0").status_code, (
        "another key, from the same address"
    )


def test_a_name_that_does_not_exist_is_slowed_alike(web: httpx.Client) -> None:
    answers = [_token(web, "nobody", f"wrong {number}", f"192.0.2.{number}") for number in range(BURST + 1)]
    assert [401] * BURST + [429] == [answer.status_code for answer in answers]


def test_who_got_a_token_before_is_not_locked_out_from_elsewhere(web: httpx.Client) -> None:
    assert 200 == _token(web, NAMES[2], "right", "203.0.113.1").status_code
    for number in range(ADDRESS_BURST):
        _token(web, NAMES[2], f"wrong {number}", "203.0.113.2")
    _assert_slowed(_token(web, NAMES[2], "right", "203.0.113.2"))
    answer = _token(web, NAMES[2], "right", "203.0.113.1")
    assert 200 == answer.status_code
    assert "ratelimit" not in answer.headers


def test_a_stale_secret_is_told_to_be_wrong_as_often_as_it_is_presented(web: httpx.Client) -> None:
    answers = [_token(web, NAMES[3], "stale", "203.0.113.3") for _ in range(20)]
    assert {401} == {answer.status_code for answer in answers}
    assert 200 == _token(web, NAMES[3], "right", "203.0.113.3").status_code


def test_an_address_tries_so_many_names_and_no_more(web: httpx.Client, program: Program) -> None:
    before = _slowed(program)
    answers = [_token(web, f"x{number}", "guess", "2001:db8:1:2::1") for number in range(ADDRESS_BURST)]
    assert {401} == {answer.status_code for answer in answers}
    # The whole /64 is one source.
    _assert_slowed(_token(web, NAMES[4], "right", "2001:db8:1:2::2"), ADDRESS_BURST)
    _assert_slowed(_page(web, NAMES[4], TILL_PASSWORD, "2001:db8:1:2::3"), ADDRESS_BURST)
    assert 200 == _token(web, NAMES[4], "right", "2001:db8:1:3::1").status_code
    assert before + 2 == _slowed(program)


def test_passwords_are_guessed_no_faster_by_signing_in_here_and_there(web: httpx.Client) -> None:
    """The console and every route that takes a password count together."""
    till, address = NAMES[5], "203.0.113.5"
    assert 401 == _page(web, till, "wrong 1", address).status_code
    assert 401 == _basic(web, till, "wrong 2", address).status_code
    assert 401 == _page(web, till, "wrong 3", address).status_code
    for ask in (_page, _basic):
        answer = ask(web, till, TILL_PASSWORD, address)
        _assert_slowed(answer)
        assert {"status": False, "code": 429} == _error(answer)
    assert 200 == _token(web, till, "right", address).status_code, "a client of the same name is another"


def test_who_knows_their_password_is_told_nothing_of_it(web: httpx.Client) -> None:
    answers = [_basic(web, NAMES[6], TILL_PASSWORD, "203.0.113.6") for _ in range(20)]
    answers += [_page(web, NAMES[6], TILL_PASSWORD, "203.0.113.6") for _ in range(5)]
    assert {200} == {answer.status_code for answer in answers}
    assert not any("ratelimit" in answer.headers for answer in answers)


def _slowed(program: Program) -> int:
    text = httpx.get(f"{program.url}/metrics", timeout=10.0).text
    found = re.search(r'^hooklog_rate_limited_total{kind="sign_in"} (\S+)$', text, re.MULTILINE)
    return int(float(found[1])) if found else 0
