"""Who may call, through the real program: Basic, OAuth, API keys, scopes, attribution (contract I.14, I.26, II.2)."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from hooklog.testing.content import Content
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import LOGS, Visitor

ORG, OTHER_ORG, ORG_WITHOUT_BASIC = 1001, 1002, 1003
TOKENS = "/v3/oauth/token/generate"
READ, WRITE, ADMIN, THIRD = "hk_read", "hk_write", "hk_admin", "hk_third"
Headers = Mapping[str, str]


def _content() -> Content:
    content = Content()
    for org_id, number in ((ORG, "01"), (OTHER_ORG, "02"), (ORG_WITHOUT_BASIC, "03")):
        content.org(org_id, takes_basic=org_id != ORG_WITHOUT_BASIC)
        content.till(org_id, f"till{number}")
        content.client(org_id, f"client{number}", "client-secret", defaultTill=f"till{number}")
    content.till(ORG, "narrow", scopes=["webhooks:write"])
    content.till(ORG, "mute", password=None)
    content.till(ORG, "changing")
    content.client(ORG, "narrow-client", "client-secret", scopes=["events:write"])
    content.client(ORG, "short-lived", "client-secret", ttlSeconds=1)
    content.api_key(ORG, READ, "events:read")
    content.api_key(ORG, WRITE, "events:write", "webhooks:write", "psi:read")
    content.api_key(ORG, ADMIN, "admin")
    content.api_key(ORG_WITHOUT_BASIC, THIRD, "events:read")
    return content


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("access") / "data", _content().file) as program:
        yield program


@pytest.fixture(scope="module")
def stranger(program: Program) -> Iterator[Visitor]:
    with Visitor(program) as stranger:
        yield stranger


def _status(stranger: Visitor, headers: Headers) -> int:
    return stranger.ask(LOGS, headers=headers).status_code


def _basic(code: str, password_md5: str) -> Headers:
    return {"Authorization": "Basic " + base64.b64encode(f"{code}:{password_md5}".encode()).decode()}


def _token(stranger: Visitor, key: str, secret: str = "client-secret") -> str:
    answer = stranger.send("POST", TOKENS, json={"key": key, "secret": secret})
    assert 200 == answer.status_code, answer.text
    token: str = answer.json()["data"]["accessToken"]
    return token


def _by_token(token: str) -> Headers:
    return {"X-CAP-API-OAUTH-TOKEN": token}


MD5 = till_auth("till01", "secret")[1]


def test_basic_takes_the_md5_of_the_password_in_either_case(stranger: Visitor) -> None:
    assert 200 == _status(stranger, _basic("till01", MD5))
    assert 200 == _status(stranger, _basic("till01", MD5.upper()))
    assert 200 == _status(
        stranger, {"Authorization": _basic("till01", MD5)["Authorization"].replace("B", "b", 1)}
    )


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic %%%",
        "Basic " + base64.b64encode(b"till01").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        _basic("till01", "secret")["Authorization"],
        _basic("till01", till_auth("till01", "Secret")[1])["Authorization"],
        _basic("TILL01", MD5)["Authorization"],
        _basic("", MD5)["Authorization"],
        _basic("till01", MD5 + "0")["Authorization"],
        _basic("till01", MD5 + "\n")["Authorization"],
        _basic("mute", MD5)["Authorization"],
        _basic("till01:" + MD5, MD5)["Authorization"],
        "Basic " + "A" * 5_000,
        "Digest username=till01",
        "Bearer " + MD5,
    ],
    ids=lambda text: repr(text)[:30],
)
def test_a_wrong_authorization_is_401(stranger: Visitor, authorization: str) -> None:
    assert 401 == _status(stranger, {"Authorization": authorization})


def test_a_token_has_the_documented_shape(stranger: Visitor) -> None:
    answer = stranger.send("POST", TOKENS, json={"key": "client01", "secret": "client-secret"})
    assert 200 == answer.status_code
    body = answer.json()
    assert ["data", "errors"] == list(body)
    assert body["errors"] is None
    assert ["accessToken", "ttlSeconds"] == list(body["data"])
    assert 300 == body["data"]["ttlSeconds"]
    header, claims, _ = body["data"]["accessToken"].split(".")
    assert {"kid": "k1", "alg": "RS256"} == _decoded(header)
    expected = {
        "iss": "Capillary",
        "client_id": 101,
        "org_id": ORG,
        "token_use": "token_access",
        "scopes": "[]",
    }
    shown = _decoded(claims)
    assert expected == {key: shown[key] for key in expected}
    assert "client01" == shown["client_key"]
    assert 300 == shown["exp"] - shown["iat"]


def _decoded(part: str) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


@pytest.mark.parametrize("header", ["X-CAP-API-OAUTH-TOKEN", "CAP-API-ACCESS-TOKEN", "Authorization"])
def test_every_token_is_good_until_it_expires(stranger: Visitor, header: str) -> None:
    tokens = [_token(stranger, "client01") for _ in range(2)]
    assert 2 == len(set(tokens))
    for token in tokens:
        value = f"Bearer {token}" if header == "Authorization" else token
        assert 200 == _status(stranger, {header: value})


@pytest.mark.parametrize(
    ("key", "secret"),
    [("client01", "wrong"), ("nobody", "client-secret"), ("", ""), ("client01", "x" * 10_000)],
)
def test_wrong_client_credentials_get_no_token(stranger: Visitor, key: str, secret: str) -> None:
    answer = stranger.send("POST", TOKENS, json={"key": key, "secret": secret})
    assert 401 == answer.status_code
    error = {"code": 401, "message": "Failed to generate OAuth token"}
    assert {"data": None, "errors": [error], "warnings": None} == answer.json()


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", None])
def test_a_question_for_a_token_is_json(stranger: Visitor, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    answer = stranger.send("POST", TOKENS, content=b'{"key":"x","secret":"y"}', headers=headers)
    assert 415 == answer.status_code
    assert {"data", "errors", "warnings"} == set(answer.json())


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"key":1,"secret":"x"}', b'{"key":"x"}', b"\xff", b"x" * 20_000]
)
def test_a_malformed_question_for_a_token_is_refused(stranger: Visitor, body: bytes) -> None:
    answer = stranger.send("POST", TOKENS, content=body, headers={"content-type": "application/json"})
    assert (413 if len(body) > 16 * 1024 else 400) == answer.status_code
    assert ["data", "errors", "warnings"] == list(answer.json())


def test_a_token_that_was_not_issued_here_is_refused(stranger: Visitor) -> None:
    good = _token(stranger, "client01")
    header, claims, signature = good.split(".")
    foreign = jws.serialize_compact(
        {"kid": "k1", "alg": "RS256"},
        base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)),
        RSAKey.generate_key(2048),
        algorithms=["RS256"],
    )
    other_claims = _token(stranger, "client02").split(".")[1]
    unsigned = base64.urlsafe_b64encode(b'{"kid":"k1","alg":"none"}').rstrip(b"=").decode()
    for token in (
        foreign,
        f"{header}.{other_claims}.{signature}",
        f"{header}.{claims}.{signature[:-8]}AAAAAAAA",
        f"{unsigned}.{claims}.",
        f"{header}.{claims}",
        "x",
        "A" * 5_000,
    ):
        assert 401 == _status(stranger, _by_token(token))
    assert 200 == _status(stranger, _by_token(good))


def test_an_expired_token_is_refused(stranger: Visitor) -> None:
    token = _token(stranger, "short-lived")
    wait_until("the token has expired", lambda: 401 == _status(stranger, _by_token(token)))


def test_a_loaded_api_key_opens_its_org(stranger: Visitor) -> None:
    assert 200 == _status(stranger, {"X-API-Key": READ})
    for text in ("", READ + "x", READ.upper(), "k" * 5_000):
        assert 401 == _status(stranger, {"X-API-Key": text})


def test_a_key_made_beside_the_server_holds_at_once_and_replaces_its_namesake(
    program: Program, stranger: Visitor
) -> None:
    command = ("key", "create", "--data", str(program.folder), "--org", str(ORG), "--name", "made")
    keys = []
    for _ in range(2):
        done = program.run(*command, "--scopes", "events:read")
        assert 0 == done.returncode, done.stderr
        keys.append(done.stdout.strip())
        assert 200 == _status(stranger, {"X-API-Key": keys[-1]})
    wait_until("the replaced key is refused", lambda: 401 == _status(stranger, {"X-API-Key": keys[0]}))
    assert 200 == _status(stranger, {"X-API-Key": keys[1]})


def test_reading_the_log_needs_events_read(stranger: Visitor) -> None:
    allowed = [
        {"X-API-Key": READ},
        {"X-API-Key": ADMIN},
        _basic("till01", MD5),
        _by_token(_token(stranger, "client01")),
    ]
    denied = [{"X-API-Key": WRITE}, _basic("narrow", MD5), _by_token(_token(stranger, "narrow-client"))]
    for headers in allowed:
        assert 200 == _status(stranger, headers)
    for headers in denied:
        answer = stranger.ask(LOGS, headers=headers)
        assert 403 == answer.status_code
        error = {"status": False, "code": 4000, "message": "Not authorized. Access is denied!"}
        assert [error] == answer.json()["errors"]


def test_an_org_may_refuse_basic_and_keep_the_rest(stranger: Visitor) -> None:
    assert 401 == _status(stranger, _basic("till03", MD5))
    assert 200 == _status(stranger, _by_token(_token(stranger, "client03")))
    assert 200 == _status(stranger, {"X-API-Key": THIRD})


def test_a_wrong_credential_is_not_made_good_by_the_next(stranger: Visitor) -> None:
    assert 401 == _status(stranger, {**_basic("till01", MD5), "X-CAP-API-OAUTH-TOKEN": "x"})
    assert 401 == _status(stranger, {**_basic("till01", "0" * 32), "X-API-Key": READ})


LOOKUP = "X-CAP-API-ATTRIBUTION-LOOKUP"
ENTITY = "X-CAP-API-ATTRIBUTION-ENTITY"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({LOOKUP: "wx1"}, 1061),
        ({f"{LOOKUP}-TYPE": "WECHAT"}, 1061),
        ({f"{LOOKUP}-TYPE": "WECHAT", LOOKUP: ""}, 1061),
        ({f"{LOOKUP}-TYPE": "PIGEON", LOOKUP: "wx1"}, 400),
        ({f"{ENTITY}-TYPE": "PLANET", f"{ENTITY}-CODE": "till01"}, 400),
        ({f"{ENTITY}-CODE": "till02"}, 400),
        ({f"{LOOKUP}-TYPE": "WECHAT", LOOKUP: "wx1"}, None),
        ({f"{ENTITY}-CODE": "till01"}, None),
        ({f"{ENTITY}-TYPE": "STORE_CODE", f"{ENTITY}-CODE": "anything"}, None),
    ],
    ids=str,
)
def test_attribution_headers_must_make_sense(stranger: Visitor, headers: Headers, code: int | None) -> None:
    token = _by_token(_token(stranger, "client01"))
    for target in (LOGS, f"{LOGS}?limit=1"):
        answer = stranger.ask(target, headers={**token, **headers})
        assert (200 if code is None else 400) == answer.status_code
        assert ([] if code is None else [code]) == [error["code"] for error in answer.json()["errors"]]


def test_a_changed_password_holds_from_the_next_start(program: Program, stranger: Visitor) -> None:
    old, new = (_basic(*till_auth("changing", password)) for password in ("secret", "changed"))
    assert [200, 401] == [_status(stranger, headers) for headers in (old, new)]
    token = _token(stranger, "client01")
    assert 0 == program.stop()
    [till] = [till for till in _content().file["tills"] if till["code"] == "changing"]
    program.load({"tills": [{**till, "password": "changed"}]})
    program.start()
    assert [401, 200] == [_status(stranger, headers) for headers in (old, new)]
    assert 200 == _status(stranger, _by_token(token))
