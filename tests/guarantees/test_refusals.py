"""Refused pushes through the real program: in which order refusals are decided, and what they leave in the log.

Contract I.4, I.6 and I.19. Each test refuses pushes of webhooks of its own, since ten a second are logged for each.
"""

import base64
import time
from collections.abc import Iterator

import httpx
import pytest

from hooklog.server import open_rooms
from hooklog.testing.account import GOOD_BODY, ORG, TILL, WEBHOOK_ID, content_with_visits
from hooklog.testing.content import TILL_PASSWORD
from hooklog.testing.program import Program, till_auth
from hooklog.testing.visitor import Visitor

MIB = 1024 * 1024
NOT_FOUND = "Incorrect resource"
SPARE, SIGNED, DISABLED = range(0x100, 0x160), 0x200, 0x300


def _id(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = content_with_visits()
    for number in (*SPARE, DISABLED):
        content.webhook(ORG, _id(number), TILL)
    for number in (SIGNED, DISABLED + 1):
        content.webhook(ORG, _id(number), TILL, "BASIC")
    program = Program(tmp_path_factory.mktemp("refusals") / "data")
    program.load(content.file)
    rooms = open_rooms(program.folder)
    for number in (DISABLED, DISABLED + 1):
        rooms.catalog.disable_webhook(_id(number))
    rooms.close()
    try:
        yield program.start()
    finally:
        program.close()


@pytest.fixture(scope="module")
def source(program: Program) -> Iterator[Visitor]:
    with Visitor(program) as source:
        yield source


@pytest.fixture(scope="module")
def reader(program: Program) -> Iterator[Visitor]:
    with Visitor(program, till_auth(TILL, TILL_PASSWORD)) as reader:
        yield reader


@pytest.fixture(params=[False, True], ids=["ingest port", "main port"])
def by_main_port(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def spare() -> Iterator[int]:
    """Numbers of webhooks that nobody has used yet."""
    return iter(SPARE)


def _check_envelope(answer: httpx.Response, code: int, message: str | None = None) -> None:
    body = answer.json()
    assert ["status", "requestId"] == list(body)
    assert ["code", "message"] == list(body["status"])
    assert (code, code) == (answer.status_code, body["status"]["code"])
    assert body["requestId"] == answer.headers["x-cap-request-id"]
    if message is not None:
        assert message == body["status"]["message"]


RIGHT = "Basic " + base64.b64encode(":".join(till_auth(TILL, TILL_PASSWORD)).encode()).decode()
TOO_LARGE = b"[" + b" " * MIB


# What is wrong with a push, in the order in which it is found; each is tried with everything behind it wrong too.
@pytest.mark.parametrize("first", [404, 405, 410, 401, 415, 413, 400, 200])
def test_refusals_are_decided_in_their_order(program: Program, first: int, by_main_port: bool) -> None:
    order = [404, 405, 410, 401, 415, 413, 400, 200]
    wrong = set(order[order.index(first) :])
    number = 0x999 if 404 in wrong else DISABLED + 1 if 410 in wrong else SIGNED
    base = program.url if by_main_port else program.ingest_url
    body = TOO_LARGE if 413 in wrong else b"[]" if 400 in wrong else GOOD_BODY
    headers = {
        "content-type": "text/plain" if 415 in wrong else "application/json",
        "authorization": "" if 401 in wrong else RIGHT,
    }
    method = "PUT" if 405 in wrong else "POST"
    answer = httpx.request(
        method, f"{base}/webhooks/{_id(number)}", content=body, headers=headers, timeout=20.0
    )
    if first == 200:
        assert 200 == answer.status_code
    else:
        _check_envelope(answer, first)


ENTRIES = {
    410: ("WEBHOOK_DISABLED", "Webhook disabled"),
    401: (None, "Unauthorized"),
    415: ("INVALID_REQUEST_BODY", "Invalid request body: content type 'text/plain' is not application/json"),
    413: ("REQUEST_TOO_LARGE", f"Request too large: {len(TOO_LARGE)} bytes"),
    400: ("INVALID_REQUEST_BODY", "Invalid request body: the body is empty"),
}


@pytest.mark.parametrize("code", ENTRIES)
def test_a_refusal_has_an_entry_that_says_why(
    source: Visitor, reader: Visitor, spare: Iterator[int], code: int, by_main_port: bool
) -> None:
    number = {410: DISABLED, 401: SIGNED}.get(code, next(spare))
    body = {413: TOO_LARGE, 400: b""}.get(code, GOOD_BODY)
    content_type = "text/plain" if code == 415 else "application/json"
    answer = source.push(_id(number), body, by_main_port=by_main_port, content_type=content_type)
    _check_envelope(answer, code)
    [entry] = reader.settled(answer.json()["requestId"])
    assert ENTRIES[code] == (entry.get("status"), entry["message"])
    assert (_id(number), ORG, -1) == (entry["webhookId"], entry["orgId"], entry["parentOrgId"])
    assert body[:4096].decode() == entry["inputRequest"]
    assert "eventName" not in entry
    assert [entry["id"]] == reader.ids(id=entry["id"])


@pytest.mark.parametrize("is_chunked", [False, True], ids=["with length", "in chunks"])
@pytest.mark.parametrize("size", [MIB, MIB + 1, 2 * MIB, 8 * MIB])
def test_a_body_of_more_than_a_mebibyte_is_413(
    program: Program, reader: Visitor, spare: Iterator[int], size: int, is_chunked: bool, by_main_port: bool
) -> None:
    frame = b'{"event_name":"visit","a":"%s"}'
    body = frame % (b"x" * (size - len(frame) + 2))
    assert size == len(body)
    base = program.url if by_main_port else program.ingest_url
    answer = httpx.post(
        f"{base}/webhooks/{_id(next(spare))}",
        content=iter([body[: size // 2], body[size // 2 :]]) if is_chunked else body,
        headers={"content-type": "application/json"},
        timeout=20.0,
    )
    assert (200 if size == MIB else 413) == answer.status_code
    [entry] = reader.settled(answer.json()["requestId"])
    if size > MIB:
        assert f"Request too large: {size} bytes" == entry["message"]
        assert str(MIB) in answer.json()["status"]["message"]
    assert body[: size if size == MIB else 4096].decode() == entry["inputRequest"]


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        (None, 415),
        ("", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/jsonp", 415),
        ("application", 415),
        ("text/json", 415),
        ("application/json; charset=latin-1", 415),
        ("application/json; charset=utf-16", 415),
        ("application/" + "j" * 10_000, 415),
        ("application/json", 200),
        ("APPLICATION/JSON", 200),
        ("application/json;charset=UTF-8", 200),
        ('application/json ; charset="utf-8"', 200),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_json_must_be_announced_as_such_in_any_spelling(
    source: Visitor, reader: Visitor, spare: Iterator[int], content_type: str | None, code: int
) -> None:
    answer = source.push(_id(next(spare)), GOOD_BODY, content_type=content_type)
    assert code == answer.status_code
    [entry] = reader.settled(answer.json()["requestId"])
    assert ("EVENT_SUCCESS" if code == 200 else "INVALID_REQUEST_BODY") == entry["status"]
    assert 300 > len(entry["message"])


@pytest.mark.parametrize(
    "path",
    [
        f"/webhooks/{_id(0x999)}",
        "/webhooks/",
        f"/webhooks/{WEBHOOK_ID}/",
        f"/webhooks/{WEBHOOK_ID}/batches",
        f"/webhooks/{WEBHOOK_ID}%2F",
        f"/webhooks/%20{WEBHOOK_ID}",
        f"/webhooks/{WEBHOOK_ID}%00",
        "/webhooks/%FF%FE",
        "/webhooks/..%2F..%2Fetc%2Fpasswd",
        "/webhooks/" + "a" * 10_000,
    ],
    ids=lambda path: path[:60],
)
def test_an_unknown_webhook_is_404_and_in_no_log(
    program: Program, reader: Visitor, path: str, by_main_port: bool
) -> None:
    base = program.url if by_main_port else program.ingest_url
    answer = httpx.post(base + path, content=GOOD_BODY, headers={"content-type": "application/json"})
    _check_envelope(answer, 404, NOT_FOUND)
    assert 404 == reader.ask(f"/v2/events/logs/{answer.json()['requestId']}").status_code


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_only_a_post_is_a_push(program: Program, method: str, by_main_port: bool) -> None:
    base = program.url if by_main_port else program.ingest_url
    answer = httpx.request(method, f"{base}/webhooks/{WEBHOOK_ID}")
    assert "POST" == answer.headers["allow"]
    if method == "HEAD":
        assert (405, b"") == (answer.status_code, answer.content)
    else:
        _check_envelope(answer, 405, f"{method} is not allowed here; push events with POST")


def test_the_input_of_a_refusal_is_cut_and_shown_as_far_as_it_is_text(
    source: Visitor, reader: Visitor, spare: Iterator[int]
) -> None:
    number = next(spare)
    for body in (b"x" * 4_096, b"x" * 4_097, b"x" * 4_095 + "é".encode(), b"\xff" * 10_000, b"\x00\x01\xc3"):
        [entry] = reader.settled(source.push(_id(number), body).json()["requestId"])
        assert body[:4_096].decode("utf-8", "replace") == entry["inputRequest"]


def test_ten_refusals_a_second_are_logged_and_the_rest_counted(
    source: Visitor, reader: Visitor, spare: Iterator[int]
) -> None:
    number, other = next(spare), next(spare)
    uncounted = _beyond_quota(reader)
    started = time.monotonic()
    refused = [source.push(_id(number), b"no JSON").json()["requestId"] for _ in range(60)]
    seconds = time.monotonic() - started
    assert 400 == source.push(_id(other), b"no JSON").status_code
    good = source.accepted(_id(number), GOOD_BODY)
    reader.settled(good)
    logged = reader.ids(webhook_id=_id(number), status="INVALID_REQUEST_BODY", order="asc")
    assert refused[:10] == logged[:10]
    assert set(logged) <= set(refused)
    assert 10 <= len(logged) <= 11 + 10 * seconds
    assert uncounted + 60 - len(logged) == _beyond_quota(reader)
    assert [good] == reader.ids(webhook_id=_id(number), status="EVENT_SUCCESS")
    assert 1 == len(reader.ids(webhook_id=_id(other)))


def _beyond_quota(reader: Visitor) -> int:
    name = 'hooklog_refusals_not_logged_total{reason="beyond_quota"} '
    lines = reader.ask("/metrics").text.splitlines()
    return sum(int(float(line.removeprefix(name))) for line in lines if line.startswith(name))
