"""Batches through the real program, on both ports: contract I.6, I.17 and I.19."""

import json
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hooklog.server import open_rooms
from hooklog.testing.account import GOOD_BODY, ORG, TILL, content_with_visits
from hooklog.testing.content import TILL_PASSWORD
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import Visitor

MIB = 1024 * 1024
LINES, ARRAY = "application/x-ndjson", "application/json"
SPARE, SIGNED, DISABLED = range(0x100, 0x160), 0x200, 0x300
AUTH = till_auth(TILL, TILL_PASSWORD)


def _id(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = content_with_visits()
    for number in SPARE:
        content.webhook(ORG, _id(number), TILL)
    for number in (SIGNED, DISABLED):
        content.webhook(ORG, _id(number), TILL, "BASIC")
    program = Program(tmp_path_factory.mktemp("batches") / "data")
    program.load(content.file)
    rooms = open_rooms(program.folder)
    rooms.catalog.disable_webhook(_id(DISABLED))
    rooms.close()
    try:
        yield program.start()
    finally:
        program.close()


@pytest.fixture(scope="module")
def reader(program: Program) -> Iterator[Visitor]:
    with Visitor(program, AUTH) as reader:
        yield reader


@pytest.fixture(params=[False, True], ids=["ingest port", "main port"])
def by_main_port(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def spare() -> Iterator[str]:
    """Ids of webhooks that nobody has used yet."""
    return map(_id, SPARE)


def _results(answer: httpx.Response) -> list[dict[str, Any]]:
    assert 200 == answer.status_code, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    assert [["status", "requestId"]] * len(found) == [list(one) for one in found]
    return found


@pytest.mark.parametrize("content_type", [LINES, ARRAY])
def test_every_event_has_one_result_and_one_entry_in_their_order(
    reader: Visitor, spare: Iterator[str], content_type: str, by_main_port: bool
) -> None:
    webhook_id = next(spare)
    texts = [
        b'{"event_name":"visit", "mobile" :"919800000001"}',
        b'{"event_name":"unknown \xc3\xa9 \\u00e9"}',
        b"[1]",
        b'{"event_name":"visit","eventDateTimeInputOffset":1}',
        b'{"event_name":"visit","note":"%s"}' % (b"x" * MIB),
        b'{"nothing":null}',
    ]
    body = b"[\n%b ]" % b" ,".join(texts) if content_type == ARRAY else b"\n\r\n".join(texts) + b"\n\n"
    answer = reader.batch(webhook_id, body, by_main_port=by_main_port, content_type=content_type)
    results = _results(answer)
    assert [1100, 1100, 400, 908, 413, 1100] == [one["status"]["code"] for one in results]
    assert "Event is pushed to transformation state" == results[0]["status"]["message"]
    assert "Request too large" in results[4]["status"]["message"]
    ids = [one["requestId"] for one in results]
    entries = reader.settled(*ids)
    assert [
        "EVENT_SUCCESS",
        "INVALID_EVENT_NAME",
        "INVALID_REQUEST_BODY",
        "INVALID_REQUEST_BODY",
        "REQUEST_TOO_LARGE",
        "INVALID_META_TRANSFORMER_MAPPINGS",
    ] == [entry["status"] for entry in entries]
    assert [text[:4096].decode() for text in texts] == [entry["inputRequest"] for entry in entries]
    assert ids == reader.ids(webhook_id=webhook_id, order="asc")
    assert answer.headers["x-cap-request-id"] not in ids


def test_results_are_those_of_single_pushes(
    reader: Visitor, spare: Iterator[str], by_main_port: bool
) -> None:
    texts = [GOOD_BODY, b"oops", b"{}", b'"\xff"', b"7", b"[" * 200 + b"]" * 200, b'{"event_name":""}']
    single = [reader.push(next(spare), text, by_main_port=by_main_port) for text in texts]
    batch = reader.batch(next(spare), b"\n".join(texts), by_main_port=by_main_port)
    assert [one.json()["status"] for one in single] == [one["status"] for one in _results(batch)]


# What is wrong with a batch, in the order in which it is found; each is tried with everything behind it wrong too.
@pytest.mark.parametrize("first", [404, 405, 410, 401, 415, 413, 400, 200])
def test_a_batch_is_refused_whole_in_the_order_of_pushes(
    program: Program, first: int, by_main_port: bool
) -> None:
    order = [404, 405, 410, 401, 415, 413, 400, 200]
    wrong = set(order[order.index(first) :])
    number = 0x999 if 404 in wrong else DISABLED if 410 in wrong else SIGNED
    base = program.url if by_main_port else program.ingest_url
    answer = httpx.request(
        "PUT" if 405 in wrong else "POST",
        f"{base}/webhooks/{_id(number)}/batch",
        content=b"[" + b" " * (16 * MIB) if 413 in wrong else b"{}" if 400 in wrong else b"[%b]" % GOOD_BODY,
        headers={"content-type": "text/plain" if 415 in wrong else ARRAY},
        auth=None if 401 in wrong else AUTH,
        timeout=20.0,
    )
    assert first == answer.status_code
    if first == 200:
        assert [1100] == [one["status"]["code"] for one in _results(answer)]
        return
    assert first == answer.json()["status"]["code"]
    assert answer.json()["requestId"] == answer.headers["x-cap-request-id"]


@pytest.mark.parametrize("path", ["/batch/", "/batch/batch", "/Batch", "/batches", "//batch"])
def test_no_other_path_takes_a_batch(
    reader: Visitor, spare: Iterator[str], path: str, by_main_port: bool
) -> None:
    base = reader.program.url if by_main_port else reader.program.ingest_url
    answer = httpx.post(
        f"{base}/webhooks/{next(spare)}{path}", content=b"[]", headers={"content-type": ARRAY}
    )
    assert (404, "Incorrect resource") == (answer.status_code, answer.json()["status"]["message"])


def test_a_refused_batch_has_one_entry(reader: Visitor, spare: Iterator[str], by_main_port: bool) -> None:
    webhook_id = next(spare)
    broken = b'[{"event_name":"visit"},' * 1_000
    answer = reader.batch(webhook_id, broken, by_main_port=by_main_port, content_type=ARRAY)
    assert 400 == answer.status_code
    [entry] = reader.settled(answer.json()["requestId"])
    assert ("INVALID_REQUEST_BODY", broken[:4096].decode()) == (entry["status"], entry["inputRequest"])
    assert [entry["id"]] == reader.ids(webhook_id=webhook_id)


@pytest.mark.parametrize("count", [10_000, 10_001])
@pytest.mark.parametrize("content_type", [LINES, ARRAY])
def test_ten_thousand_events_are_taken_and_not_one_more(
    reader: Visitor, spare: Iterator[str], content_type: str, count: int, by_main_port: bool
) -> None:
    webhook_id = next(spare)
    texts = [b'{"event_name":"visit","number":%d}' % number for number in range(count)]
    body = b"[%b]" % b",".join(texts) if content_type == ARRAY else b"\n".join(texts)
    answer = reader.batch(webhook_id, body, by_main_port=by_main_port, content_type=content_type)
    if count > 10_000:
        assert 413 == answer.status_code
        assert "more than 10000 events" in answer.json()["status"]["message"]
        return
    ids = [one["requestId"] for one in _results(answer) if one["status"]["code"] == 1100]
    assert count == len(set(ids))
    reader.settled(ids[0], ids[-1])
    counted = [entry["inputRequest"] for entry in reader.entries(webhook_id=webhook_id, order="asc")]
    assert [text.decode() for text in texts[:1_000]] == counted


@pytest.mark.parametrize("is_chunked", [False, True], ids=["with length", "in chunks"])
@pytest.mark.parametrize("size", [16 * MIB, 16 * MIB + 1, 20 * MIB])
def test_sixteen_mebibytes_are_taken_and_not_one_byte_more(
    program: Program, reader: Visitor, spare: Iterator[str], size: int, is_chunked: bool, by_main_port: bool
) -> None:
    line = b'{"event_name":"visit","note":"%s"}\n' % (b"x" * 30_000)
    count = size // len(line)
    body = line * count + b" " * (size - count * len(line))
    base = program.url if by_main_port else program.ingest_url
    answer = httpx.post(
        f"{base}/webhooks/{next(spare)}/batch",
        content=(body[at : at + 100_000] for at in range(0, size, 100_000)) if is_chunked else body,
        headers={"content-type": LINES},
        timeout=30.0,
    )
    if size > 16 * MIB:
        assert 413 == answer.status_code
        assert f"Request too large: {size} bytes" in answer.json()["status"]["message"]
        return
    ids = [one["requestId"] for one in _results(answer) if one["status"]["code"] == 1100]
    assert count == len(ids)
    assert {line.strip().decode()} == {entry["inputRequest"] for entry in reader.settled(ids[0], ids[-1])}


def test_other_pushes_are_answered_while_large_batches_are_read(
    program: Program, spare: Iterator[str], by_main_port: bool
) -> None:
    """Not a measurement: whoever pushes alone beside three large batches has all answers before the last of those."""
    webhook_id = next(spare)
    body = b"\n".join([b'{"event_name":"visit","note":"%s"}' % (b"x" * 400)] * 10_000)
    codes: list[int] = []

    def push_batches() -> None:
        with Visitor(program) as source:
            codes.extend(
                source.batch(webhook_id, body, by_main_port=by_main_port).status_code for _ in range(3)
            )

    large = threading.Thread(target=push_batches)
    large.start()
    answered = 0
    with Visitor(program) as source:
        while large.is_alive():
            source.accepted(webhook_id, GOOD_BODY, by_main_port=by_main_port)
            answered += 1
    large.join()
    assert [200] * 3 == codes
    assert answered > 3


def test_a_batch_counts_against_the_rate_by_its_events(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    limits = {"HOOKLOG_LIMITS__PUSHES_PER_SECOND": "0.001", "HOOKLOG_LIMITS__PUSH_BURST": "10"}
    content = content_with_visits()
    content.webhook(ORG, _id(1), TILL)
    with (
        running(tmp_path_factory.mktemp("limited") / "data", content.file, limits) as program,
        Visitor(program) as source,
    ):
        taken = source.batch(_id(1), b"\n".join([GOOD_BODY] * 7))
        assert 7 == len(_results(taken))
        assert taken.headers["ratelimit"].startswith('"default";r=3;')
        limited = source.batch(_id(1), b"\n".join([GOOD_BODY] * 4))
        assert 429 == limited.status_code
        assert int(limited.headers["retry-after"]) >= 1
        assert '"default";r=3;t=1000' == limited.headers["ratelimit"]
        assert 3 == len(_results(source.batch(_id(1), b"\n".join([GOOD_BODY] * 3), by_main_port=True)))
        assert 429 == source.push(_id(1), GOOD_BODY).status_code
        wait_until("all have settled", lambda: program.backlog() == 0)
        with Visitor(program, AUTH) as reader:
            assert 10 == len(reader.ids(webhook_id=_id(1)))


def test_any_batches_leave_exactly_the_entries_that_their_answers_tell(
    reader: Visitor, spare: Iterator[str], by_main_port: bool
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    choose = random.Random(seed)
    webhook_id = next(spare)
    good = [GOOD_BODY, b'{"event_name":"visit"}', b'{"event_name":"who knows"}', b"{ }"]
    accepted: dict[str, str] = {}
    refused: set[str] = set()
    for _ in range(8):
        pool = good + ([b"oops", b"7"] if choose.random() < 0.3 else [])
        texts = [choose.choice(pool) for _ in range(choose.choice([1, 3, 40, 900]))]
        answer = reader.batch(webhook_id, b"\n".join(texts), by_main_port=by_main_port)
        for text, result in zip(texts, _results(answer), strict=True):
            if result["status"]["code"] == 1100:
                accepted[result["requestId"]] = text.decode()
            else:
                assert text in {b"oops", b"7"}
                refused.add(result["requestId"])
    wait_until("everything has settled", lambda: reader.program.backlog() == 0)
    logged: dict[str, str] = {}
    url: str | None = f"/v2/events/logs?limit=1000&webhook_id={webhook_id}"
    while url is not None:
        page = reader.ask(url)
        for entry in page.json()["data"]:
            assert entry["id"] not in logged
            logged[entry["id"]] = entry["inputRequest"]
        url = page.links.get("next", {}).get("url")
    assert accepted == {one: text for one, text in logged.items() if one not in refused}
    assert set(logged) <= set(accepted) | refused


def test_json_that_is_read_slowly_is_told_so(spare: Iterator[str], by_main_port: bool, tmp_path: Any) -> None:
    environment = {"HOOKLOG_INGEST__BODY_SECONDS_MAX": "0.3"}
    content = content_with_visits()
    content.webhook(ORG, _id(1), TILL)

    def slow() -> Iterator[bytes]:
        yield json.dumps([{"event_name": "visit"}])[:10].encode()
        time.sleep(1.0)  # longer than the program waits
        yield b""

    with running(tmp_path / "data", content.file, environment) as program:
        base = program.url if by_main_port else program.ingest_url
        answer = httpx.post(
            f"{base}/webhooks/{_id(1)}/batch", content=slow(), headers={"content-type": ARRAY}, timeout=20.0
        )
        assert 408 == answer.status_code
