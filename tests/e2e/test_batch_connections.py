"""Batches on bare connections, on both ports: the order of what is pipelined, and the room that batches share."""

from collections.abc import Iterator

import httpx
import pytest

from hooklog.testing.account import GOOD_BODY, WEBHOOK_ID, content_with_visits
from hooklog.testing.program import Program, running, wait_until
from hooklog.testing.wire import Wire, request

MIB = 1024 * 1024
TARGET, BATCH_TARGET = f"/webhooks/{WEBHOOK_ID}", f"/webhooks/{WEBHOOK_ID}/batch"
LINES = "application/x-ndjson"
LINE = b'{"event_name":"visit","note":"%s"}\n' % (b"x" * 300)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    environment = {"HOOKLOG_INGEST__BATCH_BYTES_HELD_MAX": str(4 * MIB)}
    folder = tmp_path_factory.mktemp("connections") / "data"
    with running(folder, content_with_visits().file, environment) as program:
        yield program


@pytest.fixture(params=["ingest port", "main port"])
def port(program: Program, request: pytest.FixtureRequest) -> int:
    return program.ingest_port if request.param == "ingest port" else program.port


def _batch(body: bytes) -> bytes:
    return request(BATCH_TARGET, body, content_type=LINES)


def test_what_is_pipelined_is_accepted_and_answered_in_its_order(port: int) -> None:
    counts = [0, 2_000, 0, 0, 1, 5_000, 0]
    with Wire(port) as wire:
        for count in counts:
            wire.send(_batch(LINE * count) if count else request(TARGET, GOOD_BODY))
        ids: list[str] = []
        for count in counts:
            reply = wire.reply()
            assert reply is not None
            assert 200 == reply.status, reply.body
            found = reply.json()["results"] if count else [reply.json()]
            assert max(1, count) == len(found)
            ids += [one["requestId"] for one in found]
    assert sorted(set(ids)) == ids


def test_too_many_events_leave_the_connection_open(port: int) -> None:
    with Wire(port) as wire:
        wire.send(_batch(b"{}\n" * 10_001), request(TARGET, GOOD_BODY))
        replies = [wire.reply(), wire.reply()]
        assert [413, 200] == [None if reply is None else reply.status for reply in replies]


def test_batches_that_arrive_share_their_room(port: int) -> None:
    """Each is refused alone for want of room, and what a client that went away has sent takes none for long."""
    large, small = LINE * (5 * MIB // len(LINE)), LINE * (3 * MIB // len(LINE))
    with Wire(port) as wire:
        wire.send(_batch(large))
        reply = wire.reply()
        assert reply is not None
        assert 503 == reply.status
        assert int(reply.headers["retry-after"]) > 0
        assert "too many batches are arriving" in reply.json()["status"]["message"]
        wire.send(_batch(small))
        reply = wire.reply()
        assert reply is not None
        assert (200, small.count(b"\n")) == (reply.status, len(reply.json()["results"]))
    with Wire(port) as first, Wire(port) as second:
        first.send(_batch(small)[:-10])
        url = f"http://127.0.0.1:{port}{BATCH_TARGET}"

        def is_full() -> bool:
            return httpx.post(url, content=small, headers={"content-type": LINES}).status_code == 503

        wait_until("there is no room for another", is_full)
        second.send(request(TARGET, GOOD_BODY))
        reply = second.reply()
        assert reply is not None
        assert 200 == reply.status, "single pushes take no room"
    wait_until("the room is free again", lambda: not is_full())


@pytest.mark.parametrize("ending", ["", "\r\nxyz\r\n"], ids=["gone", "malformed"])
def test_a_batch_that_breaks_off_gives_its_room_back(port: int, ending: str) -> None:
    head = request(
        BATCH_TARGET, content_type=LINES, headers=[("transfer-encoding", "chunked")], has_length=False
    )
    piece = LINE * (1 * MIB // len(LINE))
    for _ in range(6):
        with Wire(port) as wire:
            wire.send(head, b"%x\r\n" % len(piece), piece, b"\r\n", ending.encode())
            if ending:
                reply = wire.reply()
                assert reply is not None
                assert 400 == reply.status
    url = f"http://127.0.0.1:{port}{BATCH_TARGET}"
    body = LINE * (3 * MIB // len(LINE))
    wait_until(
        "there is room",
        lambda: httpx.post(url, content=body, headers={"content-type": LINES}).status_code == 200,
    )


@pytest.mark.parametrize("expects", [False, True], ids=["at once", "after 100"])
def test_a_client_may_wait_for_permission_to_send_its_batch(port: int, expects: bool) -> None:
    body = LINE * 4_000
    headers = [("expect", "100-continue")] if expects else []
    raw = request(BATCH_TARGET, body, content_type=LINES, headers=headers)
    head = raw[: len(raw) - len(body)]
    with Wire(port) as wire:
        wire.send(head)
        if expects:
            reply = wire.reply()
            assert reply is not None
            assert 100 == reply.status
        for at in range(0, len(body), 50_001):
            wire.send(body[at : at + 50_001])
        reply = wire.reply()
        assert reply is not None
        assert 4_000 == len(reply.json()["results"])
