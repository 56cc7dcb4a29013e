"""Asking a server: every way it can fail has its own words and a hint; busy servers are asked again."""

import json
from collections.abc import Callable, Mapping

import httpx
import msgspec
import pytest
from tests.unit.commands.conftest import Answer, Answerer

from hooklog.commands.client import make_client
from hooklog.commands.patience import Patience
from hooklog.commands.remote import NotFound, Remote, read_as
from hooklog.errors import RemoteError
from hooklog.testing.program import free_port

Serve = Callable[[Answerer], str]


def _failure(status: int, message: str, **headers: str) -> Answer:
    errors = [{"status": False, "code": status, "message": message}]
    return status, headers, json.dumps({"errors": errors, "warnings": [], "data": []}).encode()


def _ask(url: str, caller: str = "till demo", waits: list[float] | None = None) -> list[str]:
    slept: list[float] = [] if waits is None else waits
    with make_client(url) as client:
        remote = Remote(url, caller, client, lambda: Patience(20.0, jitter=lambda: 1.0), slept.append)
        return [bytes(raw).decode() for raw in remote.page("/v2/events/logs", [("limit", "1")]).data]


def _ask_failing(serve: Serve, answer: Answer, caller: str = "till demo") -> RemoteError:
    with pytest.raises(RemoteError) as raised:
        _ask(serve(lambda *_: answer), caller)
    assert raised.value.hint
    return raised.value


def test_entries_are_handed_on_byte_for_byte(serve: Serve) -> None:
    assert ['{"a":1.10,"a":2}'] == _ask(
        serve(lambda *_: (200, {}, b'{"data":[{"a":1.10,"a":2}],"warnings":[]}'))
    )


def test_what_is_read_is_of_a_kind_or_says_what_it_should_have_been() -> None:
    assert [1] == read_as(msgspec.Raw(b"[1]"), list[int], "a count")
    for odd in (b'["a"]', b"[1", b'["\xff"]'):
        with pytest.raises(RemoteError, match="sent a count that this version cannot read") as raised:
            read_as(msgspec.Raw(odd), list[int], "a count")
        assert raised.value.hint


def test_the_question_reaches_the_server_as_asked(serve: Serve) -> None:
    asked: list[str] = []

    def answer(path: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        asked.append(path)
        return 200, {}, b'{"data":[]}'

    url = serve(answer)
    with make_client(url) as client:
        remote = Remote(url, "", client)
        remote.page("/v2/events/logs", [("status", "!EVENT_SUCCESS"), ("status", "a&b c+d"), ("q", "é")])
        remote.page("/v2/events/logs", "cursor=a%26b")
    assert [
        "/v2/events/logs?status=%21EVENT_SUCCESS&status=a%26b+c%2Bd&q=%C3%A9",
        "/v2/events/logs?cursor=a%26b",
    ] == asked


def test_only_the_query_of_the_next_page_is_followed(serve: Serve) -> None:
    """Credentials must not follow a link to another host."""
    link = {"link": '<http://elsewhere.example/v2/events/logs?cursor=abc&limit=1>; rel="next"'}
    url = serve(lambda *_: (200, link, b'{"data":[]}'))
    with make_client(url) as client:
        assert "cursor=abc&limit=1" == Remote(url, "", client).page("/x").following


def test_warnings_are_handed_on(serve: Serve) -> None:
    url = serve(lambda *_: (200, {}, b'{"data":[],"warnings":[{"message":"ignored"}],"errors":[]}'))
    with make_client(url) as client:
        assert ["ignored"] == Remote(url, "", client).page("/x").warnings


def test_nobody_listening_says_how_to_start_one() -> None:
    with pytest.raises(RemoteError, match="cannot be reached: connection refused") as raised:
        _ask(f"http://127.0.0.1:{free_port()}")
    assert "hooklog serve" in raised.value.hint


def test_a_host_that_does_not_exist_is_told() -> None:
    with pytest.raises(RemoteError, match="cannot be reached"):
        _ask("http://host.invalid")


def test_wrong_credentials_are_named(serve: Serve) -> None:
    error = _ask_failing(serve, _failure(401, "Please check"))
    assert "does not accept till demo: Please check" in str(error)
    assert "spelling" in error.hint


def test_missing_credentials_are_asked_for(serve: Serve) -> None:
    error = _ask_failing(serve, _failure(401, "Please check"), caller="no credentials")
    assert "wants to know who asks" in str(error)
    assert "--api-key" in error.hint


def test_a_missing_scope_says_which_and_how(serve: Serve) -> None:
    error = _ask_failing(serve, _failure(403, "Not authorized. Access is denied!"))
    assert "does not allow this to till demo" in str(error)
    assert "events:read" in error.hint


def test_not_found_is_its_own_error(serve: Serve) -> None:
    assert isinstance(_ask_failing(serve, _failure(404, "Incorrect resource")), NotFound)


def test_a_bad_question_is_told_in_the_servers_words(serve: Serve) -> None:
    with pytest.raises(RemoteError, match="answered 400: limit '0' is not allowed"):
        _ask(serve(lambda *_: _failure(400, "limit '0' is not allowed")))


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, b"<html>hello</html>"),
        (200, {}, b'{"status":"fine"}'),
        (200, {}, b"\xff"),
        (404, {}, b"not here"),
        (302, {"location": "http://elsewhere.example/"}, b""),
        (500, {}, b""),
    ],
)
def test_what_is_no_hooklog_server_is_called_so(serve: Serve, answer: Answer) -> None:
    error = _ask_failing(serve, answer)
    assert not isinstance(error, NotFound)
    assert "does not answer like the API of a Hooklog server" in str(error)
    assert "--url" in error.hint


def test_the_port_for_webhooks_is_recognised(serve: Serve) -> None:
    body = b'{"status":{"code":404,"message":"Incorrect resource"},"requestId":"x"}'
    assert "webhooks only" in _ask_failing(serve, (404, {}, body)).hint


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says(serve: Serve, status: int) -> None:
    answers = [_failure(status, "busy", **{"retry-after": "3"}), (200, {}, b'{"data":[1]}')]
    waits: list[float] = []
    assert ["1"] == _ask(serve(lambda *_: answers.pop(0)), waits=waits)
    assert [3.25] == waits


def test_a_server_that_stays_busy_too_long_is_given_up(serve: Serve) -> None:
    error = _ask_failing(serve, _failure(503, "busy", **{"retry-after": "60"}))
    assert "answered 503: busy" in str(error)
    assert "try again" in error.hint


def test_a_lost_answer_is_told() -> None:
    def lose(_request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("")

    with (
        httpx.Client(transport=httpx.MockTransport(lose)) as client,
        pytest.raises(RemoteError, match="no answer within 30 seconds"),
    ):
        Remote("http://127.0.0.1:1", "", client).page("/x")
