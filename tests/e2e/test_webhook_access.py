"""Who may push to a webhook that asks for credentials, through the real program (contract I.26, I.28)."""

import base64
from collections.abc import Iterator, Mapping

import pytest

from hooklog.testing.content import Content
from hooklog.testing.program import Program, running, till_auth
from hooklog.testing.visitor import Visitor

ORG, OTHER_ORG, ORG_WITHOUT_BASIC = 1001, 1002, 1003
BY_BASIC, BY_TOKEN, BY_OLD_BASIC = "aa" * 16, "bb" * 16, "cc" * 16
# Their twins are pushed to by the main port: refusals are logged ten a second for each webhook.
BY_BASIC_TOO, BY_TOKEN_TOO = "dd" * 16, "ee" * 16
SALE = {"event_name": "sale"}
KEY = "hk_all"
SIGN_IN = "Please check your username/password or authentication token"


def _content() -> Content:
    content = Content()
    for org_id, number in ((ORG, "01"), (OTHER_ORG, "02"), (ORG_WITHOUT_BASIC, "03")):
        content.org(org_id, takes_basic=org_id != ORG_WITHOUT_BASIC)
        content.till(org_id, f"till{number}")
        content.client(org_id, f"client{number}", "client-secret")
    content.till(ORG, "narrow", scopes=[])
    content.client(ORG, "narrow-client", "client-secret", scopes=[])
    content.api_key(ORG, KEY, "events:read", "events:write", "webhooks:write", "admin")
    content.api_key(ORG_WITHOUT_BASIC, "hk_third", "events:read")
    content.event(ORG, "sale")
    for webhook_id in (BY_BASIC, BY_BASIC_TOO):
        content.webhook(ORG, webhook_id, "till01", "BASIC")
    for webhook_id in (BY_TOKEN, BY_TOKEN_TOO):
        content.webhook(ORG, webhook_id, "till01", "OAUTH")
    content.webhook(ORG_WITHOUT_BASIC, BY_OLD_BASIC, "till03", "BASIC")
    return content


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("webhook_access") / "data", _content().file) as program:
        yield program


@pytest.fixture(scope="module")
def credentials(program: Program) -> dict[str, dict[str, str]]:
    """Headers by the name of what they are."""
    with Visitor(program) as stranger:

        def token(key: str) -> dict[str, str]:
            secret = {"key": key, "secret": "client-secret"}
            answer = stranger.send("POST", "/v3/oauth/token/generate", json=secret)
            return {"X-CAP-API-OAUTH-TOKEN": answer.json()["data"]["accessToken"]}

        return {
            "none": {},
            "till": _basic("till01", "secret"),
            "till without scopes": _basic("narrow", "secret"),
            "wrong password": _basic("till01", "wrong"),
            "till of another org": _basic("till02", "secret"),
            "till of an org without Basic": _basic("till03", "secret"),
            "token": token("client01"),
            "token without scopes": token("narrow-client"),
            "token of another org": token("client02"),
            "bad token": {"X-CAP-API-OAUTH-TOKEN": "x"},
            "API key": {"X-API-Key": KEY},
        }


def _basic(code: str, password: str) -> dict[str, str]:
    text = ":".join(till_auth(code, password)).encode()
    return {"Authorization": "Basic " + base64.b64encode(text).decode()}


@pytest.fixture(scope="module")
def source(program: Program) -> Iterator[Visitor]:
    with Visitor(program) as source:
        yield source


@pytest.fixture(scope="module")
def reader(program: Program) -> Iterator[Visitor]:
    with Visitor(program, headers={"X-API-Key": KEY}) as reader:
        yield reader


TILLS, CLIENTS = {"till", "till without scopes"}, {"token", "token without scopes"}


@pytest.mark.parametrize(
    ("webhook_id", "taken", "by_main_port"),
    [
        (BY_BASIC, TILLS, False),
        (BY_BASIC_TOO, TILLS, True),
        (BY_TOKEN, CLIENTS, False),
        (BY_TOKEN_TOO, CLIENTS, True),
    ],
    ids=[
        "BASIC by the ingest port",
        "BASIC by the main port",
        "OAUTH by the ingest port",
        "OAUTH by the main port",
    ],
)
def test_a_webhook_takes_its_own_mechanism_and_org_only(
    source: Visitor,
    reader: Visitor,
    credentials: Mapping[str, dict[str, str]],
    webhook_id: str,
    taken: set[str],
    by_main_port: bool,
) -> None:
    expected = {}
    for name, headers in credentials.items():
        answer = source.push(webhook_id, SALE, by_main_port=by_main_port, headers=headers)
        assert (200 if name in taken else 401) == answer.status_code, name
        body = answer.json()
        expected[body["requestId"]] = "EVENT_SUCCESS" if name in taken else None
        if name not in taken:
            assert {"code": 401, "message": SIGN_IN} == body["status"]
            challenge = "Bearer" if webhook_id in {BY_TOKEN, BY_TOKEN_TOO} else "Basic"
            assert f'{challenge} realm="hooklog"' == answer.headers["www-authenticate"], "what is taken here"
    assert expected == {entry["id"]: entry.get("status") for entry in reader.settled(*expected)}
    assert set(expected) <= set(reader.ids(webhook_id=webhook_id))


def test_a_webhook_keeps_asking_for_basic_where_the_org_refuses_it(
    source: Visitor, credentials: Mapping[str, dict[str, str]]
) -> None:
    for name in ("till of an org without Basic", "till", "none"):
        answer = source.push(BY_OLD_BASIC, SALE, headers=credentials[name])
        assert 401 == answer.status_code, name


def test_both_credentials_of_a_caller_may_be_sent(
    source: Visitor, credentials: Mapping[str, dict[str, str]]
) -> None:
    """What a webhook does not take is as if absent."""
    both = {**credentials["till"], **credentials["token"]}
    assert 200 == source.push(BY_BASIC, SALE, headers=both).status_code
    assert 200 == source.push(BY_TOKEN, SALE, headers=both).status_code
    wrong = {**credentials["till"], **credentials["bad token"]}
    assert 200 == source.push(BY_BASIC, SALE, headers=wrong).status_code
    assert 401 == source.push(BY_TOKEN, SALE, headers=wrong).status_code
