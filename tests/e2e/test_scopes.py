"""Who may do what: every operation of the OpenAPI document, asked by callers with one scope each (contract I.26)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest

from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.program import Program, running, till_auth
from hooklog.testing.visitor import Visitor

ORG, SIGNED = 1001, "aa" * 16
SCOPES = ("events:read", "events:write", "webhooks:write", "psi:read", "admin")
# What a till may, and a client without scopes.
TILL = {"events:read", "events:write", "webhooks:write"}
OPEN = {
    ("POST", "/webhooks/{webhook_id}"),
    ("POST", "/webhooks/{webhook_id}/batch"),
    ("POST", "/v3/oauth/token/generate"),
    ("POST", "/console/session"),
    ("DELETE", "/console/session"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
}


class Asked(NamedTuple):
    """An operation, and the scope that the contract asks for."""

    method: str
    path: str
    scope: str

    def by(self, caller: Visitor) -> httpx.Response:
        """Ask it of nothing that exists; of a stream only the head, for it does not end."""
        method = "HEAD" if self.method == "GET" else self.method
        target = re.sub(r"\{[^}]+\}", "7", self.path)
        return caller.send(method, target, headers={"content-type": "application/json"})


def _scope_of(method: str, path: str) -> str:
    if path.startswith("/v2/directory/"):
        return "admin"
    if method == "GET" or path.startswith("/v2/events/what-if"):  # It asks, and changes nothing.
        return "events:read"
    return "webhooks:write" if path.startswith("/v2/events/webhook") else "events:write"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    content.till(content.org(ORG), "till01")
    content.till(ORG, "nothing", scopes=[])
    content.client(ORG, "client01", "client-secret")
    content.event(ORG, "sale")
    content.webhook(ORG, SIGNED, "till01", "BASIC")
    for scope in SCOPES:
        content.api_key(ORG, f"hk_{scope}", scope)
    with running(tmp_path_factory.mktemp("scopes") / "data", content.file) as program:
        yield program


@pytest.fixture(scope="module")
def operations(program: Program) -> list[Asked]:
    with Visitor(program) as stranger:
        paths = stranger.answer("/openapi.json")["paths"]
    known = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert known > OPEN
    assert len(known - OPEN) > 70
    return [Asked(method, path, _scope_of(method, path)) for method, path in sorted(known - OPEN)]


def _assert_may(caller: Visitor, operations: list[Asked], scopes: set[str]) -> None:
    for asked in operations:
        answer = asked.by(caller)
        if asked.scope in scopes:
            assert answer.status_code not in {401, 403, 500, 503}, asked
        else:
            assert 403 == answer.status_code, asked


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_its_operations_and_no_other(
    program: Program, operations: list[Asked], scope: str
) -> None:
    """admin implies all but psi:read, which opens nothing by itself."""
    implied = {*SCOPES} - {"psi:read"} if scope == "admin" else {scope}
    with Visitor(program, headers={"x-api-key": f"hk_{scope}"}) as caller:
        _assert_may(caller, operations, implied)


def test_a_till_and_a_client_without_scopes_may_all_but_administer(
    program: Program, operations: list[Asked]
) -> None:
    with Visitor(program, till_auth("till01", TILL_PASSWORD)) as till:
        _assert_may(till, operations, TILL)
        body = {"key": "client01", "secret": "client-secret"}
        token = till.send("POST", "/v3/oauth/token/generate", json=body).json()["data"]["accessToken"]
    with Visitor(program, headers={"x-cap-api-oauth-token": token}) as client:
        _assert_may(client, operations, TILL)


def test_who_has_no_scope_or_no_credentials_may_nothing(program: Program, operations: list[Asked]) -> None:
    with Visitor(program, till_auth("nothing", TILL_PASSWORD)) as till:
        _assert_may(till, operations, set())
        for asked in operations:
            target = re.sub(r"\{[^}]+\}", "7", asked.path)
            (error,) = till.send(asked.method, target).json()["errors"]
            assert (4000, "Not authorized. Access is denied!") == (error["code"], error["message"]), asked
    with Visitor(program) as stranger:
        assert {401} == {asked.by(stranger).status_code for asked in operations}


def test_pushing_needs_no_scope(program: Program) -> None:
    with Visitor(program, till_auth("nothing", TILL_PASSWORD)) as till:
        request_id = till.accepted(SIGNED, {"event_name": "sale"})
    with Visitor(program, till_auth("till01", TILL_PASSWORD)) as reader:
        assert "EVENT_SUCCESS" == reader.settled(request_id)[0]["status"]
