"""Signing in: one way at a time, the typed one first, whole pairs only; tokens renewed before they expire."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from tests.unit.commands.conftest import Answer, Answerer

from hooklog.commands.client import checked_url
from hooklog.commands.credentials import NOBODY, Credentials, choose, sign_in
from hooklog.errors import RemoteError, SettingsError

EVERYTHING = {
    "HOOKLOG_API_KEY": "hk_environment",
    "HOOKLOG_TILL": "till01",
    "HOOKLOG_PASSWORD": "Pass123",
    "HOOKLOG_CLIENT_KEY": "shop",
    "HOOKLOG_CLIENT_SECRET": "shop-secret",
}


def _filled(environment: Mapping[str, str], **typed: str) -> Credentials:
    """What typer hands over: options, filled up from the environment."""
    names = ("api_key", "till", "password", "client_key", "client_secret")
    return Credentials(
        **{name: typed.get(name, environment.get(f"HOOKLOG_{name.upper()}", "")) for name in names}
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({}, Credentials(api_key="hk_environment")),
        ({"api_key": "hk_typed"}, Credentials(api_key="hk_typed")),
        ({"till": "till02", "password": "x"}, Credentials(till="till02", password="x")),
        ({"till": "till02"}, Credentials(till="till02", password="Pass123")),
        ({"client_key": "other"}, Credentials(client_key="other", client_secret="shop-secret")),
    ],
)
def test_what_is_typed_beats_the_environment(typed: dict[str, str], expected: Credentials) -> None:
    assert expected == choose(_filled(EVERYTHING, **typed), EVERYTHING)


def test_no_api_key_goes_to_a_webhook() -> None:
    chosen = choose(_filled(EVERYTHING), EVERYTHING, for_push=True)
    assert Credentials(client_key="shop", client_secret="shop-secret") == chosen
    assert Credentials() == choose(Credentials(api_key="hk_x"), {}, for_push=True)


@pytest.mark.parametrize(
    ("typed", "missing"),
    [
        ({"till": "a"}, "--password"),
        ({"password": "a"}, "--till"),
        ({"client_key": "a"}, "--client-secret"),
        ({"client_secret": "a"}, "--client-key"),
    ],
)
def test_half_of_a_pair_is_refused(typed: dict[str, str], missing: str) -> None:
    with pytest.raises(SettingsError, match=f"without {missing}") as refused:
        choose(_filled({}, **typed), {})
    assert "--api-key" in refused.value.hint


@pytest.mark.parametrize("key", ["hk\n", "hk\u00e9", "\u0663"])
def test_an_api_key_that_cannot_stand_in_a_header_is_refused(key: str) -> None:
    with pytest.raises(SettingsError, match="--api-key"):
        choose(Credentials(api_key=key), {})


def test_nothing_given_signs_nothing() -> None:
    signed = sign_in(choose(Credentials(), {}), "http://127.0.0.1:1")
    assert (NOBODY, None) == (signed.name, signed.auth)


def _headers_of(auth: httpx.Auth | None) -> httpx.Headers:
    assert auth is not None
    return next(auth.sync_auth_flow(httpx.Request("GET", "http://127.0.0.1/"))).headers


def test_an_api_key_is_sent_in_its_header() -> None:
    signed = sign_in(Credentials(api_key="hk_good"), "http://127.0.0.1:1")
    assert "hk_good" == _headers_of(signed.auth)["x-api-key"]
    assert "hk_good" not in signed.name


def test_a_till_sends_the_md5_of_its_password() -> None:
    signed = sign_in(Credentials(till="store123", password="Pass123"), "http://127.0.0.1:1")
    expected = base64.b64encode(b"store123:2f23fa3579f3f75175793649115c1b25").decode()
    assert f"Basic {expected}" == _headers_of(signed.auth)["authorization"]
    assert "till store123" == signed.name


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def _token(number: int, ttl_seconds: float = 300) -> Answer:
    body = {"data": {"accessToken": f"token-{number}", "ttlSeconds": ttl_seconds}, "errors": None}
    return 200, {}, json.dumps(body).encode()


def test_a_token_is_fetched_once_and_renewed_before_it_expires(serve: Callable[[Answerer], str]) -> None:
    asked: list[tuple[str, Any]] = []

    def answer(path: str, _headers: Mapping[str, str], body: bytes) -> Answer:
        asked.append((path, json.loads(body)))
        return _token(len(asked))

    clock = Clock()
    signed = sign_in(Credentials(client_key="shop", client_secret="s"), serve(answer), clock)
    header = "x-cap-api-oauth-token"
    assert ["token-1", "token-1"] == [_headers_of(signed.auth)[header] for _ in range(2)]
    clock.now += 239.9
    assert "token-1" == _headers_of(signed.auth)[header]
    clock.now += 0.1
    assert "token-2" == _headers_of(signed.auth)[header]
    assert [("/v3/oauth/token/generate", {"key": "shop", "secret": "s"})] * 2 == asked


def _fetch(serve: Callable[[Answerer], str], answer: Answer) -> None:
    signed = sign_in(Credentials(client_key="shop", client_secret="s"), serve(lambda *_: answer))
    _headers_of(signed.auth)


def test_a_refused_client_is_told_so(serve: Callable[[Answerer], str]) -> None:
    with pytest.raises(RemoteError, match="does not know the client shop"):
        _fetch(serve, (401, {}, b'{"data":null,"errors":[{"code":401,"message":"no"}]}'))


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_token_endpoint_is_worth_another_try(serve: Callable[[Answerer], str], status: int) -> None:
    with pytest.raises(httpx.TransportError, match=str(status)):
        _fetch(serve, (status, {}, b"{}"))


@pytest.mark.parametrize("answer", [(200, {}, b"<html>"), (200, {}, b'{"data":{}}'), (404, {}, b"{}")])
def test_what_is_no_token_endpoint_is_named(serve: Callable[[Answerer], str], answer: Answer) -> None:
    with pytest.raises(RemoteError, match="gave no token"):
        _fetch(serve, answer)


def test_no_secret_stands_in_a_repr() -> None:
    assert "Credentials(...)" == repr(Credentials(password="Pass123"))


@pytest.mark.parametrize(
    "text", ["", "127.0.0.1:8080", "ftp://host", "http://", "http://host:99999", "http://[::1"]
)
def test_what_is_no_url_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="--url"):
        checked_url(text, "--url")


def test_credentials_inside_a_url_are_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError) as refused:
        checked_url("http://me:secret@host", "--url")
    assert "secret" not in str(refused.value)


def test_a_url_loses_the_slash_at_its_end() -> None:
    assert "http://host:8080/base" == checked_url(" http://host:8080/base/ ", "--url")
