"""What the log says when it cannot answer: 400, 401, 403, 404, 405 and 500 as documented (contract I.1)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import apsw
import httpx
import pytest

from hooklog.testing.content import Content
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import LOGS, Visitor

ORG, WEBHOOK_ID, SIGNED_ID, WRITE_ONLY = 1001, "aa" * 16, "bb" * 16, "hk_write"
TAILS_MAX = 3
SALE = {"event_name": "sale"}
NOT_FOUND = "Incorrect resource"
SIGN_IN = "Please check your username/password or authentication token"
INTERNAL = "All requests have failed due to errors"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    content.webhook(content.org(ORG), WEBHOOK_ID, content.till(ORG, "till01"))
    content.webhook(ORG, SIGNED_ID, content.till(ORG, "till02"), "BASIC")
    content.api_key(ORG, WRITE_ONLY, "events:write")
    content.event(ORG, "sale")
    bounds = {"HOOKLOG_API__TAILS_MAX": str(TAILS_MAX)}
    with running(tmp_path_factory.mktemp("log_errors") / "data", content.file, bounds) as program:
        yield program


@pytest.fixture(scope="module")
def reader(program: Program) -> Iterator[Visitor]:
    with Visitor(program, till_auth("till01", "secret")) as reader:
        yield reader


def _failure(code: int, message: str) -> dict[str, object]:
    return {"errors": [{"status": False, "code": code, "message": message}], "warnings": [], "data": []}


@pytest.mark.parametrize("target", [LOGS, f"{LOGS}/{UUID(int=7)}", f"{LOGS}?limit=x"])
def test_nobody_is_told_anything_without_credentials(program: Program, target: str) -> None:
    for auth in (None, till_auth("till01", "wrong"), till_auth("nobody", "secret"), ("till01", "secret")):
        with Visitor(program, auth) as stranger:
            answer = stranger.ask(target)
        assert 401 == answer.status_code
        assert _failure(401, SIGN_IN) == answer.json()
        assert 'Basic realm="hooklog"' == answer.headers["www-authenticate"]


def test_reading_needs_its_scope(program: Program) -> None:
    with Visitor(program, headers={"X-API-Key": WRITE_ONLY}) as writer:
        for target in (LOGS, f"{LOGS}/{UUID(int=7)}"):
            answer = writer.ask(target)
            assert 403 == answer.status_code
            assert _failure(4000, "Not authorized. Access is denied!") == answer.json()


@pytest.mark.parametrize(
    "path", ["/v2", "/v2/events/log", f"{LOGS}/{UUID(int=7)}", f"{LOGS}/abc", f"{LOGS}/a/b"]
)
def test_what_is_not_there_is_an_incorrect_resource(reader: Visitor, path: str) -> None:
    answer = reader.ask(path)
    assert 404 == answer.status_code
    assert _failure(404, NOT_FOUND) == answer.json()


def test_the_v3_family_has_its_own_envelope(reader: Visitor) -> None:
    answer = reader.ask("/v3/nothing")
    assert 404 == answer.status_code
    assert {"data": None, "errors": [{"code": 404, "message": NOT_FOUND}], "warnings": None} == answer.json()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_method_that_is_not_allowed_is_told_which_are(reader: Visitor, method: str) -> None:
    answer = reader.send(method, LOGS)
    assert 405 == answer.status_code
    assert "GET, HEAD, OPTIONS" == answer.headers["allow"]
    message = f"{method} is not allowed here; allowed are {answer.headers['allow']}"
    # Nothing that is written has `data`.
    assert {**answer.json(), "data": []} == _failure(405, message)


@pytest.mark.parametrize(
    "target", [LOGS, f"{LOGS}?limit=0", "/v2/events/meta", "/openapi.json", "/no/such/path"]
)
def test_head_is_answered_as_get_without_the_body(reader: Visitor, target: str) -> None:
    shown, head = reader.ask(target), reader.send("HEAD", target)
    assert b"" == head.content
    assert (shown.status_code, str(len(shown.content))) == (head.status_code, head.headers["content-length"])
    assert shown.headers["content-type"] == head.headers["content-type"]
    assert 200 == reader.ask(LOGS).status_code, "the connection goes on"


@pytest.mark.parametrize("target", [f"{LOGS}/tail", f"{LOGS}/export"])
def test_head_of_a_stream_ends_at_once_and_holds_no_place(reader: Visitor, target: str) -> None:
    """The tail has room for so many; a HEAD that stayed would take it from those who listen."""
    for _ in range(TAILS_MAX + 1):
        head = reader.send("HEAD", target)
        assert (200, b"") == (head.status_code, head.content)
    wait_until("there is room again", lambda: reader.send("HEAD", target).status_code == 200)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (LOGS, "GET, HEAD, OPTIONS"),
        ("/v2/events", "GET, HEAD, OPTIONS, POST, PUT"),
        ("/v2/events/webhook", "OPTIONS, POST, PUT"),
        ("/v2/directory/clients/7", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/v3/oauth/token/generate", "OPTIONS, POST"),
        ("/docs", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_tells_all_methods_of_a_path_without_credentials(
    program: Program, path: str, methods: str
) -> None:
    with Visitor(program) as stranger:
        told, refused = stranger.send("OPTIONS", path), stranger.send("PATCH", path)
    assert (204, b"") == (told.status_code, told.content)
    assert methods == told.headers["allow"]
    assert (405, methods) == (refused.status_code, refused.headers["allow"]), "both say the same"


@pytest.mark.parametrize(
    ("path", "bytes_max"), [("/v2/events", 256 * 1024), ("/v3/oauth/token/generate", 16 * 1024)]
)
def test_a_body_that_is_too_large_is_told_how_large_it_may_be(
    reader: Visitor, path: str, bytes_max: int
) -> None:
    def send(size: int) -> httpx.Response:
        headers = {"content-type": "application/json"}
        return reader.send("POST", path, content=b"[" + b" " * (size - 2) + b"]", headers=headers)

    assert 400 == send(bytes_max).status_code, "it was read"
    answer = send(bytes_max + 1)
    assert 413 == answer.status_code
    (error,) = answer.json()["errors"]
    message = f"the body has {bytes_max + 1} bytes; at most {bytes_max} are allowed"
    assert (413, message) == (error["code"], error["message"])


# By parameter: what the message says is allowed, and values that are not.
WRONG: dict[str, tuple[str, list[str]]] = {
    "limit": (
        "a whole number from 1 to 1000",
        ["", "0", "1001", "-1", "+5", " 5", "1.5", "ten", "٣", "9" * 5000],
    ),
    "from_date": ("YYYY-MM-DD", ["", "today", "2026-02-30", "2026-13-01", "26-01-01", "1.5", "1" * 40]),
    "to_date": ("YYYY-MM-DD", ["", "tomorrow", "2026-01-01T25:00:00Z", "2026-01-01T10:00:00+99:99"]),
    "order": ("asc or desc", ["", "ASC", "up"]),
    "include": ("stages, record", ["", "stage", "stages,everything", "stages,"]),
    "status": ("EVENT_SUCCESS, EMF_PROCESSOR_FAILED", ["", "event_success", "7", "!", "!X"]),
    "id": ("a UUID", ["", "7", "!", str(UUID(int=7))[:-1], f"{UUID(int=7)}0"]),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, (_, values) in WRONG.items() for value in values],
    ids=lambda text: repr(text)[:40],
)
def test_an_error_names_the_parameter_the_value_and_what_is_allowed(
    reader: Visitor, name: str, value: str
) -> None:
    asked: dict[str, Any] = {name: value}
    answer = reader.ask(LOGS, **asked)
    assert 400 == answer.status_code
    [error] = answer.json()["errors"]
    assert _failure(400, error["message"]) == answer.json()
    shown = value.rpartition(",")[2] if name == "include" else value.removeprefix("!")
    assert error["message"].startswith(f"{name} {shown!r} ")
    assert WRONG[name][0] in error["message"]


def test_a_range_that_ends_before_it_begins_is_an_error(reader: Visitor) -> None:
    answer = reader.ask(LOGS, from_date="2026-01-02", to_date="2026-01-01")
    assert 400 == answer.status_code
    for part in ("from_date", "2026-01-02", "to_date", "2026-01-01"):
        assert part in answer.json()["errors"][0]["message"]
    assert 200 == reader.ask(LOGS, from_date="2026-01-01", to_date="2026-01-01").status_code
    assert 200 == reader.ask(LOGS, from_date="7", to_date="7").status_code
    assert 400 == reader.ask(LOGS, from_date="8", to_date="7").status_code


@pytest.mark.parametrize(
    "query",
    [
        "=1",
        "&&&",
        "%ff=%fe",
        "%00=%00",
        "limit=5&limit=2",
        "event_name=%ff",
        "event_name=%00",
        "event_name=" + "a" * 50_000,
    ],
    ids=lambda text: text[:30],
)
def test_no_query_is_our_own_failure(reader: Visitor, query: str) -> None:
    assert 200 == reader.ask(f"{LOGS}?{query}").status_code


def test_a_query_has_five_hundred_parameters_at_most(reader: Visitor) -> None:
    assert 200 == reader.ask(f"{LOGS}?" + "&".join(["a=1"] * 500)).status_code
    answer = reader.ask(f"{LOGS}?" + "&".join(["a=1"] * 501))
    assert 400 == answer.status_code
    assert _failure(400, "there are too many query parameters; at most 500 are allowed") == answer.json()


def _rename(path: Path, table: str, name: str) -> None:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(5_000)
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")
    finally:
        connection.close()


def test_what_fails_inside_is_the_documented_500_and_heals(reader: Visitor) -> None:
    """A table goes missing under the running program; a worker that meets it is started again."""
    request_id = reader.accepted(WEBHOOK_ID, SALE)
    [entry] = reader.settled(request_id)
    path = reader.program.folder / "events.db"
    answers: list[Any] = []
    _rename(path, "entry", "entry_gone")
    try:
        answers = [
            reader.ask(target) for target in (LOGS, f"{LOGS}/{request_id}", f"{LOGS}?status=EVENT_SUCCESS")
        ]
    finally:
        _rename(path, "entry_gone", "entry")
    for answer in answers:
        assert 500 == answer.status_code
        assert _failure(500, INTERNAL) == answer.json()
    assert [entry] == reader.entries(id=request_id)
    reader.settled(reader.accepted(WEBHOOK_ID, SALE))
    wait_until("everything has settled", lambda: reader.program.backlog() == 0)


def test_while_nobody_can_tell_who_may_the_answer_is_4001_and_heals(program: Program) -> None:
    """The table of logins goes missing under the running program (contract II.2.3)."""
    auth = till_auth("till02", "secret")
    path = program.folder / "access.db"
    with Visitor(program, auth) as caller:
        assert 200 == caller.ask(LOGS).status_code
        _rename(path, "till_login", "login_gone")
        try:
            wait_until("the change is noticed", lambda: caller.ask(LOGS).status_code == 503)
            asked, pushed = caller.ask(LOGS), caller.push(SIGNED_ID, SALE)
        finally:
            _rename(path, "login_gone", "till_login")
        wait_until("it is well again", lambda: caller.ask(LOGS).status_code == 200)
        assert 200 == caller.push(SIGNED_ID, SALE).status_code
    unavailable = "Authorization status unavailable!"
    assert _failure(4001, unavailable) == asked.json()
    assert {"code": 4001, "message": unavailable} == pushed.json()["status"]
    for answer in (asked, pushed):
        assert 503 == answer.status_code
        assert int(answer.headers["retry-after"]) > 0
    assert "no such table" not in pushed.text
    assert "no such table" in program.diagnostics(), "the operator is told"
