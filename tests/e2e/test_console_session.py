"""Signing in to the console: the cookie stands for the credential, for pages of this origin only."""

from collections.abc import Iterator

import httpx
import pytest

from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.program import Program, running, till_auth

ORG = 1001
KEY = "hk_console"
SESSION = "/console/session"
LOGS = "/v2/events/logs"
WEBHOOK_BODY = {"transformerType": "defaultTransformer", "tillCode": "till01"}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.api_key(ORG, KEY, "events:read")
    with running(tmp_path_factory.mktemp("console") / "data", content.file) as program:
        yield program


@pytest.fixture
def browser(program: Program) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=program.url, headers={"sec-fetch-site": "same-origin"}) as browser:
        yield browser


def sign_in(browser: httpx.Client, **who: str) -> httpx.Response:
    return browser.post(SESSION, json=who)


def test_a_signed_in_till_reads_the_log_and_is_told_who_it_is(browser: httpx.Client) -> None:
    assert browser.get(LOGS).status_code == 401
    answer = sign_in(browser, till="till01", password=TILL_PASSWORD)
    assert answer.status_code == 200, answer.text
    who = answer.json()["data"][0]
    assert (ORG, "till", "till01", "UTC") == (who["orgId"], who["kind"], who["name"], who["timeZone"])
    assert {"events:read", "events:write", "webhooks:write"} == set(who["can"])
    assert browser.get(LOGS).status_code == 200
    assert who == browser.get(SESSION).json()["data"][0]


def test_the_cookie_is_out_of_reach_of_scripts_and_says_nothing(browser: httpx.Client) -> None:
    cookie = sign_in(browser, till="till01", password=TILL_PASSWORD).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "till01" not in cookie


def test_an_api_key_signs_in_with_its_scopes_only(browser: httpx.Client) -> None:
    assert ["events:read"] == sign_in(browser, apiKey=KEY).json()["data"][0]["can"]
    assert browser.get(LOGS).status_code == 200
    assert browser.post("/v2/events/webhook", json=WEBHOOK_BODY).status_code == 403


def test_wrong_credentials_do_not_sign_in(browser: httpx.Client) -> None:
    for who in ({"till": "till01", "password": "wrong"}, {"apiKey": "hk_no"}, {"key": "no", "secret": "no"}):
        answer = sign_in(browser, **who)
        assert answer.status_code == 401, answer.text
        assert "set-cookie" not in answer.headers
    for nobody in ({}, {"till": "till01"}, {"till": 1}):
        assert browser.post(SESSION, json=nobody).status_code == 400


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://elsewhere.example"},
    ],
)
def test_the_cookie_counts_for_pages_of_this_origin_only(
    browser: httpx.Client, elsewhere: dict[str, str]
) -> None:
    sign_in(browser, till="till01", password=TILL_PASSWORD)
    assert browser.post("/v2/events/webhook", json=WEBHOOK_BODY, headers=elsewhere).status_code == 401
    assert browser.get(LOGS, headers=elsewhere).status_code == 401
    refused = browser.post(SESSION, json={"till": "till01", "password": TILL_PASSWORD}, headers=elsewhere)
    assert refused.status_code == 403


def test_a_cookie_of_another_installation_or_changed_on_its_way_is_refused(browser: httpx.Client) -> None:
    sign_in(browser, till="till01", password=TILL_PASSWORD)
    sealed = browser.cookies["hooklog_session"]
    other = "A" if sealed[-1] != "A" else "B"
    browser.cookies.clear()
    for cookie in (sealed[:-1] + other, sealed[: len(sealed) // 2], "x", "a.b.c.d.e"):
        assert browser.get(LOGS, headers={"cookie": f"hooklog_session={cookie}"}).status_code == 401


def test_signing_out_forgets_the_cookie(browser: httpx.Client) -> None:
    sign_in(browser, till="till01", password=TILL_PASSWORD)
    assert browser.delete(SESSION).status_code == 200
    assert browser.get(LOGS).status_code == 401


def test_a_credential_in_the_request_wins_over_the_cookie(browser: httpx.Client, program: Program) -> None:
    sign_in(browser, till="till01", password=TILL_PASSWORD)
    assert browser.get(LOGS, auth=till_auth("till01", "wrong")).status_code == 401
    assert program.url


def test_a_browser_is_not_made_to_ask_for_a_password_by_itself(
    browser: httpx.Client, program: Program
) -> None:
    assert (
        browser.get(LOGS, headers={"sec-fetch-mode": "cors"})
        .headers["www-authenticate"]
        .startswith("Session")
    )
    assert (
        browser.get(LOGS, headers={"x-hooklog-console": "1"})
        .headers["www-authenticate"]
        .startswith("Session")
    )
    assert httpx.get(program.url + LOGS).headers["www-authenticate"].startswith("Basic")
